//! What comes from the store: events, statistics, alerts, dead letters, feeds.

use std::collections::BTreeSet;

use domain::access::Role;
use event_schemas::Catalog;
use event_schemas::city::{Admission, DeadLetter, LogPosition, Millis, Reason};
use event_store::{
    DeadLetterRecord, EventRecord, InsertToken, OffsetRange, Origin, RecorderProgress, Rows,
    StoreConfig, Table, Writer,
};
use serde_json::{Value, json};
use service_kit::Clock;

use super::hub::{Hub, fresh_store};

const TOPIC: &str = "00000000000000000000000000000007";

fn at(offset: i64) -> LogPosition {
    format!("{TOPIC}.0.{offset}").parse().unwrap()
}

fn origin(offset: i64, append_time: Millis) -> Origin<'static> {
    Origin {
        topic: "city.events",
        position: at(offset),
        append_time,
    }
}

/// The catalog's valid examples, each an event of the last minute; their phone numbers sealed.
fn examples(now: Millis) -> Vec<(Value, Admission)> {
    let catalog = Catalog::embedded().unwrap();
    let place = catalog.places().roots()[0].code.clone();
    let valid = catalog.examples().iter().filter(|one| one.expect.is_none());
    valid
        .enumerate()
        .map(|(n, example)| {
            let mut event: Value = serde_json::from_str(&example.event).unwrap();
            if let Some(phone) = event.pointer_mut("/data/caller/phone") {
                *phone = json!({"sealed": {"key": "k1", "nonce": "bm9uY2U", "box": "Ym94", "look": "bG9vaw"}});
            }
            let admission = json!({
                "department": example.department, "eventTime": now.0 - 60_000 + n as i64, "inboxTime": now.0,
                "place": place, "level": n % 4 + 1, "measure": n as f64, "catalog": "c", "exercise": n == 0,
                "inbox": {"topicId": TOPIC, "partition": 0, "offset": n},
            });
            (event, serde_json::from_value(admission).unwrap())
        })
        .collect()
}

async fn insert(writer: &Writer, table: Table, mut rows: Rows, count: usize) {
    let range = OffsetRange {
        topic_id: at(0).topic_id,
        partition: 0,
        first: 0,
        last: count as i64 - 1,
    };
    writer
        .insert(table, rows.take(), &InsertToken { range, attempt: 0 })
        .await
        .unwrap();
}

/// A hub whose store holds the examples; how many.
pub(crate) async fn hub_with_examples() -> (Hub, StoreConfig, usize) {
    let (writer_config, reader) = fresh_store().await;
    let writer = Writer::new(&writer_config).unwrap();
    let now = Clock::system().now();
    let events = examples(now);
    let mut rows = Rows::default();
    for (n, (event, admission)) in events.iter().enumerate() {
        rows.push_event(&EventRecord {
            origin: origin(n as i64, now),
            id: event["id"].as_str().unwrap(),
            source: event["source"].as_str().unwrap(),
            event_type: event["type"].as_str().unwrap(),
            subject: event["subject"].as_str(),
            correlation_id: None,
            admission: &serde_json::to_string(admission).unwrap(),
            payload: event["data"].to_string().as_bytes(),
        })
        .unwrap();
    }
    let count = events.len();
    insert(&writer, Table::Events, rows, count).await;
    let progress = RecorderProgress {
        topic: String::from("city.events"),
        topic_id: at(0).topic_id,
        partition: 0,
        next: count as i64,
    };
    writer.note_progress(&[progress], now).await.unwrap();
    let hub = Hub::with_store(&[], reader).await;
    (hub, writer_config, count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_is_found_once_page_by_page_and_opened_by_its_id() {
    let (hub, _, count) = hub_with_examples().await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let query = "query E($after: String, $at: LogCursor) { events(first: 3, after: $after, atLeast: $at) {
        pageInfo { hasNextPage endCursor } nodes { id source eventId type title titles { zh en } data position
        department { name } place { code names { zh } } eventTime ingestTime severity exercise } } }";
    let mut seen = BTreeSet::new();
    let mut after = Value::Null;
    loop {
        let variables = json!({"after": after, "at": format!("{TOPIC}.0.{count}")});
        let answer = hub.ask(0, &token, query, variables).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        let page = &answer["data"]["events"];
        for node in page["nodes"].as_array().unwrap() {
            assert!(
                seen.insert(node["id"].as_str().unwrap().to_owned()),
                "{node}"
            );
            assert!(!node.to_string().contains("sealed"), "{node}");
            assert!(!node["titles"]["zh"].as_str().unwrap().is_empty(), "{node}");
            let open = "query N($id: ID!) { node(id: $id) { __typename id ... on Event { eventId source } } }";
            let opened = hub.ask(1, &token, open, json!({"id": node["id"]})).await;
            assert_eq!(
                opened["data"]["node"]["eventId"], node["eventId"],
                "{opened}"
            );
        }
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen.len(), count);
    let masked = "{ events(filter: {data: [{path: \"incident\", op: NE, value: \"none\"}], text: \"王女士\"}) { nodes { data } } }";
    let answer = hub.ask(0, &token, masked, json!({})).await;
    let phone = &answer["data"]["events"]["nodes"][0]["data"]["caller"]["phone"];
    assert_eq!(phone, "***", "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_and_statistics_agree_on_the_same_events() {
    let (hub, _, count) = hub_with_examples().await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let query = "{ eventStatistics(groupBy: [DEPARTMENT], measures: [COUNT, MAX]) { department { name } count max }
        byDay: eventStatistics(interval: \"P1D\") { from to count } feeds { name state eventsPerMinute rejected skew } }";
    let answer = hub.ask(0, &token, query, json!({})).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let groups = answer["data"]["eventStatistics"].as_array().unwrap();
    let mut total = 0;
    for group in groups {
        let name = group["department"]["name"].as_str().unwrap();
        let events = "query F($d: [String!]) { events(first: 1000, filter: {department: $d, not: {exercise: true}}) {
            nodes { id } } exercises: events(filter: {department: $d, exercise: true}) { nodes { id } } }";
        let found = hub.ask(1, &token, events, json!({"d": [name]})).await;
        let of = |field: &str| found["data"][field]["nodes"].as_array().unwrap().len() as u64;
        assert_eq!(
            of("events") + of("exercises"),
            group["count"].as_u64().unwrap(),
            "{name}"
        );
        total += group["count"].as_u64().unwrap();
    }
    assert_eq!(total, count as u64);
    let live = answer["data"]["feeds"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|feed| feed["state"] == "LIVE");
    assert!(live.count() > 0, "{answer}");
}

