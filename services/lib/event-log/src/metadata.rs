//! Topic ids and partition counts, asked of a broker directly: the client library does not tell ids.
//!
//! Speaks Kafka's Metadata request (version 10, Kafka 2.8 and later) over plain TCP.

use std::collections::HashMap;

use event_schemas::city::TopicId;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{MetadataRequest, TopicName};
use kafka_protocol::protocol::StrBytes;

use crate::{LogConfig, LogError, wire};

const VERSION: i16 = 10;
const UNKNOWN_TOPIC: i16 = 3;

/// What a broker says of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TopicFacts {
    pub(crate) id: TopicId,
    pub(crate) partitions: i32,
}

/// Kafka's ids of the named topics; an error names the first that does not exist.
pub async fn topic_ids(
    config: &LogConfig,
    names: &[&str],
) -> Result<HashMap<String, TopicId>, LogError> {
    let facts = describe(config, names).await?;
    let mut ids = HashMap::with_capacity(names.len());
    for name in names {
        let found = facts.get(*name).ok_or_else(|| LogError::UnknownTopic {
            topic: (*name).to_owned(),
        })?;
        ids.insert((*name).to_owned(), found.id);
    }
    Ok(ids)
}

/// How many partitions a topic has. Blocks for a moment.
pub fn partition_count(config: &LogConfig, topic: &str) -> Result<i32, LogError> {
    let facts = describe_blocking(config, &[topic.to_owned()])?;
    facts
        .get(topic)
        .map(|facts| facts.partitions)
        .ok_or_else(|| LogError::UnknownTopic {
            topic: topic.to_owned(),
        })
}

/// Asks whether any broker answers; for health and readiness.
pub async fn probe(config: &LogConfig) -> Result<(), LogError> {
    describe(config, &[]).await.map(|_| ())
}

/// Facts of those of the named topics that exist.
pub(crate) async fn describe(
    config: &LogConfig,
    names: &[&str],
) -> Result<HashMap<String, TopicFacts>, LogError> {
    let config = config.clone();
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    tokio::task::spawn_blocking(move || describe_blocking(&config, &names))
        .await
        .map_err(|_| LogError::Stopped)?
}

/// The same from a thread that may block.
pub(crate) fn describe_blocking(
    config: &LogConfig,
    names: &[String],
) -> Result<HashMap<String, TopicFacts>, LogError> {
    wire::ask_any(config, |broker| ask(broker, &config.client_id, names))
}

fn ask(
    broker: &str,
    client_id: &str,
    names: &[String],
) -> Result<HashMap<String, TopicFacts>, wire::Fault> {
    let topics = names
        .iter()
        .map(|name| {
            let name = TopicName(StrBytes::from_string(name.clone()));
            MetadataRequestTopic::default().with_name(Some(name))
        })
        .collect();
    let request = MetadataRequest::default()
        .with_topics(Some(topics))
        .with_allow_auto_topic_creation(false);
    let response = wire::ask(broker, client_id, VERSION, &request)?;
    let mut facts = HashMap::new();
    for topic in response.topics {
        match (topic.error_code, topic.name) {
            (0, Some(name)) => {
                let partitions = i32::try_from(topic.partitions.len())?;
                let id = topic.topic_id;
                facts.insert(name.0.to_string(), TopicFacts { id, partitions });
            }
            (UNKNOWN_TOPIC, _) => {}
            (code, name) => {
                let name = name.map(|name| name.0.to_string()).unwrap_or_default();
                return Err(format!("Kafka answers error {code} for the topic {name}").into());
            }
        }
    }
    Ok(facts)
}
