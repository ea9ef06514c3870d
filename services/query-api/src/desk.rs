//! The fold of `city.cases` as this service keeps it: the shared book, and the latest changes for
//! subscriptions.

use std::sync::Arc;

use domain::case::{Applied, CaseBook, Verdict};
use event_log::Record;

use crate::history::History;

/// Changes kept for subscribers that come back: hours of a city's work.
const CHANGES: usize = 10_000;

/// The cases, and how they came to be so lately.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    /// What was decided.
    pub(crate) book: CaseBook,
    /// What each accepted record changed.
    pub(crate) changes: History<Arc<Applied>>,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            book: CaseBook::default(),
            changes: History::new(CHANGES),
        }
    }
}

impl Desk {
    /// Folds one record; the verdict is the same for every reader of the log.
    pub(crate) fn fold(&mut self, record: &Record) -> Verdict {
        let position = record.position;
        let verdict = self
            .book
            .apply_bytes(position.offset, record.append_time, &record.value);
        match &verdict {
            Verdict::Accepted(applied) => {
                self.changes.push(position, Arc::clone(applied));
            }
            Verdict::Malformed { reason } => {
                tracing::warn!(%position, reason, "a record of city.cases is ignored");
                self.changes.pass(position);
            }
            Verdict::Stale { .. } | Verdict::Repeat { .. } => self.changes.pass(position),
        }
        verdict
    }
}
