//! What admission says once a second, and when rules change: watermarks and marks.

use std::time::{Duration, Instant};

use domain::admission::{HubRecord, mark_record, watermark_record};
use event_log::OutRecord;
use event_schemas::city::{InboxProgress, Millis, RuleSetMark, Watermark};
use tokio::sync::watch;

/// Which topics hear of what: `city.events` of watermarks and marks, `city.matches` of marks.
pub(crate) struct Pulse {
    every: Duration,
    due: Instant,
    rules: watch::Receiver<Option<RuleSetMark>>,
    marked: bool,
}

/// A topic and its number of partitions.
#[derive(Clone, Debug)]
pub(crate) struct Spread {
    pub(crate) topic: String,
    pub(crate) partitions: i32,
}

impl Pulse {
    pub(crate) fn new(every: Duration, rules: watch::Receiver<Option<RuleSetMark>>) -> Self {
        Self {
            every,
            due: Instant::now(),
            rules,
            marked: false,
        }
    }

    /// How long until the next watermark.
    pub(crate) fn rest(&self) -> Duration {
        self.due.saturating_duration_since(Instant::now())
    }

    pub(crate) fn is_due(&self) -> bool {
        self.rest().is_zero()
    }

    /// A watermark was written; the next comes later.
    pub(crate) fn beaten(&mut self) {
        self.due = Instant::now() + self.every;
    }

    /// After a takeover the rule set in force is written again: a mark that is not above the
    /// highest seen is ignored by its readers.
    pub(crate) fn mark_again(&mut self) {
        self.marked = false;
    }

    /// The rule set in force, if it is not written yet.
    pub(crate) fn unmarked(&mut self) -> Option<RuleSetMark> {
        if self.rules.has_changed().unwrap_or(false) {
            self.marked = false;
        }
        if self.marked {
            return None;
        }
        self.rules.borrow_and_update().clone()
    }

    /// The mark is committed.
    pub(crate) fn marked(&mut self) {
        self.marked = true;
    }
}

/// The mark for every partition of both topics.
pub(crate) fn marks(mark: &RuleSetMark, topics: &[Spread]) -> Vec<OutRecord> {
    let record = mark_record(mark);
    topics
        .iter()
        .flat_map(|topic| spread(&record, topic))
        .collect()
}

/// The watermark for every partition of `city.events`.
pub(crate) fn watermarks(
    writer: &str,
    at: Millis,
    inboxes: Vec<InboxProgress>,
    events: &Spread,
) -> Vec<OutRecord> {
    let record = watermark_record(writer, &Watermark { at, inboxes });
    spread(&record, events).collect()
}

fn spread<'r>(record: &'r HubRecord, topic: &'r Spread) -> impl Iterator<Item = OutRecord> + 'r {
    (0..topic.partitions).map(|partition| out(record.clone(), &topic.topic, partition))
}

/// A record for a partition of a topic.
pub(crate) fn out(record: HubRecord, topic: &str, partition: i32) -> OutRecord {
    OutRecord {
        topic: topic.to_owned(),
        partition: Some(partition),
        key: Some(record.key.into_bytes()),
        headers: record.headers,
        value: record.value,
    }
}
