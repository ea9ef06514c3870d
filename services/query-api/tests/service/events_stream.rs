//! Events as they come, and dead letters that go back.

use std::time::Duration;

use domain::access::Role;
use event_log::{Follower, OutRecord, StartAt};
use event_schemas::city::{Topic, headers};
use serde_json::{Value, json};
use service_kit::Clock;

use super::hub::{Hub, WAIT};
use super::stored::{hub_with_examples, store_dead_letter};
use super::subscriptions::Client;

const EVENTS: &str = "subscription E($filter: EventFilter, $since: LogCursor) { events(filter: $filter, since: $since) {
    __typename ... on EventBatch { from to list { eventId department { name } data } } ... on Lagged { reason to } } }";

/// A record of `city.events` as admission writes it.
fn admitted(hub: &Hub, n: i64, department: &str) -> OutRecord {
    let now = Clock::system().now();
    let admission = json!({
        "department": department, "eventTime": now, "inboxTime": now, "catalog": "c",
        "inbox": {"topicId": "00000000000000000000000000000007", "partition": 0, "offset": n},
    });
    let text = |name: &'static str, value: String| (name.into(), value.into_bytes());
    OutRecord {
        topic: hub.log.topic(Topic::Events),
        partition: Some((n % 4) as i32),
        headers: vec![
            text(headers::CE_TYPE, format!("city.{department}.incident-reported.v1")),
            text(headers::CE_SOURCE, format!("/{department}/dispatch")),
            text(headers::CE_ID, format!("n{n}")),
            text(headers::ADMISSION, admission.to_string()),
        ],
        value: json!({"n": n, "caller": {"phone": {"sealed": {"key": "k", "nonce": "n", "box": "b", "look": "l"}}}})
            .to_string()
            .into_bytes(),
        ..OutRecord::default()
    }
}

