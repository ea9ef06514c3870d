//! Silence: told when it is certain, and never because the hub is behind.

use std::sync::Arc;

use domain::alert::AlertChange::{Raised, Resolved};
use domain::engine::{Engine, FlatPlaces, MOST_KEYS, Mode, RecordBody};
use domain::rule::CompiledRule;
use event_schemas::rule_file::RuleFile;
use serde_json::{Value, json};

use crate::log::{Fact, HOUR, LONG_AGO, Log, MINUTE, NOW, mark, rule};

const LEVEL: &str = "city.water.level-reading.v1";
const FLOW: &str = "city.water.flow-reading.v1";

fn silent(of: &str) -> RuleFile {
    rule(json!({
        "alertTitle": {"zh": "{subject} 静默 {minutes} 分钟", "en": "{subject} silent for {minutes} minutes"},
        "when": {"absence": {"types": [LEVEL, FLOW], "of": of, "after": "30m"}},
    }))
}

fn reading(subject: &str, minute: i64) -> Fact {
    Fact::new(LEVEL, NOW + minute * MINUTE).subject(subject)
}

/// Read up to this minute, with the margin for clocks.
fn read_until(log: &mut Log, minute: i64) {
    log.drained(&["water"], NOW + minute * MINUTE + 5_000);
}

#[test]
fn a_subject_that_reported_and_does_so_no_longer_is_told_and_its_first_event_ends_it() {
    let mut log = Log::new(&[silent("subject")]);
    log.event(&reading("G1", 0));
    log.event(&reading("G2", 10));
    read_until(&mut log, 29);
    assert!(log.alerts.is_empty());
    read_until(&mut log, 30);
    assert_eq!(log.changes(NOW), [(Raised, 30 * MINUTE)]);
    log.event(&reading("G1", 45));
    read_until(&mut log, 46);
    assert_eq!(
        log.changes(NOW),
        [
            (Raised, 30 * MINUTE),
            (Resolved, 45 * MINUTE),
            (Raised, 40 * MINUTE)
        ]
    );
    let (raised, resolved) = (&log.alerts[0], &log.alerts[1]);
    assert_eq!(raised.id, resolved.id);
    assert_eq!(raised.title.en, "G1 silent for 30 minutes");
    assert_eq!(raised.place.as_deref(), Some("p1"), "where it stood");
    assert_eq!((raised.severity, raised.event_count), (2, 1));
    assert_eq!(
        raised.explanation.window_from.0, NOW,
        "when it was heard last"
    );
    assert_eq!(raised.explanation.value, Some(30.0));
    assert_eq!(raised.explanation.bound, Some(30.0));
    assert_eq!(resolved.explanation.value, Some(45.0));
    assert!(
        resolved
            .explanation
            .words
            .en
            .contains("nothing for 45 minutes")
            && resolved.explanation.words.en.contains("reports again"),
        "{:?}",
        resolved.explanation.words
    );
    assert_ne!(log.alerts[2].fingerprint, raised.fingerprint);
}

#[test]
fn a_feed_is_silent_when_nobody_of_it_speaks_and_lies_nowhere() {
    let mut log = Log::new(&[silent("feed")]);
    log.event(&reading("G1", 0));
    log.event(&Fact {
        kind: FLOW,
        ..reading("M1", 20)
    });
    read_until(&mut log, 49);
    assert!(log.alerts.is_empty());
    read_until(&mut log, 50);
    log.event(&reading("G9", 80));
    assert_eq!(
        log.changes(NOW),
        [(Raised, 50 * MINUTE), (Resolved, 80 * MINUTE)]
    );
    assert_eq!(log.alerts[0].explanation.key, "water");
    assert_eq!(
        (log.alerts[0].place.as_deref(), log.alerts[0].lon),
        (None, None)
    );
    assert_eq!(log.alerts[0].departments, ["water"]);
}

