//! Taking back: by whoever did it, for a moment, while nothing rests on it; never by editing.

use domain::access::Principal;
use domain::case::{AssignmentState, Case, ClockState, Issuer, RefusalCode, UnitState};
use serde_json::{Value, json};

use crate::desk::{Desk, alert, department, operator, routed, supervisor};

/// Each act with the state it is possible in, its fields, and the command that takes it back.
const ACTS: [(&str, &str, &str, &str); 4] = [
    ("REPORTED", "acknowledgeCase", "{}", "undoAcknowledge"),
    (
        "ESTABLISHED",
        "assignUnit",
        r#"{"unit":"e2"}"#,
        "undoAssign",
    ),
    (
        "DISPATCHED",
        "markEnRoute",
        r#"{"assignment":"<case>.1"}"#,
        "undoEnRoute",
    ),
    (
        "IN_PROGRESS",
        "markOnScene",
        r#"{"assignment":"<case>.1"}"#,
        "undoOnScene",
    ),
];

fn given(case: &str, fields: &str) -> Value {
    serde_json::from_str(&fields.replace("<case>", case)).unwrap()
}

fn offers(desk: &Desk, case: &str, issuer: &Issuer) -> Vec<String> {
    let Issuer::Principal(principal) = issuer else {
        panic!("a person");
    };
    let principal: &Principal = principal;
    let listed = desk
        .case(case)
        .allowed_commands(&desk.workflows, principal, desk.now)
        .into_iter();
    listed
        .filter(|name| name.starts_with("undo"))
        .map(str::to_owned)
        .collect()
}

/// What of a case an act and its undoing may leave different: nothing but who was there and when.
fn essence(case: &Case) -> Value {
    let active: Vec<_> = case.active_assignments().collect();
    json!([
        case.state,
        case.stage,
        case.acknowledged,
        active,
        case.clocks,
        case.responsible,
        case.closed_at
    ])
}

#[test]
fn each_act_taken_back_leaves_the_case_its_clocks_and_its_unit_as_they_were() {
    for (state, act, fields, undo) in ACTS {
        let mut desk = Desk::new();
        let id = desk.case_in(state);
        let before = desk.case(&id);
        let units: Vec<_> = ["e1", "e2"]
            .iter()
            .map(|unit| (*unit, desk.book.unit(unit).unwrap().state))
            .collect();
        desk.does(operator("li"), act, &id, &given(&id, fields));
        assert_ne!(essence(&desk.case(&id)), essence(&before), "{act}");
        desk.now = desk.now.plus(14_999);
        assert!(
            offers(&desk, &id, &operator("li")).contains(&String::from(undo)),
            "{undo} is offered"
        );
        let case = desk.does(operator("li"), undo, &id, &json!({}));
        assert_eq!(essence(&case), essence(&before), "{undo}");
        assert_eq!(case.version, before.version + 2, "nothing is edited away");
        for (unit, state) in units {
            assert_eq!(desk.book.unit(unit).unwrap().state, state, "{undo} {unit}");
        }
        // Once: there is nothing left to take back.
        let code = desk.refuses(operator("li"), undo, &id, &json!({}));
        assert_eq!(code, RefusalCode::UndoImpossible);
    }
}

#[test]
fn a_unit_that_was_assigned_by_mistake_stays_in_the_record_as_released() {
    let mut desk = Desk::new();
    let id = desk.case_in("ESTABLISHED");
    desk.does(operator("li"), "assignUnit", &id, &json!({"unit": "e1"}));
    let case = desk.does(operator("li"), "undoAssign", &id, &json!({}));
    assert_eq!(case.assignments[0].state, AssignmentState::Released);
    assert!(case.assignments[0].released_at.is_some());
    assert_eq!(desk.book.unit("e1").unwrap().state, UnitState::Available);
    // And it can be assigned anew, under an id of its own.
    let case = desk.does(operator("li"), "assignUnit", &id, &json!({"unit": "e1"}));
    assert_ne!(case.assignments[0].id, case.assignments[1].id);
}

