//! Creates the hub's topics with the settings that its guarantees rest on.

use std::time::Duration;

use event_schemas::city::Topic;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::RDKafkaErrorCode;

use crate::metadata::describe;
use crate::{LogConfig, LogError};

const WAIT: Duration = Duration::from_secs(30);
const DAY_MS: i64 = 86_400_000;

/// How new topics are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicSettings {
    /// Copies of every record; one on a single machine.
    pub replication: i32,
    /// Partitions of events, matches and alerts. Never changed afterwards: a history would be torn.
    pub partitions: i32,
    /// How many days an inbox keeps what was published.
    pub inbox_days: u32,
    /// How many days dead letters are kept.
    pub dead_letter_days: u32,
}

impl Default for TopicSettings {
    fn default() -> Self {
        Self {
            replication: 1,
            partitions: Topic::Events.partitions(),
            inbox_days: 7,
            dead_letter_days: 30,
        }
    }
}

/// A topic as it must be.
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) partitions: i32,
    retention_ms: String,
    largest_record: String,
    cleanup: &'static str,
}

/// How long a destroyed key may stay in the log's files: segments are closed and compacted within this.
const COMPACTED_WITHIN_MS: &str = "3600000";

/// What is kept for days goes away in whole segments, counted from their newest record: so nothing
/// outlives its time by more than this day.
const SEGMENT_MS: &str = "86400000";

impl Wanted {
    /// The settings on which the guarantees rest, with what they must be. How long an inbox or the dead
    /// letters are kept is the operator's choice.
    pub(crate) fn kept_for_good(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let retention = (self.retention_ms == "-1").then_some(("retention.ms", "-1"));
        [
            ("cleanup.policy", self.cleanup),
            ("message.timestamp.type", "LogAppendTime"),
            ("retention.bytes", "-1"),
        ]
        .into_iter()
        .chain(retention)
    }

    /// For how long what is personal may stand in it as it came: such a topic must not be kept for good.
    pub(crate) fn must_end(&self) -> Option<&str> {
        (self.retention_ms != "-1").then_some(&*self.retention_ms)
    }
}

/// Creates the topics that are missing and checks the partitions of those that exist.
pub async fn create_topics(
    config: &LogConfig,
    departments: &[&str],
    settings: &TopicSettings,
) -> Result<(), LogError> {
    let wanted = wanted_topics(config, departments, settings);
    let names: Vec<&str> = wanted.iter().map(|topic| topic.name.as_str()).collect();
    let present = describe(config, &names).await?;
    let missing: Vec<&Wanted> = wanted
        .iter()
        .filter(|topic| !present.contains_key(&topic.name))
        .collect();
    if !missing.is_empty() {
        create(config, &missing, settings.replication).await?;
    }
    verify(config, &wanted, &names).await
}

/// All topics of the hub and of these departments.
pub(crate) fn wanted_topics(
    config: &LogConfig,
    departments: &[&str],
    settings: &TopicSettings,
) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Topic::ALL
        .into_iter()
        .map(|topic| Wanted {
            name: config.topic(topic),
            partitions: match topic.partitions() {
                1 => 1,
                _ => settings.partitions,
            },
            retention_ms: match topic {
                Topic::DeadLetters => days(settings.dead_letter_days),
                _ => String::from("-1"),
            },
            largest_record: crate::config::MAX_RECORD_BYTES.to_string(),
            cleanup: match topic {
                Topic::Keys => "compact",
                _ => "delete",
            },
        })
        .collect();
    wanted.extend(departments.iter().map(|department| Wanted {
        name: config.topics.inbox(department),
        partitions: 1,
        retention_ms: days(settings.inbox_days),
        largest_record: String::from("1048588"),
        cleanup: "delete",
    }));
    wanted
}

fn days(days: u32) -> String {
    (i64::from(days) * DAY_MS).to_string()
}

