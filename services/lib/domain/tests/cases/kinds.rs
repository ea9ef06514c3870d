//! Other kinds than the city case are workflow files alone: each is worked here from its first state
//! to its last by the same `decide`.

use std::sync::{Arc, LazyLock};

use domain::case::{Case, Command, Issuer, RefusalCode, Workflows, due_timers};
use event_schemas::Catalog;
use event_schemas::city::Millis;
use event_schemas::workflow_file::Stage;
use serde_json::{Value, json};

use crate::desk::{Desk, department, operator, supervisor};

/// A Thursday morning. Thursday to Saturday of the week after are days off (Tomb-Sweeping Day), the
/// Sunday after that is worked instead.
const MORNING: &str = "2024-03-28T10:00:00+08:00";

fn at(text: &str) -> Millis {
    Millis::parse(text).unwrap()
}

/// A desk that works every kind of the catalog.
pub(crate) fn desk() -> Desk {
    static WORKFLOWS: LazyLock<Workflows> = LazyLock::new(|| {
        let catalog = Catalog::embedded().unwrap();
        Workflows::new(catalog.workflows().iter().cloned())
            .with_departments(["fire", "power", "roads", "hotline"].map(String::from))
            .with_places(["P1", "P2"].map(String::from))
            .with_calendar(Arc::clone(catalog.calendar()))
    });
    let mut desk = Desk::new();
    desk.workflows = WORKFLOWS.clone();
    desk.now = at(MORNING);
    desk
}

pub(crate) fn open(desk: &mut Desk, kind: &str, given: &Value) -> Case {
    let mut command: Command = desk.command(operator("li"), "openCase", "", given);
    command.kind = Some(kind.to_owned());
    desk.case_after(&command)
}

pub(crate) fn request(desk: &mut Desk, more: &Value) -> Case {
    let mut given = json!({"title": "楼道照明损坏", "level": 3, "place": "P1"});
    given
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    open(desk, "hotline-request", &given)
}

pub(crate) fn due(case: &Case, clock: &str) -> Option<Millis> {
    let mut runs = case.clocks.iter().filter(|run| run.name == clock);
    runs.find_map(domain::case::ClockRun::due_at)
}

#[test]
fn a_12345_request_is_worked_from_its_ticket_to_the_citizens_satisfaction() {
    let mut desk = desk();
    let case = request(&mut desk, &json!({"ticket": "T-1", "request": "help"}));
    assert_eq!(case.number, "H-20240328-0001");
    assert_eq!(case.facts["ticket"], "T-1");
    let to_power = json!({"department": "power", "note": "请三日内办理"});
    let called = json!({"passed": true, "satisfaction": "very-satisfied"});
    for (who, name, given, state, stage) in [
        (
            operator("li"),
            "acknowledgeCase",
            json!({}),
            "ACCEPTED",
            Stage::Established,
        ),
        (
            operator("li"),
            "transferRequest",
            to_power,
            "TRANSFERRED",
            Stage::Dispatched,
        ),
        (
            department("power"),
            "signRequest",
            json!({}),
            "HANDLING",
            Stage::InProgress,
        ),
        (
            department("power"),
            "answerRequest",
            json!({"outcome": "已更换灯具"}),
            "ANSWERED",
            Stage::Verifying,
        ),
        (
            operator("li"),
            "callBack",
            called,
            "CALLED_BACK",
            Stage::Verifying,
        ),
        (
            operator("li"),
            "closeCase",
            json!({}),
            "CLOSED",
            Stage::Closed,
        ),
    ] {
        let case = desk.does(who, name, &case.id, &given);
        assert_eq!((case.state.as_str(), case.stage), (state, stage), "{name}");
    }
    let case = desk.case(&case.id);
    assert_eq!(case.facts["satisfaction"], "very-satisfied");
    assert_eq!(
        (case.bounces, case.rework),
        (0, 0),
        "handing on is no bounce"
    );
    let words = desk.book.timeline(&case.id)[5].words.clone();
    assert_eq!(words.zh, "回访:诉求是否解决 是;满意度 非常满意");
}

