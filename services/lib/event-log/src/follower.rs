//! Follows whole topics without a consumer group: every reader sees every committed record.
//!
//! A follower has caught up when it has read what stood in the log as it was opened. The end of this
//! moment would be another matter: on a topic that is written all the time, no reader ever stands at
//! the end of every partition at once. Each partition has its own queue, so that Kafka's client tells
//! the end per partition, transaction markers counted: one that ends in a marker has no last record
//! to tell its end by.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use event_schemas::city::{LogCursor, Topic, TopicId};
use rdkafka::TopicPartitionList;
use rdkafka::consumer::base_consumer::PartitionQueue;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::topic_partition_list::Offset;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::ends::ends_of;
use crate::metadata::{TopicFacts, describe_blocking};
use crate::positions::watermarks;
use crate::quiet::Quiet;
use crate::{LogConfig, LogError, Record};

/// Records taken from one partition before the next has its turn.
const TURN: usize = 512;
/// Events of the client itself (errors) served before records are taken.
const EVENTS: usize = 8;
/// Records in one batch.
const BATCH: usize = 4096;
/// How often the client's own events are served while nothing arrives.
const SERVE: Duration = Duration::from_millis(200);

/// Where following starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartAt {
    /// With the oldest record kept.
    Beginning,
    /// With the next record to be written after opening.
    End,
    /// With the newest records of each partition, so many offsets of them.
    Newest(i64),
    /// Where a cursor points; partitions it does not name start at the beginning. It may name only
    /// topics that are followed: any other topic id passes for a topic that was re-created.
    Cursor(LogCursor),
}

/// Records in the order of each partition, and how far that brings the reader.
#[derive(Clone, Debug, Default)]
pub struct FollowBatch {
    /// The records; of one partition in order, partitions mixed.
    pub records: Vec<Record>,
    /// How far the follower has come, this batch included.
    pub cursor: LogCursor,
    /// Whether everything that stood in the log when the follower was opened has been read.
    pub caught_up: bool,
}

struct Partition {
    topic: Arc<str>,
    topic_id: TopicId,
    number: i32,
    queue: PartitionQueue<Quiet>,
    /// The end as the follower was opened; none where the broker did not tell it.
    goal: Option<i64>,
    caught_up: bool,
}

impl Partition {
    fn read_to(&mut self, next: i64) {
        self.caught_up |= self.goal.is_some_and(|goal| next >= goal);
    }
}

/// A reader of whole topics.
pub struct Follower {
    partitions: Vec<Partition>,
    consumer: Arc<BaseConsumer<Quiet>>,
    arrived: Arc<Notify>,
    cursor: LogCursor,
    first: usize,
    /// Whether a batch has told that this has caught up.
    told: bool,
    config: LogConfig,
}

impl Follower {
    /// Opens the hub's own topics.
    pub async fn open(
        config: &LogConfig,
        topics: &[Topic],
        from: StartAt,
    ) -> Result<Self, LogError> {
        let names = topics.iter().map(|&topic| config.topic(topic)).collect();
        Self::open_named(config, names, from).await
    }

    /// Opens topics by full name (inboxes).
    pub async fn open_named(
        config: &LogConfig,
        names: Vec<String>,
        from: StartAt,
    ) -> Result<Self, LogError> {
        let config = config.clone();
        tokio::task::spawn_blocking(move || Self::open_blocking(config, &names, &from))
            .await
            .map_err(|_| LogError::Stopped)?
    }

    /// Opens the first partition alone of one of the hub's topics: enough for what stands in every
    /// partition alike, such as watermarks.
    pub async fn open_first_partition(
        config: &LogConfig,
        topic: Topic,
        from: StartAt,
    ) -> Result<Self, LogError> {
        let (config, names) = (config.clone(), [config.topic(topic)]);
        tokio::task::spawn_blocking(move || Self::open_some(config, &names, &from, 1))
            .await
            .map_err(|_| LogError::Stopped)?
    }

    /// Opens topics by full name, from a thread that may block.
    pub fn open_blocking(
        config: LogConfig,
        names: &[String],
        from: &StartAt,
    ) -> Result<Self, LogError> {
        Self::open_some(config, names, from, i32::MAX)
    }

