//! Keys that no single partition sees: matches are sent on, and judged where they meet.

use std::sync::Arc;

use domain::alert::AlertChange::{Raised, Resolved};
use domain::engine::{Engine, MatchRecord, Mode, Output, Places, RecordBody};
use event_schemas::Text;
use event_schemas::rule_file::RuleFile;
use serde_json::json;

use crate::log::{Fact, Log, MINUTE, NOW, mark, rule};

const FIRE: &str = "city.fire.incident-reported.v1";
const OUTAGE: &str = "city.power.outage-started.v1";

/// A district `d` above the partition level, streets `s1`, `s2`, and a community `s1-c` below.
struct Tree;

impl Places for Tree {
    fn name(&self, code: &str) -> Option<Text> {
        (code != "nowhere").then(|| Text::new(format!("{code}街道"), format!("{code} Street")))
    }

    fn at_partition_level(&self, code: &str) -> Option<String> {
        code.starts_with('s').then(|| code[..2].to_owned())
    }
}

fn twice(key: &str) -> RuleFile {
    rule(json!({
        "key": key,
        "when": {"threshold": {"of": {"types": [FIRE]}, "measure": {"count": {}}, "within": "10m", "atLeast": 2}},
    }))
}

fn partition(number: i32, rules: &[RuleFile]) -> Log {
    let mut log = Log::of(Engine::new(Mode::Events, Arc::new(Tree)), number);
    log.fold(RecordBody::Mark(mark(1, rules)));
    log
}

fn matches(log: &Log) -> Vec<&MatchRecord> {
    log.sent_on
        .iter()
        .filter_map(|output| match output {
            Output::Match(matched) => Some(matched.as_ref()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_place_is_raised_to_the_partition_level_and_named_in_both_languages() {
    let mut log = partition(0, &[twice("place")]);
    log.event(&Fact::new(FIRE, NOW).place(Some("s1-c")));
    log.event(&Fact::new(FIRE, NOW + 1).place(Some("s1")));
    assert_eq!(log.changes(NOW), [(Raised, 1)]);
    assert_eq!(log.alerts[0].place.as_deref(), Some("s1"));
    assert_eq!(
        log.alerts[0].title,
        Text::new("s1街道 2 起", "2 in s1 Street")
    );
    assert!(matches(&log).is_empty());
}

#[test]
fn an_exact_place_is_kept_as_given() {
    let mut log = partition(0, &[twice("exactPlace")]);
    log.event(&Fact::new(FIRE, NOW).place(Some("s1-c")));
    log.event(&Fact::new(FIRE, NOW + 1).place(Some("s1")));
    assert!(log.alerts.is_empty());
    log.event(&Fact::new(FIRE, NOW + 2).place(Some("s1-c")));
    assert_eq!(log.alerts[0].place.as_deref(), Some("s1-c"));
}

#[test]
fn events_without_a_place_are_judged_by_department_and_do_not_correlate() {
    let together = rule(json!({
        "id": "together",
        "when": {"correlation": {"all": [{"types": [OUTAGE]}, {"types": [FIRE]}], "within": "60m"}},
    }));
    let mut log = partition(0, &[twice("place"), together]);
    log.event(&Fact::new(FIRE, NOW).place(None));
    log.event(&Fact::new(FIRE, NOW + 1).place(None));
    log.event(&Fact::new(OUTAGE, NOW + 2).place(None));
    assert_eq!(log.alerts.len(), 1);
    assert_eq!(log.alerts[0].place, None);
    assert_eq!(log.alerts[0].title.en, "2 in an unknown place");
    assert_eq!(log.engine.statistics().unplaced, 3);
}

#[test]
fn matches_of_a_city_wide_rule_meet_in_one_partition_whatever_street_they_come_from() {
    let rules = [twice("city")];
    let mut first = partition(0, &rules);
    let mut second = partition(1, &rules);
    first.event(&Fact::new(FIRE, NOW).place(Some("s1")));
    second.event(&Fact::new(FIRE, NOW + MINUTE).place(Some("s2")));
    assert!(first.alerts.is_empty() && second.alerts.is_empty());
    assert_eq!(matches(&first)[0].log_key(), matches(&second)[0].log_key());

    let mut meeting = Log::of(Engine::new(Mode::Matches, Arc::new(Tree)), 3);
    for source in [&first, &second] {
        for output in &source.sent_on {
            meeting.fold(match output.clone() {
                Output::Match(matched) => RecordBody::Match(matched),
                Output::Mark(mark) => RecordBody::Mark(mark),
                Output::Watermark { watermark, origin } => {
                    RecordBody::Watermark { watermark, origin }
                }
                Output::Alert(_) => continue,
            });
        }
    }
    assert_eq!(meeting.changes(NOW), [(Raised, MINUTE)]);
    assert_eq!(
        meeting.engine.statistics().ignored_marks,
        1,
        "each partition sends the mark on"
    );
    assert_eq!(meeting.alerts[0].events.len(), 2);
    assert!(meeting.sent_on.is_empty());
}

#[test]
fn time_passes_in_city_matches_only_as_far_as_every_partition_has_come() {
    let rules = [twice("city")];
    let mut meeting = Log::of(Engine::new(Mode::Matches, Arc::new(Tree)), 0);
    meeting.fold(RecordBody::Mark(mark(1, &rules)));
    for n in 0..2 {
        let mut source = partition(n, &rules);
        source.event(&Fact::new(FIRE, NOW + i64::from(n)).place(Some("s1")));
        let matched = matches(&source)[0].clone();
        meeting.fold(RecordBody::Match(Box::new(matched)));
    }
    let until = |origin, minutes: i64| RecordBody::Watermark {
        watermark: crate::log::watermark(&["fire"], NOW + minutes * MINUTE),
        origin,
    };
    meeting.fold(until(0, 60));
    meeting.fold(until(1, 5));
    assert_eq!(meeting.changes(NOW), [(Raised, 1)], "partition 1 is behind");
    meeting.fold(until(1, 60));
    assert_eq!(meeting.changes(NOW), [(Raised, 1), (Resolved, 10 * MINUTE)]);
}

#[test]
fn a_match_of_an_older_rule_version_is_counted_and_ignored() {
    let mut source = partition(0, &[twice("city")]);
    source.event(&Fact::new(FIRE, NOW));
    let matched = matches(&source)[0].clone();
    let mut newer = twice("city");
    newer.version = 2;
    let mut meeting = Log::of(Engine::new(Mode::Matches, Arc::new(Tree)), 0);
    meeting.fold(RecordBody::Mark(mark(2, &[newer])));
    meeting.fold(RecordBody::Match(Box::new(matched.clone())));
    meeting.fold(RecordBody::Match(Box::new(matched)));
    assert!(meeting.alerts.is_empty());
    assert_eq!(meeting.engine.statistics().stale_matches, 2);
}

#[test]
fn a_match_record_reads_back_as_written() {
    let mut source = partition(0, &[twice("subject")]);
    source.event(&Fact::new(FIRE, NOW).level(2));
    let matched = matches(&source)[0];
    let again: MatchRecord =
        serde_json::from_str(&serde_json::to_string(matched).unwrap()).unwrap();
    assert_eq!(&again, matched);
}
