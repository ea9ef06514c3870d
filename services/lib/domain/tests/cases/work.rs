//! A case worked from report to close, and what happens when two hands reach for it.

use domain::case::{AssignmentState, Issuer, Refusal, RefusalCode, UnitState, Verdict};
use event_schemas::workflow_file::Stage;
use serde_json::json;

use crate::desk::{Desk, department, operator, supervisor};

#[test]
fn the_usual_course_ends_closed_and_the_timeline_tells_each_step_with_its_actor() {
    let mut desk = Desk::new();
    let id = desk.case_in("CLOSED");
    let case = desk.case(&id);
    assert_eq!((case.stage, case.version), (Stage::Closed, 7));
    assert_eq!(case.closed_at, Some(desk.now));
    assert_eq!(case.outcome.as_ref().unwrap().text, "已排水");
    assert_eq!(case.verification.as_ref().unwrap().by.name, "li");
    let timeline = desk.book.timeline(&id);
    let steps: Vec<&str> = timeline
        .iter()
        .map(|entry| entry.command.as_str())
        .collect();
    assert_eq!(
        steps,
        [
            "openCase",
            "acknowledgeCase",
            "assignUnit",
            "markEnRoute",
            "resolveCase",
            "verifyCase",
            "closeCase"
        ]
    );
    for (n, entry) in timeline.iter().enumerate() {
        assert_eq!(entry.version, n as u64 + 1);
        assert_eq!(entry.actor.name, "li");
        assert_eq!((entry.at, entry.appended_at), (desk.now, desk.now.plus(3)));
    }
    assert_eq!(timeline[2].words.zh, "派遣:单位 e1车");
    assert_eq!(timeline[2].words.en, "Assign unit: unit Unit e1");
    assert_eq!(desk.book.open_cases().count(), 0);
}

#[test]
fn a_units_state_follows_its_assignment_until_it_is_free_again() {
    let mut desk = Desk::new();
    let id = desk.case_in("ESTABLISHED");
    let states = |desk: &Desk| {
        let unit = desk.book.unit("e1").unwrap();
        (unit.state, unit.case.clone())
    };
    assert_eq!(states(&desk), (UnitState::Available, None));
    desk.does(operator("li"), "assignUnit", &id, &json!({"unit": "e1"}));
    assert_eq!(states(&desk), (UnitState::Assigned, Some(id.clone())));
    let step = json!({"assignment": format!("{id}.1")});
    desk.does(department("fire"), "markEnRoute", &id, &step);
    assert_eq!(states(&desk), (UnitState::EnRoute, Some(id.clone())));
    desk.does(department("fire"), "markOnScene", &id, &step);
    assert_eq!(states(&desk), (UnitState::OnScene, Some(id.clone())));
    let case = desk.does(
        operator("li"),
        "resolveCase",
        &id,
        &json!({"outcome": "已排水"}),
    );
    assert_eq!(states(&desk), (UnitState::Available, None));
    assert_eq!(case.assignments[0].state, AssignmentState::Released);
    assert!(case.assignments[0].on_scene_at.is_some() && case.assignments[0].released_at.is_some());
}

#[test]
fn a_department_reports_its_own_units_alone() {
    let mut desk = Desk::new();
    let id = desk.case_in("ESTABLISHED");
    desk.does(operator("li"), "assignUnit", &id, &json!({"unit": "e1"}));
    desk.does(operator("li"), "assignUnit", &id, &json!({"unit": "c1"}));
    let fires = json!({"assignment": format!("{id}.1")});
    let code = desk.refuses(department("power"), "markEnRoute", &id, &fires);
    assert_eq!(code, RefusalCode::Forbidden);
    let powers = json!({"assignment": format!("{id}.2")});
    desk.does(department("power"), "markEnRoute", &id, &powers);
}

