//! The simulated city as a whole: reproducible, lawful, alive at its rate, true to its truth.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use event_schemas::envelope::decode_structured;
use proptest::prelude::*;
use serde_json::Value;

use super::truth::FaultKind;
use super::*;

const HOUR_MS: i64 = 3_600_000;

fn start() -> Millis {
    Millis::parse("2026-07-06T08:00:00+08:00").unwrap()
}

fn city(behaviour: Behaviour) -> Simulation {
    Simulation::new(behaviour, &Catalog::embedded().unwrap(), start()).unwrap()
}

fn quiet(seed: u64) -> Simulation {
    city(Behaviour::ordinary(seed, 1.0))
}

/// Events of so many hours, and the whole truth.
fn hours(mut city: Simulation, hours: i64) -> (Vec<SimulatedEvent>, Vec<TruthLine>) {
    let end = start().plus(hours * HOUR_MS);
    let mut truth = Vec::new();
    let mut events = Vec::new();
    while let Some(event) = city.next().filter(|event| event.at < end) {
        events.push(event);
        truth.extend(city.take_truth());
    }
    truth.extend(city.finish(end));
    (events, truth)
}

fn read(event: &SimulatedEvent) -> Value {
    serde_json::from_str(&event.json).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_city_and_truth_byte_for_byte_and_another_seed_another() {
    let some = |seed| {
        let (events, truth) = hours(quiet(seed), 4);
        let events: Vec<String> = events.into_iter().map(|event| event.json).collect();
        (events, serde_json::to_string(&truth).unwrap())
    };
    assert_eq!(some(7), some(7));
    assert_ne!(some(7).0, some(8).0);
}

#[test]
fn events_come_in_order_of_publishing_and_every_one_is_an_exercise() {
    let (events, _) = hours(quiet(7), 3);
    assert!(events.windows(2).all(|pair| pair[0].at <= pair[1].at));
    assert!(events.iter().all(|event| read(event)["exercise"] == true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn every_event_is_judged_valid_but_those_the_truth_calls_malformed(seed in any::<u64>()) {
        let catalog = Catalog::embedded().unwrap();
        let behaviour = Behaviour { storm: seed % 3 == 0, ..Behaviour::ordinary(seed, 1.0) };
        let (events, truth) = hours(city(behaviour), 3);
        let malformed: HashSet<&str> = truth
            .iter()
            .filter_map(|line| match line {
                TruthLine::Fault(fault) if fault.kind == FaultKind::Malformed => Some(fault),
                _ => None,
            })
            .flat_map(|fault| fault.events.iter().map(String::as_str))
            .collect();
        for event in &events {
            let envelope = decode_structured(event.json.as_bytes()).unwrap();
            let judged = catalog.judge(&event.department, &envelope);
            let bad = malformed.contains(event.id.as_str());
            prop_assert_eq!(judged.is_err(), bad, "{}: {:?}", event.json, judged.err());
        }
    }
}

#[test]
fn all_eight_departments_publish_in_one_morning() {
    let (events, _) = hours(quiet(3), 2);
    let departments: BTreeSet<&str> = events
        .iter()
        .map(|event| event.department.as_str())
        .collect();
    let all = [
        "air", "fire", "hotline", "power", "roads", "traffic", "water", "weather",
    ];
    assert_eq!(departments, BTreeSet::from(all));
}

#[test]
fn the_rate_is_kept_from_a_trickle_to_thousands_a_second() {
    for (rate, seconds) in [
        (0.2, 7_200.0),
        (1.0, 3_600.0),
        (20.0, 600.0),
        (2_000.0, 8.0),
    ] {
        let end = start().plus((seconds * 1_000.0) as i64);
        let city = city(Behaviour::ordinary(5, rate));
        let count = city.take_while(|event| event.at < end).count();
        let per_second = count as f64 / seconds;
        // A Monday morning is busier than the week's mean, and incidents come on top.
        let most = rate * 1.35 + 0.3;
        assert!(
            (rate * 0.75..most).contains(&per_second),
            "{rate}: {per_second}"
        );
    }
}

#[test]
fn a_storm_multiplies_events_and_incidents() {
    let of = |storm| {
        let behaviour = Behaviour {
            storm,
            ..Behaviour::ordinary(7, 1.0)
        };
        let (events, truth) = hours(city(behaviour), 1);
        let incidents = truth
            .iter()
            .filter(|line| matches!(line, TruthLine::Incident(_)));
        (events.len(), incidents.count())
    };
    let ((quiet, few), (loud, many)) = (of(false), of(true));
    assert!(
        loud > 7 * quiet && many > 5 * few,
        "{quiet} {few} {loud} {many}"
    );
}

#[test]
fn the_first_incident_is_a_burst_main_after_twenty_seconds_seen_by_four_departments_in_one_street()
{
    let catalog = Catalog::embedded().unwrap();
    let mut departments = HashSet::new();
    let mut streets = HashSet::new();
    let mut first = None;
    for event in quiet(7).take(600) {
        let json = read(&event);
        if json["correlationid"]
            .as_str()
            .is_some_and(|id| id.contains("burst-main"))
        {
            first.get_or_insert(event.at);
            departments.insert(event.department.clone());
            let place = json["placecode"].as_str().unwrap();
            streets.insert(catalog.places().partition_place(place).unwrap().to_owned());
        }
    }
    assert_eq!(first, Some(start().plus(20_000)));
    assert_eq!(departments.len(), 4, "{departments:?}");
    assert_eq!(streets.len(), 1, "{streets:?}");
}

#[test]
fn texts_of_the_city_are_in_one_language() {
    for event in quiet(11).take(4_000) {
        for field in [
            "summary",
            "statement",
            "address",
            "area",
            "road",
            "name",
            "office",
        ] {
            if let Some(text) = read(&event)["data"][field].as_str() {
                assert!(
                    !text.contains(" / ") && text.contains(|c: char| !c.is_ascii()),
                    "{text}"
                );
            }
        }
    }
}

#[test]
fn the_truth_names_events_that_were_published_and_the_reports_name_their_incident() {
    let (events, truth) = hours(quiet(21), 8);
    let published: BTreeMap<&str, &SimulatedEvent> = events
        .iter()
        .map(|event| (event.id.as_str(), event))
        .collect();
    let mut kinds = BTreeSet::new();
    for line in &truth {
        let TruthLine::Incident(incident) = line else {
            continue;
        };
        kinds.insert(incident.kind.clone());
        assert!(!incident.title.zh.is_empty() && !incident.title.en.is_empty());
        for id in &incident.events {
            let event = read(published[id.as_str()]);
            let named = event["correlationid"].as_str();
            assert!(named.is_none_or(|named| named == incident.id), "{event}");
            assert!(
                incident
                    .departments
                    .contains(&published[id.as_str()].department)
            );
        }
    }
    assert!(kinds.len() >= 4, "{kinds:?}");
    assert!(matches!(truth.first(), Some(TruthLine::Course(_))));
    assert!(matches!(truth.last(), Some(TruthLine::End { .. })));
}

#[test]
fn what_the_truth_says_is_read_back_as_it_was_written() {
    let (_, truth) = hours(quiet(5), 6);
    for line in truth {
        let text = serde_json::to_string(&line).unwrap();
        assert_eq!(serde_json::from_str::<TruthLine>(&text).unwrap(), line);
    }
}

#[test]
fn faults_do_what_they_say() {
    let (events, truth) = hours(quiet(2), 60);
    let faults = truth.iter().filter_map(|line| match line {
        TruthLine::Fault(fault) => Some(fault),
        _ => None,
    });
    let mut seen = BTreeSet::new();
    for fault in faults {
        seen.insert(fault.kind);
        let during = |event: &&SimulatedEvent| {
            event.department == fault.department && fault.begin < event.at && event.at < fault.until
        };
        let times = |id: &str| events.iter().filter(|event| event.id == *id).count();
        match fault.kind {
            FaultKind::Silence => assert_eq!(events.iter().filter(during).count(), 0, "{fault:?}"),
            FaultKind::WrongClock => {
                for event in events.iter().filter(during) {
                    let time = Millis::parse(read(event)["time"].as_str().unwrap()).unwrap();
                    let off = event.at.since(time) + fault.skew_ms.unwrap();
                    assert!((0..20 * 60_000).contains(&off), "{off} {}", event.json);
                }
            }
            FaultKind::Repeats => {
                let end = start().plus(60 * HOUR_MS - 60_000);
                if fault.until < end {
                    assert!(fault.events.iter().all(|id| times(id) == 2), "{fault:?}");
                }
            }
            FaultKind::IdReused => assert!(fault.events.iter().all(|id| times(id) == 2)),
            FaultKind::Malformed => assert!(fault.events.len() <= 1),
        }
    }
    assert_eq!(seen.len(), 5, "{seen:?}");
}

#[test]
fn a_unit_drives_along_streets_to_the_scene_and_home() {
    let catalog = Catalog::embedded().unwrap();
    let mut tracks: BTreeMap<String, Vec<(f64, f64, String)>> = BTreeMap::new();
    for event in hours(quiet(7), 3).0 {
        let json = read(&event);
        if json["type"] == "city.fire.unit-located.v1" {
            let status = json["data"]["status"].as_str().unwrap().to_owned();
            let at = (
                json["lon"].as_f64().unwrap(),
                json["lat"].as_f64().unwrap(),
                status,
            );
            tracks
                .entry(json["subject"].as_str().unwrap().to_owned())
                .or_default()
                .push(at);
        }
    }
    assert!(!tracks.is_empty());
    for (unit, track) in tracks {
        let known = catalog
            .units()
            .iter()
            .find(|known| known.id == unit)
            .unwrap();
        let ends_home = track.iter().rev().find(|at| at.2 == "available");
        if let Some((lon, lat, _)) = ends_home {
            assert_eq!((known.lon.unwrap(), known.lat.unwrap()), (*lon, *lat));
        }
        for pair in track.windows(2) {
            let step = streets::metres((pair[0].0, pair[0].1), (pair[1].0, pair[1].1));
            assert!(step < 500.0, "{unit} jumps {step} m");
        }
    }
}

#[test]
fn the_rules_find_what_happens_in_a_day_and_a_day_is_no_flood() {
    let catalog = Arc::new(Catalog::embedded().unwrap());
    let behaviour = Behaviour::ordinary(7, 0.5);
    let outcome = offline::run(&catalog, behaviour, start(), 24 * HOUR_MS).unwrap();
    let score = score::score(&outcome.truth, &score::gather(&outcome.alerts));
    for rule in ["hub.burst-main", "fire.grave-incident", "power.mass-outage"] {
        let found = &score.rules[rule];
        assert!(
            found.expected > 0 && found.recall() >= 0.8,
            "{rule}: {found:?}\n{score}"
        );
        assert!(found.precision() >= 0.8, "{rule}: {found:?}\n{score}");
    }
    let alerts: u32 = score.rules.values().map(|rule| rule.alerts).sum();
    // One in ten minutes is what a person can work on well (EEMUA 191).
    assert!(f64::from(alerts) / score.hours <= 8.0, "{score}");
}
