//! What the log made of a record: the same for every reader.

use std::sync::Arc;

use super::{Actor, Case, TimelineEntry, Unit};

/// A record's fate.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It counts.
    Accepted(Arc<Applied>),
    /// Somebody was first: a version it was decided against is no longer current. Ignored.
    Stale {
        /// Who was first.
        winner: Actor,
        /// The case that moved on, where it was a case.
        case: Option<String>,
        /// The unit that moved on, where it was a unit.
        unit: Option<String>,
    },
    /// The key was already used by an accepted record. Ignored.
    Repeat {
        /// The first outcome.
        first: FirstOutcome,
    },
    /// It cannot be read, or contradicts itself. Ignored and counted.
    Malformed {
        /// What is wrong.
        reason: String,
    },
}

impl Verdict {
    /// Whether it counts.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(_))
    }
}

/// What an accepted record changed, as folded (case numbers included).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    /// Cases after it.
    pub cases: Vec<Arc<Case>>,
    /// Units after it.
    pub units: Vec<Arc<Unit>>,
    /// New timeline lines, one per case.
    pub entries: Vec<Arc<TimelineEntry>>,
}

/// How an idempotency key was first used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstOutcome {
    /// The accepted record's offset in `city.cases`.
    pub offset: i64,
    /// The case it was about, where there was one.
    pub case: Option<String>,
    /// That case's version after it.
    pub version: u64,
}
