//! Consumer groups: partitions are shared out among processes, and change hands.
//!
//! Assignments and revocations are values in the stream of events, not callbacks with hidden
//! state. Every call may block up to its limit: use it on a thread of its own.

mod membership;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use event_schemas::city::TopicId;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::base_consumer::PartitionQueue;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerGroupMetadata};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::topic_partition_list::Offset;

use crate::ends::Ends;
use crate::kill_point::{Point, reach};
use crate::metadata::describe_blocking;
use crate::positions::watermarks;
use crate::transaction::offset_list;
use crate::{LogConfig, LogError, OffsetMark, Record};
use membership::{Change, Membership};

/// Records taken from one partition before the next has its turn.
const TURN: usize = 256;
/// Events of the client itself (rebalances, errors) served before records are taken.
const EVENTS: usize = 16;
/// How long a question to the brokers may take; an open transaction of a dead owner is waited for.
const ASK: Duration = Duration::from_secs(15);

/// Which group, over which topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupOptions {
    /// Full name of the group.
    pub group: String,
    /// Full names of the topics.
    pub topics: Vec<String>,
    /// A name that is this process's alone and stays over restarts: a restarted process then takes
    /// its partitions at once, instead of waiting for its dead self to time out. Two live processes
    /// with one name fence each other.
    pub instance: Option<String>,
    /// A member that is silent this long loses its partitions (Kafka's default minimum is 6 s).
    pub session: Duration,
}

/// A partition that this member now owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignedPartition {
    /// Topic name.
    pub topic: Arc<str>,
    /// Kafka's id of the topic.
    pub topic_id: TopicId,
    /// Partition.
    pub partition: i32,
    /// Where reading starts.
    pub start: i64,
    /// What the previous owner committed: next offset and its note.
    pub committed: Option<(i64, String)>,
    /// End of the partition (of its committed part) when it was assigned.
    pub end: i64,
}

/// What happens to a member.
#[derive(Clone, Debug)]
pub enum GroupEvent {
    /// Partitions were given to this member; their records follow.
    Assigned(Vec<AssignedPartition>),
    /// Partitions were taken away: work on their records must be thrown away.
    Revoked(Vec<(Arc<str>, i32)>),
    /// Records, in order per partition; possibly none.
    Records(Vec<Record>),
}

struct Owned {
    topic: Arc<str>,
    topic_id: TopicId,
    partition: i32,
    queue: PartitionQueue<Membership>,
    at_end: bool,
}

/// A member of a consumer group that reads committed records only.
pub struct GroupConsumer {
    // Declared before the consumer: queues must go first.
    owned: Vec<Owned>,
    consumer: Arc<BaseConsumer<Membership>>,
    ends: Ends,
    config: LogConfig,
    wake: SyncSender<()>,
    woken: Receiver<()>,
    waiting: Option<TopicPartitionList>,
    revoked: Option<Vec<(Arc<str>, i32)>>,
    first: usize,
}

impl GroupConsumer {
    /// Joins the group.
    pub fn open(config: &LogConfig, options: &GroupOptions) -> Result<Self, LogError> {
        let fault = |error| LogError::of("joining a group", &config.brokers, &error);
        let session = options.session.as_millis();
        let mut settings = config.consumer(&options.group);
        settings
            .set("session.timeout.ms", session.to_string())
            .set("heartbeat.interval.ms", (session / 6).max(100).to_string())
            .set("max.poll.interval.ms", "120000")
            .set("partition.assignment.strategy", "range");
        if let Some(instance) = &options.instance {
            settings.set("group.instance.id", instance);
        }
        let mut consumer: BaseConsumer<Membership> = settings
            .create_with_context(Membership::default())
            .map_err(fault)?;
        let (wake, woken) = sync_channel(1);
        let ring = wake.clone();
        consumer.set_nonempty_callback(move || {
            // Full means that the reader is woken already.
            let _already = ring.try_send(());
        });
        let topics: Vec<&str> = options.topics.iter().map(String::as_str).collect();
        consumer.subscribe(&topics).map_err(fault)?;
        Ok(Self {
            owned: Vec::new(),
            consumer: Arc::new(consumer),
            ends: Ends::open(config)?,
            config: config.clone(),
            wake,
            woken,
            waiting: None,
            revoked: None,
            first: 0,
        })
    }

    /// Waits for something to happen, at most `max_wait`, and takes up to `limit` records.
    ///
    /// While Kafka is away the client reconnects by itself and `Records` stays empty.
    pub fn poll(&mut self, max_wait: Duration, limit: usize) -> Result<GroupEvent, LogError> {
        let deadline = Instant::now() + max_wait;
        loop {
            if let Some(event) = self.serve()? {
                return Ok(event);
            }
            let records = self.fetch(limit)?;
            let now = Instant::now();
            if !records.is_empty() || now >= deadline {
                return Ok(GroupEvent::Records(records));
            }
            // A timeout only means that nothing arrived yet.
            let _woken = self
                .woken
                .recv_timeout((deadline - now).min(Duration::from_millis(200)));
        }
    }