/// Ids of a subscription's events until there are so many, and the last cursor.
async fn ids(client: &mut Client, subscription: &str, wanted: usize) -> (Vec<String>, Value) {
    let (mut ids, mut to) = (Vec::new(), Value::Null);
    while ids.len() < wanted {
        let message = client.text().await;
        // An earlier subscription may still tell something until its end is heard.
        if message["id"] != subscription {
            continue;
        }
        let batch = &message["payload"]["data"]["events"];
        assert_eq!(batch["__typename"], "EventBatch", "{message}");
        if !to.is_null() {
            assert_eq!(batch["from"], to, "no hole between batches");
        }
        to = batch["to"].clone();
        for event in batch["list"].as_array().unwrap() {
            assert_eq!(event["data"]["caller"]["phone"], "***", "{event}");
            ids.push(event["eventId"].as_str().unwrap().to_owned());
        }
    }
    ids.sort_unstable();
    (ids, to)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_come_as_they_are_admitted_and_go_on_from_a_cursor() {
    let hub = Hub::with_units(&[]).await;
    let token = hub.person("dev", &[Role::Developer]).await;
    hub.publish(admitted(&hub, 0, "fire")).await;
    let mut client = Client::open(&hub, &token).await;
    let fire = json!({"filter": {"department": ["fire"]}});
    client.subscribe("1", EVENTS, fire.clone()).await;
    // The subscription is open once something new comes through; what was before does not.
    tokio::time::sleep(Duration::from_secs(3)).await;
    for n in 1..=4 {
        hub.publish(admitted(&hub, n, "fire")).await;
        hub.publish(admitted(&hub, n + 100, "power")).await;
    }
    let (first, to) = ids(&mut client, "1", 4).await;
    assert_eq!(first, ["n1", "n2", "n3", "n4"]);
    client.say(json!({"type": "complete", "id": "1"})).await;
    for n in 5..=8 {
        hub.publish(admitted(&hub, n, "fire")).await;
    }
    let mut again = fire;
    again["since"] = to;
    client.subscribe("2", EVENTS, again).await;
    let (second, _) = ids(&mut client, "2", 4).await;
    assert_eq!(second, ["n5", "n6", "n7", "n8"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_letter_goes_back_once_under_its_key_and_only_by_an_administrator() {
    let (hub, writer, _) = hub_with_examples().await;
    store_dead_letter(&hub, &writer).await;
    let administrator = hub.person("root", &[Role::Administrator]).await;
    let letters = "{ deadLetters(filter: {text: \"A LIST was expected\"}) { nodes { id original headers { name value } } } }";
    let found = hub.ask(0, &administrator, letters, json!({})).await;
    let letter = &found["data"]["deadLetters"]["nodes"][0];
    assert_eq!(letter["original"], "{}", "{found}");
    assert_eq!(letter["headers"][0]["name"], "content-type");
    let none = "{ deadLetters(filter: {text: \"no such words\"}) { nodes { id } } }";
    let none = hub.ask(0, &administrator, none, json!({})).await;
    assert_eq!(none["data"]["deadLetters"]["nodes"], json!([]), "{none}");
    let replay = "mutation R($input: ReplayDeadLettersInput!) { replayDeadLetters(input: $input) { id accepted message } }";
    let missing = "AAAA";
    let input = |ids: Value, key: &str| json!({"input": {"ids": ids, "idempotencyKey": key, "reason": "mapping mended"}});
    let operator = hub.person("wang", &[Role::Operator]).await;
    let refused = hub
        .ask(0, &operator, replay, input(json!([letter["id"]]), "k"))
        .await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let nonsense = hub
        .ask(0, &administrator, replay, input(json!([missing]), "k"))
        .await;
    assert_eq!(
        nonsense["errors"][0]["extensions"]["code"], "BAD_REQUEST",
        "{nonsense}"
    );
    for _ in 0..2 {
        let sent = hub
            .ask(0, &administrator, replay, input(json!([letter["id"]]), "k"))
            .await;
        let one = &sent["data"]["replayDeadLetters"][0];
        assert_eq!(one["accepted"], true, "{sent}");
        assert_eq!(one["id"], letter["id"]);
    }
    let inbox = hub.log.topics.inbox("fire");
    let mut follower = Follower::open_named(&hub.log, vec![inbox], StartAt::Beginning)
        .await
        .unwrap();
    let mut records = Vec::new();
    let reading = async {
        loop {
            let batch = follower.next(Duration::from_secs(1)).await.unwrap();
            records.extend(batch.records);
            if batch.caught_up && !records.is_empty() {
                break;
            }
        }
    };
    tokio::time::timeout(WAIT, reading).await.unwrap();
    assert_eq!(records.len(), 1, "the same key sends nothing twice");
    assert_eq!(&records[0].value[..], b"{}");
    assert_eq!(records[0].header("replayed-by"), Some("root"));
    assert_eq!(records[0].header("content-type"), Some("application/json"));
    audit_of_the_replay(&hub, &administrator, &operator).await;
}

/// Who sent which letters again, when and why, stands in the audit once, for administrators alone.
async fn audit_of_the_replay(hub: &Hub, administrator: &str, operator: &str) {
    let query =
        "{ audit(first: 50) { nodes { at actor { name } command words { en } fields position } } }";
    let answer = hub.ask(1, administrator, query, json!({})).await;
    let acts = answer["data"]["audit"]["nodes"].as_array().unwrap();
    let replays: Vec<&Value> = acts
        .iter()
        .filter(|act| act["command"] == "replayDeadLetters")
        .collect();
    assert_eq!(replays.len(), 1, "{answer}");
    let act = replays[0];
    assert_eq!(
        (&act["actor"]["name"], &act["fields"]["reason"]),
        (&json!("root"), &json!("mapping mended"))
    );
    assert_eq!(
        act["fields"]["letters"].as_array().unwrap().len(),
        1,
        "{act}"
    );
    assert!(
        act["at"].is_string() && act["position"].is_string(),
        "{act}"
    );
    assert!(
        acts.iter().any(|act| act["command"] == "createAccount"),
        "{answer}"
    );
    let refused = hub.ask(0, operator, query, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vital_signs_tell_value_target_trend_and_age() {
    let (hub, _, _) = hub_with_examples().await;
    let token = hub.person("wang", &[Role::Operator]).await;
    let query = "{ vitalSigns { id titles { zh en } unit value target watchFrom direction state trend { at value }
        department { name } windowSeconds lastEventAt silentAfterSeconds exercise } }";
    let answer = hub.ask(0, &token, query, json!({})).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let signs = answer["data"]["vitalSigns"].as_array().unwrap();
    assert!(signs.len() >= 8, "{answer}");
    let calls = signs.iter().find(|one| one["id"] == "fire-calls").unwrap();
    assert!(calls["value"].as_f64().unwrap() >= 1.0, "{calls}");
    assert_eq!(
        (&calls["state"], &calls["direction"]),
        (&json!("NORMAL"), &json!("ABOVE"))
    );
    let trend = calls["trend"].as_array().unwrap();
    assert_eq!((trend.len(), &trend[23]["value"]), (24, &calls["value"]));
    assert!(calls["lastEventAt"].is_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_came_with_its_hash_may_be_named_by_it() {
    let hub = Hub::with_units(&[]).await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let ask = |body: Value| {
        let post = reqwest::Client::new().post(format!("{}/graphql", hub.replicas[0]));
        let sent = post.bearer_auth(&token).json(&body).send();
        async move { sent.await.unwrap().json::<Value>().await.unwrap() }
    };
    // echo -n '{ viewer { name } }' | sha256sum
    let hash = "fd4f7f3a7ac0c2cf8d3a8a5f2b9cf4f6b8d3b8a0";
    let named = json!({"persistedQuery": {"version": 1, "sha256Hash": hash}});
    let unknown = ask(json!({"extensions": named})).await;
    assert_eq!(unknown["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(
        unknown["errors"][0]["extensions"]["code"],
        "PERSISTED_QUERY_NOT_FOUND"
    );
    let wrong = ask(json!({"query": "{ viewer { name } }", "extensions": named})).await;
    assert_eq!(
        wrong["errors"][0]["extensions"]["code"], "BAD_REQUEST",
        "{wrong}"
    );
    let hash = HASH;
    let named = json!({"persistedQuery": {"version": 1, "sha256Hash": hash}});
    let sent = ask(json!({"query": "{ viewer { name } }", "extensions": named})).await;
    assert_eq!(sent["data"]["viewer"]["name"], "dev", "{sent}");
    for body in [json!({"extensions": named}), json!({"id": hash})] {
        let again = ask(body).await;
        assert_eq!(again["data"]["viewer"]["name"], "dev", "{again}");
    }
}

/// SHA-256 of `{ viewer { name } }`.
const HASH: &str = "3f9a5fe58741fdcb3ba59d8cc865ce0c081b65bca09f7904bc81277be1bdd3f0";
