//! What the fold counts: nothing is dropped without a number.

use std::collections::BTreeMap;

/// Counts since this engine was made (not part of a snapshot: they are for metrics).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Events folded.
    pub events: u64,
    /// Matches of other partitions folded.
    pub matches: u64,
    /// Selectors tried.
    pub evaluations: u64,
    /// Marks not above the highest seen.
    pub ignored_marks: u64,
    /// Matches of a rule version that is no longer active.
    pub stale_matches: u64,
    /// Events of a rule per place that had none.
    pub unplaced: u64,
    /// By rule id.
    pub rules: BTreeMap<String, RuleStatistics>,
}

/// Counts of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleStatistics {
    /// Events that matched a selector or `clears`.
    pub matched: u64,
    /// Events that came further behind than the rule's lateness.
    pub late: u64,
    /// Events within the lateness whose window was over for their key when they came.
    pub missed: u64,
    /// Signs of life that an absence rule did not watch: without a subject, or of one more subject
    /// than are watched.
    pub unwatched: u64,
    /// Predicates that failed on an event.
    pub errors: u64,
    /// The last such failure.
    pub last_error: Option<String>,
}
