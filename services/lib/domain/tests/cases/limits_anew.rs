//! Whoever has to act next has a running limit: limits that start again, and one that is made longer.

use domain::case::{Case, Issuer, RefusalCode};
use event_schemas::city::Millis;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::desk::{Desk, department, operator, supervisor};
use crate::kinds::{desk, due, open, request};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn at(text: &str) -> Millis {
    Millis::parse(text).unwrap()
}

/// A complaint that the grid company has signed for; its id.
fn handled(desk: &mut Desk) -> String {
    let id = request(desk, &json!({"request": "complaint"})).id;
    desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
    let given = json!({"department": "power"});
    desk.does(operator("li"), "transferRequest", &id, &given);
    desk.does(department("power"), "signRequest", &id, &json!({}));
    id
}

fn wish(desk: &mut Desk) -> String {
    let given = json!({"title": "想要一台收音机", "level": 4, "place": "P1"});
    open(desk, "micro-wish", &given).id
}

fn runs(case: &Case, clock: &str) -> usize {
    case.clocks.iter().filter(|run| run.name == clock).count()
}

#[test]
fn what_the_citizen_calls_unsolved_has_its_time_anew_and_what_is_solved_has_none() {
    let mut desk = desk();
    let id = handled(&mut desk);
    let outcome = json!({"outcome": "已联系物业"});
    desk.does(department("power"), "answerRequest", &id, &outcome);
    desk.now = at("2024-04-02T09:00:00+08:00");
    let unsolved = json!({"passed": false, "satisfaction": "dissatisfied"});
    let case = desk.does(operator("li"), "callBack", &id, &unsolved);
    // Five working days from Wednesday the 3rd; Thursday to Saturday off, Sunday the 7th worked.
    assert_eq!(due(&case, "answer"), Some(at("2024-04-10T17:00:00+08:00")));
    assert_eq!(due(&case, "callBack"), None);
    assert_eq!(runs(&case, "answer"), 2, "the first run stays on record");
    desk.does(department("power"), "answerRequest", &id, &outcome);
    let solved = json!({"passed": true, "satisfaction": "satisfied"});
    let case = desk.does(operator("li"), "callBack", &id, &solved);
    assert!(case.clocks.iter().all(|run| !run.is_open()));
    assert_eq!(runs(&case, "answer"), 2);
}

#[test]
fn a_returned_request_is_to_be_handed_on_again_within_the_limit() {
    let mut desk = desk();
    let id = request(&mut desk, &json!({})).id;
    desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
    let given = json!({"department": "power"});
    desk.does(operator("li"), "transferRequest", &id, &given);
    let returned = json!({"reason": "属地道路设施"});
    let case = desk.does(department("power"), "returnRequest", &id, &returned);
    assert_eq!(due(&case, "transfer"), Some(desk.now.plus(24 * HOUR)));
}

#[test]
fn a_wish_that_was_given_back_looks_for_somebody_within_the_limit_again() {
    let mut desk = desk();
    let id = wish(&mut desk);
    desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
    let claim = json!({"claimant": "望海志愿服务队"});
    let case = desk.does(operator("li"), "claimWish", &id, &claim);
    assert_eq!(due(&case, "claim"), None);
    desk.now = at("2024-04-08T10:00:00+08:00");
    let case = desk.does(
        operator("li"),
        "releaseWish",
        &id,
        &json!({"reason": "缺货"}),
    );
    // Ten working days from the 9th.
    assert_eq!(due(&case, "claim"), Some(at("2024-04-22T17:00:00+08:00")));
    assert_eq!(due(&case, "fulfil"), None);
    assert_eq!(runs(&case, "claim"), 2);
}

#[test]
fn a_supervisor_makes_the_limit_of_a_request_15_working_days_once_and_with_a_reason() {
    let mut desk = desk();
    let id = handled(&mut desk);
    let reason = json!({"reason": "需第三方鉴定"});
    let code = desk.refuses(operator("li"), "extendRequest", &id, &reason);
    assert_eq!(code, RefusalCode::Forbidden);
    let code = desk.refuses(supervisor("wang"), "extendRequest", &id, &json!({}));
    assert_eq!(code, RefusalCode::FieldMissing);
    assert_eq!(
        due(&desk.case(&id), "answer"),
        Some(at("2024-04-07T17:00:00+08:00"))
    );
    desk.now = at("2024-04-01T12:00:00+08:00");
    let case = desk.does(supervisor("wang"), "extendRequest", &id, &reason);
    // Fifteen working days from Friday the 29th of March: 29, 1-3, 7-12, 15-19 of April.
    assert_eq!(due(&case, "answer"), Some(at("2024-04-19T17:00:00+08:00")));
    let answer = case.clocks.iter().find(|run| run.name == "answer").unwrap();
    assert_eq!(answer.extended_at, Some(desk.now));
    let words = desk.book.timeline(&id).last().unwrap().words.clone();
    assert_eq!(words.zh, "延期:延期理由 需第三方鉴定");
    let code = desk.refuses(supervisor("wang"), "extendRequest", &id, &reason);
    assert_eq!(code, RefusalCode::TimesUsedUp);
}

