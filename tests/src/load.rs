//! A plain Kafka client under steady load: four departments, retried with the same id until Kafka
//! has acknowledged, now and then sent twice as a client does that lost an acknowledgement.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rdkafka::ClientConfig;
use rdkafka::client::ClientContext;
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, ThreadedProducer};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Events between two looks at the clock.
const TICK: Duration = Duration::from_millis(10);
/// One event in so many is sent twice.
const TWICE_IN: u64 = 50;
/// One event in so many is a grave fire, which raises an alert, unless a scenario wants more of them.
const GRAVE_IN: u64 = 1_500;

const COMMUNITIES: [&str; 5] = [
    "990101001001",
    "990101001002",
    "990101002001",
    "990101002002",
    "990101003001",
];

/// What was published, each once however often it was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// How many events.
    pub events: u64,
    /// How many of them raise an alert by themselves.
    pub grave: u64,
    /// How often Kafka was asked to take one.
    pub sent: u64,
    /// All hashes of source and id, joined by xor: equal sets give equal values.
    pub hashes: u64,
}

impl Published {
    /// One more event, sent so many times.
    pub fn add(&mut self, source: &str, id: &str, times: u64) {
        self.events += 1;
        self.sent += times;
        self.hashes ^= hash(&format!("{source}\n{id}"));
    }

    /// What two publishers have published between them.
    pub const fn and(self, other: Self) -> Self {
        Self {
            events: self.events + other.events,
            grave: self.grave + other.grave,
            sent: self.sent + other.sent,
            hashes: self.hashes ^ other.hashes,
        }
    }
}

/// The first eight bytes of SHA-256 over a text, little-endian. For an event: source, line feed, id.
pub(crate) fn hash(text: &str) -> u64 {
    let digest = Sha256::digest(text);
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_le_bytes(first)
}

/// ClickHouse's expression of the same hash, joined over all rows.
pub const HASHES_SQL: &str =
    "groupBitXor(reinterpretAsUInt64(substring(SHA256(concat(source, '\\n', id)), 1, 8)))";

/// Where and how fast.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Kafka's address.
    pub brokers: String,
    /// First part of topic names.
    pub topic_prefix: String,
    /// Events in a second.
    pub rate: u64,
    /// The same seed gives the same events.
    pub seed: u64,
}

struct Planned {
    inbox: String,
    json: String,
}

/// Gives back what Kafka did not take.
struct Acknowledgements {
    failed: Sender<Box<Planned>>,
}

impl ClientContext for Acknowledgements {}

impl ProducerContext for Acknowledgements {
    type DeliveryOpaque = Box<Planned>;

    fn delivery(&self, result: &DeliveryResult<'_>, planned: Self::DeliveryOpaque) {
        if result.is_err() {
            self.failed.send(planned).ok();
        }
    }
}

/// Publishing, until it is stopped.
pub struct Load {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Published>,
}

impl Load {
    /// Starts publishing on a thread of its own.
    pub fn start(plan: Plan) -> Self {
        Self::with_grave_fires(plan, GRAVE_IN)
    }

    /// The same with a grave fire in each so many events.
    pub fn with_grave_fires(plan: Plan, grave_in: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let thread = std::thread::spawn(move || publish(&plan, grave_in, &told));
        Self { stop, thread }
    }

    /// Stops, waits until everything is acknowledged, and tells what was published.
    pub fn finish(self) -> Published {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

fn publish(plan: &Plan, grave_in: u64, stop: &AtomicBool) -> Published {
    let (failed, again) = channel();
    let producer: ThreadedProducer<Acknowledgements> = ClientConfig::new()
        .set("bootstrap.servers", &plan.brokers)
        .set("acks", "all")
        .set("linger.ms", "5")
        .create_with_context(Acknowledgements { failed })
        .unwrap();
    let mut chance = StdRng::seed_from_u64(plan.seed);
    let mut published = Published::default();
    let begin = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        let due = begin.elapsed().as_millis() as u64 * plan.rate / 1_000;
        while published.events < due {
            let grave = published.events.is_multiple_of(grave_in);
            let (planned, source, id) = event(plan, published.events, grave, &mut chance);
            published.add(&source, &id, 0);
            published.grave += u64::from(grave);
            if published.events.is_multiple_of(TWICE_IN) {
                let copy = Planned {
                    inbox: planned.inbox.clone(),
                    json: planned.json.clone(),
                };
                send(&producer, copy, &mut published.sent);
            }
            send(&producer, planned, &mut published.sent);
        }
        retry(&producer, &again, &mut published.sent);
        std::thread::sleep(TICK);
    }
    let limit = Instant::now() + Duration::from_secs(60);
    while producer.in_flight_count() > 0 {
        assert!(Instant::now() < limit, "Kafka acknowledges what it is sent");
        producer.flush(Duration::from_secs(5)).ok();
        retry(&producer, &again, &mut published.sent);
    }
    published
}

fn retry(
    producer: &ThreadedProducer<Acknowledgements>,
    again: &Receiver<Box<Planned>>,
    sent: &mut u64,
) {
    while let Ok(planned) = again.try_recv() {
        send(producer, *planned, sent);
    }
}

fn send(producer: &ThreadedProducer<Acknowledgements>, planned: Planned, sent: &mut u64) {
    let headers = OwnedHeaders::new().insert(Header {
        key: "content-type",
        value: Some("application/cloudevents+json"),
    });
    let mut planned = Box::new(planned);
    *sent += 1;
    loop {
        let (inbox, json) = (planned.inbox.clone(), planned.json.clone());
        let record: BaseRecord<'_, (), str, _> = BaseRecord::with_opaque_to(&inbox, planned)
            .payload(json.as_str())
            .headers(headers.clone());
        match producer.send(record) {
            Ok(()) => return,
            // The client's own queue is full.
            Err((_, back)) => planned = back.delivery_opaque,
        }
        std::thread::sleep(TICK);
    }
}

/// The event of this number, with its source and id.
fn event(plan: &Plan, number: u64, grave: bool, chance: &mut StdRng) -> (Planned, String, String) {
    let id = format!("L{}-{number}", plan.seed);
    let (event_type, data) = content(number, grave, &id);
    let department = event_type.split('.').nth(1).unwrap();
    let source = format!("/{department}/load");
    let event = json!({
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": event_type,
        "time": service_kit::Clock::system().now().rfc3339(),
        "placecode": COMMUNITIES[chance.random_range(0..COMMUNITIES.len())],
        "data": data,
    });
    let planned = Planned {
        inbox: format!("{}.inbox.{department}", plan.topic_prefix),
        json: event.to_string(),
    };
    (planned, source, id)
}

fn content(number: u64, grave: bool, id: &str) -> (&'static str, Value) {
    const REPORTED: &str = "city.fire.incident-reported.v1";
    if grave {
        return (
            REPORTED,
            json!({ "incident": id, "category": "structure-fire" }),
        );
    }
    match number % 4 {
        0 => (
            REPORTED,
            json!({ "incident": id, "category": "public-assist" }),
        ),
        1 => (
            "city.power.outage-started.v1",
            json!({ "outage": id, "customers": 0 }),
        ),
        2 => (
            "city.hotline.request-received.v1",
            json!({ "request": id, "category": "noise", "summary": "夜间施工噪声" }),
        ),
        _ => (
            "city.roads.closure-started.v1",
            json!({ "closure": id, "road": "石桥路", "restriction": "one-way", "reason": "construction" }),
        ),
    }
}
