//! A fold continued from a snapshot equals a fold of everything.

use std::sync::Arc;

use domain::engine::{Engine, FlatPlaces, Mode, Output, RecordBody};
use proptest::prelude::*;
use serde_json::json;

use crate::history::{Happening, arrivals, histories};
use crate::log::{Fact, LONG_AGO, Log, MINUTE, NOW, mark, rule};

const FIRE: &str = "city.fire.incident-reported.v1";
const OUTAGE: &str = "city.power.outage-started.v1";
const RESTORED: &str = "city.power.outage-restored.v1";

fn rules() -> Vec<event_schemas::rule_file::RuleFile> {
    vec![
        rule(
            json!({"id": "a.match", "key": "subject", "severity": "event", "when": {"match": {
            "of": {"types": [OUTAGE], "where": "event.measure >= 20.5"}, "clears": {"types": [RESTORED]}}}}),
        ),
        rule(
            json!({"id": "b.silence", "keepFiring": "9m", "when": {"match": {"of": {"types": [FIRE]}}}}),
        ),
        rule(
            json!({"id": "c.sum", "for": "3m", "severity": [{"atLeast": 200, "level": 1}, {"atLeast": 100, "level": 2}],
            "when": {"threshold": {"of": {"types": [OUTAGE]}, "clears": {"types": [RESTORED]},
            "measure": "sum", "within": "25m", "atLeast": 100}}}),
        ),
        rule(
            json!({"id": "d.together", "keepFiring": "5m", "key": "city",
            "when": {"correlation": {"all": [{"types": [OUTAGE]}, {"types": [FIRE]}], "within": "15m"}}}),
        ),
        rule(
            json!({"id": "e.absent", "when": {"absence": {"types": [OUTAGE], "of": "subject", "after": "12m"}}}),
        ),
        rule(
            json!({"id": "f.absent", "when": {"absence": {"types": [FIRE], "of": "feed", "after": "5m"}}}),
        ),
    ]
}

fn bodies(history: &[Happening], replayed: bool) -> Vec<RecordBody> {
    let mut log = Log::new(&[]);
    let mut bodies = vec![RecordBody::Mark(mark(2, &rules()))];
    for (n, one) in arrivals(history).iter().enumerate() {
        let name = match (one.clears, one.second) {
            (true, _) => RESTORED,
            (false, true) => FIRE,
            (false, false) => OUTAGE,
        };
        let (time, inbox, source) = if replayed {
            (LONG_AGO + one.time, NOW + n as i64 * 700, "/x?replay=a")
        } else {
            (NOW + one.time, NOW + one.time + one.delay, "/x")
        };
        let mut fact = Fact::new(name, time)
            .subject(&format!("s{}", one.subject))
            .measure(f64::from(one.measure) / 3.0)
            .level(one.subject % 4 + 1)
            .inbox(inbox)
            .source(source);
        fact.exercise = one.measure % 5 == 0;
        bodies.push(RecordBody::Event(Box::new(
            fact.at(crate::log::position(0, n as i64)),
        )));
        if one.measure % 7 == 0 {
            bodies.push(RecordBody::Watermark {
                watermark: crate::log::watermark(&["fire", "power"], inbox),
                origin: 0,
            });
        }
    }
    bodies.push(RecordBody::Watermark {
        watermark: crate::log::watermark(&["fire", "power"], NOW + 100_000 * MINUTE),
        origin: 0,
    });
    log.alerts.clear();
    bodies
}

fn fold_all(bodies: &[RecordBody]) -> Vec<Output> {
    let mut log = Log::of(Engine::new(Mode::Whole, Arc::new(FlatPlaces)), 0);
    bodies
        .iter()
        .flat_map(|body| log.fold(body.clone()))
        .collect()
}

/// The fold with a process change after `cut` records.
fn fold_resumed(bodies: &[RecordBody], cut: usize) -> Vec<Output> {
    let mut log = Log::of(Engine::new(Mode::Whole, Arc::new(FlatPlaces)), 0);
    let mut outputs: Vec<Output> = bodies[..cut]
        .iter()
        .flat_map(|body| log.fold(body.clone()))
        .collect();
    let bytes = log.engine.snapshot().unwrap();
    log.engine = Engine::restore(Mode::Whole, Arc::new(FlatPlaces), &bytes).unwrap();
    assert_eq!(
        log.engine.snapshot().unwrap(),
        bytes,
        "a snapshot restores to itself"
    );
    assert_eq!(log.engine.next_offset(), cut as i64);
    outputs.extend(bodies[cut..].iter().flat_map(|body| log.fold(body.clone())));
    outputs
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_fold_resumed_from_a_snapshot_gives_the_same_outputs(
        history in histories(true, 4 * MINUTE), cut in 0.0..1.0_f64, replayed in any::<bool>(),
    ) {
        let bodies = bodies(&history, replayed);
        let cut = (bodies.len() as f64 * cut) as usize;
        prop_assert_eq!(fold_resumed(&bodies, cut), fold_all(&bodies));
    }
}

#[test]
fn bytes_that_are_no_snapshot_are_refused() {
    for bytes in [&b""[..], b"\xff\xff", b"{}"] {
        assert!(Engine::restore(Mode::Events, Arc::new(FlatPlaces), bytes).is_err());
    }
}