#[test]
fn a_limit_that_has_passed_or_is_not_running_is_not_made_longer() {
    let mut desk = desk();
    let id = handled(&mut desk);
    let reason = json!({"reason": "需第三方鉴定"});
    let offered = |desk: &Desk| {
        let Issuer::Principal(wang) = supervisor("wang") else {
            panic!("a person");
        };
        let case = desk.case(&id);
        let allowed = case.allowed_commands(&desk.workflows, &wang, desk.now);
        allowed.contains(&"extendRequest")
    };
    assert!(offered(&desk));
    // No timer has noticed yet.
    desk.now = at("2024-04-07T17:00:01+08:00");
    assert!(!offered(&desk));
    let code = desk.refuses(supervisor("wang"), "extendRequest", &id, &reason);
    assert_eq!(code, RefusalCode::ClockNotRunning);
}

/// Which limits run while a case waits in a state.
fn running_in(state: &str) -> &'static [&'static str] {
    match state {
        "RECEIVED" | "ACCEPTED" => &["transfer"],
        "TRANSFERRED" => &["answer", "sign"],
        "HANDLING" => &["answer"],
        "ANSWERED" => &["callBack"],
        "COLLECTED" => &["verify"],
        "VERIFIED" => &["claim"],
        "CLAIMED" => &["fulfil"],
        _ => &[],
    }
}

fn check(case: &Case) -> Result<(), TestCaseError> {
    let state = case
        .suspension
        .as_ref()
        .map_or(case.state.as_str(), |resting| resting.state.as_str());
    let open = case.clocks.iter().filter(|run| run.is_open());
    let mut names: Vec<&str> = open.map(|run| run.name.as_str()).collect();
    names.sort_unstable();
    prop_assert_eq!(&names[..], running_in(state), "in {}", state);
    Ok(())
}

/// What people may do to a request or a wish, in no particular order.
fn acts() -> Vec<(&'static str, Issuer, Value)> {
    let unsolved = json!({"passed": false, "satisfaction": "dissatisfied"});
    let solved = json!({"passed": true, "satisfaction": "satisfied"});
    let rest = json!({"reason": "等待鉴定", "until": "2030-01-01T00:00:00+08:00"});
    let given = json!({"department": "power"});
    let said = json!({"reason": "x"});
    let done = json!({"outcome": "x"});
    vec![
        ("acknowledgeCase", operator("li"), json!({})),
        ("transferRequest", operator("li"), given),
        ("returnRequest", department("power"), said.clone()),
        ("signRequest", department("power"), json!({})),
        ("extendRequest", supervisor("wang"), said.clone()),
        ("answerRequest", department("power"), done.clone()),
        ("callBack", operator("li"), unsolved),
        ("callBack", operator("li"), solved),
        ("closeCase", operator("li"), json!({})),
        ("reopenCase", supervisor("wang"), said.clone()),
        ("claimWish", operator("li"), json!({"claimant": "x"})),
        ("releaseWish", operator("li"), said),
        ("fulfilWish", operator("li"), done),
        ("feedBack", operator("li"), json!({"passed": false})),
        ("suspendCase", supervisor("wang"), rest),
        ("resumeCase", supervisor("wang"), json!({})),
    ]
}

proptest! {
    #[test]
    fn in_every_course_of_a_request_or_wish_exactly_the_next_steps_limits_run(
        is_wish in any::<bool>(),
        course in prop::collection::vec((0_usize..16, 0_i64..72), 1..60),
    ) {
        let mut desk = desk();
        let id = if is_wish {
            wish(&mut desk)
        } else {
            request(&mut desk, &json!({"request": "complaint"})).id
        };
        let acts = acts();
        for (act, hours) in course {
            desk.now = desk.now.plus(hours * HOUR);
            let (name, issuer, given) = &acts[act];
            let command = desk.command(issuer.clone(), name, &id, given);
            if desk.give(&command).is_ok() {
                check(&desk.case(&id))?;
            }
        }
    }

    /// Against counting day by day: the day of the start is not counted, the last ends at 17:00.
    #[test]
    fn an_extended_limit_ends_on_the_fifteenth_working_day_after_the_start(
        start in 0_i64..3_000, after in 1_i64..24,
    ) {
        let mut desk = desk();
        desk.now = at("2014-01-01T00:30:00+08:00").plus(start * 29 * HOUR);
        let id = handled(&mut desk);
        let begun = desk.now;
        desk.now = begun.plus(after * HOUR);
        let reason = json!({"reason": "x"});
        let case = desk.does(supervisor("wang"), "extendRequest", &id, &reason);
        let city_day = |at: Millis| at.plus(8 * HOUR).0.div_euclid(DAY);
        let calendar = desk.workflows.calendar();
        let mut day = city_day(begun);
        for _ in 0..15 {
            day += 1;
            while !calendar.is_working_day(i32::try_from(day).unwrap()) {
                day += 1;
            }
        }
        prop_assert_eq!(due(&case, "answer"), Some(Millis(day * DAY + 9 * HOUR)));
    }
}
