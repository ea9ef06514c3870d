//! What does not match a contract: where, what was expected, what was found.

use std::fmt;

/// One mismatch between an event's data and its contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer into the data (empty: the data as a whole).
    pub path: String,
    /// What the contract asks for, in words.
    pub expected: String,
    /// What is there instead; personal values are never repeated.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "(whole data)"
        } else {
            &self.path
        };
        write!(
            f,
            "{path}: expected {}, found {}",
            self.expected, self.found
        )
    }
}

/// Shortens a found text for a message, at a character boundary.
pub(crate) fn excerpt(text: &str) -> String {
    const KEPT: usize = 60;
    let mut shown: String = text.chars().take(KEPT).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}
