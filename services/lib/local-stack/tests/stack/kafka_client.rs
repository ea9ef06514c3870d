//! As much of a Kafka client as the tests of the stack need.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

const LIMIT: Duration = Duration::from_secs(30);

fn client(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", brokers)
        .set("log_level", "0");
    config
}

pub(crate) async fn create_topic(brokers: &str, topic: &str) {
    let admin: AdminClient<DefaultClientContext> = client(brokers).create().unwrap();
    let made = admin
        .create_topics(
            [&NewTopic::new(topic, 1, TopicReplication::Fixed(1))],
            &AdminOptions::new().operation_timeout(Some(LIMIT)),
        )
        .await
        .unwrap();
    assert_eq!(made, [Ok(topic.to_owned())]);
}

/// Publishes one record, and returns once Kafka has acknowledged it.
pub(crate) async fn publish(brokers: &str, topic: &str, payload: &str) {
    let producer: FutureProducer = client(brokers).set("acks", "all").create().unwrap();
    producer
        .send(FutureRecord::<(), str>::to(topic).payload(payload), LIMIT)
        .await
        .unwrap();
}

/// Every record of a topic's one partition.
pub(crate) async fn read(brokers: &str, topic: &str) -> Vec<String> {
    let (config, topic) = (client(brokers), topic.to_owned());
    tokio::task::spawn_blocking(move || read_blocking(config, &topic))
        .await
        .unwrap()
}

fn read_blocking(mut config: ClientConfig, topic: &str) -> Vec<String> {
    let consumer: BaseConsumer = config.set("group.id", "reads-all").create().unwrap();
    let (_, end) = consumer.fetch_watermarks(topic, 0, LIMIT).unwrap();
    let mut partition = TopicPartitionList::new();
    partition
        .add_partition_offset(topic, 0, Offset::Beginning)
        .unwrap();
    consumer.assign(&partition).unwrap();
    (0..end)
        .map(|_| {
            let record = consumer.poll(LIMIT).unwrap().unwrap();
            String::from_utf8(record.payload().unwrap().to_vec()).unwrap()
        })
        .collect()
}

/// The partition count of a topic as the broker tells it, `None` when there is no such topic.
pub(crate) async fn partitions(brokers: &str, topic: &str) -> Option<usize> {
    let (config, topic) = (client(brokers), topic.to_owned());
    tokio::task::spawn_blocking(move || {
        let consumer: BaseConsumer = config.create().unwrap();
        let seen = consumer.fetch_metadata(Some(&topic), LIMIT).unwrap();
        Some(seen.topics()[0].partitions().len()).filter(|count| *count > 0)
    })
    .await
    .unwrap()
}
