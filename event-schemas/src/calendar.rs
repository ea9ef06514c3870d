//! The city's working calendar: which days and hours are worked, and arithmetic in working time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::calendar_file::{HoursFile, OfficeFile, YearFile};
use crate::city::Millis;

/// Milliseconds of a day: the zone's offset is fixed, so every day has as many.
pub const DAY_MS: i64 = 86_400_000;

/// A moment is looked for this many days ahead at most: more than any limit.
const DAYS_MAX: i32 = 20_000;
/// The Monday of the week of 1970-01-01, a Thursday, is day -3.
const MONDAY_OFFSET: i32 = 3;

/// A compiled calendar. Days are counted from 1970-01-01 in the city's own time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    offset_ms: i64,
    /// Monday first.
    week: [bool; 7],
    /// Stretches in milliseconds of the day, in order.
    hours: Vec<(i64, i64)>,
    /// Days that are not what their weekday says: whether they are worked.
    exceptions: BTreeMap<i32, bool>,
    years: BTreeSet<i16>,
}

impl Default for Calendar {
    /// China's time, Monday to Friday, 09:00 to 17:00, no year settled.
    fn default() -> Self {
        Self {
            offset_ms: 8 * 3_600_000,
            week: [true, true, true, true, true, false, false],
            hours: vec![(9 * 3_600_000, 17 * 3_600_000)],
            exceptions: BTreeMap::new(),
            years: BTreeSet::new(),
        }
    }
}

impl Calendar {
    /// The city's offset from UTC.
    pub const fn offset_ms(&self) -> i64 {
        self.offset_ms
    }

    /// Compiles the office's week and hours; what is wrong is told as path and expectation.
    pub(crate) fn of_office(file: &OfficeFile) -> Result<Self, (&'static str, &'static str)> {
        let offset_ms = offset_of(&file.utc_offset)
            .ok_or(("/utcOffset", "an offset from UTC such as +08:00"))?;
        let mut week = [false; 7];
        for day in &file.working_week {
            let index = usize::from(*day).checked_sub(1);
            let slot = index.and_then(|index| week.get_mut(index));
            *slot.ok_or(("/workingWeek", "days 1 (Monday) to 7"))? = true;
        }
        if !week.contains(&true) {
            return Err(("/workingWeek", "at least one working day"));
        }
        let hours: Option<Vec<(i64, i64)>> = file.working_hours.iter().map(stretch_of).collect();
        let expected = "stretches such as { from: \"09:00\", to: \"17:00\" }, in order, apart";
        let hours = hours.ok_or(("/workingHours", expected))?;
        let apart = hours.windows(2).all(|pair| pair[0].1 < pair[1].0);
        if hours.is_empty() || !apart {
            return Err(("/workingHours", expected));
        }
        Ok(Self {
            offset_ms,
            week,
            hours,
            exceptions: BTreeMap::new(),
            years: BTreeSet::new(),
        })
    }

    /// Adds what one year's notices settled. A notice may name days of the years beside its own.
    pub(crate) fn add_year(&mut self, file: &YearFile) -> Result<(), String> {
        if !self.years.insert(file.year) {
            return Err(format!("the year {} once", file.year));
        }
        let off = file.days_off.iter().flat_map(|holiday| {
            let (from, to) = (day_number(holiday.from), day_number(holiday.to));
            (from..=to.min(from + 31)).map(|day| (day, false))
        });
        let worked = file
            .working_days
            .iter()
            .map(|date| (day_number(*date), true));
        for (day, is_worked) in off.chain(worked) {
            let beside = (i32::from(year_of(day)) - i32::from(file.year)).abs() > 1;
            let other = self.exceptions.insert(day, is_worked);
            if beside || other.is_some_and(|other| other != is_worked) {
                return Err(format!(
                    "dates of {} and its neighbours, each either off or worked",
                    file.year
                ));
            }
        }
        Ok(())
    }

    /// Whether a year's days off are settled; otherwise weekends alone are off.
    pub fn settles(&self, year: i16) -> bool {
        self.years.contains(&year)
    }

    /// The years whose days off are settled.
    pub fn years(&self) -> impl Iterator<Item = i16> {
        self.years.iter().copied()
    }

