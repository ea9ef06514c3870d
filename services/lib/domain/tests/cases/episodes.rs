//! Alerts in cases: an acknowledgement belongs to what was known when it was given.

use domain::case::{CaseAlert, Command, Issuer, RefusalCode};
use serde_json::{Value, json};

use crate::desk::{Desk, alert, operator, routed};

fn router(
    desk: &mut Desk,
    name: &str,
    case: &str,
    given: &Value,
    alerts: Vec<CaseAlert>,
) -> Command {
    let mut command = desk.command(Issuer::Router, name, case, given);
    command.expected_version = None;
    command.routing = Some(routed("department|place=P1", alerts));
    command
}

fn opened_by_router(desk: &mut Desk, severity: u8) -> String {
    let given = json!({"title": {"zh": "火警", "en": "Fire"}, "level": severity});
    let command = router(
        desk,
        "openCase",
        "",
        &given,
        vec![alert("a1", "f", 1, severity)],
    );
    desk.give(&command).unwrap().cases[0].id.clone()
}

#[test]
fn the_router_opens_a_case_for_a_group_and_the_alert_is_found_in_it() {
    let mut desk = Desk::new();
    let id = opened_by_router(&mut desk, 2);
    let case = desk.case(&id);
    assert_eq!(case.group.as_deref(), Some("department|place=P1"));
    assert_eq!(case.title.en, "Fire");
    assert_eq!(case.opened_by.name, "router");
    assert_eq!(desk.book.case_of_alert("a1").unwrap().id, id);
    assert_eq!(desk.book.group("department|place=P1").unwrap().case, id);
    assert_eq!(desk.book.open_in_group("department|place=P1").count(), 1);
    let entry = &desk.book.timeline(&id)[0];
    assert_eq!(entry.words.en, "Open case: Alert a1");
}

#[test]
fn a_returning_condition_ends_the_acknowledgement_and_the_clock_runs_anew() {
    let mut desk = Desk::new();
    let id = opened_by_router(&mut desk, 2);
    desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
    desk.now = desk.now.plus(60_000);
    let again = router(
        &mut desk,
        "attachAlert",
        &id,
        &json!({}),
        vec![alert("a2", "f", 2, 2)],
    );
    let case = desk.case_after(&again);
    assert_eq!(case.acknowledged, None);
    assert_eq!((case.state.as_str(), case.alerts.len()), ("ESTABLISHED", 2));
    let open: Vec<_> = case
        .clocks
        .iter()
        .filter(|clock| clock.name == "acknowledge" && clock.is_open())
        .collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].started_at, desk.now);
    let case = desk.does(operator("zhao"), "acknowledgeCase", &id, &json!({}));
    assert_eq!(case.acknowledged.unwrap().by.name, "zhao");
}

#[test]
fn a_graver_alert_takes_the_lead_and_asks_again_while_a_lesser_one_just_joins() {
    let mut desk = Desk::new();
    let id = opened_by_router(&mut desk, 3);
    desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
    let lesser = router(
        &mut desk,
        "attachAlert",
        &id,
        &json!({}),
        vec![alert("a2", "g", 1, 4)],
    );
    let case = desk.case_after(&lesser);
    assert!(case.acknowledged.is_some());
    assert_eq!((case.severity, case.title.en.as_str()), (3, "Fire"));
    let graver = router(
        &mut desk,
        "attachAlert",
        &id,
        &json!({}),
        vec![alert("a3", "h", 1, 1)],
    );
    let case = desk.case_after(&graver);
    assert!(case.acknowledged.is_none());
    assert_eq!((case.severity, case.title.en.as_str()), (1, "Alert a3"));
    let on_scene = case
        .clocks
        .iter()
        .find(|clock| clock.name == "onScene")
        .unwrap();
    assert_eq!(
        on_scene.limit_ms,
        15 * 60_000,
        "the limit is the graver level's"
    );
}

#[test]
fn an_alert_that_grows_graver_raises_its_case() {
    let mut desk = Desk::new();
    let id = opened_by_router(&mut desk, 3);
    let grown = router(
        &mut desk,
        "attachAlert",
        &id,
        &json!({}),
        vec![alert("a1", "f", 1, 1)],
    );
    let case = desk.case_after(&grown);
    assert_eq!(
        (case.severity, case.alerts.len(), case.alerts[0].severity),
        (1, 1, 1)
    );
}

#[test]
fn two_routers_cannot_open_two_cases_for_one_group() {
    let mut desk = Desk::new();
    let given = json!({"title": {"zh": "火警", "en": "Fire"}, "level": 2});
    let one = router(
        &mut desk,
        "openCase",
        "",
        &given,
        vec![alert("a1", "f", 1, 2)],
    );
    let other = router(
        &mut desk,
        "openCase",
        "",
        &given,
        vec![alert("b1", "g", 1, 2)],
    );
    let (one, other) = (desk.decide(&one).unwrap(), desk.decide(&other).unwrap());
    assert!(desk.append(&one).is_accepted());
    assert!(!desk.append(&other).is_accepted());
    assert_eq!(desk.book.open_cases().count(), 1);
}

#[test]
fn the_router_reopens_with_the_returning_alert() {
    let mut desk = Desk::new();
    let id = desk.case_in("CLOSED");
    let given = json!({"reason": {"zh": "警情复发", "en": "It returned"}});
    let back = router(
        &mut desk,
        "reopenCase",
        &id,
        &given,
        vec![alert("a2", "f", 2, 2)],
    );
    let case = desk.case_after(&back);
    assert_eq!((case.state.as_str(), case.reopened), ("ESTABLISHED", 1));
    assert!(case.has_alert("a2"));
    assert_eq!(
        case.clocks.iter().filter(|clock| clock.is_open()).count(),
        2
    );
}

#[test]
fn a_case_holds_a_bounded_number_of_alerts() {
    let mut desk = Desk::new();
    let id = opened_by_router(&mut desk, 3);
    let many = (0..domain::case::CASE_ALERTS_MAX)
        .map(|n| alert(&format!("m{n}"), &format!("f{n}"), 1, 3))
        .collect();
    let command = router(&mut desk, "attachAlert", &id, &json!({}), many);
    let Err(domain::case::Refusal::Refused { code, .. }) = desk.decide(&command) else {
        panic!("one alert too many");
    };
    assert_eq!(code, RefusalCode::FieldWrong);
}
