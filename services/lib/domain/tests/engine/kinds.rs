//! The kinds of rules, each by example.

use domain::alert::{AlertChange, AlertStatus};
use serde_json::json;

use crate::log::{Fact, Log, MINUTE, NOW, rule};

use AlertChange::{Changed, Pending, Raised, Resolved};

const FIRE: &str = "city.fire.incident-reported.v1";
const CLOSED: &str = "city.fire.incident-closed.v1";
const OUTAGE: &str = "city.power.outage-started.v1";
const RESTORED: &str = "city.power.outage-restored.v1";

#[test]
fn a_match_raises_at_once_and_ends_with_its_clearing_event() {
    let mut log = Log::new(&[rule(json!({
        "key": "subject",
        "severity": "event",
        "when": {"match": {"of": {"types": [FIRE], "where": "event.level <= 2"}, "clears": {"types": [CLOSED]}}},
    }))]);
    log.event(&Fact::new(FIRE, NOW).subject("f1").level(2));
    log.event(&Fact::new(FIRE, NOW + 1).subject("f2").level(3));
    log.event(&Fact::new(CLOSED, NOW + 9 * MINUTE).subject("f1"));
    assert_eq!(log.changes(NOW), [(Raised, 0), (Resolved, 9 * MINUTE)]);
    let resolved = &log.alerts[1];
    assert_eq!(resolved.status, AlertStatus::Resolved);
    assert_eq!(resolved.severity, 2);
    assert_eq!(resolved.version, 2);
    assert_eq!(resolved.id, log.alerts[0].id);
    assert_eq!(resolved.explanation.key, "fire|/test|f1");
    assert!(
        log.alerts[0].id.starts_with("test.rule@"),
        "{}",
        log.alerts[0].id
    );
}

#[test]
fn a_match_without_clearing_events_ends_after_silence() {
    let mut log = Log::new(&[rule(json!({
        "keepFiring": "30m",
        "when": {"match": {"of": {"types": [FIRE]}}},
    }))]);
    log.event(&Fact::new(FIRE, NOW));
    log.event(&Fact::new(FIRE, NOW + 20 * MINUTE));
    log.drained(&["fire"], NOW + 49 * MINUTE);
    assert_eq!(log.changes(NOW), [(Raised, 0), (Changed, 20 * MINUTE)]);
    log.drained(&["fire"], NOW + 56 * MINUTE);
    assert_eq!(log.changes(NOW)[2], (Resolved, 50 * MINUTE));
    assert_eq!(log.alerts[2].event_count, 2);
}

#[test]
fn a_new_match_after_the_silence_is_a_new_episode_even_before_the_old_one_was_told_resolved() {
    let mut log = Log::new(&[rule(json!({
        "keepFiring": "10m",
        "when": {"match": {"of": {"types": [FIRE]}}},
    }))]);
    log.event(&Fact::new(FIRE, NOW));
    log.event(&Fact::new(FIRE, NOW + 12 * MINUTE));
    assert_eq!(
        log.changes(NOW),
        [(Raised, 0), (Resolved, 10 * MINUTE), (Raised, 12 * MINUTE)]
    );
    assert_eq!(log.alerts[2].episode, 2);
    assert_ne!(log.alerts[2].id, log.alerts[0].id);
    assert_eq!(log.alerts[2].fingerprint, log.alerts[0].fingerprint);
}

#[test]
fn distinct_subjects_count_once_each_and_the_title_tells_the_figure() {
    let mut log = Log::new(&[rule(json!({
        "when": {"threshold": {"of": {"types": [FIRE]}, "measure": {"count": {"distinctSubjects": true}}, "within": "30m", "atLeast": 3}},
    }))]);
    for (n, subject) in ["a", "b", "a", "a", "c"].into_iter().enumerate() {
        log.event(&Fact::new(FIRE, NOW + n as i64 * MINUTE).subject(subject));
    }
    assert_eq!(log.changes(NOW), [(Raised, 4 * MINUTE)]);
    assert_eq!(log.alerts[0].title.en, "3 in p1");
    assert_eq!(log.alerts[0].explanation.value, Some(3.0));
    assert_eq!(log.alerts[0].explanation.bound, Some(3.0));
    assert_eq!(
        log.alerts[0].explanation.window_from.0,
        NOW + 4 * MINUTE - 30 * MINUTE
    );
}

