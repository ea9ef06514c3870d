//! Topics that decide: everyone appends, everyone folds, the first in the log wins.
//!
//! A [`DecidedLog`] follows a topic of one partition and folds each record into a state. Whoever
//! appends learns the outcome of the own record by reading it back, like everybody else; so two
//! processes that append at the same moment cannot disagree about who won.

mod fold;

use std::sync::Arc;
use std::time::Duration;

use event_schemas::city::{LogCursor, LogPosition, Millis, Topic, TopicId};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::producer::{IdempotentProducer, PublishError};
use crate::{Follower, LogConfig, LogError, OutRecord, Record, StartAt};
use fold::{Fold, Waiter};

/// Outcomes that a slow subscriber may be behind before it is told that it lags.
const SUBSCRIPTION: usize = 8192;
/// Appends that may wait for their outcome at once.
const WAITERS: usize = 1024;

/// A state, and how much of the log it includes.
#[derive(Clone, Debug)]
pub struct Folded<S> {
    /// The state.
    pub state: S,
    /// The next offset that is *not* included.
    pub next_offset: i64,
    /// When the broker took the last record included (zero: none).
    pub last_append_time: Millis,
}

/// A record as it was folded, with what became of it.
#[derive(Clone, Debug)]
pub struct Decided<O> {
    /// The record.
    pub record: Arc<Record>,
    /// What the fold made of it.
    pub outcome: O,
}

impl<O> Decided<O> {
    /// Where the record stands.
    pub fn position(&self) -> LogPosition {
        self.record.position
    }

    /// When the broker took it.
    pub fn append_time(&self) -> Millis {
        self.record.append_time
    }
}

/// Why an append has no outcome.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Surely not written.
    #[error("the record was not written: {0}")]
    NotWritten(PublishError),
    /// It may or may not be in the log: ask again with the same idempotency key.
    #[error("no outcome within {waited:?}: ask again with the same idempotency key")]
    Undecided {
        /// How long was waited.
        waited: Duration,
    },
    /// The process is stopping, or the log could not be followed any further.
    #[error("the log is closed")]
    Closed,
}

/// The reader has not come that far in time.
#[derive(Debug, thiserror::Error)]
#[error("the log is folded up to offset {at}, {wanted} was asked for")]
pub struct Behind {
    /// Next offset not included.
    pub at: i64,
    /// What was asked for.
    pub wanted: i64,
}

struct Shared<S, O> {
    topic: String,
    topic_id: TopicId,
    producer: IdempotentProducer,
    folded: watch::Receiver<Folded<S>>,
    waiters: mpsc::Sender<Waiter<O>>,
    decisions: broadcast::WeakSender<Decided<O>>,
}

/// A topic of one partition, folded; clones are cheap and share the fold.
pub struct DecidedLog<S, O> {
    shared: Arc<Shared<S, O>>,
}

