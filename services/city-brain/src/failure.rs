//! How a command fails: a sentence on stderr that says what, where and what to do, and an exit code.

use std::fmt;
use std::process::ExitCode;

/// A command's failure.
#[derive(Debug)]
pub struct Failure {
    /// What kind of failure, which decides the exit code.
    pub kind: FailureKind,
    /// What went wrong and where.
    pub what: String,
    /// What the user can do about it.
    pub remedy: Option<String>,
}

/// Exit codes of the command (interfaces: 0 done, 1 found problems, 2 wrong usage, 3 dependency).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The command ran and found problems.
    Problems,
    /// The command was given wrongly.
    Usage,
    /// Something it needs is missing or unreachable.
    Dependency,
}

impl Failure {
    /// The command ran and found problems.
    pub fn problems(what: impl fmt::Display) -> Self {
        Self::of(FailureKind::Problems, what)
    }

    /// The command was given wrongly.
    pub fn usage(what: impl fmt::Display) -> Self {
        Self::of(FailureKind::Usage, what)
    }

    /// Something it needs is missing or unreachable.
    pub fn dependency(what: impl fmt::Display) -> Self {
        Self::of(FailureKind::Dependency, what)
    }

    fn of(kind: FailureKind, what: impl fmt::Display) -> Self {
        Self {
            kind,
            what: what.to_string(),
            remedy: None,
        }
    }

    /// Adds what the user can do.
    pub fn remedy(mut self, remedy: impl fmt::Display) -> Self {
        self.remedy = Some(remedy.to_string());
        self
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            FailureKind::Problems => 1,
            FailureKind::Usage => 2,
            FailureKind::Dependency => 3,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        if let Some(remedy) = &self.remedy {
            write!(f, "\n  do: {remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// An error with all its causes, in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let next_text = next.to_string();
        if !text.ends_with(&next_text) {
            text.push_str(": ");
            text.push_str(&next_text);
        }
        cause = next.source();
    }
    text
}
