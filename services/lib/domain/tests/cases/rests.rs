//! However often a case rests, its working days are those a pencil counts, minute by minute.

use domain::case::{Case, ClockRun};
use event_schemas::calendar::Calendar;
use event_schemas::city::Millis;
use proptest::prelude::*;
use serde_json::json;

use crate::desk::{department, operator, supervisor};
use crate::kinds::desk;

const MINUTE: i64 = 60_000;
const DAY_MINUTES: i64 = 24 * 60;
/// 2012-01-01 00:00 in the city's time.
const START: &str = "2012-01-01T00:00:00+08:00";

fn answer(case: &Case) -> &ClockRun {
    let mut runs = case.clocks.iter();
    runs.find(|run| run.name == "answer").unwrap()
}

fn is_worked(calendar: &Calendar, minute: Millis) -> bool {
    calendar.working_between(minute, minute.plus(MINUTE)) > 0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_complaint_that_rests_has_five_working_days_all_the_same(
        start in 0_i64..11 * 365 * DAY_MINUTES,
        spells in prop::collection::vec((0..2 * DAY_MINUTES, 1..20 * DAY_MINUTES), 0..5),
    ) {
        let mut desk = desk();
        let begin = Millis::parse(START).unwrap();
        desk.now = begin.plus(start * MINUTE);
        let given = json!({"title": "x", "level": 3, "place": "P1", "request": "complaint"});
        let mut command = desk.command(operator("li"), "openCase", "", &given);
        command.kind = Some(String::from("hotline-request"));
        let id = desk.case_after(&command).id;
        desk.does(operator("li"), "acknowledgeCase", &id, &json!({}));
        desk.does(operator("li"), "transferRequest", &id, &json!({"department": "power"}));
        desk.does(department("power"), "signRequest", &id, &json!({}));

        // The pencil: from the day after, five days of eight hours, resting minutes left out.
        let calendar = desk.workflows.calendar().clone();
        let mut pencil = calendar.next_day(desk.now);
        let mut left = 5 * 480;
        let mut minute_passes = |from: Millis, to: Millis, rests: bool| {
            while pencil < to && left > 0 {
                let counts = pencil >= from && !rests && is_worked(&calendar, pencil);
                left -= i64::from(counts);
                pencil = pencil.plus(MINUTE);
            }
            (pencil, left)
        };
        for (works, rests) in spells {
            let to = desk.now.plus(works * MINUTE);
            let (_, left) = minute_passes(desk.now, to, false);
            if left == 0 {
                break;
            }
            desk.now = to;
            let rest = json!({"reason": "x", "until": "2040-01-01T00:00:00Z"});
            let case = desk.does(supervisor("wang"), "suspendCase", &id, &rest);
            prop_assert_eq!(answer(&case).due_at(), None);
            let used = answer(&case).used_ms / MINUTE;
            prop_assert_eq!(used, 5 * 480 - left);
            let to = desk.now.plus(rests * MINUTE);
            minute_passes(desk.now, to, true);
            desk.now = to;
            desk.does(supervisor("wang"), "resumeCase", &id, &json!({}));
        }
        let (expected, _) = minute_passes(desk.now, begin.plus(i64::MAX / 2), false);
        let case = desk.case(&id);
        prop_assert_eq!(answer(&case).due_at(), Some(expected));
        let at_risk = answer(&case).at_risk_at().unwrap();
        prop_assert!(at_risk <= expected);
    }
}
