//! Decides a golden log again: admission over the inboxes, the engine over events and matches. What is
//! decided today must hold everything that was decided then.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::admission::{Inbound, Limits, check};
use domain::engine::{Engine, EngineRecord, MATCH_TYPE, Mode, Output, RecordBody};
use domain::event::Event;
use event_schemas::Catalog;
use event_schemas::city::{Admission, DeadLetter, LogPosition, Millis, Reason, headers};
use serde_json::Value;

use super::log::{Golden, Line};

fn position(golden: &Golden, line: &Line) -> LogPosition {
    LogPosition {
        topic_id: golden.shown.topics[&line.topic].id,
        partition: line.partition,
        offset: line.offset,
    }
}

/// Every record of an inbox gets the verdict it got.
pub(super) fn admission(golden: &Golden) {
    let catalog = Catalog::embedded().unwrap();
    let admitted: HashMap<LogPosition, Admission> = golden
        .lines
        .iter()
        .filter_map(|line| serde_json::from_str(line.header(headers::ADMISSION)?).ok())
        .map(|admission: Admission| (admission.inbox, admission))
        .collect();
    let refused: HashMap<LogPosition, DeadLetter> = golden
        .lines
        .iter()
        .filter_map(|line| serde_json::from_str(line.header(headers::DEAD_LETTER)?).ok())
        .map(|letter: DeadLetter| (letter.position, letter))
        .collect();
    let mut judged = 0;
    for line in golden
        .lines
        .iter()
        .filter(|line| line.topic.starts_with("inbox."))
    {
        let parts = |value: &Option<super::log::Bytes>| {
            value
                .as_ref()
                .map(super::log::Bytes::to_vec)
                .unwrap_or_default()
        };
        let headers: Vec<(&str, Vec<u8>)> = line
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), parts(value)))
            .collect();
        let value = parts(&line.value);
        let inbound = Inbound {
            department: line.topic.strip_prefix("inbox.").unwrap(),
            topic: &line.topic,
            position: position(golden, line),
            append_time: Millis(line.time),
            headers: headers
                .iter()
                .map(|(name, value)| (*name, &value[..]))
                .collect(),
            value: &value,
        };
        let at = inbound.position;
        judged += 1;
        match check(&catalog, &inbound, &Limits::default()) {
            // A repeat has neither; a reused id is told by memory, not by the record.
            Ok(checked) => {
                let told = refused.get(&at).map(|letter| letter.reason);
                assert!(
                    told.is_none_or(|reason| reason == Reason::IdReused),
                    "{line:?}"
                );
                if let Some(admission) = admitted.get(&at) {
                    same_facts(admission, &checked.admission);
                }
            }
            Err(now) => {
                let then = refused.get(&at).map(|letter| (letter.reason, &letter.path));
                assert_eq!(then, Some((now.fault.reason, &now.fault.path)), "{line:?}");
            }
        }
    }
    assert!(judged > 100, "{judged} records of inboxes");
}

/// What follows from the event alone. Levels, places and measures follow from the catalog, which may
/// have become better since.
fn same_facts(then: &Admission, now: &Admission) {
    let facts = |found: &Admission| {
        let times = (found.event_time, found.recorded_time, found.inbox_time);
        let whereabouts = (found.lon, found.lat, found.h3.clone());
        (times, whereabouts, found.exercise)
    };
    assert_eq!(facts(then), facts(now));
}

/// The alerts and matches that the recorded events bring are those that were recorded.
pub(super) fn detection(golden: &Golden) {
    let catalog = Arc::new(Catalog::embedded().unwrap());
    let events = golden.shown.topics["events"].partitions;
    let mut alerts = BTreeMap::new();
    let mut matches = BTreeMap::new();
    for (topic, mode) in [("events", Mode::Events), ("matches", Mode::Matches)] {
        for partition in 0..golden.shown.topics[topic].partitions {
            let places = Arc::clone(&catalog);
            let mut engine =
                Engine::new(mode, places).of_partitions(u32::try_from(events).unwrap());
            for line in golden.partition(topic, partition) {
                let record = EngineRecord {
                    position: position(golden, line),
                    body: body(golden, line),
                };
                for output in engine.fold(&record) {
                    match output {
                        Output::Alert(alert) => {
                            let key = format!("{}/{}", alert.id, alert.version);
                            alerts.insert(key, serde_json::to_value(alert).unwrap());
                        }
                        Output::Match(one) => {
                            let key = format!("{}@{}", one.rule, one.event.position);
                            matches.insert(key, serde_json::to_value(one).unwrap());
                        }
                        Output::Watermark { .. } | Output::Mark(_) => {}
                    }
                }
            }
            assert!(
                engine.refused_rules().is_empty(),
                "{:?}",
                engine.refused_rules()
            );
        }
    }
    same(golden, ("alerts", headers::ALERT_TYPE), &alerts);
    same(golden, ("matches", MATCH_TYPE), &matches);
}

fn body(golden: &Golden, line: &Line) -> RecordBody {
    match line.header(headers::CE_TYPE).unwrap() {
        headers::WATERMARK_TYPE => RecordBody::Watermark {
            watermark: line.json(),
            origin: line
                .header("origin-partition")
                .map_or(0, |text| text.parse().unwrap()),
        },
        headers::RULE_SET_TYPE => RecordBody::Mark(line.json()),
        MATCH_TYPE => RecordBody::Match(Box::new(line.json())),
        _ => {
            let value = line.value.as_ref().unwrap().to_vec();
            let event = Event::read(position(golden, line), |name| line.header(name), &value);
            RecordBody::Event(Box::new(event.unwrap()))
        }
    }
}

/// Each recorded finding is found again, with everything that it said, and nothing else is.
fn same(golden: &Golden, (topic, kind): (&str, &str), found: &BTreeMap<String, Value>) {
    let recorded = golden
        .lines
        .iter()
        .filter(|line| line.topic == topic && line.header(headers::CE_TYPE) == Some(kind));
    let mut count = 0;
    for line in recorded {
        let key = line.header(headers::CE_ID).unwrap();
        let now = found.get(key);
        let now = now.unwrap_or_else(|| panic!("{topic}: {key} is not found any more"));
        assert!(holds(&line.json(), now), "{topic}: {key} is now {now:#}");
        count += 1;
    }
    assert_eq!(count, found.len(), "{topic}: found {:?}", found.keys());
    assert!(count > 0, "a golden log without {topic} guards little");
}

/// Whether a value says all that an earlier one said; members that came later may stand beside.
fn holds(then: &Value, now: &Value) -> bool {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => then
            .iter()
            .all(|(name, value)| now.get(name).is_some_and(|now| holds(value, now))),
        (Value::Array(then), Value::Array(now)) => {
            then.len() == now.len() && then.iter().zip(now).all(|(then, now)| holds(then, now))
        }
        (then, now) => then == now,
    }
}