#[test]
fn a_department_may_return_a_request_once() {
    let mut desk = desk();
    let id = request(&mut desk, &json!({})).id;
    let given = json!({"department": "power"});
    let reason = json!({"reason": "属地道路设施"});
    desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
    desk.does(operator("li"), "transferRequest", &id, &given);
    let code = desk.refuses(department("roads"), "returnRequest", &id, &reason);
    assert_eq!(code, RefusalCode::Forbidden, "not theirs to return");
    let case = desk.does(department("power"), "returnRequest", &id, &reason);
    assert_eq!((case.state.as_str(), case.bounces), ("ACCEPTED", 1));
    assert_eq!(case.responsible, None, "it is the centre's again");
    assert_eq!(due(&case, "answer"), None, "nobody's time runs");
    desk.does(operator("li"), "transferRequest", &id, &given);
    let code = desk.refuses(department("power"), "returnRequest", &id, &reason);
    assert_eq!(code, RefusalCode::TimesUsedUp);
    let Issuer::Principal(power) = department("power") else {
        panic!("a person");
    };
    let case = desk.case(&id);
    let allowed = case.allowed_commands(&desk.workflows, &power, desk.now);
    assert!(!allowed.contains(&"returnRequest") && allowed.contains(&"signRequest"));
}

#[test]
fn what_the_citizen_calls_unsolved_is_handled_again() {
    let mut desk = desk();
    let id = request(&mut desk, &json!({})).id;
    let outcome = json!({"outcome": "已联系物业"});
    desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
    let given = json!({"department": "power"});
    desk.does(operator("li"), "transferRequest", &id, &given);
    desk.does(department("power"), "signRequest", &id, &json!({}));
    desk.does(department("power"), "answerRequest", &id, &outcome);
    let asked = json!({"passed": false, "satisfaction": "angry"});
    let code = desk.refuses(operator("li"), "callBack", &id, &asked);
    assert_eq!(code, RefusalCode::FieldWrong, "not one of the choices");
    let asked = json!({"passed": false, "satisfaction": "dissatisfied"});
    let case = desk.does(operator("li"), "callBack", &id, &asked);
    assert_eq!((case.state.as_str(), case.rework), ("HANDLING", 1));
    assert!(case.outcome.is_none());
}

#[test]
fn a_requests_limits_count_working_time_and_its_kind() {
    let mut desk = desk();
    let id = request(&mut desk, &json!({"request": "consultation"})).id;
    let case = desk.case(&id);
    assert_eq!(
        due(&case, "transfer"),
        Some(at("2024-03-29T10:00:00+08:00"))
    );
    desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
    // Wednesday before the holiday, an hour before the office closes.
    desk.now = at("2024-04-03T16:00:00+08:00");
    let given = json!({"department": "power"});
    let case = desk.does(operator("li"), "transferRequest", &id, &given);
    // Thursday to Saturday are days off; Sunday the 7th is worked instead.
    assert_eq!(due(&case, "sign"), Some(at("2024-04-07T10:00:00+08:00")));
    assert_eq!(due(&case, "answer"), Some(at("2024-04-07T17:00:00+08:00")));
    assert!(case.clocks.iter().all(|clock| !clock.unsettled));
}

#[test]
fn a_predicted_breach_brings_a_request_before_the_supervisor_before_it_is_late() {
    let mut desk = desk();
    desk.now = at("2024-04-03T16:00:00+08:00");
    let given = json!({"department": "power"});
    // A complaint has five working days.
    let other = request(&mut desk, &json!({"request": "complaint"})).id;
    desk.does(operator("li"), "acknowledgeCase", &other, &json!({}));
    desk.does(operator("li"), "transferRequest", &other, &given);
    let case = desk.does(department("power"), "signRequest", &other, &json!({}));
    assert_eq!(due(&case, "answer"), Some(at("2024-04-11T17:00:00+08:00")));
    let answer = case.clocks.iter().find(|run| run.name == "answer").unwrap();
    // Four fifths of five days of eight hours.
    assert_eq!(answer.at_risk_at(), Some(at("2024-04-10T17:00:00+08:00")));
    desk.now = at("2024-04-10T17:00:01+08:00");
    let [command] = &due_timers(&desk.book, desk.now)[..] else {
        panic!("one thing to do");
    };
    let case = desk.case_after(command);
    assert_eq!(case.escalation, 1);
    let words = desk.book.timeline(&other).last().unwrap().words.clone();
    assert_eq!(words.zh, "升级至主管:时限 办结时限");
    let answer = case.clocks.iter().find(|run| run.name == "answer").unwrap();
    assert!(answer.breached_at.is_none());
}

