//! What becomes of good and bad records, of time and of rules.

use std::collections::BTreeSet;
use std::sync::Arc;

use event_admission::Config;
use event_log::Record;
use event_schemas::city::{Reason, RuleSetMark, SealedField, Topic, Watermark, headers};
use serde_json::{Value, json};
use service_kit::Shutdown;
use service_kit::personal::PersonalKeys;
use tokio::sync::watch;

use crate::city::{City, NothingEarlier, fire, ids};

fn changed(id: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut event = fire(id);
    change(&mut event);
    event
}

fn bad_events() -> [(Value, Reason); 8] {
    [
        (
            changed("b1", |e| e["type"] = json!("city.fire.dragon-seen.v1")),
            Reason::UnknownType,
        ),
        (
            changed("b2", |e| e["type"] = json!("city.power.outage-started.v1")),
            Reason::ForeignType,
        ),
        (
            changed("b3", |e| e["data"]["category"] = json!("dragon")),
            Reason::ContractViolation,
        ),
        (
            changed("b4", |e| e["time"] = json!("noon")),
            Reason::WrongTime,
        ),
        (
            changed("b5", |e| e["lon"] = json!("999")),
            Reason::WrongCoordinates,
        ),
        (
            changed("b6", |e| e["placecode"] = json!("nowhere")),
            Reason::WrongPlace,
        ),
        (changed("b7", |e| e["source"] = json!("")), Reason::Envelope),
        (
            changed("b8", |e| e["data"]["address"] = json!("x".repeat(300_000))),
            Reason::TooLarge,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_records_become_dead_letters_with_reasons_and_the_good_ones_go_on() {
    let city = City::new().await;
    let running = city.admit();
    let bad = bad_events();
    for (n, (event, _)) in bad.iter().enumerate() {
        city.publish("fire", &fire(&format!("g{n}"))).await;
        city.publish("fire", event).await;
    }
    city.publish_bytes("fire", headers::STRUCTURED, b"{half a".to_vec())
        .await;
    city.publish("fire", &fire("last")).await;
    let events = city.events(bad.len() + 1).await;
    let good: Vec<String> = (0..bad.len())
        .map(|n| format!("g{n}"))
        .chain([String::from("last")])
        .collect();
    assert_eq!(ids(&events), good);
    let letters = city.dead_letters(bad.len() + 1).await;
    let reasons: Vec<Reason> = letters.iter().map(|letter| letter.reason).collect();
    let expected = bad
        .iter()
        .map(|(_, reason)| *reason)
        .chain([Reason::Malformed]);
    assert_eq!(reasons, expected.collect::<Vec<_>>());
    assert!(
        letters
            .iter()
            .all(|letter| letter.department == "fire" && !letter.message.is_empty())
    );
    let name: Value = serde_json::from_slice(&events[0].value).unwrap();
    let field: SealedField =
        serde_json::from_value(name["caller"]["name"]["sealed"].clone()).unwrap();
    let event = format!(
        "/fire/dispatch#{}",
        events[0].header(headers::CE_ID).unwrap()
    );
    let keys = PersonalKeys::open(&city.log, &city.key_file(), Shutdown::new())
        .await
        .unwrap();
    let chain = keys.unlock_present().unwrap();
    let opened = chain.open(&keys.ring(), &event, "/caller/name", &field);
    assert_eq!(opened.unwrap(), "\"王女士\"".as_bytes());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_is_dropped_and_a_reused_id_is_told() {
    let city = City::new().await;
    let running = city.admit();
    let first = fire("1");
    let mut other = first.clone();
    other["data"]["category"] = json!("smoke");
    for event in [&first, &first, &other, &first] {
        city.publish("fire", event).await;
    }
    city.publish("fire", &fire("2")).await;
    let events = city.events(2).await;
    assert_eq!(ids(&events), ["1", "2"]);
    let letters = city.dead_letters(1).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].reason, Reason::IdReused);
    assert_eq!(
        (letters[0].id.as_deref(), letters[0].position.offset),
        (Some("1"), 2)
    );
    running.stop().await;
}

fn watermarks(records: &[Record]) -> Vec<(i32, Watermark)> {
    records
        .iter()
        .filter(|record| record.header(headers::CE_TYPE) == Some(headers::WATERMARK_TYPE))
        .map(|record| {
            let watermark = serde_json::from_slice(&record.value).unwrap();
            (record.position.partition, watermark)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_partition_is_told_once_a_second_how_far_the_inboxes_are_admitted() {
    let city = City::new().await;
    let running = city.admit();
    city.publish("fire", &fire("1")).await;
    city.events(1).await;
    let records = city
        .read(Topic::Events, |records| {
            let last = watermarks(records).into_iter().filter(|(_, watermark)| {
                watermark
                    .inboxes
                    .iter()
                    .any(|inbox| inbox.department == "fire" && inbox.next == 1)
            });
            let partitions: BTreeSet<i32> = last.map(|(partition, _)| partition).collect();
            partitions.len() == 4
        })
        .await;
    let told = watermarks(&records);
    let (_, last) = told.last().unwrap();
    assert_eq!(last.inboxes.len(), city.catalog.departments().len());
    let fire = last
        .inboxes
        .iter()
        .find(|inbox| inbox.department == "fire")
        .unwrap();
    let quiet = last
        .inboxes
        .iter()
        .find(|inbox| inbox.department == "power")
        .unwrap();
    assert_eq!(
        fire.admitted_until, last.at,
        "drained: admitted up to the moment of asking"
    );
    assert!(fire.latest_event_time.is_some());
    assert_eq!(
        (quiet.next, quiet.admitted_until, quiet.latest_event_time),
        (0, last.at, None)
    );
    let mut times: Vec<i64> = told
        .iter()
        .filter(|(p, _)| *p == 0)
        .map(|(_, w)| w.at.0)
        .collect();
    times.dedup();
    assert!(
        times.windows(2).all(|pair| pair[1] - pair[0] >= 900),
        "{times:?}"
    );
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_rule_set_is_marked_in_every_partition_of_events_and_matches() {
    let city = City::new().await;
    let mark = |version| RuleSetMark {
        version,
        hash: format!("hash {version}"),
        rules: city.catalog.rules().to_vec(),
    };
    let (rules, active) = watch::channel(Some(mark(1)));
    let config = Config::new(city.key_file());
    let running = city.admit_with(config, active, Arc::new(NothingEarlier));
    let versions = |records: &[Record]| -> BTreeSet<(i32, u64)> {
        let marks = records
            .iter()
            .filter(|record| record.header(headers::CE_TYPE) == Some(headers::RULE_SET_TYPE));
        marks
            .map(|record| {
                let mark: RuleSetMark = serde_json::from_slice(&record.value).unwrap();
                (record.position.partition, mark.version)
            })
            .collect()
    };
    city.read(Topic::Matches, |records| versions(records).len() == 4)
        .await;
    rules.send(Some(mark(2))).unwrap();
    for topic in [Topic::Events, Topic::Matches] {
        let records = city
            .read(topic, |records| versions(records).len() == 8)
            .await;
        let expected = (0..4).flat_map(|partition| [(partition, 1), (partition, 2)]);
        assert_eq!(versions(&records), expected.collect());
    }
    running.stop().await;
}
