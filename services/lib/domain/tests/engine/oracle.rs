//! Windows against a brute-force recomputation over all events.

use std::collections::{BTreeMap, BTreeSet};

use event_schemas::rule_file::RuleFile;
use proptest::prelude::*;
use serde_json::json;

use crate::history::{Happening, arrivals, histories};
use crate::log::{Fact, HOUR, LONG_AGO, Log, MINUTE, NOW, rule};

const FIRE: &str = "city.fire.incident-reported.v1";
const OUTAGE: &str = "city.power.outage-started.v1";
const RESTORED: &str = "city.power.outage-restored.v1";
const WITHIN: i64 = 20 * MINUTE;

#[derive(Clone, Copy, Debug)]
enum Kind {
    Count,
    Subjects,
    Occasions,
    Sum,
    Max,
    Together,
}

fn rule_of(kind: Kind, keep: i64) -> RuleFile {
    let threshold = |measure: serde_json::Value, bound: i32| {
        json!({"threshold": {
            "of": {"types": [OUTAGE]}, "clears": {"types": [RESTORED]},
            "measure": measure, "within": "20m", "atLeast": bound,
        }})
    };
    let when = match kind {
        Kind::Count => threshold(json!({"count": {}}), 4),
        Kind::Subjects => threshold(json!({"count": {"distinctSubjects": true}}), 3),
        Kind::Occasions => threshold(json!({"count": {"apart": "4m"}}), 3),
        Kind::Sum => threshold(json!("sum"), 120),
        Kind::Max => threshold(json!("max"), 80),
        Kind::Together => json!({"correlation": {
            "all": [{"types": [OUTAGE], "atLeast": 2}, {"types": [FIRE]}],
            "clears": {"types": [RESTORED]}, "within": "20m",
        }}),
    };
    let mut parts = json!({"when": when});
    if keep > 0 {
        parts["keepFiring"] = json!(format!("{}m", keep / MINUTE));
    }
    rule(parts)
}

/// Whether the condition holds at `at`, by looking at everything.
fn holds(kind: Kind, history: &[Happening], at: i64) -> bool {
    let counts = |one: &&Happening| {
        // A subject is its department's own: power restored ends no fire.
        let other_department = matches!(kind, Kind::Together) && one.second;
        let cleared = !other_department
            && history.iter().any(|other| {
                other.clears
                    && other.subject == one.subject
                    && other.time >= one.time
                    && other.time <= at
            });
        !one.clears && one.time <= at && at < one.time + WITHIN && !cleared
    };
    let active: Vec<&Happening> = history.iter().filter(counts).collect();
    let latest: BTreeMap<u8, i32> = active
        .iter()
        .map(|one| (one.subject, one.measure))
        .collect();
    let subjects = |second: bool| -> BTreeSet<u8> {
        active
            .iter()
            .filter(|one| one.second == second)
            .map(|one| one.subject)
            .collect()
    };
    match kind {
        Kind::Count => active.len() >= 4,
        Kind::Subjects => latest.len() >= 3,
        Kind::Occasions => most_apart(&active) >= 3,
        Kind::Sum => latest.values().sum::<i32>() >= 120,
        Kind::Max => active.iter().any(|one| one.measure >= 80),
        // The departments differ, so the subjects of the two selectors do too.
        Kind::Together => subjects(false).len() >= 2 && !subjects(true).is_empty(),
    }
}

/// The most subjects whose latest events lie four minutes or more apart, by trying every choice.
fn most_apart(active: &[&Happening]) -> usize {
    let mut latest: BTreeMap<u8, i64> = BTreeMap::new();
    for one in active {
        latest.insert(one.subject, one.time);
    }
    let times: Vec<i64> = latest.into_values().collect();
    let chosen = |choice: u32| -> Vec<i64> {
        let numbered = times.iter().enumerate();
        numbered
            .filter(|(n, _)| choice & (1 << n) != 0)
            .map(|(_, time)| *time)
            .collect()
    };
    let far = |times: &[i64]| {
        times.iter().enumerate().all(|(n, one)| {
            let others = &times[n + 1..];
            others.iter().all(|other| (one - other).abs() >= 4 * MINUTE)
        })
    };
    let choices = (0..1_u32 << times.len()).map(chosen);
    choices
        .filter(|times| far(times))
        .map(|times| times.len())
        .max()
        .unwrap_or(0)
}