    /// Whether every year touched from one moment to another is settled.
    pub fn settles_between(&self, from: Millis, to: Millis) -> bool {
        let (from, to) = (self.year_at(from), self.year_at(to));
        (from..=to).all(|year| self.settles(year))
    }

    /// The year of a moment in the city's own time.
    pub fn year_at(&self, at: Millis) -> i16 {
        year_of(self.day_at(at))
    }

    /// Whether a day is worked.
    pub fn is_working_day(&self, day: i32) -> bool {
        self.exceptions.get(&day).copied().unwrap_or_else(|| {
            let weekday = (day + MONDAY_OFFSET).rem_euclid(7);
            usize::try_from(weekday).is_ok_and(|weekday| self.week[weekday])
        })
    }

    /// Working time of one working day.
    pub fn working_day_ms(&self) -> i64 {
        self.hours.iter().map(|(from, to)| to - from).sum()
    }

    /// The first moment of the next day.
    pub fn next_day(&self, at: Millis) -> Millis {
        self.start_of(self.day_at(at) + 1)
    }

    /// Working time from one moment to another; none when the other is earlier.
    pub fn working_between(&self, from: Millis, to: Millis) -> i64 {
        let (first, last) = (self.day_at(from), self.day_at(to));
        let worked = |day: i32| -> i64 {
            let stretches = self.stretches(day);
            stretches
                .map(|(start, end)| end.min(to).since(start.max(from)).max(0))
                .sum()
        };
        (first..=last)
            .filter(|day| self.is_working_day(*day))
            .map(worked)
            .sum()
    }

    /// The earliest moment by which so much working time has passed.
    pub fn after_working(&self, from: Millis, working_ms: i64) -> Millis {
        if working_ms <= 0 {
            return from;
        }
        let mut left = working_ms;
        let first = self.day_at(from);
        let days = (first..first.saturating_add(DAYS_MAX)).filter(|day| self.is_working_day(*day));
        for (start, end) in days.flat_map(|day| self.stretches(day)) {
            let start = start.max(from);
            let there = end.since(start).max(0);
            if left <= there {
                return start.plus(left);
            }
            left -= there;
        }
        self.start_of(first.saturating_add(DAYS_MAX))
    }

    fn stretches(&self, day: i32) -> impl Iterator<Item = (Millis, Millis)> {
        let midnight = self.start_of(day);
        self.hours
            .iter()
            .map(move |(from, to)| (midnight.plus(*from), midnight.plus(*to)))
    }

    fn day_at(&self, at: Millis) -> i32 {
        let days = at.0.saturating_add(self.offset_ms).div_euclid(DAY_MS);
        i32::try_from(days).unwrap_or(i32::MAX - DAYS_MAX)
    }

    fn start_of(&self, day: i32) -> Millis {
        Millis(i64::from(day) * DAY_MS - self.offset_ms)
    }
}

fn epoch() -> Date {
    Date::constant(1970, 1, 1)
}

/// Days since 1970-01-01.
fn day_number(date: Date) -> i32 {
    date.duration_since(epoch())
        .as_hours()
        .div_euclid(24)
        .try_into()
        .unwrap_or(i32::MAX)
}

fn year_of(day: i32) -> i16 {
    let span = jiff::Span::new().try_days(day);
    span.and_then(|span| epoch().checked_add(span))
        .map_or(i16::MAX, Date::year)
}

/// `+08:00` in milliseconds.
fn offset_of(text: &str) -> Option<i64> {
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    minutes_of(text.get(1..)?).map(|minutes| sign * minutes * 60_000)
}

fn stretch_of(file: &HoursFile) -> Option<(i64, i64)> {
    let (from, to) = (minutes_of(&file.from)?, minutes_of(&file.to)?);
    (from < to).then_some((from * 60_000, to * 60_000))
}

/// `09:30` in minutes, up to `24:00`.
fn minutes_of(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2).then(|| part.parse::<u8>().ok()).flatten();
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let total = i64::from(hours) * 60 + i64::from(minutes);
    (minutes < 60 && total <= 24 * 60).then_some(total)
}