/// A dead letter of the fire department, as the recorder stores it.
pub(crate) async fn store_dead_letter(hub: &Hub, writer: &StoreConfig) {
    let now = Clock::system().now();
    let letter = DeadLetter {
        reason: Reason::ContractViolation,
        message: String::from("/data/units: a list was expected, found a number"),
        path: Some(String::from("/data/units")),
        department: String::from("fire"),
        position: at(41),
        topic: hub.log.topics.inbox("fire"),
        received_at: now,
        source: Some(String::from("/fire/dispatch")),
        id: Some(String::from("bad-1")),
        event_type: None,
    };
    let mut rows = Rows::default();
    rows.push_dead_letter(&DeadLetterRecord {
        origin: origin(0, now),
        letter: &serde_json::to_string(&letter).unwrap(),
        headers: &[("content-type", b"application/json".as_slice())],
        original: b"{}",
    })
    .unwrap();
    let writer = Writer::new(writer).unwrap();
    insert(&writer, Table::DeadLetters, rows, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_are_for_administrators_with_reason_and_position() {
    let (hub, writer_config, _) = hub_with_examples().await;
    store_dead_letter(&hub, &writer_config).await;
    let administrator = hub.person("root", &[Role::Administrator]).await;
    let query = "query D($r: [String!]) { deadLetters(first: 10, filter: {reason: $r, department: [\"fire\"]}) {
        edges { cursor node { id reason message path department { name } receivedAt position topic eventId type } } } }";
    let answer = hub
        .ask(
            0,
            &administrator,
            query,
            json!({"r": ["contract_violation"]}),
        )
        .await;
    let node = &answer["data"]["deadLetters"]["edges"][0]["node"];
    assert_eq!(node["reason"], "contract_violation", "{answer}");
    assert_eq!(node["position"], format!("{TOPIC}.0.41"));
    let open = "query N($id: ID!) { node(id: $id) { __typename } }";
    let opened = hub
        .ask(0, &administrator, open, json!({"id": node["id"]}))
        .await;
    assert_eq!(
        opened["data"]["node"]["__typename"], "DeadLetter",
        "{opened}"
    );
    let developer = hub.person("dev", &[Role::Developer]).await;
    let hidden = hub
        .ask(0, &developer, open, json!({"id": node["id"]}))
        .await;
    assert_eq!(hidden["data"]["node"], Value::Null, "{hidden}");
    let others = hub
        .ask(0, &administrator, query, json!({"r": ["id_reused"]}))
        .await;
    assert_eq!(others["data"]["deadLetters"]["edges"], json!([]));
    let nonsense = hub
        .ask(0, &administrator, query, json!({"r": ["because"]}))
        .await;
    assert_eq!(nonsense["errors"][0]["extensions"]["code"], "BAD_REQUEST");
}
