//! Topic ids and partition counts, asked of a broker directly: the client library does not tell ids.
//!
//! Speaks Kafka's Metadata request (version 10, Kafka 2.8 and later) over plain TCP.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use bytes::BytesMut;
use event_schemas::city::TopicId;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{
    ApiKey, MetadataRequest, MetadataResponse, RequestHeader, ResponseHeader, TopicName,
};
use kafka_protocol::protocol::{
    Decodable, Encodable, HeaderVersion, StrBytes, encode_request_header_into_buffer,
};

use crate::{LogConfig, LogError};

const VERSION: i16 = 10;
const WAIT: Duration = Duration::from_secs(5);
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
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
    let mut cause = String::from("no broker is named");
    for broker in config.brokers.split(',').map(str::trim) {
        match ask(broker, &config.client_id, names) {
            Ok(facts) => return Ok(facts),
            Err(error) => cause = format!("{broker}: {error}"),
        }
    }
    Err(LogError::Unreachable {
        brokers: config.brokers.clone(),
        cause,
    })
}

fn ask(
    broker: &str,
    client_id: &str,
    names: &[String],
) -> Result<HashMap<String, TopicFacts>, Box<dyn std::error::Error>> {
    let address = broker
        .to_socket_addrs()?
        .next()
        .ok_or("the name resolves to no address")?;
    let mut stream = TcpStream::connect_timeout(&address, WAIT)?;
    stream.set_read_timeout(Some(WAIT))?;
    stream.set_write_timeout(Some(WAIT))?;
    stream.set_nodelay(true)?;
    stream.write_all(&request(client_id, names)?)?;
    let mut length = [0_u8; 4];
    stream.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length))?;
    if length > LARGEST_ANSWER {
        return Err("the answer is too long to be Kafka's".into());
    }
    let mut answer = vec![0_u8; length];
    stream.read_exact(&mut answer)?;
    let mut answer = bytes::Bytes::from(answer);
    ResponseHeader::decode(&mut answer, MetadataResponse::header_version(VERSION))?;
    let response = MetadataResponse::decode(&mut answer, VERSION)?;
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

fn request(client_id: &str, names: &[String]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let topics = names
        .iter()
        .map(|name| {
            let name = TopicName(StrBytes::from_string(name.clone()));
            MetadataRequestTopic::default().with_name(Some(name))
        })
        .collect();
    let header = RequestHeader::default()
        .with_request_api_key(ApiKey::Metadata as i16)
        .with_request_api_version(VERSION)
        .with_correlation_id(1)
        .with_client_id(Some(StrBytes::from_string(client_id.to_owned())));
    let mut body = BytesMut::new();
    encode_request_header_into_buffer(&mut body, &header)?;
    MetadataRequest::default()
        .with_topics(Some(topics))
        .with_allow_auto_topic_creation(false)
        .encode(&mut body, VERSION)?;
    let mut framed = Vec::with_capacity(body.len() + 4);
    framed.extend_from_slice(&u32::try_from(body.len())?.to_be_bytes());
    framed.extend_from_slice(&body);
    Ok(framed)
}
