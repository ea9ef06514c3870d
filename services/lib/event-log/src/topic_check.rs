//! Whether the topics are as the hub's guarantees need them: for `city-brain doctor`.

use std::fmt;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, ConfigResource, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::metadata::describe;
use crate::quiet::Quiet;
use crate::topics::wanted_topics;
use crate::{LogConfig, LogError, TopicSettings};

const ASK: Duration = Duration::from_secs(15);
/// Offsets of a group that is at rest must outlive a long stop of the hub.
const OFFSETS_KEPT_MINUTES: i64 = 30 * 24 * 60;

/// A topic, or the broker, that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopicFault {
    /// It does not exist.
    Missing {
        /// Its name.
        topic: String,
    },
    /// It has another number of partitions.
    Partitions {
        /// Its name.
        topic: String,
        /// Found.
        found: i32,
        /// Expected.
        expected: i32,
    },
    /// A setting of it would lose or reorder history.
    Setting {
        /// Its name.
        topic: String,
        /// The setting.
        name: String,
        /// Found.
        found: String,
        /// Expected.
        expected: String,
    },
    /// The broker forgets what groups have committed too early.
    OffsetsForgotten {
        /// After so many minutes.
        minutes: i64,
        /// At least so many are needed.
        needed: i64,
    },
}

impl fmt::Display for TopicFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { topic } => write!(f, "the topic {topic} does not exist"),
            Self::Partitions {
                topic,
                found,
                expected,
            } => write!(
                f,
                "the topic {topic} has {found} partitions, expected {expected}"
            ),
            Self::Setting {
                topic,
                name,
                found,
                expected,
            } => write!(
                f,
                "the topic {topic} has {name}={found}, expected {expected}"
            ),
            Self::OffsetsForgotten { minutes, needed } => write!(
                f,
                "the broker forgets offsets of a group at rest after {minutes} minutes, at least {needed} are needed"
            ),
        }
    }
}

/// Looks at all topics of the hub and of these departments.
pub async fn check_topics(
    config: &LogConfig,
    departments: &[&str],
    settings: &TopicSettings,
) -> Result<Vec<TopicFault>, LogError> {
    let wanted = wanted_topics(config, departments, settings);
    let names: Vec<&str> = wanted.iter().map(|topic| topic.name.as_str()).collect();
    let present = describe(config, &names).await?;
    let mut faults = Vec::new();
    let mut there = Vec::new();
    for topic in &wanted {
        match present.get(&topic.name) {
            None => faults.push(TopicFault::Missing {
                topic: topic.name.clone(),
            }),
            Some(facts) => {
                there.push(topic);
                if facts.partitions != topic.partitions {
                    faults.push(TopicFault::Partitions {
                        topic: topic.name.clone(),
                        found: facts.partitions,
                        expected: topic.partitions,
                    });
                }
            }
        }
    }
    let resources = there
        .iter()
        .map(|topic| ResourceSpecifier::Topic(&topic.name))
        .collect();
    for (topic, found) in there.iter().zip(described(config, resources).await?) {
        let value_of = |name| found.get(name)?.value.clone();
        let wrong = |name: &str, value: String, expected: &str| TopicFault::Setting {
            topic: topic.name.clone(),
            name: name.to_owned(),
            found: value,
            expected: expected.to_owned(),
        };
        faults.extend(topic.kept_for_good().filter_map(|(name, expected)| {
            found.get(name)?;
            let value = value_of(name).unwrap_or_default();
            (value != expected).then(|| wrong(name, value, expected))
        }));
        faults.extend(topic.must_end().and_then(|expected| {
            let kept = value_of("retention.ms").filter(|value| value == "-1")?;
            Some(wrong("retention.ms", kept, expected))
        }));
    }
    faults.extend(broker_fault(config).await?);
    Ok(faults)
}

async fn broker_fault(config: &LogConfig) -> Result<Option<TopicFault>, LogError> {
    let asked = config.clone();
    let broker = tokio::task::spawn_blocking(move || first_broker(&asked))
        .await
        .map_err(|_| LogError::Stopped)??;
    let found = described(config, vec![ResourceSpecifier::Broker(broker)]).await?;
    let minutes = found
        .first()
        .and_then(|broker| broker.get("offsets.retention.minutes")?.value.clone())
        .and_then(|text| text.parse::<i64>().ok());
    Ok(minutes
        .filter(|minutes| *minutes < OFFSETS_KEPT_MINUTES)
        .map(|minutes| TopicFault::OffsetsForgotten {
            minutes,
            needed: OFFSETS_KEPT_MINUTES,
        }))
}

fn first_broker(config: &LogConfig) -> Result<i32, LogError> {
    let what = "asking for the brokers";
    let fault = |error| LogError::of(what, &config.brokers, &error);
    let asking: BaseConsumer<Quiet> = config
        .consumer(&config.scoped("doctor"))
        .create_with_context(Quiet)
        .map_err(fault)?;
    let seen = asking.fetch_metadata(None, ASK).map_err(fault)?;
    seen.brokers()
        .first()
        .map(rdkafka::metadata::MetadataBroker::id)
        .ok_or(LogError::Client {
            what,
            cause: String::from("none is named"),
        })
}

async fn described(
    config: &LogConfig,
    resources: Vec<ResourceSpecifier<'_>>,
) -> Result<Vec<ConfigResource>, LogError> {
    let what = "asking for settings of topics";
    let fault = |error| LogError::of(what, &config.brokers, &error);
    if resources.is_empty() {
        return Ok(Vec::new());
    }
    let admin: AdminClient<DefaultClientContext> = config.client().create().map_err(fault)?;
    let options = AdminOptions::new().request_timeout(Some(ASK));
    let found = admin
        .describe_configs(&resources, &options)
        .await
        .map_err(fault)?;
    found
        .into_iter()
        .map(|one| {
            one.map_err(|code| LogError::Client {
                what,
                cause: code.to_string(),
            })
        })
        .collect()
}