#[test]
fn of_two_operators_with_one_version_the_second_is_told_by_whom() {
    let mut desk = Desk::new();
    let id = desk.case_in("REPORTED");
    let first = desk.command(operator("li"), "acknowledgeCase", &id, &json!({}));
    let second = desk.command(operator("zhao"), "addNote", &id, &json!({"text": "?"}));
    // Both decide before either is appended: the log decides.
    let (first, late) = (desk.decide(&first).unwrap(), desk.decide(&second).unwrap());
    assert!(desk.append(&first).is_accepted());
    let Verdict::Stale { winner, case, .. } = desk.append(&late) else {
        panic!("the second must lose");
    };
    assert_eq!((winner.name.as_str(), case), ("li", Some(id.clone())));
    assert_eq!(desk.case(&id).version, 2);
    assert_eq!(desk.book.timeline(&id).len(), 2);
    // One that decides after it has read on is told before appending.
    let Err(Refusal::Conflict(conflict)) = desk.decide(&second) else {
        panic!("an old version must conflict");
    };
    assert_eq!(conflict.winner.name, "li");
    assert!(conflict.message.zh.contains("li") && conflict.message.en.contains("li"));
}

#[test]
fn the_last_free_unit_is_never_on_two_cases() {
    let mut desk = Desk::new();
    let (one, other) = (desk.case_in("ESTABLISHED"), desk.case_in("ESTABLISHED"));
    let given = json!({"unit": "e1"});
    let first = desk.command(operator("li"), "assignUnit", &one, &given);
    let second = desk.command(operator("zhao"), "assignUnit", &other, &given);
    let (first, late) = (desk.decide(&first).unwrap(), desk.decide(&second).unwrap());
    assert!(desk.append(&first).is_accepted());
    let Verdict::Stale { winner, unit, .. } = desk.append(&late) else {
        panic!("the second must lose");
    };
    assert_eq!((winner.name.as_str(), unit.as_deref()), ("li", Some("e1")));
    assert!(desk.case(&other).assignments.is_empty());
    assert_eq!(desk.case(&other).state, "ESTABLISHED");
    let code = desk.refuses(operator("zhao"), "assignUnit", &other, &given);
    assert_eq!(code, RefusalCode::UnitUnavailable);
}

#[test]
fn a_retry_with_the_same_key_gets_the_first_outcome() {
    let mut desk = Desk::new();
    let id = desk.case_in("REPORTED");
    let command = desk.command(operator("li"), "acknowledgeCase", &id, &json!({}));
    let decision = desk.decide(&command).unwrap();
    assert!(desk.append(&decision).is_accepted());
    let Verdict::Repeat { first } = desk.append(&decision) else {
        panic!("the same record again must be a repeat");
    };
    assert_eq!(
        (first.case.as_deref(), first.version),
        (Some(id.as_str()), 2)
    );
    assert_eq!(desk.decide(&command), Err(Refusal::Repeat(first.clone())));
    assert_eq!(desk.book.outcome(&command.scoped_key()), Some(&first));
    assert_eq!(desk.case(&id).version, 2);
    // Another person's key of the same text is another key.
    let mut others = desk.command(operator("zhao"), "addNote", &id, &json!({"text": "?"}));
    others.key.clone_from(&command.key);
    assert!(desk.decide(&others).is_ok());
}

#[test]
fn a_transfer_frees_the_units_moves_the_responsibility_and_counts_a_bounce() {
    let mut desk = Desk::new();
    let id = desk.case_in_of("fire", "DISPATCHED");
    let given = json!({"department": "power", "reason": "电线落地"});
    let case = desk.does(department("fire"), "transferCase", &id, &given);
    assert_eq!(case.responsible.as_deref(), Some("power"));
    assert_eq!((case.bounces, case.state.as_str()), (1, "ESTABLISHED"));
    assert_eq!(desk.book.unit("e1").unwrap().state, UnitState::Available);
    let code = desk.refuses(operator("li"), "transferCase", &id, &given);
    assert_eq!(code, RefusalCode::FieldWrong, "it is there already");
    let code = desk.refuses(department("fire"), "transferCase", &id, &given);
    assert_eq!(code, RefusalCode::Forbidden, "no longer theirs");
}

