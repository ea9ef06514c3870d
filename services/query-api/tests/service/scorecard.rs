//! The scorecard: of whom, for whom, and that it repeats no value; dead letters by group, and sent again
//! by what they have in common.

use domain::access::Role;
use event_log::{Follower, StartAt};
use event_schemas::city::{DeadLetter, LogPosition, Millis, Reason};
use event_store::{
    DeadLetterRecord, EventRecord, InsertToken, OffsetRange, Origin, Rows, StoreConfig, Table,
    Writer,
};
use serde_json::{Value, json};
use service_kit::Clock;

use super::hub::{Hub, WAIT, fresh_store};

const INBOX: &str = "00000000000000000000000000000007";
const LETTERS: &str = "00000000000000000000000000000008";

fn at(topic: &str, offset: i64) -> LogPosition {
    format!("{topic}.0.{offset}").parse().unwrap()
}

async fn insert(writer: &StoreConfig, table: Table, topic: &str, mut rows: Rows, count: i64) {
    let range = OffsetRange {
        topic_id: at(topic, 0).topic_id,
        partition: 0,
        first: 0,
        last: count - 1,
    };
    let token = InsertToken { range, attempt: 0 };
    let writer = Writer::new(writer).unwrap();
    writer.insert(table, rows.take(), &token).await.unwrap();
}

/// Events of the fire department, by id and place in the inbox, each a minute old when it came.
async fn store_events(writer: &StoreConfig, events: &[(String, i64)], now: Millis) {
    let mut rows = Rows::default();
    for (n, (id, inbox)) in events.iter().enumerate() {
        let admission = json!({
            "department": "fire", "eventTime": now.0 - 120_000, "inboxTime": now.0 - 60_000, "catalog": "c",
            "inbox": {"topicId": INBOX, "partition": 0, "offset": inbox},
        });
        rows.push_event(&EventRecord {
            origin: Origin {
                topic: "city.events",
                position: at("00000000000000000000000000000009", n as i64),
                append_time: now.plus(-59_000),
            },
            id,
            source: "/fire/dispatch",
            event_type: "city.fire.incident-reported.v1",
            subject: None,
            correlation_id: None,
            admission: &admission.to_string(),
            payload: b"{}",
        })
        .unwrap();
    }
    let topic = "00000000000000000000000000000009";
    insert(writer, Table::Events, topic, rows, events.len() as i64).await;
}

/// Letters of the fire department with a telephone number in them; number `n` stands at 100 + n.
async fn store_letters(hub: &Hub, writer: &StoreConfig, count: i64, now: Millis) {
    let mut rows = Rows::default();
    for n in 0..count {
        let letter = DeadLetter {
            reason: Reason::ContractViolation,
            message: String::from("/data/units: expected a list, found \"13800001111\""),
            path: Some(String::from("/data/units")),
            department: String::from("fire"),
            position: at(INBOX, 100 + n),
            topic: hub.log.topics.inbox("fire"),
            received_at: now.plus(-50_000 + n),
            source: Some(String::from("/fire/dispatch")),
            id: Some(format!("bad-{n}")),
            event_type: Some(String::from("city.fire.incident-reported.v1")),
        };
        rows.push_dead_letter(&DeadLetterRecord {
            origin: Origin {
                topic: "city.dead-letters",
                position: at(LETTERS, n),
                append_time: now,
            },
            letter: &serde_json::to_string(&letter).unwrap(),
            headers: &[("content-type", b"application/json".as_slice())],
            original: br#"{"specversion":"1.0","data":{"units":"13800001111","name":"Zhang"}}"#,
        })
        .unwrap();
    }
    insert(writer, Table::DeadLetters, LETTERS, rows, count).await;
}

fn code(answer: &Value) -> &str {
    let code = &answer["errors"][0]["extensions"]["code"];
    code.as_str().unwrap_or("none")
}