async fn create(config: &LogConfig, missing: &[&Wanted], replication: i32) -> Result<(), LogError> {
    let admin: AdminClient<DefaultClientContext> = config
        .client()
        .create()
        .map_err(|error| LogError::of("creating topics", &config.brokers, &error))?;
    let in_sync = if replication > 1 { "2" } else { "1" };
    let topics: Vec<NewTopic<'_>> = missing
        .iter()
        .map(|topic| {
            let new = NewTopic::new(
                &topic.name,
                topic.partitions,
                TopicReplication::Fixed(replication),
            );
            let new = match (topic.cleanup, &*topic.retention_ms) {
                ("compact", _) => new
                    .set("segment.ms", COMPACTED_WITHIN_MS)
                    .set("max.compaction.lag.ms", COMPACTED_WITHIN_MS)
                    .set("min.cleanable.dirty.ratio", "0.01"),
                (_, "-1") => new,
                _ => new.set("segment.ms", SEGMENT_MS),
            };
            new.set("cleanup.policy", topic.cleanup)
                .set("message.timestamp.type", "LogAppendTime")
                .set("unclean.leader.election.enable", "false")
                .set("min.insync.replicas", in_sync)
                .set("retention.bytes", "-1")
                .set("retention.ms", &topic.retention_ms)
                .set("max.message.bytes", &topic.largest_record)
        })
        .collect();
    let options = AdminOptions::new()
        .request_timeout(Some(WAIT))
        .operation_timeout(Some(WAIT));
    let results = admin
        .create_topics(&topics, &options)
        .await
        .map_err(|error| LogError::of("creating topics", &config.brokers, &error))?;
    for result in results {
        match result {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((topic, code)) => {
                return Err(LogError::Client {
                    what: "creating topics",
                    cause: format!("{topic}: {code}"),
                });
            }
        }
    }
    Ok(())
}

/// A new topic takes a moment to be known to every broker, so absence is asked again for a while.
async fn verify(config: &LogConfig, wanted: &[Wanted], names: &[&str]) -> Result<(), LogError> {
    let mut asked = 0;
    loop {
        let present = describe(config, names).await;
        let absent = match &present {
            Ok(present) => wanted
                .iter()
                .find(|topic| !present.contains_key(&topic.name)),
            Err(_) => wanted.first(),
        };
        match (absent, present) {
            (None, Ok(present)) => {
                let wrong = wanted.iter().find_map(|topic| {
                    let found = present.get(&topic.name)?.partitions;
                    (found != topic.partitions).then(|| LogError::WrongPartitions {
                        topic: topic.name.clone(),
                        found,
                        expected: topic.partitions,
                    })
                });
                return wrong.map_or(Ok(()), Err);
            }
            (_, Err(error)) if asked >= 100 => return Err(error),
            (Some(topic), _) if asked >= 100 => {
                return Err(LogError::UnknownTopic {
                    topic: topic.name.clone(),
                });
            }
            _ => {
                asked += 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use event_schemas::city::Topics;

    use super::*;

    #[test]
    fn what_came_in_plain_goes_within_days_and_only_keys_can_be_taken_out_of_what_is_kept_for_good()
    {
        let config = LogConfig {
            brokers: String::new(),
            topics: Topics::new("city"),
            client_id: String::new(),
        };
        let wanted = wanted_topics(&config, &["fire"], &TopicSettings::default());
        let ending: Vec<(&str, &str)> = wanted
            .iter()
            .filter_map(|topic| Some((&*topic.name, topic.must_end()?)))
            .collect();
        let expected = [
            ("city.dead-letters", "2592000000"),
            ("city.inbox.fire", "604800000"),
        ];
        assert_eq!(ending, expected);
        let compacted: Vec<&str> = wanted
            .iter()
            .filter(|topic| topic.cleanup == "compact")
            .map(|topic| &*topic.name)
            .collect();
        assert_eq!(compacted, ["city.keys"]);
    }
}
