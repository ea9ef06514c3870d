//! P5: from produce to the alert's frame in a WebSocket client, under load, with 1,000 rules; beside
//! raw produce to consume, three times over, on the same broker at the same time.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use event_log::CollectTimes;
use serde_json::{Value, json};
use tests::hub::{TestHub, settings};
use tests::live::LiveClient;
use tests::stack::{namespace, shared};

use crate::floor::hops::Hops;
use crate::load::{PLACE, Steady};
use crate::processes::{broker_cpu, own_cpu};
use crate::table::{percentile, row};

/// Rules in force.
const RULES: usize = 1_000;
/// Live clients, the measuring one beside them.
const CLIENTS: usize = 200;
/// Probes per rate.
const PROBES: usize = 150;
/// Longest gathering times whose trade is shown.
const COMMIT_INTERVALS_MS: [u64; 4] = [1, 5, 20, 100];
/// Background events per second of that comparison.
const COMMIT_RATE: u64 = 500;
/// Background events per second.
const RATES: [u64; 3] = [20, 500, 2_000];

/// Measures at each rate and prints the rows.
pub(crate) fn measure() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    for rate in RATES {
        let Measured { hub, hops, .. } = runtime.block_on(one_rate(rate, CollectTimes::default()));
        for (percent, name) in [(50.0, "p50"), (99.0, "p99")] {
            let (ours, raw) = (percentile(&hub, percent), percentile(&hops, percent));
            row(
                &format!("P5 {name} at {rate}/s: produce to alert frame"),
                "ms",
                &[ours],
            );
            row(
                &format!("P5 {name} at {rate}/s: three raw hops"),
                "ms",
                &[raw],
            );
            row(
                &format!("P5 {name} at {rate}/s: hub / hops"),
                "",
                &[ours / raw],
            );
        }
    }
}

/// Measures at one rate with different longest gathering times, and prints the rows.
pub(crate) fn measure_commit_intervals() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    for longest in COMMIT_INTERVALS_MS {
        let collect = CollectTimes {
            longest: Duration::from_millis(longest),
            ..CollectTimes::default()
        };
        let found = runtime.block_on(one_rate(COMMIT_RATE, collect));
        let name = format!("at {COMMIT_RATE}/s, commit after at most {longest} ms:");
        for (percent, part) in [(50.0, "p50"), (99.0, "p99")] {
            let value = percentile(&found.hub, percent);
            row(&format!("{name} {part}"), "ms", &[value]);
        }
        row(&format!("{name} cores"), "", &[found.own_cores]);
        row(&format!("{name} cores of Kafka"), "", &[found.broker_cores]);
    }
}

/// What one run found.
struct Measured {
    /// Milliseconds from produce to frame, sorted.
    hub: Vec<f64>,
    /// Milliseconds of three raw hops, sorted.
    hops: Vec<f64>,
    /// CPU seconds per second of the hub with its load and its clients.
    own_cores: f64,
    /// CPU seconds per second of the broker.
    broker_cores: f64,
}

