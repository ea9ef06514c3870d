//! The thread that reads as a member of the group: it hands records to lanes and commits their marks.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use event_log::{
    AssignedPartition, GroupConsumer, GroupEvent, GroupOptions, LogConfig, LogError, OffsetMark,
    Record,
};
use service_kit::Backoff;
use service_kit::kill_point::{Point, reach};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::mark::Note;
use crate::troubles::Troubles;

/// Records taken at once.
const TAKE: usize = 4_096;
/// Chunks that wait for a lane; beyond it nothing more is read: the log keeps it.
const CHUNKS: usize = 4;
/// Longest wait for records, and so for a mark to be committed.
const WAIT: Duration = Duration::from_millis(5);
/// Pause after a small chunk, so that a trickle does not become a flood of tiny ones.
const PACE: Duration = Duration::from_millis(2);
/// How long lanes may store what they have when the process stops.
const STOP_WITHIN: Duration = Duration::from_secs(6);

/// Why a lane ended before it was told to.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum LaneEnd {
    /// Another recorder has the partition.
    #[error("the partition has gone to another recorder")]
    Lost,
    /// What is recorded is about another log than the present one: nothing heals that but people.
    #[error("{0}")]
    OtherLog(String),
    /// The log failed in a way that waiting does not heal.
    #[error("{0}")]
    Log(String),
}

impl LaneEnd {
    /// A log that ends before what is recorded, or that was made again, is another log.
    pub(crate) fn of(error: LogError) -> Self {
        match error {
            LogError::Truncated { .. } | LogError::TopicRecreated { .. } => {
                Self::OtherLog(error.to_string())
            }
            LogError::Fenced { .. } => Self::Lost,
            other => Self::Log(other.to_string()),
        }
    }
}

/// A wish to commit, answered when the broker has.
pub(crate) struct MarkRequest {
    generation: u64,
    mark: OffsetMark,
    done: oneshot::Sender<Result<(), MarkFault>>,
}

#[derive(Clone, Debug)]
enum MarkFault {
    Lost,
    Passing(String),
}

/// A lane's way to commit: refused as soon as the partition is no longer its own.
#[derive(Clone)]
pub(crate) struct Marks {
    pub(crate) requests: mpsc::Sender<MarkRequest>,
    pub(crate) generation: u64,
    pub(crate) topic: String,
    pub(crate) partition: i32,
    pub(crate) troubles: Troubles,
}

impl Marks {
    /// Commits until Kafka has it, or until the partition is lost.
    pub(crate) async fn commit(&self, next: i64, note: Note) -> Result<(), LaneEnd> {
        let what = format!("{}/{} commit", self.topic, self.partition);
        let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(2));
        let mark = OffsetMark {
            topic: self.topic.clone(),
            partition: self.partition,
            next,
            note: note.to_string(),
        };
        let mut tried = false;
        loop {
            let (done, answer) = oneshot::channel();
            let request = MarkRequest {
                generation: self.generation,
                mark: mark.clone(),
                done,
            };
            self.requests
                .send(request)
                .await
                .map_err(|_| LaneEnd::Lost)?;
            match answer.await {
                Ok(Ok(())) => {
                    if tried {
                        self.troubles.clear(&what);
                    }
                    return Ok(());
                }
                Ok(Err(MarkFault::Passing(reason))) => self.troubles.tell(&what, &reason),
                Ok(Err(MarkFault::Lost)) | Err(_) => return Err(LaneEnd::Lost),
            }
            tried = true;
            tokio::time::sleep(backoff.next_wait()).await;
        }
    }
}

/// What a lane is made from.
pub(crate) struct LaneStart {
    pub(crate) assigned: AssignedPartition,
    pub(crate) marks: Marks,
    pub(crate) incoming: mpsc::Receiver<Vec<Record>>,
    pub(crate) given_back: CancellationToken,
}

struct LaneSeat {
    chunks: mpsc::Sender<Vec<Record>>,
    given_back: CancellationToken,
    task: JoinHandle<Result<(), LaneEnd>>,
}

type Key = (Arc<str>, i32);

/// The thread's state.
pub(crate) struct LogThread<S> {
    consumer: GroupConsumer,
    spawn: S,
    requests: mpsc::Receiver<MarkRequest>,
    sender: mpsc::Sender<MarkRequest>,
    lanes: HashMap<Key, LaneSeat>,
    backlog: VecDeque<(Key, Vec<Record>)>,
    generation: u64,
    troubles: Troubles,
    shutdown: CancellationToken,
}

impl<S: Fn(LaneStart) -> JoinHandle<Result<(), LaneEnd>>> LogThread<S> {
    /// Joins the group.
    pub(crate) fn open(
        log: &LogConfig,
        options: &GroupOptions,
        spawn: S,
        troubles: Troubles,
        shutdown: CancellationToken,
    ) -> Result<Self, LogError> {
        let (sender, requests) = mpsc::channel(64);
        Ok(Self {
            consumer: GroupConsumer::open(log, options)?,
            spawn,
            requests,
            sender,
            lanes: HashMap::new(),
            backlog: VecDeque::new(),
            generation: 0,
            troubles,
            shutdown,
        })
    }

    /// Reads and commits until the process stops, a lane ends by itself, or the log fails.
    pub(crate) fn run(mut self) -> Result<(), LaneEnd> {
        let ended = self.work();
        for seat in self.lanes.values() {
            seat.given_back.cancel();
        }
        ended
    }