impl<S, O> Clone for DecidedLog<S, O> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<S, O> DecidedLog<S, O>
where
    S: Clone + Send + Sync + 'static,
    O: Clone + Send + 'static,
{
    /// Follows `topic` from its beginning; returns once everything in it at opening is folded.
    ///
    /// `apply` sees every record in order and says what became of it. It must be a pure function
    /// of state and record: every process must come to the same outcome. The fold goes on in a
    /// task of its own until `shutdown`.
    pub async fn open<F>(
        config: &LogConfig,
        topic: Topic,
        initial: S,
        apply: F,
        shutdown: CancellationToken,
    ) -> Result<Self, LogError>
    where
        F: FnMut(&mut S, &Record) -> O + Send + 'static,
    {
        let follower = Follower::open(config, &[topic], StartAt::Beginning).await?;
        let mut partitions = follower.partitions();
        let (Some((_, topic_id, _)), None) = (partitions.next(), partitions.next()) else {
            return Err(LogError::WrongPartitions {
                topic: config.topic(topic),
                found: i32::try_from(follower.partitions().count()).unwrap_or(i32::MAX),
                expected: 1,
            });
        };
        drop(partitions);
        let (waiters, asked) = mpsc::channel(WAITERS);
        let (decisions, _) = broadcast::channel(SUBSCRIPTION);
        let weak = decisions.downgrade();
        let mut fold = Fold::new(config.clone(), topic, follower, initial, apply, decisions);
        fold.up_to_the_end().await?;
        let folded = fold.watch();
        tokio::spawn(fold.run(asked, shutdown));
        Ok(Self {
            shared: Arc::new(Shared {
                topic: config.topic(topic),
                topic_id,
                producer: IdempotentProducer::new(config)?,
                folded,
                waiters,
                decisions: weak,
            }),
        })
    }

    /// The present state.
    pub fn state(&self) -> S {
        self.shared.folded.borrow().state.clone()
    }

    /// The present state with its place in the log.
    pub fn folded(&self) -> Folded<S> {
        self.shared.folded.borrow().clone()
    }

    /// Every later state (the latest wins).
    pub fn watch(&self) -> watch::Receiver<Folded<S>> {
        self.shared.folded.clone()
    }

    /// Kafka's id of the topic.
    pub fn topic_id(&self) -> TopicId {
        self.shared.topic_id
    }

    /// How far the state reaches.
    pub fn cursor(&self) -> LogCursor {
        let mut cursor = LogCursor::default();
        let next = self.shared.folded.borrow().next_offset;
        cursor.advance(self.shared.topic_id, 0, next);
        cursor
    }

    /// Every record folded from now on, with its outcome. A subscriber that is too slow is told by
    /// `RecvError::Lagged` and must take the state afresh. Subscribe first, then take
    /// [`Self::folded`] and skip what lies before its `next_offset`: so nothing is missed.
    pub fn subscribe(&self) -> broadcast::Receiver<Decided<O>> {
        match self.shared.decisions.upgrade() {
            Some(decisions) => decisions.subscribe(),
            // The fold has ended: a channel without sender says so at once.
            None => broadcast::channel(1).1,
        }
    }

    /// Appends a record (topic and partition are set here) and waits until it is folded, at most
    /// `wait`. Read your own writes: when this returns, [`Self::state`] includes the record.
    pub async fn append(
        &self,
        mut record: OutRecord,
        wait: Duration,
    ) -> Result<(LogPosition, O), AppendError> {
        let deadline = Instant::now() + wait;
        record.topic.clone_from(&self.shared.topic);
        record.partition = Some(0);
        let published = match self.shared.producer.publish(&record, wait).await {
            Ok(published) => published,
            Err(PublishError::Unanswered { .. }) => {
                return Err(AppendError::Undecided { waited: wait });
            }
            Err(error) => return Err(AppendError::NotWritten(error)),
        };
        let (reply, outcome) = oneshot::channel();
        let waiter = Waiter {
            offset: published.offset,
            reply,
        };
        let read_back = async {
            self.shared
                .waiters
                .send(waiter)
                .await
                .map_err(|_| AppendError::Closed)?;
            outcome.await.map_err(|_| AppendError::Closed)
        };
        match tokio::time::timeout_at(deadline, read_back).await {
            Err(_) | Ok(Ok(None)) => Err(AppendError::Undecided { waited: wait }),
            Ok(Err(error)) => Err(error),
            Ok(Ok(Some(outcome))) => Ok((
                LogPosition {
                    topic_id: self.shared.topic_id,
                    partition: 0,
                    offset: published.offset,
                },
                outcome,
            )),
        }
    }

    /// Waits until the state includes everything before `next_offset`, at most `wait`.
    pub async fn wait_for(&self, next_offset: i64, wait: Duration) -> Result<Folded<S>, Behind> {
        let mut folded = self.shared.folded.clone();
        let reached = folded.wait_for(|folded| folded.next_offset >= next_offset);
        match tokio::time::timeout(wait, reached).await {
            Ok(Ok(reached)) => Ok(reached.clone()),
            _ => Err(Behind {
                at: self.shared.folded.borrow().next_offset,
                wanted: next_offset,
            }),
        }
    }

    /// Returns when the fold has ended: at shutdown, or because the log was lost.
    pub async fn closed(&self) {
        self.shared.waiters.closed().await;
    }
}
