//! Transactions: records and the reader's progress become visible together, or not at all.
//!
//! Every call may block for a few milliseconds (the commit) up to its limit: use it on a thread of
//! its own, not on an async thread.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
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
/// The client is told the limit of a step and usually keeps it. A call that met a broker standing still
/// has been seen to wait for ever, so it is left behind after this time, with its producer.
const LEFT_BEHIND: Duration = Duration::from_secs(15);
/// A transaction that its owner leaves open this long is aborted by the broker, so that readers
/// wait no longer than this for a process that died in the middle.
const ABANDONED_MS: &str = "10000";
/// An acknowledgement usually comes within this time, so it is looked for often.
const SOON: Duration = Duration::from_millis(20);
const SHORT_REST: Duration = Duration::from_micros(200);
const LONG_REST: Duration = Duration::from_millis(2);

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
    producer: Arc<BaseProducer>,
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
            producer: Arc::new(producer),
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
        let (begin, deadline) = (Instant::now(), Instant::now() + STEP);
        loop {
            match self.producer.send(message) {
                Ok(()) => return Ok(()),
                Err((error, back)) => {
                    let full = error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull);
                    if !full || Instant::now() > deadline {
                        return Err(self.judge("writing in a transaction", &error));
                    }
                    message = back;
                    serve_and_rest(&self.producer, begin);
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
        group: Option<ConsumerGroupMetadata>,
    ) -> Result<(), LogError> {
        self.drain()?;
        reach(Point::BeforeOffsetCommit);
        if let Some(group) = group {
            let offsets =
                offset_list(progress).map_err(|error| self.judge("committing", &error))?;
            self.step("committing offsets", move |producer| {
                producer.send_offsets_to_transaction(&offsets, &group, STEP)
            })?;
            reach(Point::OffsetsInTransaction);
        }
        self.step("committing a transaction", |producer| {
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
        self.step("aborting a transaction", |producer| {
            producer.abort_transaction(STEP)
        })?;
        self.open = false;
        Ok(())
    }

    /// The commit call of the client flushes in steps of 100 ms; drained first, it has nothing to
    /// flush and takes a few milliseconds.
    fn drain(&self) -> Result<(), LogError> {
        let begin = Instant::now();
        while self.producer.in_flight_count() > 0 {
            serve_and_rest(&self.producer, begin);
            if begin.elapsed() > STEP {
                return Err(LogError::TimedOut {
                    what: "delivering a transaction's records",
                    limit: STEP,
                });
            }
        }
        Ok(())
    }

    /// One call of the client, on a thread of its own: whatever the client does, this one goes on.
    fn step(
        &self,
        what: &'static str,
        call: impl Fn(&BaseProducer) -> Result<(), KafkaError> + Send + 'static,
    ) -> Result<(), LogError> {
        let (tell, told) = sync_channel(1);
        let producer = Arc::clone(&self.producer);
        std::thread::Builder::new()
            .name("kafka-step".to_owned())
            .spawn(move || {
                // Nobody listens any more once the call was left behind.
                let _unheard = tell.send(retrying(&producer, call));
            })
            .map_err(|error| LogError::Client {
                what,
                cause: format!("no thread could be started: {error}"),
            })?;
        match told.recv_timeout(LEFT_BEHIND) {
            Ok(outcome) => outcome.map_err(|error| self.judge(what, &error)),
            Err(_) => Err(LogError::TimedOut {
                what,
                limit: LEFT_BEHIND,
            }),
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

/// Repeats a call as long as the client says that this can help, within the limit of a step.
fn retrying(
    producer: &BaseProducer,
    call: impl Fn(&BaseProducer) -> Result<(), KafkaError>,
) -> Result<(), KafkaError> {
    let begin = Instant::now();
    loop {
        match call(producer) {
            Err(KafkaError::Transaction(cause))
                if cause.is_retriable()
                    && !cause.txn_requires_abort()
                    && begin.elapsed() < STEP =>
            {
                serve_and_rest(producer, begin);
            }
            outcome => return outcome,
        }
    }
}

/// Takes in what the client has to tell, then rests. The client's own wait would spin through its last
/// millisecond, which took most of a processor while the broker was slow or away.
fn serve_and_rest(producer: &BaseProducer, waiting_since: Instant) {
    let mut waiting = producer.in_flight_count();
    loop {
        producer.poll(Duration::ZERO);
        let left = producer.in_flight_count();
        if left == 0 {
            return;
        }
        if left >= waiting {
            break;
        }
        waiting = left;
    }
    let rest = if waiting_since.elapsed() < SOON {
        SHORT_REST
    } else {
        LONG_REST
    };
    std::thread::sleep(rest);
}
