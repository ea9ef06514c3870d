//! P1 (a): poll, parse into a struct, produce with the same headers.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::Message;
use rdkafka::message::OwnedHeaders;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};

use super::{Incident, POLL, consumer};
use rdkafka::consumer::Consumer as _;

/// Copies `count` events from one topic to another.
pub(crate) fn run(brokers: &str, from: &str, to: &str, count: usize) {
    let consumer = consumer(brokers, from, 1);
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("acks", "all")
        .set("enable.idempotence", "true")
        .set("linger.ms", "5")
        .create()
        .unwrap();
    let (mut done, mut weight) = (0, 0);
    while done < count {
        let Some(Ok(message)) = consumer.poll(POLL) else {
            continue;
        };
        let Some(payload) = message.payload() else {
            continue;
        };
        let incident: Incident<'_> = serde_json::from_slice(payload).unwrap();
        weight += incident.weight();
        let headers = message
            .headers()
            .map_or_else(OwnedHeaders::new, rdkafka::message::BorrowedHeaders::detach);
        let mut record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(to)
            .partition(i32::try_from(weight % 4).unwrap())
            .payload(payload)
            .headers(headers);
        while let Err((_, back)) = producer.send(record) {
            std::thread::sleep(Duration::from_millis(1));
            record = back;
        }
        done += 1;
    }
    producer.flush(Duration::from_secs(60)).unwrap();
    drop(consumer.unassign());
}