async fn one_rate(rate: u64, collect: CollectTimes) -> Measured {
    let namespace = namespace("latency");
    let mut settings = settings(&namespace);
    let catalog = settings.data_dir.join("catalog");
    copy(
        &tests::binary::repository().join("event-schemas/catalog"),
        &catalog,
    );
    std::fs::write(catalog.join("hub/rules.yaml"), rules().to_string()).unwrap();
    settings.catalog = Some(catalog);
    settings.collect = collect;
    let hub = TestHub::with(namespace, settings).await;
    let api = hub.api().await;
    let mut crowd = Vec::new();
    for _ in 0..CLIENTS {
        let mut client = hub.live(&api).await;
        crowd.push(tokio::spawn(async move {
            while client.next_frame().await.is_some() {}
        }));
    }
    let mut live = hub.live(&api).await;
    live.follow("a snapshot", Duration::from_secs(20), |live| {
        !live.cursor.is_empty()
    })
    .await;

    let topic = format!("{}.inbox.fire", hub.namespace.topic_prefix);
    let background = Steady::start(&shared().brokers, &topic, rate, &[PLACE]);
    let hops = Hops::open(&shared().brokers, &hub.namespace.topic_prefix).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    let fire = hub.department("fire");
    let places = places();
    let (begin, own, broker) = (Instant::now(), own_cpu(), broker_cpu());
    for number in 0..PROBES {
        ours.push(probe(&fire, &mut live, &places, number).await);
        raw.push(hops.probe().await);
        // One after another at once they would only measure the ten frames a second that a client gets.
        let pause = 150 + u64::try_from(number).unwrap() * 83 % 200;
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let (own_cores, broker_cores) = (
        (own_cpu() - own) / seconds,
        (broker_cpu() - broker) / seconds,
    );
    background.stop();
    crowd.iter().for_each(tokio::task::JoinHandle::abort);
    hub.stop().await;
    ours.sort_by(f64::total_cmp);
    raw.sort_by(f64::total_cmp);
    Measured {
        hub: ours,
        hops: raw,
        own_cores,
        broker_cores,
    }
}

/// Communities of the made-up district: an alert tells each of its first ten events, so probes take
/// turns between places.
fn places() -> Vec<String> {
    let catalog = event_schemas::Catalog::embedded().unwrap();
    let tree = catalog.places();
    let leaves = tree
        .iter()
        .filter(|place| tree.children(&place.code).is_empty());
    leaves.map(|place| place.code.clone()).collect()
}

/// Publishes one event that a rule waits for, and waits for the frame with its alert.
async fn probe(
    fire: &tests::kafka::Department,
    live: &mut LiveClient,
    places: &[String],
    number: usize,
) -> f64 {
    let place = places[number % places.len()].as_str();
    let wanted = u64::try_from(number / places.len()).unwrap() + 1;
    let event = json!({
        "specversion": "1.0", "id": format!("probe-{number}"), "source": "/fire/probe",
        "type": "city.fire.incident-reported.v1", "placecode": place,
        "time": service_kit::Clock::system().now().rfc3339(),
        "data": { "incident": format!("probe-{number}"), "category": "explosion" },
    });
    let begin = Instant::now();
    fire.publish_structured(&event).await;
    live.follow("the probe's alert", Duration::from_secs(60), |live| {
        live.alert_changes.iter().any(|alert| {
            alert["rule"]["id"] == "hub.bench-0"
                && alert["place"] == place
                && alert["eventCount"].as_u64().unwrap_or(0) >= wanted
        })
    })
    .await;
    let took = begin.elapsed().as_secs_f64() * 1_000.0;
    live.alert_changes.clear();
    live.events.clear();
    took
}

/// One rule that the probes meet, and many that look at every event in vain.
fn rules() -> Value {
    let words = |text: &str| json!({ "zh": text, "en": text });
    (0..RULES)
        .map(|number| {
            let predicate = if number == 0 {
                String::from("event.data.category == 'explosion'")
            } else {
                format!("event.data.agency == 'nobody-{number}'")
            };
            json!({
                "id": format!("hub.bench-{number}"), "version": 1, "owner": "hub", "severity": 4,
                "title": words("bench"), "alertTitle": words("bench {place}"), "sop": words("nothing"),
                "key": "exactPlace", "keepFiring": "1h",
                "when": { "match": { "of": { "types": ["city.fire.incident-reported.v1"], "where": predicate } } },
            })
        })
        .collect()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let entries: BTreeMap<_, _> = std::fs::read_dir(from)
        .unwrap()
        .map(Result::unwrap)
        .map(|entry| (entry.path(), to.join(entry.file_name())))
        .collect();
    for (path, goal) in entries {
        if path.is_dir() {
            copy(&path, &goal);
        } else {
            std::fs::copy(path, goal).unwrap();
        }
    }
}
