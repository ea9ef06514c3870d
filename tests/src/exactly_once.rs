//! What must hold after any number of crashes: every published event once, and nothing twice of
//! what follows from them.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use city_brain::hub::Addresses;
use event_schemas::city::{Admission, headers};
use rdkafka::message::{Headers as _, Message as _, OwnedMessage};
use serde_json::Value;

use crate::kafka::read_topic;
use crate::load::{HASHES_SQL, Published, hash};
use crate::store::Store;

/// What a run left behind, for the printed line.
#[derive(Clone, Copy, Debug)]
pub struct Left {
    /// Rows of events.
    pub events: u64,
    /// Alerts, and their changes.
    pub alerts: (usize, usize),
    /// Cases, and lines of their timelines.
    pub cases: (u64, u64),
}

/// Waits until all has come to rest, then checks everything.
pub async fn holds(place: &Addresses, published: Published, limit: Duration) -> Left {
    let store = Store::new(&place.clickhouse);
    all_rows(&store, published, limit).await;
    at_rest(&store, limit).await;
    let sql = format!("SELECT count(), uniqExact(source, id), {HASHES_SQL} FROM events");
    assert_eq!(
        store.numbers(&sql).await,
        [published.events, published.events, published.hashes],
        "rows, different events and their hashes: exactly the published set"
    );
    let letters = store
        .rows("SELECT reason, message FROM dead_letters LIMIT 5")
        .await;
    assert!(letters.is_empty(), "{letters:?}");
    in_order(place, &store).await;
    let alerts = alerts_once(place);
    assert_eq!(
        alerts.0 as u64, published.grave,
        "one alert for each grave fire"
    );
    let cases = cases_once(&store).await;
    Left {
        events: published.events,
        alerts,
        cases,
    }
}

/// Waits for every published event: as long as rows still come, at most `limit`.
async fn all_rows(store: &Store, published: Published, limit: Duration) {
    const STANDSTILL: Duration = Duration::from_secs(45);
    let (begin, mut moved, mut seen) = (Instant::now(), Instant::now(), 0);
    loop {
        let count = store.numbers("SELECT count() FROM events").await[0];
        if count >= published.events {
            return;
        }
        if count > seen {
            (moved, seen) = (Instant::now(), count);
        }
        assert!(
            moved.elapsed() < STANDSTILL && begin.elapsed() < limit,
            "after {:?}: {count} rows of {published:?}, the last came {:?} ago",
            begin.elapsed(),
            moved.elapsed()
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Nothing moves for three looks in a row.
async fn at_rest(store: &Store, limit: Duration) {
    let mut seen = Vec::new();
    let mut still = 0;
    let begin = Instant::now();
    while still < 3 {
        assert!(begin.elapsed() < limit, "the hub comes to rest");
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = store
            .numbers("SELECT (SELECT count() FROM events), (SELECT sum(version) FROM alerts FINAL), (SELECT count() FROM case_events)")
            .await;
        still = if now == seen { still + 1 } else { 0 };
        seen = now;
    }
}

/// In each partition of the city's log what one inbox brought stands in the inbox's order, and every row
/// of the table is a record of the log at its own place.
async fn in_order(place: &Addresses, store: &Store) {
    let mut newest: HashMap<(i32, String), i64> = HashMap::new();
    let (mut records, mut places) = (0, 0);
    for record in read_topic(&place.kafka, &format!("{}.events", place.topic_prefix)) {
        let Some(json) = header(&record, headers::ADMISSION) else {
            // Watermarks and marks.
            continue;
        };
        let admission: Admission = serde_json::from_str(&json).unwrap();
        let (partition, offset) = (record.partition(), admission.inbox.offset);
        let before = newest.insert((partition, admission.department), offset);
        assert!(
            before < Some(offset),
            "partition {partition}: {offset} of the inbox stands after {before:?}"
        );
        let source = header(&record, headers::CE_SOURCE).unwrap();
        let id = header(&record, headers::CE_ID).unwrap();
        places ^= hash(&format!("{partition}\n{}\n{source}\n{id}", record.offset()));
        records += 1;
    }
    let sql = "SELECT count(), groupBitXor(reinterpretAsUInt64(substring(SHA256(concat(toString(partition), '\\n', \
               toString(offset), '\\n', source, '\\n', id)), 1, 8))) FROM events";
    assert_eq!(
        store.numbers(sql).await,
        [records, places],
        "rows and records of the log, each at its place"
    );
}

fn header(record: &OwnedMessage, name: &str) -> Option<String> {
    let found = record.headers()?.iter().find(|header| header.key == name)?;
    String::from_utf8(found.value?.to_vec()).ok()
}

/// Every change of every alert is in the log once, in order.
fn alerts_once(place: &Addresses) -> (usize, usize) {
    let records = read_topic(&place.kafka, &format!("{}.alerts", place.topic_prefix));
    let mut newest: HashMap<String, u64> = HashMap::new();
    let mut first_event: HashSet<String> = HashSet::new();
    for record in &records {
        let alert: Value = serde_json::from_slice(record.payload().unwrap()).unwrap();
        let id = alert["id"].as_str().unwrap().to_owned();
        let version = alert["version"].as_u64().unwrap();
        let before = newest.insert(id.clone(), version).unwrap_or(0);
        assert_eq!(version, before + 1, "alert {id} goes on by one");
        if version == 1 {
            let event = alert["events"][0].to_string();
            assert!(
                first_event.insert(event),
                "two alerts of one event: {alert}"
            );
        }
    }
    (newest.len(), records.len())
}

/// Every number, and every line of every timeline, is there once.
async fn cases_once(store: &Store) -> (u64, u64) {
    let cases = store
        .numbers("SELECT count(), uniqExact(id), uniqExact(number), sum(version) FROM cases FINAL")
        .await;
    assert_eq!(cases[0], cases[1]);
    assert_eq!(cases[0], cases[2], "no number twice");
    let lines = store
        .numbers(
            "SELECT count(), uniqExact(JSONExtractString(line, 'case'), JSONExtractUInt(line, 'version')) FROM \
             (SELECT arrayJoin(JSONExtractArrayRaw(entries)) AS line FROM case_events WHERE accepted)",
        )
        .await;
    assert_eq!(lines[0], lines[1], "no line of a timeline twice");
    assert_eq!(
        lines[0], cases[3],
        "every version of every case has its line"
    );
    let rows = store
        .numbers("SELECT count(), uniqExact(topic_id, partition, offset), uniqExactIf((actor_kind, actor, key), accepted), countIf(accepted) FROM case_events")
        .await;
    assert_eq!(rows[0], rows[1], "no record of the decisions twice");
    assert_eq!(rows[2], rows[3], "no command counts twice");
    let alerts = store
        .numbers(
            "SELECT count(), uniqExact(alert) FROM (SELECT JSONExtractString(arrayJoin(JSONExtractArrayRaw(body, 'alerts')), 'id') AS alert \
             FROM cases FINAL)",
        )
        .await;
    assert_eq!(alerts[0], alerts[1], "no alert on two cases");
    (cases[0], lines[0])
}
