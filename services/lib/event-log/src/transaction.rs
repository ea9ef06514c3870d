//! Transactions: records and the reader's progress become visible together, or not at all.
//!
//! Every call may block for a few milliseconds (the commit) up to its limit: use it on a thread of
//! its own, not on an async thread.

use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, PurgeConfig};
use rdkafka::topic_partition_list::Offset;

use crate::error::is_fencing;
use crate::kill_point::{Point, reach};
use crate::{LogConfig, LogError, MAX_RECORD_BYTES, OutRecord};

/// Longest wait for one step of a transaction.
const STEP: Duration = Duration::from_secs(10);
/// A transaction that its owner leaves open this long is aborted by the broker, so that readers
/// wait no longer than this for a process that died in the middle.
const ABANDONED_MS: &str = "10000";

/// The next offset to be read of one partition, with a note that is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetMark {
    /// Topic name.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// Next offset to be read.
    pub next: i64,
    /// Note for the next owner (Kafka's offset metadata), may be empty.
    pub note: String,
}

/// Makes the client's list of offsets.
pub(crate) fn offset_list(marks: &[OffsetMark]) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::with_capacity(marks.len());
    for mark in marks {
        let mut entry = list.add_partition(&mark.topic, mark.partition);
        entry.set_offset(Offset::Offset(mark.next))?;
        entry.set_metadata(&mark.note);
    }
    Ok(list)
}

/// A producer whose records appear by transaction.
///
/// Two instances with the same transactional id fence each other: the later one wins, the earlier
/// one gets [`LogError::Fenced`] at its next step and must be dropped.
pub struct TransactionalProducer {
    producer: BaseProducer,
    id: String,
    brokers: String,
    open: bool,
}

impl TransactionalProducer {
    /// Opens a producer; an earlier one of the same id is fenced and its open transaction aborted.
    pub fn open(config: &LogConfig, id: &str) -> Result<Self, LogError> {
        let fault =
            |error| LogError::of("opening a transactional producer", &config.brokers, &error);
        let producer: BaseProducer = config
            .producer()
            .set("transactional.id", id)
            .set("transaction.timeout.ms", ABANDONED_MS)
            .set("message.timeout.ms", ABANDONED_MS)
            // The next transaction often meets the tail of the last one; the default pause of
            // 100 ms would be the latency of the whole hub.
            .set("retry.backoff.ms", "1")
            .set("retry.backoff.max.ms", "50")
            .create()
            .map_err(fault)?;
        producer
            .init_transactions(Duration::from_secs(30))
            .map_err(fault)?;
        Ok(Self {
            producer,
            id: id.to_owned(),
            brokers: config.brokers.clone(),
            open: false,
        })
    }

    /// Whether a transaction is open.
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Begins a transaction.
    pub fn begin(&mut self) -> Result<(), LogError> {
        self.producer
            .begin_transaction()
            .map_err(|error| self.judge("beginning a transaction", &error))?;
        self.open = true;
        Ok(())
    }

    /// Adds a record to the open transaction (begins one if need be).
    pub fn send(&mut self, record: &OutRecord) -> Result<(), LogError> {
        let bytes = record.size();
        if bytes > MAX_RECORD_BYTES {
            return Err(LogError::TooLarge {
                topic: record.topic.clone(),
                bytes,
                limit: MAX_RECORD_BYTES,
            });
        }
        if !self.open {
            self.begin()?;
        }
        let mut message: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(&record.topic)
            .payload(record.value.as_slice())
            .headers(record.native_headers());
        if let Some(key) = &record.key {
            message = message.key(key);
        }
        if let Some(partition) = record.partition {
            message = message.partition(partition);
        }
        let deadline = Instant::now() + STEP;
        loop {
            match self.producer.send(message) {
                Ok(()) => return Ok(()),
                Err((error, back)) => {
                    let full = error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull);
                    if !full || Instant::now() > deadline {
                        return Err(self.judge("writing in a transaction", &error));
                    }
                    message = back;
                    self.producer.poll(Duration::from_millis(5));
                }
            }
        }
    }

    /// Commits what was sent, together with the reader's progress.
    ///
    /// On [`LogError::MustAbort`] call [`Self::abort`] and repeat the work; on any other error drop
    /// this producer and the consumer and begin afresh: whether the commit took place is then told
    /// by the committed offsets.
    pub fn commit(
        &mut self,
        progress: &[OffsetMark],
        group: Option<&ConsumerGroupMetadata>,
    ) -> Result<(), LogError> {
        self.drain()?;
        reach(Point::BeforeOffsetCommit);
        if let Some(group) = group {
            let offsets =
                offset_list(progress).map_err(|error| self.judge("committing", &error))?;
            self.retrying("committing offsets", |producer| {
                producer.send_offsets_to_transaction(&offsets, group, STEP)
            })?;
            reach(Point::OffsetsInTransaction);
        }
        self.retrying("committing a transaction", |producer| {
            producer.commit_transaction(STEP)
        })?;
        reach(Point::AfterOffsetCommit);
        self.open = false;
        Ok(())
    }

    /// Throws away what was sent since `begin`.
    pub fn abort(&mut self) -> Result<(), LogError> {
        if !self.open {
            return Ok(());
        }
        // Aborting waits for delivery reports that only polling brings in: purge, then drain.
        self.producer
            .purge(PurgeConfig::default().queue().inflight());
        self.drain()?;
        self.retrying("aborting a transaction", |producer| {
            producer.abort_transaction(STEP)
        })?;
        self.open = false;
        Ok(())
    }

    /// The commit call of the client flushes in steps of 100 ms; drained first, it has nothing to
    /// flush and takes a few milliseconds.
    fn drain(&self) -> Result<(), LogError> {
        let deadline = Instant::now() + STEP;
        while self.producer.in_flight_count() > 0 {
            self.producer.poll(Duration::from_millis(1));
            if Instant::now() > deadline {
                return Err(LogError::TimedOut {
                    what: "delivering a transaction's records",
                    limit: STEP,
                });
            }
        }
        Ok(())
    }

    fn retrying(
        &self,
        what: &'static str,
        step: impl Fn(&BaseProducer) -> Result<(), KafkaError>,
    ) -> Result<(), LogError> {
        let deadline = Instant::now() + STEP;
        loop {
            match step(&self.producer) {
                Ok(()) => return Ok(()),
                Err(KafkaError::Transaction(cause))
                    if cause.is_retriable()
                        && !cause.txn_requires_abort()
                        && Instant::now() < deadline =>
                {
                    self.producer.poll(Duration::from_millis(5));
                }
                Err(error) => return Err(self.judge(what, &error)),
            }
        }
    }

    fn judge(&self, what: &'static str, error: &KafkaError) -> LogError {
        let fatal = self.producer.client().fatal_error();
        let fenced = fatal.as_ref().is_some_and(|(code, _)| is_fencing(*code));
        match error {
            _ if fenced => LogError::Fenced {
                what: format!("the transactional producer {}", self.id),
            },
            KafkaError::Transaction(cause) if cause.txn_requires_abort() => LogError::MustAbort {
                cause: cause.string(),
            },
            _ => LogError::of(what, &self.brokers, error),
        }
    }
}
