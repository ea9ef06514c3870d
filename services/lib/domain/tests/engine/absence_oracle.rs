//! Silence against a brute-force look at all signs of life: over one partition, over a replay, and over
//! several partitions that run ahead of each other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use domain::alert::AlertChange;
use domain::engine::{Engine, FlatPlaces, IDLE_MS, Mode, Output, RecordBody};
use event_schemas::rule_file::RuleFile;
use proptest::prelude::*;
use serde_json::json;

use crate::history::{Happening, arrivals, histories};
use crate::log::{Fact, LONG_AGO, Log, MINUTE, NOW, mark, position, rule, watermark};

const LEVEL: &str = "city.water.level-reading.v1";
const AFTER: i64 = 10 * MINUTE;
const LATENESS: i64 = 5 * MINUTE;
const PARTITIONS: usize = 3;
const PLACES: [&str; PARTITIONS] = ["p0", "p1", "p2"];

fn silent(of: &str) -> RuleFile {
    rule(json!({"when": {"absence": {"types": [LEVEL], "of": of, "after": "10m"}}}))
}

/// Moments of each key's signs.
fn signs(history: &[Happening], of: &str) -> BTreeMap<u8, BTreeSet<i64>> {
    let mut signs: BTreeMap<u8, BTreeSet<i64>> = BTreeMap::new();
    for one in history {
        let key = if of == "feed" { 0 } else { one.subject };
        signs.entry(key).or_default().insert(one.time);
    }
    signs
}

/// Every stretch of more than ten minutes without a sign that is certain at `clock`. `waits`: an end
/// beyond the clock is not told yet.
fn silences(history: &[Happening], of: &str, clock: i64, waits: bool) -> Vec<(i64, Option<i64>)> {
    let mut found = Vec::new();
    for moments in signs(history, of).values() {
        for (at, next) in moments
            .iter()
            .zip(moments.iter().skip(1).map(Some).chain([None]))
        {
            let begins = at + AFTER;
            if begins <= clock && next.is_none_or(|next| *next > begins) {
                found.push((
                    begins,
                    next.copied().filter(|next| !waits || *next <= clock),
                ));
            }
        }
    }
    found.sort_unstable();
    found
}

fn fact(one: &Happening) -> Fact {
    Fact::new(LEVEL, NOW + one.time)
        .subject(&format!("s{}", one.subject))
        .place(Some(PLACES[usize::from(one.subject) % PARTITIONS]))
}

fn kinds() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("subject"), Just("feed")]
}

/// What one partition of `city.events` holds: events, and after some of them how far the inbox is read.
fn written(history: &[Happening]) -> Vec<RecordBody> {
    let mut bodies = Vec::new();
    for (n, one) in history.iter().enumerate() {
        let event = fact(one).at(position(0, n as i64));
        bodies.push(RecordBody::Event(Box::new(event)));
        let next = history
            .get(n + 1)
            .map_or(one.time + 40 * MINUTE, |next| next.time);
        // Read up to some moment before the next event; sometimes nothing is said for long.
        if one.measure % 3 != 0 {
            let until = one.time + (next - one.time) * i64::from(one.measure) / 100;
            bodies.push(RecordBody::Watermark {
                watermark: watermark(&["water"], NOW + until),
                origin: 0,
            });
        }
    }
    bodies
}

