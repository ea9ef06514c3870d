//! Time limits: wall time, stopped by suspension, breached once and visibly.

use domain::case::{ClockState, Issuer, Refusal, RefusalCode, Verdict, due_timers};
use serde_json::json;

use crate::desk::{Desk, NOON, operator, supervisor};

const MINUTE: i64 = 60_000;

#[test]
fn a_limit_that_passes_is_marked_once_and_shown_in_case_and_timeline() {
    let mut desk = Desk::new();
    let id = desk.case_in("REPORTED");
    assert_eq!(desk.book.next_due(), Some(NOON.plus(5 * MINUTE)));
    assert!(due_timers(&desk.book, NOON.plus(5 * MINUTE)).is_empty());
    desk.now = NOON.plus(5 * MINUTE + 1);
    // Two timers notice at once.
    let due = due_timers(&desk.book, desk.now);
    assert_eq!(due.len(), 1);
    let (one, twin) = (desk.decide(&due[0]).unwrap(), desk.decide(&due[0]).unwrap());
    assert!(desk.append(&one).is_accepted());
    assert!(matches!(desk.append(&twin), Verdict::Repeat { .. }));
    assert!(due_timers(&desk.book, desk.now).is_empty());
    let case = desk.case(&id);
    assert!(case.is_breached());
    assert_eq!(case.clocks[0].breached_at, Some(NOON.plus(5 * MINUTE)));
    let entry = desk.book.timeline(&id).last().cloned().unwrap();
    assert_eq!(
        (entry.command.as_str(), entry.actor.kind.name()),
        ("breachClock", "timer")
    );
    assert_eq!(entry.words.zh, "超时:时限 受理时限");
    // Acknowledged late: late it stays.
    let case = desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
    assert_eq!(case.clocks[0].state(), ClockState::Breached);
    assert_eq!(case.clocks[0].stopped_at, Some(desk.now));
}

#[test]
fn what_is_done_in_time_stops_its_clock() {
    let mut desk = Desk::new();
    let id = desk.case_in("DISPATCHED");
    let step = json!({"assignment": format!("{id}.1")});
    let case = desk.does(operator("li"), "markOnScene", &id, &step);
    assert!(
        case.clocks
            .iter()
            .all(|clock| clock.state() == ClockState::Met)
    );
    assert!(due_timers(&desk.book, NOON.plus(1_000_000 * MINUTE)).is_empty());
}

#[test]
fn a_suspended_case_is_not_late() {
    let mut desk = Desk::new();
    let id = desk.case_in("ESTABLISHED");
    desk.now = NOON.plus(10 * MINUTE);
    let given = json!({"reason": "x", "until": "2024-03-01T00:00:00Z"});
    desk.does(supervisor("wang"), "suspendCase", &id, &given);
    desk.now = NOON.plus(600 * MINUTE);
    assert!(due_timers(&desk.book, desk.now).is_empty());
    desk.does(supervisor("wang"), "resumeCase", &id, &json!({}));
    assert_eq!(desk.book.next_due(), Some(desk.now.plus(20 * MINUTE)));
}

#[test]
fn a_timer_that_is_too_early_is_refused() {
    let mut desk = Desk::new();
    let id = desk.case_in("REPORTED");
    let mut early = desk.command(
        Issuer::Timer,
        "breachClock",
        &id,
        &json!({"clock": "acknowledge"}),
    );
    early.expected_version = None;
    assert!(matches!(
        desk.decide(&early),
        Err(Refusal::Refused {
            code: RefusalCode::ClockNotDue,
            ..
        })
    ));
}

#[test]
fn a_closed_or_voided_case_has_no_running_clock() {
    for state in ["CLOSED", "VOIDED"] {
        let mut desk = Desk::new();
        let id = desk.case_in(state);
        assert!(
            desk.case(&id).clocks.iter().all(|clock| !clock.is_open()),
            "{state}"
        );
        assert_eq!(desk.book.next_due(), None);
    }
}
