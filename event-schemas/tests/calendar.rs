//! Working time against an oracle: twenty years, every minute of them, made from the files' text alone.
#![expect(clippy::unwrap_used, reason = "a test's helpers may end the test")]

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use event_schemas::Catalog;
use event_schemas::calendar::Calendar;
use event_schemas::city::Millis;
use proptest::prelude::*;

const FIRST_YEAR: u32 = 2010;
const YEARS: u32 = 20;
const MINUTE: i64 = 60_000;
/// 2010-01-01 00:00 in China.
const START: &str = "2010-01-01T00:00:00+08:00";

fn catalog_dir() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog")
}

fn calendar() -> &'static Calendar {
    static CALENDAR: OnceLock<Calendar> = OnceLock::new();
    CALENDAR.get_or_init(|| Calendar::clone(Catalog::load(&catalog_dir()).unwrap().calendar()))
}

/// A date as the text it is written as.
type Date = (u32, u32, u32);

fn text_of((year, month, day): Date) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

fn next((year, month, day): Date) -> Date {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    match (day < days, month < 12) {
        (true, _) => (year, month, day + 1),
        (false, true) => (year, month + 1, 1),
        (false, false) => (year + 1, 1, 1),
    }
}

fn date_of(text: &str) -> Date {
    let parts: Vec<u32> = text.split('-').map(|part| part.parse().unwrap()).collect();
    (parts[0], parts[1], parts[2])
}

/// Days that the files name, read as lines of text.
fn named_days() -> HashMap<String, bool> {
    let mut days = HashMap::new();
    for year in FIRST_YEAR..FIRST_YEAR + YEARS {
        let path = catalog_dir().join(format!("calendars/cn-{year}.yaml"));
        let Ok(text) = fs::read_to_string(path) else {
            continue;
        };
        for line in text.lines() {
            if let Some((_, range)) = line.split_once("from: ") {
                let (from, to) = range.trim_end_matches(" }").split_once(", to: ").unwrap();
                let mut day = date_of(from);
                loop {
                    days.insert(text_of(day), false);
                    if text_of(day) == to {
                        break;
                    }
                    day = next(day);
                }
            } else if let Some(day) = line.strip_prefix("  - 2") {
                days.insert(format!("2{day}"), true);
            }
        }
    }
    days
}

/// Whether each day from the first on is worked.
fn worked_days() -> &'static Vec<bool> {
    static DAYS: OnceLock<Vec<bool>> = OnceLock::new();
    DAYS.get_or_init(|| {
        let named = named_days();
        let mut days = Vec::new();
        let mut date = (FIRST_YEAR, 1, 1);
        // 2010-01-01 was a Friday; Monday is 0.
        let mut weekday = 4;
        while date.0 < FIRST_YEAR + YEARS {
            let named = named.get(&text_of(date)).copied();
            days.push(named.unwrap_or(weekday < 5));
            date = next(date);
            weekday = (weekday + 1) % 7;
        }
        days
    })
}

/// Whether a minute since the start is worked: 09:00 to 17:00.
fn is_worked(minute: i64) -> bool {
    let (day, of_day) = (minute / 1_440, minute % 1_440);
    worked_days()[usize::try_from(day).unwrap()] && (540..1_020).contains(&of_day)
}

fn moment(minute: i64) -> Millis {
    Millis::parse(START).unwrap().plus(minute * MINUTE)
}

#[test]
fn every_day_of_twenty_years_is_worked_or_not_as_the_files_say() {
    let first = Millis::parse(START).unwrap();
    let day_zero = i32::try_from((first.0 + 8 * 3_600_000) / 86_400_000).unwrap();
    for (n, worked) in (0_i32..).zip(worked_days()) {
        assert_eq!(calendar().is_working_day(day_zero + n), *worked, "day {n}");
    }
    let worked = worked_days().iter().filter(|worked| **worked).count();
    assert_eq!(worked_days().len(), 7_305);
    assert!(
        (4_950..5_120).contains(&worked),
        "{worked} working days in twenty years"
    );
}

#[test]
fn known_days_are_known() {
    // Make-up Sundays, a wartime anniversary, the longer Spring Festival of 2020, and two plain days.
    for (text, worked) in [
        ("2024-02-04", true),
        ("2024-02-12", false),
        ("2015-09-03", false),
        ("2020-01-31", false),
        ("2018-12-29", true),
        ("2026-01-04", true),
        ("2026-10-01", false),
        ("2024-07-06", false),
        ("2024-07-08", true),
    ] {
        let noon = Millis::parse(&format!("{text}T12:00:00+08:00")).unwrap();
        let hour = calendar().working_between(noon, noon.plus(3_600_000));
        assert_eq!(hour > 0, worked, "{text}");
    }
}