#[test]
fn a_suspended_request_stops_its_working_days() {
    let mut desk = desk();
    let id = request(&mut desk, &json!({"request": "complaint"})).id;
    let given = json!({"department": "power"});
    desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
    desk.does(operator("li"), "transferRequest", &id, &given);
    let rest = json!({"reason": "等待鉴定", "until": "2024-06-01T00:00:00+08:00"});
    // After one working day (Friday 29 March).
    desk.now = at("2024-03-30T12:00:00+08:00");
    let case = desk.does(supervisor("wang"), "suspendCase", &id, &rest);
    assert_eq!(due(&case, "answer"), None);
    desk.now = at("2024-04-15T08:00:00+08:00");
    let case = desk.does(supervisor("wang"), "resumeCase", &id, &json!({}));
    // Four are left: Monday the 15th to Thursday the 18th.
    assert_eq!(due(&case, "answer"), Some(at("2024-04-18T17:00:00+08:00")));
}

#[test]
fn a_micro_wish_is_worked_from_collecting_to_feeding_back() {
    let mut desk = desk();
    let given = json!({"title": "想要一台收音机", "level": 4, "place": "P1", "wisher": "elder"});
    let case = open(&mut desk, "micro-wish", &given);
    assert_eq!(
        (case.number.as_str(), case.state.as_str()),
        ("W-20240328-0001", "COLLECTED")
    );
    let id = case.id;
    let claim = json!({"claimant": "望海志愿服务队", "claimantKind": "volunteers"});
    for (name, given, state) in [
        ("acknowledgeCase", json!({"note": "入户核实"}), "VERIFIED"),
        ("claimWish", claim.clone(), "CLAIMED"),
        ("releaseWish", json!({"reason": "缺货"}), "VERIFIED"),
        ("claimWish", claim, "CLAIMED"),
        ("fulfilWish", json!({"outcome": "已送达"}), "FULFILLED"),
        ("feedBack", json!({"passed": false}), "CLAIMED"),
        ("fulfilWish", json!({"outcome": "换了一台"}), "FULFILLED"),
        (
            "feedBack",
            json!({"passed": true, "satisfaction": "satisfied"}),
            "FED_BACK",
        ),
    ] {
        let case = desk.does(department("hotline"), name, &id, &given);
        assert_eq!(case.state, state, "{name}");
    }
    let case = desk.case(&id);
    assert_eq!((case.stage, case.rework), (Stage::Closed, 1));
    assert!(case.clocks.iter().all(|clock| !clock.is_open()));
    assert_eq!(case.facts["claimant"], "望海志愿服务队");
    assert_eq!(case.facts["wisher"], "elder");
    assert_eq!(desk.book.open_cases().count(), 0);
}

#[test]
fn a_kind_has_its_own_commands_alone() {
    let mut desk = desk();
    let id = request(&mut desk, &json!({})).id;
    let code = desk.refuses(operator("li"), "assignUnit", &id, &json!({"unit": "e1"}));
    assert_eq!(code, RefusalCode::CommandUnknown);
    let mut wish = desk.command(
        Issuer::Router,
        "openCase",
        "",
        &json!({"title": "x", "level": 4}),
    );
    wish.kind = Some(String::from("micro-wish"));
    assert!(desk.decide(&wish).is_err(), "no alert makes a wish");
}
