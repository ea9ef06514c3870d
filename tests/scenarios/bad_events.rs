//! Bad events among good ones, more than sixty kinds: each a dead letter with its reason, none harming
//! others, and none admitted when it is sent again.

mod contents;
mod envelopes;
mod figures;
mod headers;
mod inbox;
mod kind;
mod letters;
mod sizes;
mod times_and_places;
mod unreadable;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use tests::api::Api;
use tests::hub::settings;
use tests::process::HubProcess;
use tests::stack::{namespace, shared};
use tests::store::Store;
use tests::wait::until;

use crate::story::{COMMUNITY, medical_call};
use figures::Figures;
use inbox::Inboxes;
use kind::{Kind, Raw, structured};

const LIMIT: Duration = Duration::from_secs(60);

fn all_kinds() -> Vec<Kind> {
    let mut kinds = unreadable::kinds();
    kinds.extend(headers::kinds());
    kinds.extend(envelopes::kinds());
    kinds.extend(times_and_places::kinds());
    kinds.extend(contents::kinds());
    kinds.extend(sizes::kinds());
    let names: BTreeSet<&str> = kinds.iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), kinds.len(), "each kind has a name of its own");
    assert!(kinds.len() >= 60, "{} kinds", kinds.len());
    kinds
}

fn good(id: &str) -> Raw {
    structured(medical_call(id, COMMUNITY).to_string().as_bytes())
}

/// Writes a good event before every bad one, then a repeat and a reused id; returns the bad ones'
/// offsets.
async fn publish(inboxes: &Inboxes, kinds: &[Kind]) -> Vec<i64> {
    let mut offsets = Vec::with_capacity(kinds.len());
    for (n, kind) in kinds.iter().enumerate() {
        inboxes.write("fire", &good(&format!("G-{n}"))).await;
        offsets.push(inboxes.write(kind.department, &kind.record).await);
    }
    let mut event = medical_call("R-1", COMMUNITY);
    let mut publish = async |time: &str| {
        event["time"] = json!(time);
        inboxes
            .write("fire", &structured(event.to_string().as_bytes()))
            .await;
    };
    publish("2026-01-01T00:00:00Z").await;
    publish("2026-01-01T00:00:00Z").await;
    publish("2026-01-01T00:00:01Z").await;
    inboxes.write("fire", &good("G-last")).await;
    offsets
}

async fn rows(store: &Store, letters: usize, events: usize) {
    let sql = "SELECT (SELECT count() FROM dead_letters), (SELECT count() FROM events)";
    let wanted = [letters as u64, events as u64];
    until(
        "every letter and every good event is a row",
        LIMIT,
        || async {
            let found = store.numbers(sql).await;
            assert!(
                found[1] <= wanted[1],
                "{found:?} of {wanted:?}: a bad event was admitted"
            );
            (found == wanted).then_some(())
        },
    )
    .await;
}

/// What a department reads of its dead letters is what stands in the log.
async fn told_by_graphql(api: &Api, kinds: &[Kind]) -> Vec<String> {
    let query =
        "{ deadLetters(first: 200) { nodes { id reason message path department { name } } } }";
    let data = api.query(query, json!({})).await;
    let nodes = data["deadLetters"]["nodes"].as_array().unwrap();
    let text = |node: &Value, name: &str| node[name].as_str().unwrap_or_default().to_owned();
    for kind in kinds {
        let told = nodes.iter().any(|node| {
            text(node, "reason") == kind.reason
                && text(node, "path") == kind.path
                && text(node, "message").contains(kind.says)
                && node["department"]["name"] == kind.department
        });
        assert!(told, "{}: not told by GraphQL", kind.name);
    }
    nodes.iter().map(|node| text(node, "id")).collect()
}

/// Everything is sent again as it is, twice with one key: each is refused once more, nothing else.
async fn sent_again(api: &Api, store: &Store, ids: &[String], events: usize) {
    let replay = "mutation($ids: [ID!]!) { replayDeadLetters(input: { ids: $ids, idempotencyKey: \"once\" }) { accepted } }";
    let mut accepted = 0;
    for _ in 0..2 {
        let data = api.query(replay, json!({ "ids": ids })).await;
        let outcomes = data["replayDeadLetters"].as_array().unwrap();
        accepted = outcomes
            .iter()
            .filter(|one| one["accepted"] == true)
            .count();
    }
    assert!(accepted >= 60, "{accepted} stand in their inbox again");
    rows(store, ids.len() + accepted, events).await;
}

async fn counted(admin: &str, kinds: &[Kind], events: usize) {
    let mut refused: BTreeMap<(String, String), u64> = BTreeMap::new();
    for kind in kinds {
        let key = (kind.department.to_owned(), kind.reason.to_owned());
        *refused.entry(key).or_default() += 1;
    }
    let twice = (String::from("fire"), String::from("id_reused"));
    *refused.entry(twice).or_default() += 1;
    let figures = Figures::read(admin).await;
    assert_eq!(figures.dead_lettered(), refused);
    assert_eq!(figures.total("accepted_total"), events as u64);
    assert_eq!(figures.total("duplicate_total"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_bad_event_becomes_a_dead_letter_with_its_reason_and_no_good_one_waits() {
    let namespace = namespace("bad");
    let settings = settings(&namespace);
    let hub = HubProcess::start(&settings);
    let addresses = hub.addresses().unwrap();
    let (name, password) = hub.first_account();
    let api = Api::sign_in(&addresses.http, &name, &password).await;
    let store = Store::new(&addresses.clickhouse);
    let kinds = all_kinds();
    let inboxes = Inboxes::connect(&shared().brokers, &namespace.topic_prefix);
    let offsets = publish(&inboxes, &kinds).await;

    let events = kinds.len() + 2;
    rows(&store, kinds.len() + 1, events).await;
    let letters = letters::read(&shared().brokers, &namespace.topic_prefix);
    for (kind, offset) in kinds.iter().zip(offsets) {
        let place = (inboxes.topic(kind.department), offset);
        let letter = letters.get(&place);
        let letter = letter.unwrap_or_else(|| panic!("{}: no dead letter", kind.name));
        letter.holds(kind);
    }
    let reused = letters
        .values()
        .filter(|one| one.told.reason.code() == "id_reused");
    let reused: Vec<_> = reused.map(|one| one.told.id.as_deref()).collect();
    assert_eq!(reused, [Some("R-1")]);
    counted(&addresses.admin, &kinds, events).await;
    let waited =
        "SELECT toUInt64(max(dateDiff('millisecond', inbox_time, ingest_time))) FROM events";
    let waited = store.numbers(waited).await[0];
    assert!(
        waited < 15_000,
        "a good event waited {waited} ms behind bad ones"
    );

    let ids = told_by_graphql(&api, &kinds).await;
    assert_eq!(ids.len(), kinds.len() + 1);
    sent_again(&api, &store, &ids, events).await;
    let log = std::fs::read_to_string(settings.data_dir.join("hub.log")).unwrap();
    assert!(!log.contains("panicked"), "{log}");
    let ended = hub.terminate(Duration::from_secs(20));
    assert!(ended.success(), "{ended}");
}
