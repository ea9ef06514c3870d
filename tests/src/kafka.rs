//! A department that publishes with a Kafka client of its own: nothing of the hub's is used here.

use std::collections::HashSet;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::{Header, OwnedHeaders, OwnedMessage};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList, TopicPartitionListElem};
use serde_json::Value;

/// A department's own Kafka producer.
pub struct Department {
    producer: FutureProducer,
    inbox: String,
}

impl Department {
    /// Connects; `topic_prefix` as the administrator told the department.
    pub fn connect(brokers: &str, topic_prefix: &str, name: &str) -> Self {
        let producer = ClientConfig::new()
            .set("bootstrap.servers", brokers)
            .set("acks", "all")
            .create()
            .unwrap();
        Self {
            producer,
            inbox: format!("{topic_prefix}.inbox.{name}"),
        }
    }

    /// Publishes raw bytes with raw headers; returns once Kafka has acknowledged them.
    pub async fn publish_raw(&self, headers: &[(&str, &str)], value: &[u8]) {
        let mut native = OwnedHeaders::new();
        for (key, value) in headers {
            native = native.insert(Header {
                key,
                value: Some(value.as_bytes()),
            });
        }
        let record: FutureRecord<'_, (), [u8]> =
            FutureRecord::to(&self.inbox).payload(value).headers(native);
        self.producer
            .send(record, Duration::from_secs(30))
            .await
            .map_err(|(error, _)| error)
            .unwrap();
    }

    /// Publishes an event in structured mode.
    pub async fn publish_structured(&self, event: &Value) {
        let kind = [(
            "content-type",
            "application/cloudevents+json; charset=UTF-8",
        )];
        self.publish_raw(&kind, event.to_string().as_bytes()).await;
    }

    /// Publishes an event in binary mode: attributes as `ce_` headers, `data` as the value.
    pub async fn publish_binary(&self, event: &Value) {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut headers = vec![(
            String::from("content-type"),
            String::from("application/json"),
        )];
        for (name, value) in event.as_object().unwrap() {
            if name != "data" && name != "datacontenttype" {
                headers.push((format!("ce_{name}"), text(value)));
            }
        }
        let borrowed: Vec<(&str, &str)> = headers
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        self.publish_raw(&borrowed, event["data"].to_string().as_bytes())
            .await;
    }
}

/// Every committed record of a topic, from the first to the present end, by partition in order.
pub fn read_topic(brokers: &str, topic: &str) -> Vec<OwnedMessage> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "tests-read-all")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .create()
        .unwrap();
    let wait = Duration::from_secs(30);
    let metadata = consumer.fetch_metadata(Some(topic), wait).unwrap();
    let mut from = TopicPartitionList::new();
    for partition in metadata.topics()[0].partitions() {
        from.add_partition_offset(topic, partition.id(), Offset::Beginning)
            .unwrap();
    }
    consumer.assign(&from).unwrap();
    // By partition: one that is written to meanwhile tells its end again.
    let mut open: HashSet<i32> = from
        .elements()
        .iter()
        .map(TopicPartitionListElem::partition)
        .collect();
    let mut records = Vec::new();
    while !open.is_empty() {
        match consumer.poll(wait).unwrap() {
            Ok(record) => records.push(record.detach()),
            Err(KafkaError::PartitionEOF(partition)) => {
                open.remove(&partition);
            }
            Err(error) => panic!("{topic}: {error}"),
        }
    }
    records
}