fn read_until(body: &RecordBody) -> Option<i64> {
    match body {
        RecordBody::Watermark { watermark, .. } => {
            Some(watermark.inboxes[0].admitted_until.0 - NOW)
        }
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn in_the_present_the_silences_are_the_oracles_and_none_is_told_before_it_is_certain(
        history in histories(false, 0), of in kinds(), restart in 0.0..1.0_f64,
    ) {
        let bodies = written(&history);
        let restart = (bodies.len() as f64 * restart) as usize;
        let mut log = Log::new(&[silent(of)]);
        let mut certain = i64::MIN;
        for (n, body) in bodies.iter().enumerate() {
            if n == restart {
                let bytes = log.engine.snapshot().unwrap();
                log.engine = Engine::restore(Mode::Whole, Arc::new(FlatPlaces), &bytes).unwrap();
            }
            certain = certain.max(read_until(body).unwrap_or(i64::MIN));
            for output in log.fold(body.clone()) {
                if let Output::Alert(alert) = output
                    && alert.change == AlertChange::Raised
                {
                    prop_assert!(matches!(body, RecordBody::Watermark { .. }), "only reading on tells silence");
                    prop_assert!(alert.raised_at.0 - NOW <= certain - IDLE_MS, "before it was certain");
                }
            }
        }
        let clock = certain.saturating_sub(IDLE_MS);
        prop_assert_eq!(log.episodes(NOW), silences(&history, of, clock, false));
    }

    #[test]
    fn in_a_replay_signs_out_of_order_within_the_lateness_give_the_oracles_silences(
        history in histories(false, LATENESS - 1), of in kinds(), restart in 0.0..1.0_f64,
    ) {
        let arrivals = arrivals(&history);
        let restart = (arrivals.len() as f64 * restart) as usize;
        let mut log = Log::new(&[silent(of)]);
        for (n, one) in arrivals.iter().enumerate() {
            if n == restart {
                let bytes = log.engine.snapshot().unwrap();
                log.engine = Engine::restore(Mode::Whole, Arc::new(FlatPlaces), &bytes).unwrap();
            }
            let inbox = NOW + n as i64 * 10;
            log.event(&Fact {
                time: LONG_AGO + one.time,
                inbox,
                ..fact(one).source("/water?replay=a")
            });
            if one.second {
                log.drained(&["water"], inbox + i64::from(one.measure) / 20);
            }
        }
        log.drained(&["water"], NOW + MINUTE);
        let newest = history.iter().map(|one| one.time).max().unwrap_or_default();
        prop_assert_eq!(log.episodes(LONG_AGO), silences(&history, of, newest - LATENESS, true));
        prop_assert_eq!(log.engine.statistics().rules.get("test.rule").map_or(0, |counts| counts.late), 0);
    }

    #[test]
    fn over_several_partitions_that_run_ahead_of_each_other_no_silence_is_false_and_none_is_missed(
        history in histories(false, 0), of in kinds(),
        turns in prop::collection::vec(0..PARTITIONS, 400), restart in 0..400_usize,
    ) {
        // Every partition gets its own events and all watermarks.
        let mut partitions: Vec<VecDeque<RecordBody>> = vec![VecDeque::new(); PARTITIONS];
        let mut certain = i64::MIN;
        for body in written(&history) {
            if let RecordBody::Event(event) = &body {
                let place = event.admission.place.as_deref();
                let own = PLACES.iter().position(|one| place == Some(one)).unwrap_or_default();
                partitions[own].push_back(body);
                continue;
            }
            certain = certain.max(read_until(&body).unwrap_or(i64::MIN));
            for partition in &mut partitions {
                partition.push_back(body.clone());
            }
        }
        let rules = [silent(of)];
        let mut sources: Vec<Log> = (0..PARTITIONS).map(|n| {
            let mut source = Log::of(Engine::new(Mode::Events, Arc::new(FlatPlaces)), n as i32);
            source.fold(RecordBody::Mark(mark(1, &rules)));
            source
        }).collect();
        let matches = || Engine::new(Mode::Matches, Arc::new(FlatPlaces)).of_partitions(PARTITIONS as u32);
        let mut meeting = Log::of(matches(), 0);
        meeting.fold(RecordBody::Mark(mark(1, &rules)));
        let rest = (0..PARTITIONS).flat_map(|n| std::iter::repeat_n(n, 200));
        for (n, turn) in turns.iter().copied().chain(rest).enumerate() {
            if n == restart {
                let bytes = meeting.engine.snapshot().unwrap();
                meeting.engine = Engine::restore(Mode::Matches, Arc::new(FlatPlaces), &bytes)
                    .unwrap()
                    .of_partitions(PARTITIONS as u32);
            }
            let Some(body) = partitions[turn].pop_front() else { continue };
            for output in sources[turn].fold(body) {
                meeting.fold(match output {
                    Output::Match(matched) => RecordBody::Match(matched),
                    Output::Mark(mark) => RecordBody::Mark(mark),
                    Output::Watermark { watermark, .. } => RecordBody::Watermark { watermark, origin: turn as i32 },
                    Output::Alert(alert) => return Err(TestCaseError::fail(format!("judged where it lies: {alert:?}"))),
                });
            }
        }
        let begins = |episodes: Vec<(i64, Option<i64>)>| -> Vec<i64> {
            episodes.into_iter().map(|(begins, _)| begins).collect()
        };
        let clock = certain.saturating_sub(IDLE_MS);
        prop_assert_eq!(begins(meeting.episodes(NOW)), begins(silences(&history, of, clock, false)));
        let open = meeting.episodes(NOW).iter().filter(|(_, end)| end.is_none()).count();
        let still = silences(&history, of, clock, false).iter().filter(|(_, end)| end.is_none()).count();
        prop_assert_eq!(open, still);
    }
}

#[test]
fn until_every_partition_has_told_how_far_it_is_nobody_is_silent() {
    let rules = [silent("subject")];
    let mut source = Log::of(Engine::new(Mode::Events, Arc::new(FlatPlaces)), 0);
    source.fold(RecordBody::Mark(mark(1, &rules)));
    source.event(&Fact::new(LEVEL, NOW));
    let engine = Engine::new(Mode::Matches, Arc::new(FlatPlaces)).of_partitions(2);
    let mut meeting = Log::of(engine, 0);
    meeting.fold(RecordBody::Mark(mark(1, &rules)));
    for output in source.sent_on {
        if let Output::Match(matched) = output {
            meeting.fold(RecordBody::Match(matched));
        }
    }
    let until = |origin, minutes: i64| RecordBody::Watermark {
        watermark: watermark(&["water"], NOW + minutes * MINUTE),
        origin,
    };
    meeting.fold(until(0, 60));
    assert_eq!(meeting.alerts, [], "the other partition was never heard of");
    meeting.fold(until(1, 9));
    assert_eq!(meeting.alerts, [], "the other partition is behind");
    meeting.fold(until(1, 60));
    assert_eq!(meeting.episodes(NOW), [(AFTER, None)]);
}
