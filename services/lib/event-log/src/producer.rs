//! Writes single records: acknowledged by all replicas, no repeats by the client's own retries.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::future_producer::DeliveryFuture;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};
use tokio::sync::watch;

use crate::{LogConfig, LogError, MAX_RECORD_BYTES, OutRecord};

/// How long the client itself keeps trying to deliver a record.
const DELIVERY_MS: &str = "30000";

/// Where a record was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Partition.
    pub partition: i32,
    /// Offset in it.
    pub offset: i64,
}

/// Why a record was not (or perhaps not) written.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Not written: too large.
    #[error("a record of {bytes} bytes is too large: the limit is {limit} bytes")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Not written: too much is waiting for Kafka already.
    #[error("too many records are waiting for Kafka; try again in a moment")]
    Full,
    /// Not written: Kafka refused it.
    #[error("Kafka refused the record for {topic}: {cause}")]
    Refused {
        /// Topic name.
        topic: String,
        /// What Kafka said.
        cause: String,
    },
    /// Unknown: no answer in time. It may be written yet; write it again under the same identity.
    #[error(
        "Kafka has not acknowledged the record for {topic}: {cause}; try again with the same id"
    )]
    Unanswered {
        /// Topic name.
        topic: String,
        /// What was waited for.
        cause: String,
    },
}

/// An idempotent producer; clones share one connection. A producer that broke for good (its
/// sequence was lost) is replaced by a fresh one.
#[derive(Clone)]
pub struct IdempotentProducer {
    config: LogConfig,
    current: Arc<watch::Sender<FutureProducer>>,
}

impl IdempotentProducer {
    /// Makes a producer; connects when the first record is written.
    pub fn new(config: &LogConfig) -> Result<Self, LogError> {
        let producer = create(config)?;
        Ok(Self {
            config: config.clone(),
            current: Arc::new(watch::Sender::new(producer)),
        })
    }

    /// Writes a record and waits for all replicas, at most `wait`.
    pub async fn publish(
        &self,
        record: &OutRecord,
        wait: Duration,
    ) -> Result<Published, PublishError> {
        self.send(record)?.wait(wait).await
    }

    /// Hands a record to the client at once; records sent one after another to one partition stand
    /// there in this order.
    pub fn send(&self, record: &OutRecord) -> Result<Delivery, PublishError> {
        let bytes = record.size();
        if bytes > MAX_RECORD_BYTES {
            return Err(PublishError::TooLarge {
                bytes,
                limit: MAX_RECORD_BYTES,
            });
        }
        let used = self.current.borrow().clone();
        let mut message: FutureRecord<'_, [u8], [u8]> =
            FutureRecord::to(&record.topic).headers(record.native_headers());
        // As it is read: an empty value is none. In a compacted topic it removes what stood under its key.
        if !record.value.is_empty() {
            message = message.payload(record.value.as_slice());
        }
        if let Some(key) = &record.key {
            message = message.key(key);
        }
        if let Some(partition) = record.partition {
            message = message.partition(partition);
        }
        match used.send_result(message) {
            Ok(report) => Ok(Delivery {
                producer: self.clone(),
                topic: record.topic.clone(),
                used,
                report,
            }),
            Err((error, _)) => Err(self.judge(&used, &record.topic, &error)),
        }
    }

    fn judge(&self, used: &FutureProducer, topic: &str, error: &KafkaError) -> PublishError {
        if used.client().fatal_error().is_some() {
            self.replace();
        }
        let topic = topic.to_owned();
        let cause = error.to_string();
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::QueueFull) => PublishError::Full,
            Some(
                RDKafkaErrorCode::MessageSizeTooLarge
                | RDKafkaErrorCode::UnknownTopic
                | RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::UnknownPartition
                | RDKafkaErrorCode::TopicAuthorizationFailed
                | RDKafkaErrorCode::InvalidTopic
                | RDKafkaErrorCode::InvalidRecord,
            ) => PublishError::Refused { topic, cause },
            _ => PublishError::Unanswered { topic, cause },
        }
    }

    fn replace(&self) {
        match create(&self.config) {
            Ok(fresh) => {
                let broken = self.current.send_replace(fresh);
                // Closing waits for the client's threads; that must not hold an async thread.
                tokio::task::spawn_blocking(move || drop(broken));
                tracing::warn!("a broken Kafka producer was replaced by a fresh one");
            }
            Err(error) => tracing::error!(%error, "a broken Kafka producer cannot be replaced"),
        }
    }
}

/// A record on its way.
pub struct Delivery {
    producer: IdempotentProducer,
    topic: String,
    used: FutureProducer,
    report: DeliveryFuture,
}

impl Delivery {
    /// Waits until all replicas have the record, at most `wait`.
    pub async fn wait(self, wait: Duration) -> Result<Published, PublishError> {
        let unanswered = |topic, cause| PublishError::Unanswered { topic, cause };
        match tokio::time::timeout(wait, self.report).await {
            Err(_) => Err(unanswered(self.topic, format!("no answer within {wait:?}"))),
            Ok(Err(_)) => Err(unanswered(
                self.topic,
                String::from("the client was closed"),
            )),
            Ok(Ok(Err((error, _)))) => Err(self.producer.judge(&self.used, &self.topic, &error)),
            Ok(Ok(Ok(delivered))) => Ok(Published {
                partition: delivered.partition,
                offset: delivered.offset,
            }),
        }
    }
}

fn create(config: &LogConfig) -> Result<FutureProducer, LogError> {
    config
        .producer()
        .set("message.timeout.ms", DELIVERY_MS)
        .create()
        .map_err(|error| LogError::of("opening a producer", &config.brokers, &error))
}
