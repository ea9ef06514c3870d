//! Time limits: stopped by suspension, breached once and visibly, brought before the supervisor once.

use domain::case::{ClockState, Issuer, Refusal, RefusalCode, Verdict, due_timers};
use event_schemas::city::Millis;
use serde_json::json;

use crate::desk::{Desk, NOON, operator, supervisor};

const MINUTE: i64 = 60_000;

#[test]
fn a_limit_that_passes_is_marked_once_and_shown_in_case_and_timeline() {
    let mut desk = Desk::new();
    let id = desk.case_in("REPORTED");
    assert_eq!(desk.book.next_timer(), Some(NOON.plus(5 * MINUTE)));
    assert!(due_timers(&desk.book, NOON.plus(5 * MINUTE)).is_empty());
    desk.now = NOON.plus(5 * MINUTE + 1);
    // Two timers notice at once.
    let due = due_timers(&desk.book, desk.now);
    assert_eq!(due.len(), 1);
    let (one, twin) = (desk.decide(&due[0]).unwrap(), desk.decide(&due[0]).unwrap());
    assert!(desk.append(&one).is_accepted());
    assert!(matches!(desk.append(&twin), Verdict::Repeat { .. }));
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
    assert!(
        desk.case(&id)
            .clocks
            .iter()
            .all(|clock| clock.at_risk_at().is_none())
    );
    assert!(due_timers(&desk.book, desk.now).is_empty());
    desk.does(supervisor("wang"), "resumeCase", &id, &json!({}));
    assert_eq!(desk.book.next_timer(), Some(desk.now.plus(20 * MINUTE)));
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
        assert_eq!(desk.book.next_timer(), None);
    }
}

/// Lets the timer do what it may at this moment; the commands it gave, in order.
fn timer_acts(desk: &mut Desk) -> Vec<String> {
    let mut acts = Vec::new();
    while let Some(command) = due_timers(&desk.book, desk.now).first() {
        desk.give(command).unwrap();
        acts.push(command.name.clone());
        assert!(acts.len() < 20, "the timer never comes to rest: {acts:?}");
    }
    acts
}

#[test]
fn a_breach_brings_the_case_before_the_supervisor_once_however_many_limits_pass() {
    let mut desk = Desk::new();
    let id = desk.case_in("REPORTED");
    desk.now = NOON.plus(5 * MINUTE + 1);
    assert_eq!(timer_acts(&mut desk), ["breachClock", "escalateCase"]);
    let case = desk.case(&id);
    assert_eq!((case.escalation, case.escalated_at), (1, Some(desk.now)));
    let entry = desk.book.timeline(&id).last().cloned().unwrap();
    assert_eq!(entry.words.zh, "升级至主管:时限 受理时限");
    // The second limit passes too: the supervisor knows already.
    desk.now = NOON.plus(40 * MINUTE);
    assert_eq!(timer_acts(&mut desk), ["breachClock"]);
    assert_eq!(desk.case(&id).escalation, 1);
    // Work anew may come before the supervisor anew.
    let id = desk.case_in("CLOSED");
    desk.does(
        supervisor("wang"),
        "reopenCase",
        &id,
        &json!({"reason": "x"}),
    );
    assert_eq!(desk.case(&id).escalation, 0);
    desk.now = desk.now.plus(6 * MINUTE);
    assert_eq!(timer_acts(&mut desk), ["breachClock", "escalateCase"]);
}

#[test]
fn of_two_timers_that_escalate_one_counts() {
    let mut desk = Desk::new();
    desk.case_in("REPORTED");
    desk.now = NOON.plus(5 * MINUTE + 1);
    let breach = due_timers(&desk.book, desk.now).remove(0);
    desk.give(&breach).unwrap();
    let escalate = due_timers(&desk.book, desk.now).remove(0);
    let (one, twin) = (
        desk.decide(&escalate).unwrap(),
        desk.decide(&escalate).unwrap(),
    );
    assert!(desk.append(&one).is_accepted());
    assert!(matches!(desk.append(&twin), Verdict::Repeat { .. }));
}

#[test]
fn what_was_done_late_but_done_is_not_brought_before_the_supervisor() {
    let mut desk = Desk::new();
    let id = desk.case_in("REPORTED");
    desk.now = NOON.plus(6 * MINUTE);
    desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
    assert!(desk.case(&id).is_breached());
    assert!(timer_acts(&mut desk).is_empty());
}

#[test]
fn a_breach_is_predicted_from_the_workflows_share_of_the_limit() {
    let mut desk = Desk::new();
    let id = desk.case_in("REPORTED");
    let case = desk.case(&id);
    let at = |name: &str| {
        let clock = case.clocks.iter().find(|clock| clock.name == name).unwrap();
        (clock.at_risk_at(), clock.due_at())
    };
    let minutes = |n: i64| Some(NOON.plus(n * MINUTE));
    assert_eq!(at("acknowledge"), (minutes(3), minutes(5)));
    assert_eq!(at("onScene"), (minutes(24), minutes(30)));
}

#[test]
fn a_suspended_case_goes_on_by_itself_when_its_time_has_come() {
    let mut desk = Desk::new();
    let id = desk.case_in("SUSPENDED");
    let until = Millis::parse("2024-02-05T08:00:00+08:00").unwrap();
    assert_eq!(desk.book.next_timer(), Some(until));
    desk.now = until;
    assert!(due_timers(&desk.book, desk.now).is_empty());
    let mut early = desk.command(Issuer::Timer, "resumeCase", &id, &json!({}));
    desk.now = until.plus(-1);
    early.expected_version = None;
    assert!(matches!(
        desk.decide(&early),
        Err(Refusal::Refused {
            code: RefusalCode::ClockNotDue,
            ..
        })
    ));
    desk.now = until.plus(1);
    assert_eq!(timer_acts(&mut desk), ["resumeCase"]);
    let case = desk.case(&id);
    assert_eq!(
        (case.state.as_str(), case.suspension.is_none()),
        ("ESTABLISHED", true)
    );
    assert_eq!(case.changed_by.kind.name(), "timer");
    assert_eq!(desk.book.next_timer(), case.clocks[1].due_at());
    // It may rest until the same moment again.
    let given = json!({"reason": "x", "until": until.rfc3339()});
    desk.does(supervisor("wang"), "suspendCase", &id, &given);
    assert_eq!(timer_acts(&mut desk), ["resumeCase"]);
}