    /// Follows at most so many partitions of each topic.
    fn open_some(
        config: LogConfig,
        names: &[String],
        from: &StartAt,
        most: i32,
    ) -> Result<Self, LogError> {
        let facts = describe_blocking(&config, names)?;
        let consumer: BaseConsumer<Quiet> = config
            .consumer(&config.scoped("follower"))
            .create_with_context(Quiet)
            .map_err(|error| LogError::of("opening a follower", &config.brokers, &error))?;
        let mut follower = Self {
            partitions: Vec::new(),
            consumer: Arc::new(consumer),
            arrived: Arc::new(Notify::new()),
            cursor: LogCursor::default(),
            first: 0,
            told: false,
            config,
        };
        if let StartAt::Cursor(cursor) = from {
            check_ids(names, &facts, cursor)?;
        }
        let mut assignment = TopicPartitionList::new();
        for name in names {
            let mut facts = *facts.get(name).ok_or_else(|| LogError::UnknownTopic {
                topic: name.clone(),
            })?;
            facts.partitions = facts.partitions.min(most);
            follower.add_topic(name, facts, from, &mut assignment)?;
        }
        follower.set_goals()?;
        follower
            .consumer
            .assign(&assignment)
            .map_err(|error| follower.fault("assigning partitions", &error))?;
        Ok(follower)
    }

    fn add_topic(
        &mut self,
        name: &str,
        facts: TopicFacts,
        from: &StartAt,
        assignment: &mut TopicPartitionList,
    ) -> Result<(), LogError> {
        let topic: Arc<str> = Arc::from(name);
        for number in 0..facts.partitions {
            let start = self.start(name, facts.id, number, from)?;
            if let Offset::Offset(next) = start {
                self.cursor.advance(facts.id, number, next);
            }
            // Split before assigning: nothing of this partition ever reaches the main queue.
            let mut queue = self
                .consumer
                .split_partition_queue(name, number)
                .ok_or_else(|| LogError::UnknownTopic {
                    topic: name.to_owned(),
                })?;
            let arrived = Arc::clone(&self.arrived);
            queue.set_nonempty_callback(move || arrived.notify_one());
            self.partitions.push(Partition {
                topic: Arc::clone(&topic),
                topic_id: facts.id,
                number,
                queue,
                goal: None,
                caught_up: false,
            });
            assignment
                .add_partition_offset(name, number, start)
                .map_err(|error| self.fault("assigning partitions", &error))?;
        }
        Ok(())
    }

    /// Asks where the partitions end now. An end that is not told shows itself when it is read.
    fn set_goals(&mut self) -> Result<(), LogError> {
        let asked: Vec<(&str, i32)> = self
            .partitions
            .iter()
            .map(|partition| (&*partition.topic, partition.number))
            .collect();
        let ends = match ends_of(&self.consumer, &self.config.brokers, &asked) {
            Err(error) if error.is_passing() => return Ok(()),
            told => told?,
        };
        for (partition, goal) in self.partitions.iter_mut().zip(ends) {
            partition.goal = goal;
            let at = (partition.topic_id, partition.number);
            partition.read_to(self.cursor.0.get(&at).copied().unwrap_or_default());
        }
        Ok(())
    }

    fn start(
        &self,
        name: &str,
        id: TopicId,
        number: i32,
        from: &StartAt,
    ) -> Result<Offset, LogError> {
        let ends = || watermarks(&self.config, &self.consumer, name, number);
        match from {
            StartAt::Beginning => Ok(Offset::Beginning),
            StartAt::End => Ok(Offset::Offset(ends()?.1)),
            StartAt::Newest(count) => {
                let (oldest, end) = ends()?;
                Ok(Offset::Offset(oldest.max(end - count)))
            }
            StartAt::Cursor(cursor) => match cursor.0.get(&(id, number)) {
                None => Ok(Offset::Beginning),
                Some(&next) => {
                    let (oldest, end) = ends()?;
                    if next > end {
                        return Err(LogError::Truncated {
                            topic: name.to_owned(),
                            partition: number,
                            recorded: next,
                            end,
                        });
                    }
                    // What retention has removed cannot be read again; the oldest kept is next.
                    Ok(Offset::Offset(next.max(oldest)))
                }
            },
        }
    }

    /// Waits until something arrives, at most `max_wait`, and takes it. An empty batch is no fault.
    ///
    /// While Kafka is away the client reconnects by itself and batches stay empty.
    pub async fn next(&mut self, max_wait: Duration) -> Result<FollowBatch, LogError> {
        let deadline = Instant::now() + max_wait;
        loop {
            let records = self.take()?;
            let news = self.caught_up() && !self.told;
            if !records.is_empty() || news {
                self.told |= news;
                return Ok(self.batch(records));
            }
            let now = Instant::now();
            if now >= deadline {
                return Ok(self.batch(records));
            }
            let pause = deadline.min(now + SERVE);
            // A timeout here only means that nothing arrived yet.
            let _elapsed = tokio::time::timeout_at(pause, self.arrived.notified()).await;
        }
    }

