//! What resolvers read: the catalog, the cases, the alerts, the store; and one moment of them.

use std::sync::Arc;
use std::time::Duration;

use domain::alert::Alert;
use domain::case::{CaseBook, Verdict, Workflows};
use event_log::{DecidedLog, Folded};
use event_schemas::Catalog;
use event_schemas::city::LogCursor;
use event_schemas::city::TopicId;
use service_kit::Clock;
use service_kit::identity::Identity;
use service_kit::personal::PersonalKeys;
use tokio::sync::watch;

use crate::board::Board;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::replay::Replays;
use crate::schema::filters::Places;
use crate::signs::Signs;
use crate::store::{Store, behind};
use crate::tail::{Tail, Tails};
use crate::whereabouts::Whereabouts;

/// How long `atLeast` waits.
const BEHIND_WAIT: Duration = Duration::from_secs(5);

/// Everything that answers are made of.
pub(crate) struct Hub {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) workflows: Workflows,
    pub(crate) cases: DecidedLog<Desk, Verdict>,
    pub(crate) board: watch::Receiver<Board>,
    pub(crate) store: Store,
    pub(crate) tails: Tails,
    pub(crate) signs: Signs,
    pub(crate) replays: Replays,
    pub(crate) whereabouts: Whereabouts,
    pub(crate) identity: Identity,
    /// Keys for personal fields; none: they are not opened in this process.
    pub(crate) personal: Option<PersonalKeys>,
    pub(crate) clock: Clock,
    /// IANA time zone of hours and days in statistics.
    pub(crate) zone: String,
}

/// One moment of the hub: all parts of an answer see the same cases and alerts.
pub(crate) struct Moment {
    folded: Folded<Desk>,
    board: Board,
    tail: Tail,
    stored: LogCursor,
    cases_topic: TopicId,
}

impl Hub {
    /// The present moment.
    pub(crate) fn moment(&self) -> Arc<Moment> {
        Arc::new(Moment {
            stored: self.store.progress(),
            folded: self.cases.folded(),
            board: self.board.borrow().clone(),
            tail: self.tails.snapshot(),
            cases_topic: self.cases.topic_id(),
        })
    }

    /// A moment whose cases include what `least` names; waits a little for it.
    pub(crate) async fn cases_at_least(&self, least: &LogCursor) -> Result<Arc<Moment>, Failure> {
        if let Some(next) = least.0.get(&(self.cases.topic_id(), 0)) {
            self.cases
                .wait_for(*next, BEHIND_WAIT)
                .await
                .map_err(|_| behind())?;
        }
        Ok(self.moment())
    }

    /// Waits until the store holds what `least` names.
    pub(crate) async fn stored_at_least(&self, least: &LogCursor) -> Result<(), Failure> {
        self.stored_at_least_within(least, BEHIND_WAIT).await
    }

    /// The same, for at most so long.
    pub(crate) async fn stored_at_least_within(
        &self,
        least: &LogCursor,
        wait: Duration,
    ) -> Result<(), Failure> {
        self.store.reach(least, self.cases.topic_id(), wait).await
    }
}

impl Moment {
    /// The cases.
    pub(crate) const fn book(&self) -> &CaseBook {
        &self.folded.state.book
    }

    /// The desk, history included.
    pub(crate) const fn desk(&self) -> &Desk {
        &self.folded.state
    }

    /// An alert that is open or changed lately.
    pub(crate) fn alert(&self, id: &str) -> Option<&Arc<Alert>> {
        self.board.alert(id)
    }

    /// The board, history included.
    pub(crate) const fn board(&self) -> &Board {
        &self.board
    }

    /// The newest events, while somebody subscribes to them.
    pub(crate) const fn tail(&self) -> &Tail {
        &self.tail
    }

    /// How far the log is included, at least.
    pub(crate) fn at(&self) -> LogCursor {
        let mut at = self.stored.clone();
        at.merge(&self.cases_at());
        at
    }

    /// How far the cases are included.
    pub(crate) fn cases_at(&self) -> LogCursor {
        let mut at = LogCursor::default();
        at.advance(self.cases_topic, 0, self.folded.next_offset);
        at
    }

    /// Kafka's id of `city.cases`.
    pub(crate) const fn cases_topic(&self) -> TopicId {
        self.cases_topic
    }
}

impl Places for Catalog {
    fn with_all_below(&self, code: &str) -> Option<Vec<String>> {
        let below = self.places().descendants(code);
        (!below.is_empty()).then(|| below.into_iter().map(str::to_owned).collect())
    }
}
