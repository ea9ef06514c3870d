//! event-recorder.
