//! A department's own Kafka client that can write anything: null values, raw headers, batches that
//! unfold to far more than they show.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};

use super::kind::Raw;

/// The client.
pub(super) struct Inboxes {
    producer: FutureProducer,
    topic_prefix: String,
}

impl Inboxes {
    pub(super) fn connect(brokers: &str, topic_prefix: &str) -> Self {
        let producer = ClientConfig::new()
            .set("bootstrap.servers", brokers)
            .set("acks", "all")
            .set("message.max.bytes", "100000000")
            .set("compression.type", "lz4")
            .create()
            .unwrap();
        Self {
            producer,
            topic_prefix: topic_prefix.to_owned(),
        }
    }

    pub(super) fn topic(&self, department: &str) -> String {
        format!("{}.inbox.{department}", self.topic_prefix)
    }

    /// Writes a record; returns its offset once Kafka has acknowledged it.
    pub(super) async fn write(&self, department: &str, raw: &Raw) -> i64 {
        let topic = self.topic(department);
        let mut headers = OwnedHeaders::new();
        for (key, value) in &raw.headers {
            let value = value.as_deref();
            headers = headers.insert(Header { key, value });
        }
        let mut record: FutureRecord<'_, [u8], [u8]> = FutureRecord::to(&topic).headers(headers);
        if let Some(key) = &raw.key {
            record = record.key(key);
        }
        if let Some(value) = &raw.value {
            record = record.payload(value);
        }
        let delivered = self.producer.send(record, Duration::from_secs(60)).await;
        delivered.map_err(|(error, _)| error).unwrap().offset
    }
}
