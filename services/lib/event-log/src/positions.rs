//! Questions about single positions of the log: where partitions end, what stands at an offset.

use std::sync::Arc;
use std::time::{Duration, Instant};

use event_schemas::city::{LogPosition, TopicId};
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::topic_partition_list::Offset;

use crate::metadata::describe_blocking;
use crate::quiet::Quiet;
use crate::{LogConfig, LogError, Record};

const ASK: Duration = Duration::from_secs(10);

/// Where a partition begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartitionEnds {
    /// Kafka's id of the topic.
    pub topic_id: TopicId,
    /// Partition.
    pub partition: i32,
    /// The oldest offset kept.
    pub oldest: i64,
    /// The next offset after the last committed record.
    pub end: i64,
}

/// The ends of a topic's partitions, once every transaction that is open now is decided.
///
/// A new owner needs this: its predecessor's last transaction may be committed for one partition
/// and not yet visible in another. Blocks; use it on a thread of its own.
pub fn settled_ends(
    config: &LogConfig,
    topic: &str,
    wait: Duration,
) -> Result<Vec<PartitionEnds>, LogError> {
    let deadline = Instant::now() + wait;
    let facts = describe_blocking(config, &[topic.to_owned()])?;
    let facts = facts.get(topic).ok_or_else(|| LogError::UnknownTopic {
        topic: topic.to_owned(),
    })?;
    let all = reader(config, "read_uncommitted")?;
    let committed = reader(config, "read_committed")?;
    let mut ends = Vec::new();
    for partition in 0..facts.partitions {
        let (_, written) = watermarks(config, &all, topic, partition)?;
        loop {
            let (oldest, end) = watermarks(config, &committed, topic, partition)?;
            if end >= written {
                ends.push(PartitionEnds {
                    topic_id: facts.id,
                    partition,
                    oldest,
                    end,
                });
                break;
            }
            if Instant::now() > deadline {
                return Err(LogError::TimedOut {
                    what: "an open transaction to be decided",
                    limit: wait,
                });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(ends)
}

/// The committed record at a position of `topic`; `None` if nothing stands there (any more).
pub async fn record_at(
    config: &LogConfig,
    topic: &str,
    position: LogPosition,
) -> Result<Option<Record>, LogError> {
    let (config, topic) = (config.clone(), topic.to_owned());
    tokio::task::spawn_blocking(move || record_at_blocking(&config, &topic, position))
        .await
        .map_err(|_| LogError::Stopped)?
}

fn record_at_blocking(
    config: &LogConfig,
    topic: &str,
    position: LogPosition,
) -> Result<Option<Record>, LogError> {
    let facts = describe_blocking(config, &[topic.to_owned()])?;
    match facts.get(topic) {
        Some(facts) if facts.id == position.topic_id => {}
        other => {
            return Err(LogError::TopicRecreated {
                topic: topic.to_owned(),
                recorded: position.topic_id,
                current: other.map(|facts| facts.id).into_iter().collect(),
            });
        }
    }
    let consumer = reader(config, "read_committed")?;
    let mut at = TopicPartitionList::new();
    let fault = |error| LogError::of("reading one record", &config.brokers, &error);
    at.add_partition_offset(topic, position.partition, Offset::Offset(position.offset))
        .map_err(fault)?;
    consumer.assign(&at).map_err(fault)?;
    match consumer.poll(ASK) {
        None => Err(LogError::TimedOut {
            what: "reading one record",
            limit: ASK,
        }),
        Some(Ok(message)) => {
            let name: Arc<str> = Arc::from(topic);
            let record = Record::copy(&message, &name, position.topic_id);
            Ok((record.position == position).then_some(record))
        }
        Some(Err(rdkafka::error::KafkaError::PartitionEOF(_))) => Ok(None),
        Some(Err(error)) => Err(fault(error)),
    }
}

fn reader(config: &LogConfig, isolation: &str) -> Result<BaseConsumer<Quiet>, LogError> {
    config
        .consumer(&config.scoped("positions"))
        .set("isolation.level", isolation)
        .create_with_context(Quiet)
        .map_err(|error| LogError::of("opening a reader", &config.brokers, &error))
}

/// The oldest offset and the end of a partition. A topic that was just made, or whose leader just
/// moved, is asked again for a while.
pub(crate) fn watermarks<C: ConsumerContext>(
    config: &LogConfig,
    reader: &BaseConsumer<C>,
    topic: &str,
    partition: i32,
) -> Result<(i64, i64), LogError> {
    let deadline = Instant::now() + ASK;
    loop {
        let asked = reader.fetch_watermarks(topic, partition, ASK);
        let error = match asked {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        let what = "asking for the end of a partition";
        let fault = LogError::of(what, &config.brokers, &error);
        if !fault.is_passing() || Instant::now() > deadline {
            return Err(fault);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
