//! Any number of deciders, each at its own place in the log, in any order of appending: the
//! invariants hold, and every reader comes to the same book.

use std::collections::{BTreeMap, BTreeSet};

use domain::case::{
    Aggregate, Case, CaseBook, Command, Decision, UnitState, Verdict, decide, due_timers,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::desk::{Desk, NOON, alert, fields, operator, routed, supervisor, workflows};

/// One decider's move: how far behind the log's end it is, what it wants, and whether it retries
/// an earlier record instead.
#[derive(Clone, Debug)]
struct Move {
    lag: usize,
    want: usize,
    case: usize,
    unit: usize,
    again: bool,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = (
        0..4_usize,
        0..18_usize,
        0..3_usize,
        0..3_usize,
        prop::bool::weighted(0.1),
    )
        .prop_map(|(lag, want, case, unit, again)| Move {
            lag,
            want,
            case,
            unit,
            again,
        });
    prop::collection::vec(one, 1..120)
}

fn wanted(book: &CaseBook, step: &Move, n: usize) -> Option<Command> {
    let cases: Vec<_> = book.cases().collect();
    let case = cases.get(step.case % cases.len().max(1));
    let unit = ["e1", "e2", "c1"][step.unit];
    let department = ["fire", "power", "roads"][step.unit];
    let assignment = case.map_or(String::new(), |case| format!("{}.1", case.id));
    let (name, given): (&str, Value) = match step.want {
        0 => (
            "openCase",
            json!({"title": "x", "level": 1 + step.unit, "place": "P1"}),
        ),
        1 => ("acknowledgeCase", json!({})),
        2 | 3 => ("assignUnit", json!({"unit": unit})),
        4 => ("markEnRoute", json!({"assignment": assignment})),
        5 => ("markOnScene", json!({"assignment": assignment})),
        6 => ("resolveCase", json!({"outcome": "x"})),
        7 => ("verifyCase", json!({"passed": step.unit > 0, "note": "x"})),
        8 => ("closeCase", json!({})),
        9 => ("reopenCase", json!({"reason": "x"})),
        10 => (
            "transferCase",
            json!({"department": department, "reason": "x"}),
        ),
        11 => (
            "suspendCase",
            json!({"reason": "x", "until": "2024-02-06T00:00:00Z"}),
        ),
        12 => ("resumeCase", json!({})),
        13 => ("undoAcknowledge", json!({})),
        14 => ("undoAssign", json!({})),
        15 => ("undoEnRoute", json!({})),
        16 => ("undoOnScene", json!({})),
        _ => ("addNote", json!({"text": "x"})),
    };
    // Undoing is for whoever acted: mostly the same person.
    let issuer = if step.unit == 0 && step.want < 13 {
        operator("li")
    } else {
        supervisor("wang")
    };
    let opening = name == "openCase";
    if case.is_none() && !opening {
        return None;
    }
    let routing = opening.then(|| {
        let id = format!("a{}", step.case);
        domain::case::Routed {
            group: None,
            ..routed("-", vec![alert(&id, "f", 1, 2)])
        }
    });
    Some(Command {
        name: name.to_owned(),
        case_id: if opening {
            None
        } else {
            case.map(|case| case.id.clone())
        },
        kind: None,
        expected_version: case.map(|case| case.version),
        key: format!("k{n}"),
        issuer,
        fields: fields(&given),
        routing,
    })
}

/// Plays the moves; the log as bytes, and the book of the reader at its end.
fn play(moves: &[Move]) -> (Vec<Vec<u8>>, CaseBook) {
    let mut books = vec![Desk::new().book];
    let mut log: Vec<Vec<u8>> = Vec::new();
    let workflows = workflows();
    let mut now = NOON;
    for (n, step) in moves.iter().enumerate() {
        // Often within the time in which acts may be taken back, and now and then an hour later.
        now = now.plus(if step.want == 12 { 3_600_000 } else { 4_000 });
        let behind = &books[books.len().saturating_sub(1 + step.lag)];
        let bytes = if step.again && !log.is_empty() {
            log[step.case % log.len()].clone()
        } else {
            let command = if step.want == 12 && step.unit == 2 {
                due_timers(behind, now).into_iter().next()
            } else {
                wanted(behind, step, n)
            };
            match command.map(|command| decide(behind, &workflows, &command, now)) {
                Some(Ok(decision)) => serde_json::to_vec(&decision).unwrap(),
                _ => continue,
            }
        };
        let mut book = books.last().unwrap().clone();
        let before = book.clone();
        let offset = 100 + log.len() as i64;
        let verdict = book.apply_bytes(offset, now, &bytes);
        check_step(&before, &book, &verdict, &bytes);
        check_invariants(&book);
        log.push(bytes);
        books.push(book);
    }
    let last = books.pop().unwrap();
    (log, last)
}

fn check_step(before: &CaseBook, after: &CaseBook, verdict: &Verdict, bytes: &[u8]) {
    let decision: Decision = serde_json::from_slice(bytes).unwrap();
    match verdict {
        Verdict::Accepted(_) => {
            assert!(
                before.outcome(&decision.key).is_none(),
                "a key takes effect once"
            );
            for aggregate in &decision.aggregates {
                if let Aggregate::Case { id, .. } = aggregate {
                    let old = before.case(id).map_or(0, |case| case.version);
                    assert_eq!(after.case(id).unwrap().version, old + 1);
                }
                if let Aggregate::Unit { id, .. } = aggregate {
                    let old = before.unit(id).map_or(0, |unit| unit.version);
                    assert_eq!(after.unit(id).unwrap().version, old + 1);
                }
            }
        }
        Verdict::Malformed { reason } => panic!("decide wrote a malformed record: {reason}"),
        Verdict::Stale { .. } | Verdict::Repeat { .. } => {
            assert!(
                before.cases().eq(after.cases()),
                "what is ignored changes nothing"
            );
            assert!(before.units().eq(after.units()));
        }
    }
}

fn check_invariants(book: &CaseBook) {
    let mut on_cases: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for case in book.cases() {
        for assignment in case.active_assignments() {
            on_cases
                .entry(assignment.unit.as_str())
                .or_default()
                .push(case.id.as_str());
        }
        assert!(case.is_open() || case.active_assignments().count() == 0);
        assert_eq!(book.timeline(&case.id).len() as u64, case.version);
    }
    for unit in book.units() {
        let cases = on_cases.get(unit.id.as_str()).cloned().unwrap_or_default();
        assert!(cases.len() <= 1, "unit {} is on {cases:?}", unit.id);
        assert_eq!(unit.case.as_deref(), cases.first().copied());
        assert_eq!(unit.state == UnitState::Available, cases.is_empty());
    }
    let numbers: BTreeSet<&str> = book.cases().map(|case| case.number.as_str()).collect();
    assert_eq!(
        numbers.len(),
        book.cases().count(),
        "a number is given once"
    );
    let open: Vec<&Case> = book.open_cases().map(AsRef::as_ref).collect();
    assert!(open.iter().all(|case| case.is_open()));
    assert_eq!(
        open.len(),
        book.cases().filter(|case| case.is_open()).count()
    );
    let of_clocks = open.iter().flat_map(|case| {
        let is_told = case.escalation > 0;
        case.clocks.iter().flat_map(move |clock| {
            let escalates = clock.escalates_at().filter(|_| !is_told);
            clock.due_at().into_iter().chain(escalates)
        })
    });
    let of_rests = open
        .iter()
        .filter_map(|case| case.suspension.as_ref()?.until);
    assert_eq!(
        book.next_timer(),
        of_clocks.chain(of_rests).min(),
        "the index of moments is what the cases say"
    );
    for case in book.cases() {
        assert!(case.escalation <= 1 && (case.escalation == 1) == case.escalated_at.is_some());
        let names: Vec<&str> = case
            .clocks
            .iter()
            .filter(|clock| clock.is_open())
            .map(|clock| clock.name.as_str())
            .collect();
        let once: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(once.len(), names.len(), "one open run of a clock at most");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn invariants_hold_under_any_interleaving_and_all_readers_agree(moves in moves()) {
        let (log, last) = play(&moves);
        let mut fresh = Desk::new().book;
        for (n, bytes) in (0_i64..).zip(&log) {
            // Another broker's append times: timelines differ, facts may not.
            fresh.apply_bytes(100 + n, NOON.plus(n), bytes);
        }
        prop_assert!(fresh.cases().eq(last.cases()));
        prop_assert!(fresh.units().eq(last.units()));
        prop_assert_eq!(fresh.counts(), last.counts());
    }
}