#[test]
fn nobody_takes_back_what_another_did_nor_what_is_long_done() {
    for (state, act, fields, undo) in ACTS {
        let mut desk = Desk::new();
        let id = desk.case_in(state);
        desk.does(operator("li"), act, &id, &given(&id, fields));
        for other in [operator("zhao"), supervisor("wang")] {
            assert!(offers(&desk, &id, &other).is_empty());
            let code = desk.refuses(other, undo, &id, &json!({}));
            assert_eq!(code, RefusalCode::UndoImpossible, "{undo}");
        }
        desk.now = desk.now.plus(15_001);
        assert!(offers(&desk, &id, &operator("li")).is_empty());
        let code = desk.refuses(operator("li"), undo, &id, &json!({}));
        assert_eq!(code, RefusalCode::UndoImpossible, "{undo}");
    }
}

#[test]
fn what_rests_on_an_act_makes_it_final_and_a_note_does_not() {
    let mut desk = Desk::new();
    let id = desk.case_in("REPORTED");
    let none = json!({});
    desk.does(operator("li"), "acknowledgeCase", &id, &none);
    desk.does(operator("zhao"), "addNote", &id, &json!({"text": "?"}));
    assert_eq!(offers(&desk, &id, &operator("li")), ["undoAcknowledge"]);
    desk.does(operator("zhao"), "assignUnit", &id, &json!({"unit": "e1"}));
    assert!(offers(&desk, &id, &operator("li")).is_empty());
    let code = desk.refuses(operator("li"), "undoAcknowledge", &id, &none);
    assert_eq!(code, RefusalCode::UndoImpossible);
    // The one who assigned may take that back; the acknowledgement stays.
    let case = desk.does(operator("zhao"), "undoAssign", &id, &none);
    assert!(case.acknowledged.is_some());
    assert_eq!(case.state, "ESTABLISHED");
}

#[test]
fn an_alert_that_joins_is_kept_and_the_clock_goes_on_by_the_graver_limit() {
    let mut desk = Desk::new();
    let given = json!({"title": "x", "level": 3, "place": "P1"});
    let id = desk.does(operator("li"), "openCase", "", &given).id;
    desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
    desk.does(operator("li"), "assignUnit", &id, &json!({"unit": "e1"}));
    let arrived = json!({"assignment": format!("{id}.1")});
    desk.does(operator("li"), "undoAssign", &id, &json!({}));
    desk.does(operator("li"), "assignUnit", &id, &json!({"unit": "e1"}));
    let code = desk.refuses(operator("li"), "markOnScene", &id, &arrived);
    assert_eq!(
        code,
        RefusalCode::AssignmentUnknown,
        "that one was taken back"
    );
    let arrived = json!({"assignment": format!("{id}.2")});
    let case = desk.does(operator("li"), "markOnScene", &id, &arrived);
    assert_eq!(case.clocks[1].state(), ClockState::Met);
    let mut joins = desk.command(Issuer::Router, "attachAlert", &id, &json!({}));
    joins.routing = Some(routed("g", vec![alert("a1", "f1", 1, 4)]));
    desk.case_after(&joins);
    let case = desk.does(operator("li"), "undoOnScene", &id, &json!({}));
    assert_eq!(case.clocks[1].state(), ClockState::Running);
    assert_eq!(case.alerts.len(), 1, "what joined meanwhile is kept");
    assert_eq!(desk.book.next_timer(), case.clocks[1].due_at());
}

#[test]
fn an_acknowledgement_that_a_graver_alert_has_ended_cannot_be_taken_back() {
    let mut desk = Desk::new();
    let given = json!({"title": "x", "level": 3, "place": "P1"});
    let id = desk.does(operator("li"), "openCase", "", &given).id;
    desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
    let mut joins = desk.command(Issuer::Router, "attachAlert", &id, &json!({}));
    joins.routing = Some(routed("g", vec![alert("a1", "f1", 1, 1)]));
    desk.case_after(&joins);
    let code = desk.refuses(operator("li"), "undoAcknowledge", &id, &json!({}));
    assert_eq!(code, RefusalCode::UndoImpossible);
}

#[test]
fn a_department_takes_back_what_its_own_crew_reported_by_mistake() {
    let mut desk = Desk::new();
    let id = desk.case_in("DISPATCHED");
    let step = json!({"assignment": format!("{id}.1")});
    desk.does(department("fire"), "markEnRoute", &id, &step);
    assert_eq!(offers(&desk, &id, &department("fire")), ["undoEnRoute"]);
    desk.does(department("fire"), "undoEnRoute", &id, &json!({}));
    assert_eq!(desk.case(&id).state, "DISPATCHED");
}