    /// Whether the partition was read to its end (as known at the last fetch).
    pub fn at_end(&self, topic: &str, partition: i32) -> bool {
        self.owned
            .iter()
            .any(|owned| &*owned.topic == topic && owned.partition == partition && owned.at_end)
    }

    /// The ends of the committed parts of these partitions, asked of the brokers now, in the given
    /// order; `None` for one that is not told. Reading goes on meanwhile.
    pub fn ends(&self, partitions: &[(&str, i32)]) -> Result<Vec<Option<i64>>, LogError> {
        self.ends.of(partitions)
    }

    /// The group's membership, for [`crate::TransactionalProducer::commit`]: Kafka refuses offsets
    /// of a member that has lost its partitions.
    pub fn membership(&self) -> Option<ConsumerGroupMetadata> {
        self.consumer.group_metadata()
    }

    /// Commits progress with its notes outside a transaction, and waits for the broker. Refused to
    /// a member that has lost the partition.
    pub fn commit_marks(&self, marks: &[OffsetMark]) -> Result<(), LogError> {
        let offsets =
            offset_list(marks).map_err(|error| self.fault("committing offsets", &error))?;
        reach(Point::BeforeOffsetCommit);
        self.consumer
            .commit(&offsets, CommitMode::Sync)
            .map_err(|error| self.commit_fault(&error))?;
        reach(Point::AfterOffsetCommit);
        Ok(())
    }

    /// Commits one partition's progress with a note.
    pub fn commit_with_metadata(
        &self,
        topic: &str,
        partition: i32,
        next: i64,
        note: &str,
    ) -> Result<(), LogError> {
        self.commit_marks(&[OffsetMark {
            topic: topic.to_owned(),
            partition,
            next,
            note: note.to_owned(),
        }])
    }

    /// What is committed for a partition: next offset and note.
    pub fn committed_with_metadata(
        &self,
        topic: &str,
        partition: i32,
    ) -> Result<Option<(i64, String)>, LogError> {
        let mut asked = TopicPartitionList::new();
        asked.add_partition(topic, partition);
        let committed = self
            .consumer
            .committed_offsets(asked, ASK)
            .map_err(|error| self.fault("reading committed offsets", &error))?;
        Ok(committed.elements().first().and_then(|entry| {
            match (entry.error().is_ok(), entry.offset()) {
                (true, Offset::Offset(next)) => Some((next, entry.metadata().to_owned())),
                _ => None,
            }
        }))
    }

    /// Serves the group's own events; an assignment or a revocation ends the round.
    fn serve(&mut self) -> Result<Option<GroupEvent>, LogError> {
        // One call serves one event and does not tell whether more are waiting.
        for _ in 0..EVENTS {
            if let Some(Err(error)) = self.consumer.poll(Duration::ZERO) {
                self.check_passing(&error)?;
            }
        }
        for change in self.consumer.context().take() {
            match change {
                Change::Given(list) => {
                    tracing::debug!(partitions = list.count(), "partitions are given");
                    self.waiting = Some(list);
                }
                Change::Taken => {
                    self.waiting = None;
                    let taken = self.owned.drain(..);
                    let taken = taken.map(|owned| (owned.topic, owned.partition)).collect();
                    self.revoked = Some(taken);
                }
            }
        }
        if let Some(taken) = self.revoked.take()
            && !taken.is_empty()
        {
            return Ok(Some(GroupEvent::Revoked(taken)));
        }
        match self.waiting.take() {
            None => Ok(None),
            Some(list) => match self.take_over(&list) {
                Ok(assigned) => Ok(Some(GroupEvent::Assigned(assigned))),
                Err(error) if error.is_passing() => {
                    // The partitions stay ours; they are asked for again in the next round.
                    tracing::warn!(%error, "taking over partitions is tried again");
                    self.waiting = Some(list);
                    std::thread::sleep(Duration::from_millis(50));
                    Ok(None)
                }
                Err(error) => Err(error),
            },
        }
    }

    fn take_over(&mut self, list: &TopicPartitionList) -> Result<Vec<AssignedPartition>, LogError> {
        self.owned.clear();
        let names: Vec<String> = list
            .elements()
            .iter()
            .map(|entry| entry.topic().to_owned())
            .collect();
        let facts = describe_blocking(&self.config, &names)?;
        let mut assigned = Vec::with_capacity(names.len());
        let mut starts = TopicPartitionList::with_capacity(names.len());
        for entry in list.elements() {
            let (name, partition) = (entry.topic(), entry.partition());
            let facts = facts.get(name).ok_or_else(|| LogError::UnknownTopic {
                topic: name.to_owned(),
            })?;
            let committed = self.committed_with_metadata(name, partition)?;
            let (oldest, end) = watermarks(&self.config, &self.consumer, name, partition)?;
            let start = start_of(name, partition, committed.as_ref(), (oldest, end))?;
            starts
                .add_partition_offset(name, partition, Offset::Offset(start))
                .map_err(|error| self.fault("assigning partitions", &error))?;
            assigned.push(AssignedPartition {
                topic: Arc::from(name),
                topic_id: facts.id,
                partition,
                start,
                committed,
                end,
            });
        }
        for partition in &assigned {
            self.own(partition)?;
        }
        self.consumer
            .assign(&starts)
            .map_err(|error| self.fault("assigning partitions", &error))?;
        Ok(assigned)
    }

