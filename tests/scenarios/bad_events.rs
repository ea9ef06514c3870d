//! Fifteen kinds of bad events among good ones: each a dead letter with its reason, none harming others.

use std::time::Duration;

use serde_json::{Value, json};
use tests::hub::TestHub;
use tests::store::Store;
use tests::wait::until;

use crate::story::{COMMUNITY, event, medical_call};

const STRUCTURED: (&str, &str) = ("content-type", "application/cloudevents+json");

/// A kind of bad event: its raw bytes, and what the publisher must be told.
struct Bad {
    bytes: Vec<u8>,
    reason: &'static str,
    path: Option<&'static str>,
}

fn bad(event: &Value, reason: &'static str, path: &'static str) -> Bad {
    Bad {
        bytes: event.to_string().into_bytes(),
        reason,
        path: Some(path),
    }
}

fn raw(bytes: &[u8], reason: &'static str) -> Bad {
    Bad {
        bytes: bytes.to_vec(),
        reason,
        path: None,
    }
}

/// A good event, changed.
fn with(id: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut event = medical_call(id, COMMUNITY);
    change(&mut event);
    event
}

fn fifteen_kinds() -> Vec<Bad> {
    let mut kinds = bad_envelopes();
    kinds.extend(bad_contents());
    kinds
}

fn bad_envelopes() -> Vec<Bad> {
    vec![
        raw(b"not json at all", "malformed"),
        raw(b"{\"specversion\":\"1.0\",\"id\":\"T-1\"", "malformed"),
        raw(b"\xff\xfe\x00", "malformed"),
        bad(
            &with("E-1", |e| drop(e.as_object_mut().unwrap().remove("source"))),
            "envelope",
            "/source",
        ),
        bad(
            &with("E-2", |e| e["specversion"] = json!("0.3")),
            "envelope",
            "/specversion",
        ),
        bad(&with("E-3", |e| e["id"] = json!("")), "envelope", "/id"),
        bad(
            &with("E-4", |e| e["type"] = json!("city.fire.dragon-seen.v1")),
            "unknown_type",
            "/type",
        ),
        bad(
            &event(
                "city.power.outage-started.v1",
                "E-5",
                COMMUNITY,
                json!({ "outage": "O-1", "customers": 5 }),
            ),
            "foreign_type",
            "/type",
        ),
    ]
}

fn bad_contents() -> Vec<Bad> {
    let huge = "x".repeat(400_000);
    vec![
        bad(
            &with("E-6", |e| e["data"]["category"] = json!("dragon")),
            "contract_violation",
            "/data/category",
        ),
        bad(
            &with("E-7", |e| {
                drop(e["data"].as_object_mut().unwrap().remove("incident"));
            }),
            "contract_violation",
            "/data/incident",
        ),
        bad(
            &with("E-8", |e| e["data"]["units"] = json!("E1")),
            "contract_violation",
            "/data/units",
        ),
        bad(
            &with("E-9", |e| e["time"] = json!("yesterday")),
            "wrong_time",
            "/time",
        ),
        bad(
            &with("E-10", |e| e["placecode"] = json!("000000")),
            "wrong_place",
            "/placecode",
        ),
        bad(
            &with("E-11", |e| {
                e["lon"] = json!("222.5");
                e["lat"] = json!("30.9");
            }),
            "wrong_coordinates",
            "/lon",
        ),
        bad(
            &with("E-12", |e| e["data"]["address"] = json!(huge)),
            "too_large",
            "",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_bad_event_becomes_a_dead_letter_with_its_reason_and_no_good_one_waits() {
    let hub = TestHub::start("bad").await;
    let api = hub.api().await;
    let mut live = hub.live(&api).await;
    let fire = hub.department("fire");
    let kinds = fifteen_kinds();
    assert_eq!(kinds.len(), 15);
    for (n, kind) in kinds.iter().enumerate() {
        fire.publish_structured(&medical_call(&format!("G-{n}"), COMMUNITY))
            .await;
        fire.publish_raw(&[STRUCTURED], &kind.bytes).await;
    }
    // A repeat and a reused id: the first is counted, the second told.
    fire.publish_structured(&with("R-1", |e| e["time"] = json!("2026-01-01T00:00:00Z")))
        .await;
    fire.publish_structured(&with("R-1", |e| e["time"] = json!("2026-01-01T00:00:00Z")))
        .await;
    fire.publish_structured(&with("R-1", |e| e["time"] = json!("2026-01-01T00:00:01Z")))
        .await;
    fire.publish_structured(&medical_call("G-last", COMMUNITY))
        .await;

    let limit = Duration::from_secs(20);
    live.follow(
        "the last good event, behind all the bad ones",
        limit,
        |live| live.events.iter().any(|event| event["subject"] == "G-last"),
    )
    .await;
    let query = "{ deadLetters(first: 50) { nodes { reason message path department { name } eventId topic position } } \
        events(first: 100) { nodes { eventId } } }";
    let (letters, events) = until("all dead letters and all good events", limit, || async {
        let data = api.query(query, json!({})).await;
        let letters = data["deadLetters"]["nodes"].as_array().unwrap().clone();
        let events = data["events"]["nodes"].as_array().unwrap().clone();
        (letters.len() >= 16 && events.len() >= 17).then_some((letters, events))
    })
    .await;
    assert_eq!(letters.len(), 16, "15 kinds and the reused id");
    assert_eq!(
        events.len(),
        17,
        "15 good ones, the first of R-1, the last one"
    );
    let mut oldest_first = letters.clone();
    oldest_first.reverse();
    for (letter, kind) in oldest_first.iter().zip(&kinds) {
        assert_eq!(letter["reason"], kind.reason, "{letter}");
        assert_eq!(letter["department"]["name"], "fire");
        assert!(letter["message"].as_str().unwrap().len() > 10, "{letter}");
        if let Some(path) = kind.path.filter(|path| !path.is_empty()) {
            assert_eq!(letter["path"], path, "{letter}");
        }
    }
    assert_eq!(oldest_first[15]["reason"], "id_reused");
    let waited = Store::new(&hub.hub.addresses.clickhouse)
        .numbers(
            "SELECT toUInt64(max(dateDiff('millisecond', inbox_time, ingest_time))) FROM events",
        )
        .await[0];
    assert!(
        waited < 5_000,
        "a good event waited {waited} ms behind bad ones"
    );
    hub.stop().await;
}