#[test]
fn while_the_watermark_stands_nobody_is_silent() {
    let mut log = Log::new(&[
        silent("subject"),
        RuleFile {
            id: String::from("test.feed"),
            ..silent("feed")
        },
    ]);
    log.event(&reading("G1", 0));
    // Nothing of the inbox is known: not even that it was read once.
    log.drained(&["fire"], NOW + 48 * HOUR);
    for _ in 0..100 {
        read_until(&mut log, 20);
    }
    // Neither other departments' watermarks nor other departments' events say anything about it.
    log.event(&Fact::new(
        "city.fire.incident-reported.v1",
        NOW + 48 * HOUR,
    ));
    log.drained(&["fire"], NOW + 72 * HOUR);
    assert_eq!(log.alerts, []);
    // The hub reads on: what came in the meantime shows that nobody was silent for long.
    for minute in [25, 50, 70] {
        log.event(&reading("G1", minute));
    }
    read_until(&mut log, 90);
    assert_eq!(log.alerts, []);
}

#[test]
fn a_silence_that_ended_before_it_was_certain_is_told_with_its_end() {
    let mut log = Log::new(&[silent("subject")]);
    for minute in [0, 10, 100] {
        log.event(&reading("G1", minute));
    }
    read_until(&mut log, 101);
    assert_eq!(
        log.changes(NOW),
        [(Raised, 40 * MINUTE), (Resolved, 100 * MINUTE)]
    );
}

#[test]
fn exercises_do_not_keep_the_real_thing_alive() {
    let mut log = Log::new(&[silent("subject")]);
    log.event(&reading("G1", 0));
    log.event(&reading("G1", 20).exercise());
    read_until(&mut log, 31);
    assert_eq!(log.changes(NOW), [(Raised, 30 * MINUTE)]);
    assert!(!log.alerts[0].exercise);
}

#[test]
fn a_replay_is_judged_by_its_own_time_and_the_present_by_its_own() {
    let mut log = Log::new(&[silent("subject")]);
    log.event(&reading("G1", 0));
    // A day of the past within a minute, with a gap of G1 from the second hour to the fifth.
    for (n, quarter) in (0..96_i64).enumerate() {
        for subject in ["G1", "G2"] {
            if subject == "G1" && (8..20).contains(&quarter) {
                continue;
            }
            log.event(
                &Fact::new(LEVEL, LONG_AGO + quarter * 15 * MINUTE)
                    .subject(subject)
                    .source("/water?replay=a")
                    .inbox(NOW + n as i64 * 500),
            );
        }
    }
    // And what came without a label, three days late: nobody says that it is complete.
    log.event(&reading("G1", 0).inbox(NOW + MINUTE + 72 * HOUR));
    read_until(&mut log, 2);
    let quarter = 15 * MINUTE;
    assert_eq!(
        log.changes(LONG_AGO),
        [(Raised, 9 * quarter), (Resolved, 20 * quarter)]
    );
    log.alerts.clear();
    read_until(&mut log, 31);
    assert_eq!(
        log.changes(NOW),
        [(Raised, 30 * MINUTE)],
        "the replay was no sign of life, and its end is no silence"
    );
}

#[test]
fn a_replay_that_is_over_ends_what_it_left_open() {
    let mut log = Log::new(&[silent("subject")]);
    for minute in (0..120).step_by(10) {
        for subject in ["G1", "G2"] {
            if subject == "G2" || minute < 30 {
                log.event(
                    &Fact::new(LEVEL, LONG_AGO + minute * MINUTE)
                        .subject(subject)
                        .source("/water?replay=a")
                        .inbox(NOW),
                );
            }
        }
    }
    read_until(&mut log, 1);
    assert_eq!(log.changes(LONG_AGO), [(Raised, 50 * MINUTE)]);
    read_until(&mut log, 61);
    assert_eq!(log.changes(LONG_AGO)[1..], [(Resolved, 105 * MINUTE)]);
    assert!(
        log.alerts[1]
            .explanation
            .words
            .en
            .contains("replay is over")
    );
}

#[test]
fn a_silence_of_thirty_days_is_out_of_service_and_forgotten_until_it_reports() {
    let mut log = Log::new(&[silent("subject")]);
    log.event(&reading("G1", 0));
    read_until(&mut log, 30 + 30 * 24 * 60);
    let month = 30 * 24 * HOUR;
    assert_eq!(
        log.changes(NOW),
        [(Raised, 30 * MINUTE), (Resolved, 30 * MINUTE + month)]
    );
    log.event(&reading("G1", 31 * 24 * 60));
    read_until(&mut log, 31 * 24 * 60 + 30);
    assert_eq!(log.alerts.len(), 3);
    assert_ne!(log.alerts[2].id, log.alerts[0].id);
}

