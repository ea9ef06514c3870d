//! event-admission.