    /// How far the follower has come.
    pub const fn cursor(&self) -> &LogCursor {
        &self.cursor
    }

    /// Whether everything that stood in the log when this was opened has been read.
    pub fn caught_up(&self) -> bool {
        self.partitions.iter().all(|partition| partition.caught_up)
    }

    /// The followed partitions: topic name, topic id, number.
    pub fn partitions(&self) -> impl Iterator<Item = (&Arc<str>, TopicId, i32)> {
        self.partitions
            .iter()
            .map(|partition| (&partition.topic, partition.topic_id, partition.number))
    }

    fn batch(&self, records: Vec<Record>) -> FollowBatch {
        FollowBatch {
            records,
            cursor: self.cursor.clone(),
            caught_up: self.caught_up(),
        }
    }

    fn take(&mut self) -> Result<Vec<Record>, LogError> {
        // One call serves one event and does not tell whether more are waiting.
        for _ in 0..EVENTS {
            if let Some(Err(error)) = self.consumer.poll(Duration::ZERO) {
                check_passing(&self.config, "following", &error)?;
            }
        }
        let mut records = Vec::new();
        let count = self.partitions.len();
        let mut busy = true;
        while busy && records.len() < BATCH {
            busy = false;
            for n in 0..count {
                let index = (self.first + n) % count;
                let taken = drain(
                    &self.config,
                    &mut self.partitions[index],
                    &mut self.cursor,
                    &mut records,
                )?;
                busy |= taken == TURN;
            }
        }
        if count > 0 {
            self.first = (self.first + 1) % count;
        }
        if busy {
            // More is waiting than fits this batch: the next call must not sleep.
            self.arrived.notify_one();
        }
        Ok(records)
    }

    fn fault(&self, what: &'static str, error: &KafkaError) -> LogError {
        LogError::of(what, &self.config.brokers, error)
    }
}

impl Drop for Follower {
    /// Closing a consumer waits for its threads; that must not hold an async thread.
    fn drop(&mut self) {
        let partitions = std::mem::take(&mut self.partitions);
        let consumer = Arc::clone(&self.consumer);
        std::thread::spawn(move || {
            drop(partitions);
            while Arc::strong_count(&consumer) > 1 {
                std::thread::sleep(Duration::from_millis(1));
            }
            drop(consumer);
        });
    }
}

fn drain(
    config: &LogConfig,
    partition: &mut Partition,
    cursor: &mut LogCursor,
    records: &mut Vec<Record>,
) -> Result<usize, LogError> {
    for taken in 0..TURN {
        match partition.queue.poll(Duration::ZERO) {
            None => return Ok(taken),
            Some(Ok(message)) => {
                let record = Record::copy(&message, &partition.topic, partition.topic_id);
                let next = record.position.offset + 1;
                cursor.advance(partition.topic_id, partition.number, next);
                partition.read_to(next);
                records.push(record);
            }
            Some(Err(KafkaError::PartitionEOF(_))) => partition.caught_up = true,
            Some(Err(error)) => check_passing(config, "following", &error)?,
        }
    }
    Ok(TURN)
}

/// Network trouble passes by itself (the client reconnects); anything else is for the caller.
fn check_passing(
    config: &LogConfig,
    what: &'static str,
    error: &KafkaError,
) -> Result<(), LogError> {
    match LogError::of(what, &config.brokers, error) {
        LogError::Unreachable { cause, .. } => {
            tracing::debug!(%cause, "Kafka is away; the client reconnects");
            Ok(())
        }
        other => match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => {
                Err(LogError::UnknownTopic {
                    topic: config.topics.prefix().to_owned(),
                })
            }
            _ => Err(other),
        },
    }
}

/// A cursor may only name partitions of topics that still are the same topics.
fn check_ids(
    names: &[String],
    facts: &HashMap<String, TopicFacts>,
    cursor: &LogCursor,
) -> Result<(), LogError> {
    let current: Vec<TopicId> = facts.values().map(|facts| facts.id).collect();
    match cursor.0.keys().find(|(id, _)| !current.contains(id)) {
        None => Ok(()),
        Some(&(recorded, _)) => Err(LogError::TopicRecreated {
            topic: names.join(", "),
            recorded,
            current,
        }),
    }
}
