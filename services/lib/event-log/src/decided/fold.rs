//! The task that owns the state of a [`super::DecidedLog`] and folds its topic.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use event_schemas::city::{Millis, Topic};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Decided, Folded};
use crate::{FollowBatch, Follower, LogConfig, LogError, Record, StartAt};

/// Outcomes kept for appends that ask after their record was already folded.
const RECENT: usize = 8192;
/// How long opening may stand still.
const STANDSTILL: Duration = Duration::from_secs(30);
/// Longest pause between attempts to follow again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// An append that waits for the outcome of its record.
pub(super) struct Waiter<O> {
    pub(super) offset: i64,
    /// `None` when the record was folded too long ago to remember its outcome.
    pub(super) reply: oneshot::Sender<Option<O>>,
}

pub(super) struct Fold<S, O, F> {
    config: LogConfig,
    topic: Topic,
    follower: Follower,
    state: S,
    apply: F,
    next_offset: i64,
    last_append_time: Millis,
    folded: watch::Sender<Folded<S>>,
    decisions: broadcast::Sender<Decided<O>>,
    waiting: BTreeMap<i64, oneshot::Sender<Option<O>>>,
    recent: VecDeque<(i64, O)>,
}

impl<S, O, F> Fold<S, O, F>
where
    S: Clone + Send + Sync + 'static,
    O: Clone + Send + 'static,
    F: FnMut(&mut S, &Record) -> O + Send + 'static,
{
    pub(super) fn new(
        config: LogConfig,
        topic: Topic,
        follower: Follower,
        initial: S,
        apply: F,
        decisions: broadcast::Sender<Decided<O>>,
    ) -> Self {
        let folded = watch::Sender::new(Folded {
            state: initial.clone(),
            next_offset: 0,
            last_append_time: Millis(0),
        });
        Self {
            config,
            topic,
            follower,
            state: initial,
            apply,
            next_offset: 0,
            last_append_time: Millis(0),
            folded,
            decisions,
            waiting: BTreeMap::new(),
            recent: VecDeque::new(),
        }
    }

    pub(super) fn watch(&self) -> watch::Receiver<Folded<S>> {
        self.folded.subscribe()
    }

    /// Folds until the end of the topic is reached for the first time.
    pub(super) async fn up_to_the_end(&mut self) -> Result<(), LogError> {
        let mut moved = Instant::now();
        loop {
            let batch = self.follower.next(Duration::from_millis(500)).await?;
            if !batch.records.is_empty() {
                moved = Instant::now();
            }
            let caught_up = batch.caught_up;
            self.fold(batch);
            if caught_up {
                return Ok(());
            }
            if moved.elapsed() > STANDSTILL {
                return Err(LogError::TimedOut {
                    what: "reading a topic to its end",
                    limit: STANDSTILL,
                });
            }
        }
    }

    /// Folds until `shutdown`, until every handle is gone, or until the log is lost.
    pub(super) async fn run(
        mut self,
        mut asked: mpsc::Receiver<Waiter<O>>,
        shutdown: CancellationToken,
    ) {
        loop {
            let step = tokio::select! {
                () = shutdown.cancelled() => return,
                waiter = asked.recv() => match waiter {
                    None => return,
                    Some(waiter) => {
                        self.answer_or_keep(waiter);
                        continue;
                    }
                },
                step = self.follower.next(Duration::from_secs(1)) => step,
            };
            match step {
                Ok(batch) => self.fold(batch),
                Err(error) => {
                    tracing::warn!(%error, topic = self.config.topic(self.topic), "following again");
                    if !self.follow_again(&shutdown).await {
                        return;
                    }
                }
            }
        }
    }

    fn answer_or_keep(&mut self, waiter: Waiter<O>) {
        if waiter.offset >= self.next_offset {
            self.waiting.retain(|_, reply| !reply.is_closed());
            self.waiting.insert(waiter.offset, waiter.reply);
            return;
        }
        let known = self
            .recent
            .binary_search_by_key(&waiter.offset, |(offset, _)| *offset);
        let outcome = known.ok().map(|index| self.recent[index].1.clone());
        // An asker that has gone away meanwhile needs no answer.
        let _gone = waiter.reply.send(outcome);
    }

    fn fold(&mut self, batch: FollowBatch) {
        if batch.records.is_empty() {
            return;
        }
        let mut decided = Vec::with_capacity(batch.records.len());
        for record in batch.records {
            let outcome = (self.apply)(&mut self.state, &record);
            self.next_offset = record.position.offset + 1;
            self.last_append_time = record.append_time;
            decided.push(Decided {
                record: Arc::new(record),
                outcome,
            });
        }
        // The state goes out before any answer: who is answered finds the own record in it.
        self.folded.send_replace(Folded {
            state: self.state.clone(),
            next_offset: self.next_offset,
            last_append_time: self.last_append_time,
        });
        for decision in decided {
            let offset = decision.record.position.offset;
            if let Some(reply) = self.waiting.remove(&offset) {
                let _gone = reply.send(Some(decision.outcome.clone()));
            }
            if self.recent.len() == RECENT {
                self.recent.pop_front();
            }
            self.recent.push_back((offset, decision.outcome.clone()));
            // No subscriber is no fault.
            let _nobody = self.decisions.send(decision);
        }
    }

    /// Opens the follower again where it stood; false when the log is lost or the process stops.
    async fn follow_again(&mut self, shutdown: &CancellationToken) -> bool {
        let mut pause = Duration::from_millis(100);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return false,
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            let from = StartAt::Cursor(self.follower.cursor().clone());
            match Follower::open(&self.config, &[self.topic], from).await {
                Ok(follower) => {
                    self.follower = follower;
                    return true;
                }
                Err(error @ (LogError::TopicRecreated { .. } | LogError::Truncated { .. })) => {
                    tracing::error!(%error, "a deciding topic was lost; its fold ends");
                    return false;
                }
                Err(error) => tracing::warn!(%error, "following again"),
            }
        }
    }
}