/// All episodes, from the condition at every moment at which it can change.
fn episodes(kind: Kind, history: &[Happening], keep: i64) -> Vec<(i64, Option<i64>)> {
    let moments: BTreeSet<i64> = history
        .iter()
        .flat_map(|one| [one.time, one.time + WITHIN])
        .collect();
    let mut stretches: Vec<(i64, i64)> = Vec::new();
    let mut since = None;
    for at in moments {
        match (since, holds(kind, history, at)) {
            (None, true) => since = Some(at),
            (Some(start), false) => {
                stretches.push((start, at));
                since = None;
            }
            _ => {}
        }
    }
    assert_eq!(since, None, "every window ends");
    let mut episodes: Vec<(i64, Option<i64>)> = Vec::new();
    for (start, end) in stretches {
        match episodes.last_mut() {
            Some((_, last)) if keep > 0 && last.is_some_and(|last| start <= last) => {
                *last = Some(end + keep);
            }
            _ => episodes.push((start, Some(end + keep))),
        }
    }
    episodes
}

fn fact(kind: Kind, one: &Happening) -> Fact {
    let name = match (one.clears, kind, one.second) {
        (true, _, _) => RESTORED,
        (false, Kind::Together, true) => FIRE,
        _ => OUTAGE,
    };
    Fact::new(name, 0)
        .subject(&format!("s{}", one.subject))
        .measure(f64::from(one.measure))
}

fn engine_in_the_present(kind: Kind, history: &[Happening], keep: i64) -> Vec<(i64, Option<i64>)> {
    let mut log = Log::new(&[rule_of(kind, keep)]);
    for one in history {
        let time = NOW + one.time;
        log.event(&Fact {
            time,
            inbox: time,
            ..fact(kind, one)
        });
        if one.second {
            log.drained(&["fire", "power"], time);
        }
    }
    log.drained(&["fire", "power"], NOW + 1000 * HOUR);
    log.episodes(NOW)
}

fn engine_in_a_replay(kind: Kind, history: &[Happening], keep: i64) -> Vec<(i64, Option<i64>)> {
    let mut log = Log::new(&[rule_of(kind, keep)]);
    for (n, one) in arrivals(history).iter().enumerate() {
        let fact = fact(kind, one).source("/x?replay=a");
        log.event(&Fact {
            time: LONG_AGO + one.time,
            inbox: NOW + n as i64,
            ..fact
        });
    }
    log.drained(&["fire", "power"], NOW + 1000 * HOUR);
    log.episodes(LONG_AGO)
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Count),
        Just(Kind::Subjects),
        Just(Kind::Occasions),
        Just(Kind::Sum),
        Just(Kind::Max),
        Just(Kind::Together)
    ]
}

/// A clear that ends one stretch and an event that starts the next never share a moment here, and
/// without `keepFiring` a cleared stretch is an episode of its own.
fn keeps() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), Just(7 * MINUTE)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn in_the_present_the_episodes_are_those_of_a_brute_force_oracle(
        kind in kinds(), keep in keeps(), history in histories(true, 0),
    ) {
        prop_assert_eq!(engine_in_the_present(kind, &history, keep), episodes(kind, &history, keep));
    }

    #[test]
    fn in_a_replay_any_order_within_the_lateness_gives_the_oracles_episodes(
        kind in kinds(), keep in keeps(), history in histories(true, 5 * MINUTE),
    ) {
        prop_assert_eq!(engine_in_a_replay(kind, &history, keep), episodes(kind, &history, keep));
    }

    #[test]
    fn in_the_present_an_event_out_of_order_is_judged_by_the_window_at_its_keys_newest_event(
        kind in kinds(), history in histories(false, 5 * MINUTE),
    ) {
        let arrivals = arrivals(&history);
        let mut log = Log::new(&[rule_of(kind, 0)]);
        let mut newest = i64::MIN;
        for (n, one) in arrivals.iter().enumerate() {
            newest = newest.max(one.time);
            let mut known = arrivals[..=n].to_vec();
            known.sort_by_key(|one| one.time);
            log.event(&Fact { time: NOW + one.time, inbox: NOW + newest, ..fact(kind, one) });
            let open = log.alerts.last().is_some_and(|alert| alert.resolved_at.is_none());
            if holds(kind, &known, newest) {
                prop_assert!(open, "holds at {newest} after {n} arrivals, but no alert is open");
            }
        }
        let counts = log.engine.statistics().rules.get("test.rule").cloned().unwrap_or_default();
        prop_assert_eq!(counts.matched, arrivals.len() as u64);
        prop_assert_eq!(counts.late, 0);
    }
}
