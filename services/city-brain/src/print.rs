//! The one place that writes to the terminal: what a command answers, and how it went.

use std::io::Write as _;

/// A line of the command's answer, on standard output. A closed pipe is not an error.
pub fn line(text: &str) {
    if writeln!(std::io::stdout(), "{text}").is_err() {
        tracing::debug!("standard output is closed");
    }
}

/// A line for the person at the terminal, on standard error.
pub fn error_line(text: &str) {
    if writeln!(std::io::stderr(), "{text}").is_err() {
        tracing::debug!("standard error is closed");
    }
}