    fn own(&mut self, assigned: &AssignedPartition) -> Result<(), LogError> {
        // Split before assigning: nothing of this partition ever reaches the main queue.
        let mut queue = self
            .consumer
            .split_partition_queue(&assigned.topic, assigned.partition)
            .ok_or_else(|| LogError::UnknownTopic {
                topic: assigned.topic.to_string(),
            })?;
        let ring = self.wake.clone();
        queue.set_nonempty_callback(move || {
            // Full means that the reader is woken already.
            let _already = ring.try_send(());
        });
        self.owned.push(Owned {
            topic: Arc::clone(&assigned.topic),
            topic_id: assigned.topic_id,
            partition: assigned.partition,
            queue,
            at_end: false,
        });
        Ok(())
    }

    fn fetch(&mut self, limit: usize) -> Result<Vec<Record>, LogError> {
        if !self.owned.is_empty() {
            reach(Point::BeforeFetch);
        }
        let records = self.take(limit)?;
        if !records.is_empty() {
            reach(Point::AfterFetch);
        }
        Ok(records)
    }

    fn take(&mut self, limit: usize) -> Result<Vec<Record>, LogError> {
        let mut records = Vec::new();
        let count = self.owned.len();
        let mut busy = count > 0;
        while busy && records.len() < limit {
            busy = false;
            for n in 0..count {
                let owned = &mut self.owned[(self.first + n) % count];
                let turn = TURN.min(limit.saturating_sub(records.len()));
                for _ in 0..turn {
                    match owned.queue.poll(Duration::ZERO) {
                        None => break,
                        Some(Ok(message)) => {
                            owned.at_end = false;
                            busy = true;
                            records.push(Record::copy(&message, &owned.topic, owned.topic_id));
                        }
                        Some(Err(KafkaError::PartitionEOF(_))) => owned.at_end = true,
                        Some(Err(error)) => check_passing(&self.config, &error)?,
                    }
                }
            }
        }
        self.first = if count > 0 {
            (self.first + 1) % count
        } else {
            0
        };
        if busy {
            // More may be waiting than fits: the next call must not sleep.
            let _already = self.wake.try_send(());
        }
        Ok(records)
    }

    fn check_passing(&self, error: &KafkaError) -> Result<(), LogError> {
        check_passing(&self.config, error)
    }

    fn commit_fault(&self, error: &KafkaError) -> LogError {
        match error.rdkafka_error_code() {
            Some(
                RDKafkaErrorCode::IllegalGeneration
                | RDKafkaErrorCode::UnknownMemberId
                | RDKafkaErrorCode::RebalanceInProgress
                | RDKafkaErrorCode::AssignmentLost,
            ) => LogError::Fenced {
                what: String::from("a group member that has lost its partitions"),
            },
            _ => self.fault("committing offsets", error),
        }
    }

    fn fault(&self, what: &'static str, error: &KafkaError) -> LogError {
        LogError::of(what, &self.config.brokers, error)
    }
}

/// A committed offset beyond the end means lost records; one before the oldest kept record means
/// that retention was quicker than the reader, which is told and survived.
fn start_of(
    topic: &str,
    partition: i32,
    committed: Option<&(i64, String)>,
    (oldest, end): (i64, i64),
) -> Result<i64, LogError> {
    match committed {
        Some(&(next, _)) if next > end => Err(LogError::Truncated {
            topic: topic.to_owned(),
            partition,
            recorded: next,
            end,
        }),
        Some(&(next, _)) if next < oldest => {
            tracing::error!(
                topic,
                partition,
                next,
                oldest,
                "records were removed by retention before they were read"
            );
            Ok(oldest)
        }
        Some(&(next, _)) => Ok(next),
        None => Ok(oldest),
    }
}

/// Network trouble and lost membership pass by themselves; anything else is for the caller.
fn check_passing(config: &LogConfig, error: &KafkaError) -> Result<(), LogError> {
    match (
        LogError::of("reading as a group member", &config.brokers, error),
        error,
    ) {
        (LogError::Unreachable { cause, .. }, _) => {
            tracing::debug!(%cause, "Kafka is away; the client reconnects");
            Ok(())
        }
        (other, KafkaError::MessageConsumptionFatal(_)) => Err(other),
        (other, _) => match error.rdkafka_error_code() {
            // The member was silent for too long and joins again; revocation is told as an event.
            Some(
                RDKafkaErrorCode::PollExceeded
                | RDKafkaErrorCode::UnknownMemberId
                | RDKafkaErrorCode::IllegalGeneration
                | RDKafkaErrorCode::RebalanceInProgress,
            ) => Ok(()),
            Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => {
                Err(LogError::UnknownTopic {
                    topic: config.topics.prefix().to_owned(),
                })
            }
            _ => Err(other),
        },
    }
}