#[test]
fn a_year_that_nobody_settled_is_known_as_such() {
    let at = |text: &str| Millis::parse(text).unwrap();
    assert!(calendar().settles(2026) && !calendar().settles(2027));
    let autumn = at("2026-11-24T09:00:00+08:00");
    assert!(calendar().settles_between(autumn, at("2026-12-31T23:59:00+08:00")));
    assert!(!calendar().settles_between(autumn, at("2027-01-01T00:00:00+08:00")));
}

#[test]
fn working_hours_are_data_and_a_lunch_break_counts_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    copy(&catalog_dir(), folder.path());
    let path = folder.path().join("calendars/office.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let split = r#"  - { from: "08:30", to: "12:00" }
  - { from: "13:30", to: "17:30" }
"#;
    let head = text.split("  - {").next().unwrap();
    fs::write(&path, format!("{head}{split}")).unwrap();
    let calendar = Catalog::load(folder.path()).unwrap();
    let calendar = calendar.calendar();
    let at = |text: &str| Millis::parse(text).unwrap();
    assert_eq!(calendar.working_day_ms(), 450 * MINUTE);
    let start = at("2024-07-08T11:30:00+08:00");
    assert_eq!(
        calendar.after_working(start, 60 * MINUTE),
        at("2024-07-08T14:00:00+08:00")
    );
    for (from, to, expected) in [
        (
            "utcOffset: \"+08:00\"",
            "utcOffset: \"Shanghai\"",
            "/utcOffset",
        ),
        ("[1, 2, 3, 4, 5]", "[0]", "/workingWeek"),
        ("to: \"12:00\"", "to: \"14:00\"", "/workingHours"),
    ] {
        let good = fs::read_to_string(&path).unwrap();
        fs::write(&path, good.replacen(from, to, 1)).unwrap();
        let told = Catalog::load(folder.path()).unwrap_err().to_string();
        assert!(
            told.contains("calendars/office.yaml") && told.contains(expected),
            "{told}"
        );
        fs::write(&path, good).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Minute by minute, like somebody with a pencil.
    #[test]
    fn working_time_is_what_counting_minutes_comes_to(
        start in 0_i64..19 * 365 * 1_440,
        length in 0_i64..60 * 1_440,
    ) {
        let end = start + length;
        let counted = (start..end).filter(|minute| is_worked(*minute)).count() as i64;
        let between = calendar().working_between(moment(start), moment(end));
        prop_assert_eq!(between, counted * MINUTE);
        // And back: the earliest moment by which as much has passed.
        let there = calendar().after_working(moment(start), between);
        prop_assert!(there <= moment(end));
        prop_assert_eq!(calendar().working_between(moment(start), there), between);
        if between > 0 {
            let before = there.plus(-1);
            prop_assert!(calendar().working_between(moment(start), before) < between);
        } else {
            prop_assert_eq!(there, moment(start));
        }
    }

    #[test]
    fn a_limit_of_hours_is_up_in_the_minute_the_pencil_says(
        start in 0_i64..19 * 365 * 1_440,
        minutes in 1_i64..15 * 480,
    ) {
        let mut left = minutes;
        let mut minute = start;
        while left > 0 {
            left -= i64::from(is_worked(minute));
            minute += 1;
        }
        let due = calendar().after_working(moment(start), minutes * MINUTE);
        prop_assert_eq!(due, moment(minute));
    }

    #[test]
    fn so_many_working_days_after_a_day_end_with_the_last_ones_hours(
        start in 0_i64..19 * 365 * 1_440,
        days in 1_i64..60,
    ) {
        // The day it starts on is not counted.
        let mut day = start / 1_440;
        let mut left = days;
        while left > 0 {
            day += 1;
            left -= i64::from(worked_days()[usize::try_from(day).unwrap()]);
        }
        let from = calendar().next_day(moment(start));
        prop_assert_eq!(from, moment((start / 1_440 + 1) * 1_440));
        let due = calendar().after_working(from, days * calendar().working_day_ms());
        prop_assert_eq!(due, moment(day * 1_440 + 1_020));
    }

    #[test]
    fn working_time_adds_up(
        start in 0_i64..19 * 365 * 86_400_000,
        first in 0_i64..40 * 86_400_000,
        second in 0_i64..40 * 86_400_000,
    ) {
        let a = Millis::parse(START).unwrap().plus(start);
        let (b, c) = (a.plus(first), a.plus(first + second));
        let calendar = calendar();
        let sum = calendar.working_between(a, b) + calendar.working_between(b, c);
        prop_assert_eq!(calendar.working_between(a, c), sum);
        prop_assert_eq!(calendar.working_between(c, a), 0);
    }
}
