//! Rule sets take effect at their mark.

use domain::alert::AlertChange::{Raised, Resolved};
use domain::engine::RecordBody;
use event_schemas::rule_file::RuleFile;
use serde_json::json;

use crate::log::{Fact, Log, MINUTE, NOW, mark, rule};

const FIRE: &str = "city.fire.incident-reported.v1";

fn fires(id: &str, version: u32, within: &str) -> RuleFile {
    rule(json!({
        "id": id, "version": version,
        "when": {"threshold": {"of": {"types": [FIRE]}, "measure": {"count": {}}, "within": within, "atLeast": 2}},
    }))
}

#[test]
fn alerts_of_removed_and_changed_rules_end_with_a_reason_and_unchanged_rules_keep_their_state() {
    let mut log = Log::new(&[
        fires("a", 1, "10m"),
        fires("b", 1, "10m"),
        fires("c", 1, "10m"),
    ]);
    log.event(&Fact::new(FIRE, NOW));
    log.event(&Fact::new(FIRE, NOW + MINUTE));
    assert_eq!(log.alerts.len(), 3);
    log.fold(RecordBody::Mark(mark(
        2,
        &[fires("b", 2, "20m"), fires("c", 1, "10m")],
    )));
    let ended: Vec<(&str, &str)> = log.alerts[3..]
        .iter()
        .map(|alert| (alert.rule.id.as_str(), alert.explanation.words.en.as_str()))
        .collect();
    assert_eq!(ended.len(), 2);
    assert_eq!((ended[0].0, ended[1].0), ("a", "b"));
    assert!(ended[0].1.contains("withdrawn"), "{}", ended[0].1);
    assert!(ended[1].1.contains("changed"), "{}", ended[1].1);
    assert!(log.alerts[3..].iter().all(|alert| alert.change == Resolved));
    log.drained(&["fire"], NOW + 20 * MINUTE);
    let last = log.alerts.last().unwrap();
    assert_eq!((last.rule.id.as_str(), last.change), ("c", Resolved));
}

#[test]
fn a_mark_not_above_the_highest_seen_is_ignored() {
    let mut log = Log::new(&[]);
    log.fold(RecordBody::Mark(mark(5, &[fires("a", 1, "10m")])));
    for version in [4, 5] {
        log.fold(RecordBody::Mark(mark(version, &[])));
    }
    assert_eq!(log.engine.rule_set(), Some((5, "h5")));
    assert_eq!(log.engine.statistics().ignored_marks, 2);
    log.event(&Fact::new(FIRE, NOW));
    log.event(&Fact::new(FIRE, NOW + 1));
    assert_eq!(log.changes(NOW), [(Raised, 1)]);
    assert_eq!(log.alerts[0].rule.rule_set, 5);
}

#[test]
fn a_rule_that_does_not_compile_is_left_out_and_named_and_the_others_run() {
    let broken = rule(json!({
        "id": "broken",
        "when": {"match": {"of": {"types": [FIRE], "where": "event.colour == 'red'"}}},
        "keepFiring": "5m",
    }));
    let mut log = Log::new(&[broken, fires("a", 1, "10m")]);
    let refused = log.engine.refused_rules();
    assert_eq!(refused.len(), 1);
    let text = refused[0].to_string();
    assert!(
        text.contains("rule broken, when.match.of.where") && text.contains("event.colour"),
        "{text}"
    );
    log.event(&Fact::new(FIRE, NOW));
    log.event(&Fact::new(FIRE, NOW + 1));
    assert_eq!(log.alerts.len(), 1);
}