    fn work(&mut self) -> Result<(), LaneEnd> {
        while !self.shutdown.is_cancelled() {
            self.commit_requested();
            self.deliver();
            self.look_after_lanes()?;
            if !self.backlog.is_empty() {
                // Lanes are busy: only the group's own events are served, so that we stay its member.
                let event = self.consumer.poll(Duration::ZERO, 0).map_err(LaneEnd::of)?;
                self.take(event);
                std::thread::sleep(WAIT);
                continue;
            }
            let event = self.consumer.poll(WAIT, TAKE).map_err(LaneEnd::of)?;
            let few = matches!(&event, GroupEvent::Records(records) if !records.is_empty() && records.len() < TAKE / 16);
            self.take(event);
            if few {
                self.commit_requested();
                self.deliver();
                std::thread::sleep(PACE);
            }
        }
        self.end_in_order();
        Ok(())
    }

    fn take(&mut self, event: GroupEvent) {
        match event {
            GroupEvent::Assigned(partitions) => {
                self.give_back();
                tracing::info!(partitions = partitions.len(), "partitions taken over");
                if partitions.is_empty() {
                    self.troubles.clear("group");
                }
                for assigned in partitions {
                    self.begin(assigned);
                }
            }
            GroupEvent::Revoked(partitions) => {
                tracing::info!(partitions = partitions.len(), "partitions given back");
                self.give_back();
            }
            GroupEvent::Records(records) => self.sort(records),
        }
    }

    fn begin(&mut self, assigned: AssignedPartition) {
        let (chunks, incoming) = mpsc::channel(CHUNKS);
        let given_back = CancellationToken::new();
        let key = (Arc::clone(&assigned.topic), assigned.partition);
        let marks = Marks {
            requests: self.sender.clone(),
            generation: self.generation,
            topic: assigned.topic.to_string(),
            partition: assigned.partition,
            troubles: self.troubles.clone(),
        };
        let task = (self.spawn)(LaneStart {
            assigned,
            marks,
            incoming,
            given_back: given_back.clone(),
        });
        self.lanes.insert(
            key,
            LaneSeat {
                chunks,
                given_back,
                task,
            },
        );
    }

    /// Every lane stops at its next await; what it has sent is covered by its token.
    fn give_back(&mut self) {
        self.generation += 1;
        self.backlog.clear();
        for (_, seat) in self.lanes.drain() {
            seat.given_back.cancel();
        }
        self.troubles.forget();
    }

    fn sort(&mut self, records: Vec<Record>) {
        for record in records {
            let same = self.backlog.back().is_some_and(|((topic, partition), _)| {
                *partition == record.position.partition && **topic == *record.topic
            });
            if !same {
                let key = (Arc::clone(&record.topic), record.position.partition);
                self.backlog.push_back((key, Vec::new()));
            }
            if let Some((_, chunk)) = self.backlog.back_mut() {
                chunk.push(record);
            }
        }
    }

    /// Hands chunks to lanes in order; a lane without room holds back only its own and later reading.
    fn deliver(&mut self) {
        let mut held: VecDeque<(Key, Vec<Record>)> = VecDeque::new();
        while let Some((key, chunk)) = self.backlog.pop_front() {
            let Some(seat) = self.lanes.get(&key) else {
                continue;
            };
            if held.iter().any(|(earlier, _)| *earlier == key) {
                held.push_back((key, chunk));
                continue;
            }
            if let Err(mpsc::error::TrySendError::Full(chunk)) = seat.chunks.try_send(chunk) {
                held.push_back((key, chunk));
            }
        }
        self.backlog = held;
    }

    fn commit_requested(&mut self) {
        let mut waiting = Vec::new();
        while let Ok(request) = self.requests.try_recv() {
            if request.generation == self.generation {
                waiting.push(request);
            } else {
                answer(request, Err(MarkFault::Lost));
            }
        }
        if waiting.is_empty() {
            return;
        }
        let marks: Vec<OffsetMark> = waiting.iter().map(|request| request.mark.clone()).collect();
        let outcome = self
            .consumer
            .commit_marks(&marks)
            .map_err(|error| match error {
                LogError::Fenced { .. } => MarkFault::Lost,
                other => MarkFault::Passing(other.to_string()),
            });
        for request in waiting {
            answer(request, outcome.clone());
        }
    }

    /// A lane that ended by itself ends the membership: a fresh one starts from what is committed.
    fn look_after_lanes(&mut self) -> Result<(), LaneEnd> {
        let Some(key) = self
            .lanes
            .iter()
            .find(|(_, seat)| seat.task.is_finished())
            .map(|(key, _)| key.clone())
        else {
            return Ok(());
        };
        let Some(seat) = self.lanes.remove(&key) else {
            return Ok(());
        };
        match tokio::runtime::Handle::current().block_on(seat.task) {
            // It noticed the stop before this thread did; the others still store what they have.
            Ok(Ok(())) if self.shutdown.is_cancelled() => Ok(()),
            Ok(Ok(()) | Err(LaneEnd::Lost)) => Err(LaneEnd::Lost),
            Ok(Err(end)) => Err(end),
            Err(error) => Err(LaneEnd::Log(format!(
                "the lane of {}/{} failed: {error}",
                key.0, key.1
            ))),
        }
    }

    /// Lanes store what they have; their marks are committed meanwhile.
    fn end_in_order(&mut self) {
        reach(Point::Shutdown);
        let until = Instant::now() + STOP_WITHIN;
        while Instant::now() < until && self.lanes.values().any(|seat| !seat.task.is_finished()) {
            reach(Point::Shutdown);
            self.commit_requested();
            if self.consumer.poll(Duration::ZERO, 0).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        reach(Point::Shutdown);
    }
}

fn answer(request: MarkRequest, outcome: Result<(), MarkFault>) {
    // A lane that was given back no longer listens.
    let _gone = request.done.send(outcome);
}