#[test]
fn a_failed_verification_is_rework() {
    let mut desk = Desk::new();
    let id = desk.case_in("VERIFYING");
    let failed = json!({"passed": false, "note": "仍有积水"});
    let case = desk.does(operator("li"), "verifyCase", &id, &failed);
    assert_eq!((case.state.as_str(), case.rework), ("IN_PROGRESS", 1));
    assert!(case.outcome.is_none() && case.verification.is_none());
    desk.does(
        operator("li"),
        "resolveCase",
        &id,
        &json!({"outcome": "再次排水"}),
    );
    let code = desk.refuses(operator("li"), "closeCase", &id, &json!({}));
    assert_eq!(code, RefusalCode::NotVerified);
}

#[test]
fn where_four_eyes_are_asked_for_nobody_verifies_his_own_work() {
    let mut desk = Desk::new().with_four_eyes();
    let id = desk.case_in("VERIFYING");
    let passed = json!({"passed": true, "note": "合格"});
    let code = desk.refuses(operator("li"), "verifyCase", &id, &passed);
    assert_eq!(code, RefusalCode::FourEyes);
    let allowed = |desk: &Desk, issuer: &Issuer| match issuer {
        Issuer::Principal(principal) => desk
            .case(&id)
            .allowed_commands(&desk.workflows, principal, desk.now)
            .contains(&"verifyCase"),
        _ => false,
    };
    assert!(!allowed(&desk, &operator("li")));
    assert!(allowed(&desk, &operator("zhao")));
    desk.does(operator("zhao"), "verifyCase", &id, &passed);
    desk.does(operator("li"), "closeCase", &id, &json!({}));
}

#[test]
fn a_suspended_case_goes_on_where_it_was() {
    let mut desk = Desk::new();
    let id = desk.case_in("IN_PROGRESS");
    let given = json!({"reason": "等材料", "until": "2024-02-05T08:00:00+08:00"});
    let case = desk.does(supervisor("wang"), "suspendCase", &id, &given);
    let suspension = case.suspension.unwrap();
    assert_eq!(suspension.state, "IN_PROGRESS");
    assert_eq!(
        suspension.until.unwrap().rfc3339(),
        "2024-02-05T00:00:00.000Z"
    );
    let case = desk.does(supervisor("wang"), "resumeCase", &id, &json!({}));
    assert_eq!(
        (case.state.as_str(), case.suspension),
        ("IN_PROGRESS", None)
    );
}

#[test]
fn a_reopened_case_is_work_anew() {
    let mut desk = Desk::new();
    let id = desk.case_in("CLOSED");
    let case = desk.does(
        supervisor("wang"),
        "reopenCase",
        &id,
        &json!({"reason": "又积水"}),
    );
    assert_eq!((case.state.as_str(), case.reopened), ("ESTABLISHED", 1));
    assert!(case.acknowledged.is_none() && case.outcome.is_none() && case.closed_at.is_none());
    assert_eq!(desk.book.open_cases().count(), 1);
}

#[test]
fn what_is_listed_as_allowed_depends_on_what_was_done() {
    let mut desk = Desk::new();
    let id = desk.case_in("VERIFYING");
    let listed = |desk: &Desk| {
        let Issuer::Principal(principal) = operator("li") else {
            panic!("an operator is a principal");
        };
        desk.case(&id)
            .allowed_commands(&desk.workflows, &principal, desk.now)
            .join(" ")
    };
    assert_eq!(listed(&desk), "acknowledgeCase verifyCase addNote");
    desk.does(operator("li"), "verifyCase", &id, &json!({"passed": true}));
    assert_eq!(
        listed(&desk),
        "acknowledgeCase verifyCase closeCase addNote"
    );
    desk.does(operator("li"), "closeCase", &id, &json!({}));
    assert_eq!(listed(&desk), "addNote");
}