#[test]
fn a_changed_rule_judges_anew_by_what_was_heard_before() {
    let mut log = Log::new(&[silent("subject")]);
    log.event(&reading("G1", 0));
    read_until(&mut log, 40);
    let mut stricter = silent("subject");
    stricter.version = 2;
    stricter.when = serde_json::from_value(
        json!({"absence": {"types": [LEVEL, FLOW], "of": "subject", "after": "20m"}}),
    )
    .unwrap();
    log.fold(RecordBody::Mark(mark(2, &[stricter.clone()])));
    read_until(&mut log, 41);
    assert_eq!(
        log.changes(NOW),
        [
            (Raised, 30 * MINUTE),
            (Resolved, 40 * MINUTE),
            (Raised, 20 * MINUTE)
        ]
    );
    assert_ne!(log.alerts[2].id, log.alerts[0].id);
    assert_eq!(log.alerts[2].rule.version, 2);
    log.fold(RecordBody::Mark(mark(3, &[])));
    assert_eq!(
        log.alerts[3].change, Resolved,
        "a withdrawn rule has no alerts"
    );
    log.fold(RecordBody::Mark(mark(4, &[stricter])));
    read_until(&mut log, 500);
    assert_eq!(
        log.alerts.len(),
        4,
        "what it did not watch it does not judge"
    );
}

#[test]
fn when_all_places_are_taken_new_subjects_are_counted_and_not_watched() {
    let mut log = Log::new(&[silent("subject")]);
    for n in 0..MOST_KEYS as i64 + 3 {
        log.event(&Fact::new(LEVEL, NOW).subject(&format!("G{n}")));
    }
    let counts = &log.engine.statistics().rules["test.rule"];
    assert_eq!(
        (counts.matched, counts.unwatched),
        (MOST_KEYS as u64 + 3, 3)
    );
    read_until(&mut log, 30);
    assert_eq!(log.alerts.len(), MOST_KEYS);
}

#[test]
fn an_event_without_a_subject_is_no_sign_of_a_subject_and_counted() {
    let mut log = Log::new(&[silent("subject")]);
    let mut event = reading("x", 0).at(crate::log::position(0, 1));
    event.subject = None;
    log.fold(RecordBody::Event(Box::new(event)));
    read_until(&mut log, 100);
    assert_eq!(log.alerts, []);
    assert_eq!(log.engine.statistics().rules["test.rule"].unwatched, 1);
}

#[test]
fn a_snapshot_of_before_there_were_absence_rules_is_read() {
    let mut log = Log::new(&[]);
    log.event(&reading("G1", 0));
    let bytes = log.engine.snapshot().unwrap();
    let mut old: ciborium::Value = ciborium::from_reader(&bytes[..]).unwrap();
    let fields = old.as_map_mut().unwrap();
    let before = fields.len();
    fields.retain(|(name, _)| name.as_text() != Some("absences"));
    assert_eq!(fields.len(), before - 1);
    let mut without = Vec::new();
    ciborium::into_writer(&old, &mut without).unwrap();
    let engine = Engine::restore(Mode::Whole, Arc::new(FlatPlaces), &without).unwrap();
    assert_eq!(engine.snapshot().unwrap(), bytes);
}

fn faults(when: Value, more: Value) -> Vec<String> {
    let mut parts = json!({"when": {"absence": when}});
    for (name, value) in more.as_object().unwrap() {
        parts[name] = value.clone();
    }
    let errors = CompiledRule::compile(&rule(parts))
        .err()
        .unwrap_or_default();
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn what_an_absence_rule_cannot_mean_is_refused_with_a_word_on_what_to_write() {
    let all = faults(
        json!({"types": [LEVEL, "city.fire.incident-reported.v1"], "of": "feed", "after": "9s"}),
        json!({"for": "1m", "keepFiring": "1m", "severity": "event"}),
    );
    for expected in [
        "when.absence.types: expected types of one department",
        "when.absence.after: expected 10s or more",
        "for: expected none",
        "keepFiring: expected none",
        "severity: expected a level 1 to 4",
    ] {
        assert!(
            all.iter().any(|fault| fault.contains(expected)),
            "{expected} in {all:?}"
        );
    }
    let none = faults(json!({"of": "feed", "after": "1h"}), json!({}));
    assert!(
        none[0].contains("expected at least one event type"),
        "{none:?}"
    );
}
