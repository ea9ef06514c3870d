//! P5: raw produce to consume, three times over: what three hops cost with nothing done between.

use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientConfig, Message as _, Offset, TopicPartitionList};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// Three topics, and two programs that copy from each to the next.
pub(crate) struct Hops {
    first: FutureProducer,
    topics: [String; 3],
    last: Mutex<StreamConsumer>,
    copying: Vec<JoinHandle<()>>,
}

impl Hops {
    /// Makes the topics and starts the copying.
    pub(crate) async fn open(brokers: &str, prefix: &str) -> Self {
        let topics = [1, 2, 3].map(|number| format!("{prefix}.hop{number}"));
        let admin: AdminClient<_> = ClientConfig::new()
            .set("bootstrap.servers", brokers)
            .create()
            .unwrap();
        let new: Vec<NewTopic<'_>> = topics
            .iter()
            .map(|name| NewTopic::new(name, 1, TopicReplication::Fixed(1)))
            .collect();
        for made in admin
            .create_topics(&new, &AdminOptions::new())
            .await
            .unwrap()
        {
            made.unwrap();
        }
        let copying = (0..2)
            .map(|hop| {
                let (from, to) = (consumer(brokers, &topics[hop]), topics[hop + 1].clone());
                tokio::spawn(copy(from, producer(brokers), to))
            })
            .collect();
        Self {
            first: producer(brokers),
            last: Mutex::new(consumer(brokers, &topics[2])),
            topics,
            copying,
        }
    }

    /// Milliseconds of one record over three hops.
    pub(crate) async fn probe(&self) -> f64 {
        let begin = Instant::now();
        let record: FutureRecord<'_, (), [u8]> =
            FutureRecord::to(&self.topics[0]).payload(&[7; 256]);
        self.first
            .send(record, Duration::from_secs(10))
            .await
            .map_err(|(error, _)| error)
            .unwrap();
        self.last.lock().await.recv().await.unwrap();
        begin.elapsed().as_secs_f64() * 1_000.0
    }
}

impl Drop for Hops {
    fn drop(&mut self) {
        self.copying.iter().for_each(JoinHandle::abort);
    }
}

async fn copy(from: StreamConsumer, producer: FutureProducer, to: String) {
    loop {
        let message = from.recv().await.unwrap();
        let payload = message.payload().unwrap_or_default();
        let record: FutureRecord<'_, (), [u8]> = FutureRecord::to(&to).payload(payload);
        producer
            .send(record, Duration::from_secs(10))
            .await
            .map_err(|(error, _)| error)
            .unwrap();
    }
}

fn producer(brokers: &str) -> FutureProducer {
    ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("acks", "all")
        .set("linger.ms", "0")
        .set("socket.nagle.disable", "true")
        .create()
        .unwrap()
}

fn consumer(brokers: &str, topic: &str) -> StreamConsumer {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "hops")
        .set("enable.auto.commit", "false")
        .set("fetch.wait.max.ms", "5")
        .set("socket.nagle.disable", "true")
        .create()
        .unwrap();
    let mut list = TopicPartitionList::new();
    // The topics are new: from their beginning nothing can be missed.
    list.add_partition_offset(topic, 0, Offset::Beginning)
        .unwrap();
    consumer.assign(&list).unwrap();
    consumer
}