#[test]
fn a_sum_takes_the_latest_of_each_subject_and_gives_back_what_is_restored() {
    let mut log = Log::new(&[rule(json!({
        "severity": [{"atLeast": 1000, "level": 1}, {"atLeast": 300, "level": 3}],
        "when": {"threshold": {
            "of": {"types": [OUTAGE]}, "clears": {"types": [RESTORED]},
            "measure": "sum", "within": "6h", "atLeast": 300,
        }},
    }))]);
    log.event(&Fact::new(OUTAGE, NOW).subject("o1").measure(200.0));
    log.event(&Fact::new(OUTAGE, NOW + MINUTE).subject("o1").measure(250.0));
    assert!(log.alerts.is_empty(), "the same outage twice is not two");
    log.event(
        &Fact::new(OUTAGE, NOW + 2 * MINUTE)
            .subject("o2")
            .measure(60.0),
    );
    log.event(
        &Fact::new(OUTAGE, NOW + 3 * MINUTE)
            .subject("o3")
            .measure(900.0),
    );
    log.event(&Fact::new(RESTORED, NOW + 4 * MINUTE).subject("o3"));
    log.event(&Fact::new(RESTORED, NOW + 5 * MINUTE).subject("o1"));
    assert_eq!(
        log.changes(NOW),
        [
            (Raised, 2 * MINUTE),
            (Changed, 3 * MINUTE),
            (Resolved, 5 * MINUTE)
        ]
    );
    let levels: Vec<u8> = log.alerts.iter().map(|alert| alert.severity).collect();
    assert_eq!(
        levels,
        [3, 1, 1],
        "severity does not fall within an episode"
    );
    assert_eq!(log.alerts[1].explanation.value, Some(1210.0));
}

#[test]
fn the_greatest_measure_counts_for_max() {
    let mut log = Log::new(&[rule(json!({
        "when": {"threshold": {"of": {"types": [OUTAGE]}, "measure": "max", "within": "10m", "atLeast": 5}},
    }))]);
    for (minute, measure) in [(0, 3.0), (1, 4.9), (2, 5.0), (3, 1.0)] {
        log.event(&Fact::new(OUTAGE, NOW + minute * MINUTE).measure(measure));
    }
    log.drained(&["power"], NOW + 18 * MINUTE);
    assert_eq!(
        log.changes(NOW),
        [
            (Raised, 2 * MINUTE),
            (Changed, 3 * MINUTE),
            (Resolved, 12 * MINUTE)
        ]
    );
}

#[test]
fn a_correlation_needs_every_selector_at_one_place_within_the_window() {
    let both = rule(json!({
        "when": {"correlation": {"all": [{"types": [OUTAGE]}, {"types": [FIRE], "atLeast": 2}], "within": "60m"}},
    }));
    let mut log = Log::new(&[both]);
    log.event(&Fact::new(OUTAGE, NOW).place(Some("p2")));
    log.event(&Fact::new(FIRE, NOW + MINUTE));
    log.event(&Fact::new(FIRE, NOW + 2 * MINUTE));
    log.event(&Fact::new(OUTAGE, NOW + 62 * MINUTE));
    assert!(
        log.alerts.is_empty(),
        "one fire has left the window: {:?}",
        log.changes(NOW)
    );
    log.event(&Fact::new(FIRE, NOW + 63 * MINUTE));
    log.event(&Fact::new(FIRE, NOW + 64 * MINUTE));
    assert_eq!(log.changes(NOW)[0], (Raised, 63 * MINUTE + MINUTE));
    assert_eq!(log.alerts[0].departments, ["fire", "power"]);
    assert!(
        log.alerts[0].explanation.words.en.contains("fire, power"),
        "{:?}",
        log.alerts[0].explanation.words
    );
}

