//! Why bytes are not an acceptable `CloudEvent`.

use crate::city::Reason;

/// One fault of an envelope: the reason, where, and a sentence for the publisher.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EnvelopeFault {
    /// What kind of fault.
    pub reason: Reason,
    /// JSON pointer to the attribute (`/time`); absent when the whole is unreadable.
    pub path: Option<String>,
    /// What was wrong and what was expected.
    pub message: String,
}

impl EnvelopeFault {
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self {
            reason: Reason::Malformed,
            path: None,
            message: message.into(),
        }
    }

    pub(crate) fn at(reason: Reason, name: &str, expected: &str, found: Option<&str>) -> Self {
        let found = found.map_or_else(|| String::from("nothing"), crate::contract::excerpt);
        Self {
            reason,
            path: Some(format!("/{name}")),
            message: format!("/{name}: expected {expected}, found {found}"),
        }
    }
}