const CARD: &str = "query C($d: String, $f: String) { scorecard(department: $d, feed: $f) { department feed received admitted
    rejected repeats reasons { reason path count expected sample } eventToInbox { p50 } clock { ahead certain } outOfOrder
    unplaced silence { lastAt expected longer } sources { source admitted rejected } notes { code zh en } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_department_sees_its_own_scorecard_alone_and_no_value_in_it() {
    let (writer, reader) = fresh_store().await;
    let hub = Hub::with_store(&[], reader).await;
    let now = Clock::system().now();
    let events: Vec<(String, i64)> = (0..30).map(|n| (format!("e{n}"), n * 2)).collect();
    store_events(&writer, &events, now).await;
    store_letters(&hub, &writer, 3, now).await;
    let key = hub.department_key("fire").await;
    let answer = hub.ask(0, &key, CARD, json!({})).await;
    let card = &answer["data"]["scorecard"];
    assert_eq!(card["department"], "fire", "{answer}");
    // 30 events at 0, 2, … 58, three letters at 100 to 102: the rest of 103 places was dropped as repeats.
    assert_eq!(
        (
            &card["admitted"],
            &card["rejected"],
            &card["repeats"],
            &card["received"]
        ),
        (&json!(30), &json!(3), &json!(70), &json!(103)),
        "{answer}"
    );
    assert_eq!(card["eventToInbox"]["p50"], 60.0);
    assert_eq!(card["clock"]["ahead"], -60.0);
    assert_eq!(card["unplaced"], 30);
    let reason = &card["reasons"][0];
    assert_eq!(reason["expected"], "/data/units: expected a list");
    assert_eq!(
        reason["sample"],
        r#"{"name":"‹text of 5›","units":"‹text of 11›"}"#
    );
    assert!(!answer.to_string().contains("13800001111"), "{answer}");
    assert_eq!(
        card["sources"][0],
        json!({"source": "/fire/dispatch", "admitted": 30, "rejected": 3})
    );
    // Nothing else of the hub, and nothing of others, neither by name nor by feed.
    for variables in [json!({"d": "power"}), json!({"f": "power.outages"})] {
        let refused = hub.ask(0, &key, CARD, variables.clone()).await;
        assert_eq!(code(&refused), "FORBIDDEN", "{variables} {refused}");
    }
    let more = "{ scorecard { admitted } feeds { name } }";
    assert_eq!(code(&hub.ask(0, &key, more, json!({})).await), "FORBIDDEN");
    let of_power = hub.person_of(Some("power"), "li", &[Role::Developer]).await;
    let refused = hub.ask(0, &of_power, CARD, json!({"d": "fire"})).await;
    assert_eq!(code(&refused), "FORBIDDEN");
    let own = hub.ask(0, &of_power, CARD, json!({})).await;
    assert_eq!(own["data"]["scorecard"]["received"], 0, "{own}");
    let centre = hub.person("dev", &[Role::Developer]).await;
    let seen = hub.ask(1, &centre, CARD, json!({"d": "fire"})).await;
    assert_eq!(seen["data"]["scorecard"], *card);
    assert_eq!(
        code(&hub.ask(0, &centre, CARD, json!({})).await),
        "BAD_REQUEST"
    );
    let unknown = hub.ask(0, &centre, CARD, json!({"d": "dragons"})).await;
    assert_eq!(code(&unknown), "BAD_REQUEST");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feeds_scorecard_says_what_is_not_kept_and_when_it_was_silent() {
    let (writer, reader) = fresh_store().await;
    let hub = Hub::with_store(&[], reader).await;
    let now = Clock::system().now();
    store_events(&writer, &[(String::from("e1"), 0)], now).await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let query = "{ feeds { name department { name } scorecard { feed admitted repeats notes { code } silence { expected } } } }";
    let all = hub.ask(0, &token, query, json!({})).await;
    assert!(all.get("errors").is_none(), "{all}");
    let feeds = all["data"]["feeds"].as_array().unwrap();
    let fire: Vec<&Value> = feeds
        .iter()
        .filter(|feed| feed["department"]["name"] == "fire")
        .collect();
    assert!(!fire.is_empty());
    for feed in feeds {
        let card = &feed["scorecard"];
        assert_eq!(card["feed"], feed["name"]);
        assert_eq!(card["repeats"], Value::Null);
        let codes = card["notes"].as_array().unwrap();
        assert!(
            codes.contains(&json!({"code": "REPEATS_NOT_KEPT"})),
            "{card}"
        );
    }
    assert!(
        fire.iter().any(|feed| feed["scorecard"]["admitted"] == 1),
        "{all}"
    );
    let long = "{ scorecard(department: \"fire\", from: \"2020-01-01T00:00:00Z\") { admitted } }";
    assert_eq!(
        code(&hub.ask(0, &token, long, json!({})).await),
        "BAD_REQUEST"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_are_grouped_and_a_letter_names_the_event_it_became() {
    let (writer, reader) = fresh_store().await;
    let hub = Hub::with_store(&[], reader).await;
    let now = Clock::system().now();
    store_letters(&hub, &writer, 3, now).await;
    // bad-1 was admitted later; bad-2 was admitted before, so its letter is of a reused id.
    store_events(
        &writer,
        &[(String::from("bad-1"), 200), (String::from("bad-2"), 3)],
        now,
    )
    .await;
    let root = hub.person("root", &[Role::Administrator]).await;
    let query = "{ deadLetterGroups(filter: {source: [\"/fire/dispatch\"]}) { reason path count sources message newest
        department { name } } deadLetters { nodes { eventId admittedAs { eventId type } } }
        none: deadLetterGroups(filter: {source: [\"/fire/other\"]}) { count } }";
    let answer = hub.ask(0, &root, query, json!({})).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let groups = &answer["data"]["deadLetterGroups"];
    assert_eq!(groups.as_array().unwrap().len(), 1, "{answer}");
    assert_eq!(
        (&groups[0]["count"], &groups[0]["path"]),
        (&json!(3), &json!("/data/units"))
    );
    assert_eq!(answer["data"]["none"], json!([]));
    let admitted: Vec<(&str, bool)> = answer["data"]["deadLetters"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["eventId"].as_str().unwrap(),
                !one["admittedAs"].is_null(),
            )
        })
        .collect();
    assert_eq!(
        admitted,
        [("bad-2", false), ("bad-1", true), ("bad-0", false)]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_match_go_back_part_by_part_once_under_one_key() {
    let (writer, reader) = fresh_store().await;
    let hub = Hub::with_store(&[], reader).await;
    let now = Clock::system().now();
    store_letters(&hub, &writer, 203, now).await;
    let root = hub.person("root", &[Role::Administrator]).await;
    let query = "mutation R($to: DateTime, $after: String) { replayMatchingDeadLetters(input: {idempotencyKey: \"k\", after: $after,
        filter: {department: [\"fire\"], reason: [\"contract_violation\"], to: $to}}) { hasNext endCursor outcomes { id accepted } } }";
    let to = now.plus(1_000).rfc3339();
    let endless = hub.ask(0, &root, query, json!({})).await;
    assert_eq!(code(&endless), "BAD_REQUEST", "{endless}");
    let mut after = Value::Null;
    let mut sent = Vec::new();
    for _ in 0..2 {
        let variables = json!({"to": to, "after": after});
        let answer = hub.ask(0, &root, query, variables.clone()).await;
        let part = &answer["data"]["replayMatchingDeadLetters"];
        let outcomes = part["outcomes"].as_array().unwrap();
        assert!(
            outcomes.iter().all(|one| one["accepted"] == true),
            "{answer}"
        );
        sent.push((outcomes.len(), part["hasNext"].as_bool().unwrap()));
        let again = hub.ask(0, &root, query, variables).await;
        assert_eq!(again, answer);
        after = part["endCursor"].clone();
    }
    assert_eq!(sent, [(200, true), (3, false)]);
    let inbox = hub.log.topics.inbox("fire");
    let mut follower = Follower::open_named(&hub.log, vec![inbox], StartAt::Beginning)
        .await
        .unwrap();
    let mut taken = 0;
    loop {
        let batch = follower.next(WAIT).await.unwrap();
        taken += batch.records.len();
        if batch.caught_up {
            break;
        }
    }
    assert_eq!(taken, 203, "asked twice, sent once");
}