#[test]
fn one_subject_cannot_stand_for_two_selectors_of_a_correlation() {
    let mut log = Log::new(&[rule(json!({
        "when": {"correlation": {"all": [{"types": [FIRE, OUTAGE]}, {"types": [FIRE]}], "within": "60m"}},
    }))]);
    log.event(&Fact::new(FIRE, NOW).subject("f1"));
    log.event(&Fact::new(FIRE, NOW + MINUTE).subject("f1"));
    assert!(log.alerts.is_empty());
    // The fire must move to the second selector, so that the outage can take the first.
    log.event(&Fact::new(OUTAGE, NOW + 2 * MINUTE).subject("o1"));
    assert_eq!(log.changes(NOW), [(Raised, 2 * MINUTE)]);
}

#[test]
fn a_condition_that_must_hold_is_pending_until_it_has() {
    let sustained = rule(json!({
        "for": "5m",
        "when": {"threshold": {
            "of": {"types": [OUTAGE]}, "clears": {"types": [RESTORED]},
            "measure": "sum", "within": "6h", "atLeast": 100,
        }},
    }));
    let mut log = Log::new(&[sustained]);
    log.event(&Fact::new(OUTAGE, NOW).subject("o1").measure(100.0));
    log.event(&Fact::new(RESTORED, NOW + 4 * MINUTE).subject("o1"));
    assert_eq!(log.changes(NOW), [(Pending, 0), (Resolved, 4 * MINUTE)]);
    log.event(
        &Fact::new(OUTAGE, NOW + 10 * MINUTE)
            .subject("o2")
            .measure(100.0),
    );
    log.drained(&["power"], NOW + 14 * MINUTE);
    assert_eq!(log.alerts.len(), 3);
    log.drained(&["power"], NOW + 16 * MINUTE);
    assert_eq!(
        log.changes(NOW)[2..],
        [(Pending, 10 * MINUTE), (Raised, 15 * MINUTE)]
    );
}

#[test]
fn an_alert_keeps_firing_over_a_gap_shorter_than_keep_firing() {
    let mut log = Log::new(&[rule(json!({
        "keepFiring": "15m",
        "when": {"threshold": {"of": {"types": [FIRE]}, "measure": {"count": {}}, "within": "10m", "atLeast": 2}},
    }))]);
    for minute in [0, 1, 20, 21] {
        log.event(&Fact::new(FIRE, NOW + minute * MINUTE));
    }
    log.drained(&["fire"], NOW + 60 * MINUTE);
    assert_eq!(log.episodes(NOW), [(MINUTE, Some(45 * MINUTE))]);
}

#[test]
fn exercises_and_the_real_thing_never_meet_in_one_alert() {
    let mut log = Log::new(&[rule(json!({
        "when": {"threshold": {"of": {"types": [FIRE]}, "measure": {"count": {}}, "within": "10m", "atLeast": 2}},
    }))]);
    log.event(&Fact::new(FIRE, NOW));
    log.event(&Fact::new(FIRE, NOW + 1).exercise());
    assert!(log.alerts.is_empty());
    log.event(&Fact::new(FIRE, NOW + 2).exercise());
    log.event(&Fact::new(FIRE, NOW + 3));
    let exercise: Vec<bool> = log.alerts.iter().map(|alert| alert.exercise).collect();
    assert_eq!(exercise, [true, false]);
    assert_ne!(log.alerts[0].fingerprint, log.alerts[1].fingerprint);
}

#[test]
fn a_storm_of_events_is_not_a_storm_of_alert_records_and_keeps_the_first_and_the_newest() {
    let mut log = Log::new(&[rule(json!({
        "keepFiring": "30m",
        "when": {"match": {"of": {"types": [FIRE]}}},
    }))]);
    for n in 0..1_000 {
        log.event(&Fact::new(FIRE, NOW + n * 10));
    }
    log.drained(&["fire"], NOW + 60 * MINUTE);
    assert!(log.alerts.len() < 40, "{} records", log.alerts.len());
    let last = log.alerts.last().unwrap();
    assert_eq!(last.event_count, 1_000);
    assert_eq!(last.events.len(), domain::alert::EVENT_REFS_MAX);
    assert_eq!(last.events[0].time.0, NOW);
    assert_eq!(last.events.last().unwrap().time.0, NOW + 9_990);
}
