//! How time passes: by records alone, and never wrongly.

use domain::alert::AlertChange::{Changed, Raised, Resolved};
use serde_json::json;

use crate::log::{Fact, HOUR, LONG_AGO, Log, MINUTE, NOW, rule};

const FIRE: &str = "city.fire.incident-reported.v1";
const OUTAGE: &str = "city.power.outage-started.v1";

fn twice() -> event_schemas::rule_file::RuleFile {
    rule(json!({
        "when": {"threshold": {"of": {"types": [FIRE]}, "measure": {"count": {}}, "within": "10m", "atLeast": 2}},
    }))
}

#[test]
fn a_window_closes_by_watermarks_when_nothing_more_comes() {
    let mut log = Log::new(&[twice()]);
    log.event(&Fact::new(FIRE, NOW));
    log.event(&Fact::new(FIRE, NOW + MINUTE));
    // The condition ends when the first leaves the window; five minutes' lateness are waited for.
    log.drained(&["fire"], NOW + 15 * MINUTE);
    assert_eq!(log.changes(NOW), [(Raised, MINUTE)]);
    log.drained(&["fire"], NOW + 15 * MINUTE + 1);
    assert_eq!(
        log.changes(NOW),
        [(Raised, MINUTE), (Resolved, 10 * MINUTE)]
    );
}

#[test]
fn an_inbox_that_is_behind_is_not_silence() {
    let mut log = Log::new(&[twice()]);
    log.event(&Fact::new(FIRE, NOW));
    log.event(&Fact::new(FIRE, NOW + MINUTE));
    // The wall clock runs, but the inbox is only admitted up to two minutes in.
    for _ in 0..100 {
        log.drained(&["fire"], NOW + 2 * MINUTE);
    }
    // Watermarks of others say nothing about it.
    log.drained(&["power"], NOW + 24 * HOUR);
    assert_eq!(log.changes(NOW), [(Raised, MINUTE)]);
}

#[test]
fn an_event_out_of_order_within_the_window_counts_as_if_it_had_come_in_time() {
    let mut log = Log::new(&[twice()]);
    log.event(&Fact::new(FIRE, NOW + 4 * MINUTE));
    log.event(&Fact::new(FIRE, NOW).inbox(NOW + 4 * MINUTE));
    assert_eq!(log.changes(NOW), [(Raised, 4 * MINUTE)]);
    assert_eq!(log.engine.statistics().rules["test.rule"].late, 0);
}

#[test]
fn an_event_beyond_the_lateness_is_counted_as_late_and_changes_nothing() {
    let mut log = Log::new(&[twice()]);
    log.event(&Fact::new(FIRE, NOW + 6 * MINUTE));
    log.event(&Fact::new(FIRE, NOW + 7 * MINUTE).inbox(NOW + 7 * MINUTE));
    log.drained(&["fire"], NOW + 40 * MINUTE);
    let before = log.alerts.len();
    log.event(&Fact::new(FIRE, NOW + 5 * MINUTE).inbox(NOW + 40 * MINUTE));
    assert_eq!(log.alerts.len(), before);
    let counts = &log.engine.statistics().rules["test.rule"];
    assert_eq!((counts.matched, counts.late), (3, 1));
}

#[test]
fn a_late_match_still_tells_the_operator() {
    let mut log = Log::new(&[rule(json!({
        "keepFiring": "10m",
        "when": {"match": {"of": {"types": [FIRE]}}},
    }))]);
    log.event(&Fact::new(FIRE, NOW + 120 * MINUTE));
    log.drained(&["fire"], NOW + 200 * MINUTE);
    log.event(&Fact::new(FIRE, NOW).inbox(NOW + 200 * MINUTE));
    log.drained(&["fire"], NOW + 210 * MINUTE);
    assert_eq!(
        log.changes(NOW)[2..],
        [(Raised, 0), (Resolved, 10 * MINUTE)],
        "raised, and already over"
    );
    assert_eq!(log.engine.statistics().rules["test.rule"].late, 1);
}

