//! The hub's own records and live frames, as they really are, hold to their published contracts.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use event_schemas::city::record_contract;
use event_schemas::contract::Contract;
use rdkafka::message::{Headers as _, Message as _, OwnedMessage};
use serde_json::{Value, json};
use tests::hub::TestHub;
use tests::kafka::read_topic;
use tests::stack::shared;
use tests::wait::until;

use crate::story::{COMMUNITY, event, structure_fire};

/// Contracts, compiled at first use, and how often each was held against something.
#[derive(Default)]
struct Contracts {
    compiled: HashMap<String, Contract>,
    held: BTreeMap<String, u32>,
}

impl Contracts {
    fn hold(&mut self, name: &str, bytes: &[u8]) {
        let contract = self.compiled.entry(name.to_owned()).or_insert_with(|| {
            record_contract(name)
                .unwrap_or_else(|| panic!("a contract for {name}"))
                .unwrap_or_else(|faults| panic!("{name}: {faults:?}"))
        });
        if let Err(violations) = contract.check(bytes) {
            panic!("{name}: {violations:?}\n{}", String::from_utf8_lossy(bytes));
        }
        *self.held.entry(name.to_owned()).or_default() += 1;
    }
}

fn header<'r>(record: &'r OwnedMessage, name: &str) -> Option<&'r [u8]> {
    let headers = record.headers()?;
    headers.iter().find(|header| header.key == name)?.value
}

/// Which contract a record's value holds to, by its type.
fn contract_of(event_type: &str) -> Option<&'static str> {
    Some(match event_type {
        "city.hub.watermark-advanced.v1" => "watermark",
        "city.hub.rule-set-activated.v1" => "rule-set-mark",
        "city.hub.alert-changed.v1" => "alert",
        "city.hub.case-decided.v1" => "case-decision",
        "city.hub.control-decided.v1" => "control-decision",
        _ => return None,
    })
}

fn hold_topic(contracts: &mut Contracts, hub: &TestHub, topic: &str) {
    let topic = format!("{}.{topic}", hub.namespace.topic_prefix);
    for record in read_topic(&shared().brokers, &topic) {
        for name in ["admission", "dead-letter"] {
            if let Some(value) = header(&record, name) {
                contracts.hold(name, value);
            }
        }
        let kind = header(&record, "ce_type").map(String::from_utf8_lossy);
        if kind.as_deref() == Some("city.hotline.request-received.v1") {
            let event: Value = serde_json::from_slice(record.payload().unwrap()).unwrap();
            let sealed = event.pointer("/reporter/name").unwrap();
            contracts.hold("sealed-field", sealed.to_string().as_bytes());
        }
        if let Some(name) = kind.as_deref().and_then(contract_of) {
            contracts.hold(name, record.payload().unwrap());
        }
    }
}

/// Everything that a run must have brought.
const HELD: [&str; 12] = [
    "admission",
    "alert",
    "case-decision",
    "control-decision",
    "dead-letter",
    "live-beat",
    "live-delta",
    "live-snapshot",
    "live-welcome",
    "rule-set-mark",
    "sealed-field",
    "watermark",
];

async fn publish(hub: &TestHub) {
    let fire = hub.department("fire");
    fire.publish_structured(&structure_fire("F-1", COMMUNITY))
        .await;
    fire.publish_structured(&json!({ "specversion": "1.0" }))
        .await;
    let request = json!({ "request": "H-1", "category": "noise", "summary": "噪声", "reporter": { "name": "某先生" } });
    hub.department("hotline")
        .publish_structured(&event(
            "city.hotline.request-received.v1",
            "H-1",
            COMMUNITY,
            request,
        ))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_record_and_frame_of_a_real_run_holds_to_its_contract() {
    let hub = TestHub::start("records").await;
    let api = hub.api().await;
    let mut live = hub.live(&api).await;
    publish(&hub).await;
    let mut contracts = Contracts::default();
    let limit = Duration::from_secs(40);
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let watching = async {
        loop {
            let frame = live.next_frame().await.unwrap();
            let kind = frame["type"].as_str().unwrap().to_owned();
            contracts.hold(&format!("live-{kind}"), frame.to_string().as_bytes());
            live.take(&frame);
            *seen.entry(kind).or_default() += 1;
            let all = ["welcome", "snapshot", "delta", "beat"]
                .iter()
                .all(|kind| seen.contains_key(*kind));
            if all && !live.picture["cases"].is_empty() && !live.picture["alerts"].is_empty() {
                return;
            }
        }
    };
    tokio::time::timeout(limit, watching).await.unwrap();
    until("both by GraphQL", limit, || async {
        let query = "{ events(first: 5, filter: { department: [\"hotline\"] }) { nodes { id } } deadLetters(first: 1) { nodes { reason } } }";
        let data = api.query(query, json!({})).await;
        let both = !data["events"]["nodes"].as_array().unwrap().is_empty()
            && !data["deadLetters"]["nodes"].as_array().unwrap().is_empty();
        both.then_some(())
    })
    .await;
    for topic in [
        "events",
        "alerts",
        "matches",
        "cases",
        "control",
        "dead-letters",
    ] {
        hold_topic(&mut contracts, &hub, topic);
    }
    let held: Vec<&str> = contracts.held.keys().map(String::as_str).collect();
    assert_eq!(held, HELD, "each was really held: {:?}", contracts.held);
    hub.stop().await;
}
