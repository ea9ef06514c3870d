//! The events that are measured: fire calls of the made-up district.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};

/// Headers of binary mode, as a department's own client writes them.
pub(crate) fn headers(id: &str) -> OwnedHeaders {
    let mut headers = OwnedHeaders::new();
    for (key, value) in [
        ("content-type", "application/json"),
        ("ce_specversion", "1.0"),
        ("ce_id", id),
        ("ce_source", "/fire/dispatch"),
        ("ce_type", "city.fire.incident-reported.v1"),
        ("ce_time", "2026-06-01T08:00:00Z"),
        ("ce_placecode", "990101002001"),
    ] {
        headers = headers.insert(Header {
            key,
            value: Some(value),
        });
    }
    headers
}

/// The payload of one event, about 150 bytes.
pub(crate) fn payload(number: usize) -> String {
    format!(
        r#"{{"incident":"F{number}","category":"public-assist","address":"渡口路 {} 号","agency":"澜湾消防","units":["E{}","A{}"]}}"#,
        number % 300,
        number % 20,
        number % 7
    )
}

/// Writes `count` events to a topic and waits for all acknowledgements.
pub(crate) fn fill(brokers: &str, topic: &str, count: usize) {
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("acks", "all")
        .set("linger.ms", "20")
        .set("queue.buffering.max.messages", "1000000")
        .create()
        .unwrap();
    for number in 0..count {
        let id = format!("B-{number}");
        let payload = payload(number);
        let mut record: BaseRecord<'_, (), str> = BaseRecord::to(topic)
            .partition(0)
            .payload(payload.as_str())
            .headers(headers(&id));
        while let Err((_, back)) = producer.send(record) {
            std::thread::sleep(Duration::from_millis(5));
            record = back;
        }
    }
    producer.flush(Duration::from_secs(120)).unwrap();
}

/// Publishes at a steady rate until told that it is over.
pub(crate) fn steady(brokers: &str, topic: &str, rate: u64, over: &std::sync::atomic::AtomicBool) {
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("acks", "all")
        .set("linger.ms", "2")
        .create()
        .unwrap();
    let begin = std::time::Instant::now();
    let mut number = 0_u64;
    while !over.load(std::sync::atomic::Ordering::Relaxed) {
        let due = (begin.elapsed().as_secs_f64() * rate as f64) as u64;
        while number < due {
            let payload = payload(usize::try_from(number).unwrap());
            let id = format!("L-{number}");
            let record: BaseRecord<'_, (), str> = BaseRecord::to(topic)
                .partition(0)
                .payload(payload.as_str())
                .headers(headers(&id));
            if producer.send(record).is_err() {
                break;
            }
            number += 1;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    producer.flush(Duration::from_secs(30)).unwrap();
}