#[test]
fn one_departments_fast_clock_does_not_close_the_windows_of_others() {
    let mut log = Log::new(&[twice()]);
    log.event(&Fact::new(FIRE, NOW));
    log.event(
        &Fact::new(FIRE, NOW + 3 * HOUR)
            .inbox(NOW + MINUTE)
            .place(Some("p9")),
    );
    log.event(&Fact::new(FIRE, NOW + 2 * MINUTE));
    assert_eq!(log.changes(NOW), [(Raised, 2 * MINUTE)]);
    assert_eq!(log.engine.statistics().rules["test.rule"].late, 0);
}

#[test]
fn history_and_the_present_do_not_judge_each_other() {
    let mut log = Log::new(&[twice()]);
    log.event(&Fact::new(FIRE, NOW));
    for minute in [0, 1] {
        log.event(&Fact::new(FIRE, LONG_AGO + minute * MINUTE).inbox(NOW + MINUTE));
    }
    log.event(&Fact::new(FIRE, NOW + 2 * MINUTE));
    log.drained(&["fire"], NOW + 5 * MINUTE);
    let raised: Vec<i64> = log
        .alerts
        .iter()
        .filter(|alert| alert.change == Raised)
        .map(|alert| alert.raised_at.0)
        .collect();
    assert_eq!(raised, [NOW + 2 * MINUTE, LONG_AGO + MINUTE]);
    assert_eq!(log.engine.statistics().rules["test.rule"].late, 0);
}

#[test]
fn two_replays_of_one_storm_raise_their_own_alerts() {
    let mut log = Log::new(&[twice()]);
    for source in ["/fire?replay=a", "/fire?replay=b"] {
        for minute in [0, 1] {
            log.event(
                &Fact::new(FIRE, LONG_AGO + minute * MINUTE)
                    .source(source)
                    .inbox(NOW),
            );
        }
    }
    log.drained(&["fire"], NOW + MINUTE);
    assert_eq!(log.changes(LONG_AGO), [(Raised, MINUTE), (Raised, MINUTE)]);
    assert_ne!(log.alerts[0].fingerprint, log.alerts[1].fingerprint);
}

#[test]
fn a_replay_correlates_what_its_inboxes_deliver_days_apart() {
    let mut log = Log::new(&[rule(json!({
        "when": {"correlation": {"all": [{"types": [OUTAGE]}, {"types": [FIRE]}], "within": "60m"}},
    }))]);
    // All fire calls of three weeks come first, then the outages: two inboxes, read one by one.
    for day in 0..20 {
        log.event(
            &Fact::new(FIRE, LONG_AGO + day * 24 * HOUR)
                .source("/f?replay=a")
                .inbox(NOW + day),
        );
    }
    assert!(log.alerts.is_empty());
    for day in [3, 9] {
        let time = LONG_AGO + day * 24 * HOUR + 30 * MINUTE;
        log.event(
            &Fact::new(OUTAGE, time)
                .source("/p?replay=a")
                .inbox(NOW + 10 + day),
        );
    }
    log.drained(&["fire", "power"], NOW + MINUTE);
    let found: Vec<_> = log.episodes(LONG_AGO);
    let expected: Vec<_> = [3, 9]
        .map(|day| (day * 24 * HOUR + 30 * MINUTE, Some((day * 24 + 1) * HOUR)))
        .into();
    assert_eq!(found, expected);
}

#[test]
fn a_replay_that_is_over_closes_its_windows() {
    let mut log = Log::new(&[twice()]);
    for minute in [0, 1] {
        log.event(
            &Fact::new(FIRE, LONG_AGO + minute * MINUTE)
                .source("/f?replay=a")
                .inbox(NOW),
        );
    }
    log.drained(&["fire"], NOW + 20 * MINUTE);
    assert_eq!(log.episodes(LONG_AGO), [(MINUTE, Some(10 * MINUTE))]);
}

#[test]
fn news_is_told_again_after_a_while() {
    let mut log = Log::new(&[rule(json!({
        "keepFiring": "30m",
        "when": {"match": {"of": {"types": [FIRE]}}},
    }))]);
    for n in 0..100 {
        log.event(&Fact::new(FIRE, NOW + n * 31_000));
    }
    assert_eq!(
        log.changes(NOW)
            .iter()
            .filter(|(change, _)| *change == Changed)
            .count(),
        99
    );
}
