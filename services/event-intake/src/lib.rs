//! event-intake.
