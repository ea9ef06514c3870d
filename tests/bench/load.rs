//! The events that are measured: fire calls of the made-up district.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use service_kit::Clock;

/// Where and when the events of most sections happen.
pub(crate) const PLACE: &str = "990101002001";
const TIME: &str = "2026-06-01T08:00:00Z";

/// Headers of binary mode, as a department's own client writes them.
pub(crate) fn headers(id: &str, place: &str, time: &str) -> OwnedHeaders {
    let mut headers = OwnedHeaders::new();
    for (key, value) in [
        ("content-type", "application/json"),
        ("ce_specversion", "1.0"),
        ("ce_id", id),
        ("ce_source", "/fire/dispatch"),
        ("ce_type", "city.fire.incident-reported.v1"),
        ("ce_time", time),
        ("ce_placecode", place),
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
    fill_with(brokers, topic, count, |number| {
        headers(&format!("B-{number}"), PLACE, TIME)
    });
}

/// Writes `count` events with headers of the caller's own.
pub(crate) fn fill_with(
    brokers: &str,
    topic: &str,
    count: usize,
    headers: impl Fn(usize) -> OwnedHeaders,
) {
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("acks", "all")
        .set("linger.ms", "20")
        .set("queue.buffering.max.messages", "1000000")
        .create()
        .unwrap();
    for number in 0..count {
        let payload = payload(number);
        let mut record: BaseRecord<'_, (), str> = BaseRecord::to(topic)
            .partition(0)
            .payload(payload.as_str())
            .headers(headers(number));
        while let Err((_, back)) = producer.send(record) {
            std::thread::sleep(Duration::from_millis(5));
            record = back;
        }
    }
    producer.flush(Duration::from_secs(120)).unwrap();
}

/// Publishes at a steady rate until told that it is over, from a thread of its own; ids begin with
/// the moment, so that a second load is no repeat of the first.
pub(crate) struct Steady {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<u64>>,
}

impl Steady {
    /// Starts; each event is at the next of these places, now.
    pub(crate) fn start(brokers: &str, topic: &str, rate: u64, places: &[&str]) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (brokers, topic, told) = (brokers.to_owned(), topic.to_owned(), Arc::clone(&over));
        let places: Vec<String> = places.iter().map(|place| (*place).to_owned()).collect();
        let thread = std::thread::spawn(move || steady(&brokers, &topic, rate, &places, &told));
        Self {
            over,
            thread: Some(thread),
        }
    }

    /// Stops; returns how many were published.
    pub(crate) fn stop(mut self) -> u64 {
        self.over.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Steady {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn steady(brokers: &str, topic: &str, rate: u64, places: &[String], over: &AtomicBool) -> u64 {
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("acks", "all")
        .set("linger.ms", "2")
        .create()
        .unwrap();
    let (begin, first) = (Instant::now(), Clock::system().now());
    let mut number = 0_u64;
    while !over.load(Ordering::Relaxed) {
        let due = (begin.elapsed().as_secs_f64() * rate as f64) as u64;
        let now = Clock::system().now().rfc3339();
        while number < due {
            let nth = usize::try_from(number).unwrap();
            let payload = payload(nth);
            let id = format!("L-{}-{number}", first.0);
            let record: BaseRecord<'_, (), str> = BaseRecord::to(topic)
                .partition(0)
                .payload(payload.as_str())
                .headers(headers(&id, &places[nth % places.len()], &now));
            if producer.send(record).is_err() {
                break;
            }
            number += 1;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    producer.flush(Duration::from_secs(30)).unwrap();
    number
}
