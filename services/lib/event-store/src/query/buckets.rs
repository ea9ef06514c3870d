//! Time buckets as a city lives by them: hours count on, days and longer follow the wall clock of a
//! time zone, so that a day is a local day even where it has 23 or 25 hours.
//!
//! The store groups by a whole number, the bucket's key; when a bucket begins and ends is computed
//! here, by the time zone's rules.

use event_schemas::city::Millis;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::sql::Sql;
use crate::StoreError;

/// Up to an hour, buckets simply count on; longer ones follow the wall clock.
const HOUR_MS: i64 = 3_600_000;
/// Shortest bucket.
const SHORTEST_MS: i64 = 1_000;
/// Longest bucket given in milliseconds: ten years. Longer ones mean nothing.
const LONGEST_MS: i64 = 3_660 * 24 * HOUR_MS;

/// How long buckets of event time are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// So many milliseconds. Above an hour: of the local wall clock, counted from midnight where the
    /// length divides a day.
    Every(i64),
    /// By the calendar.
    Calendar(CalendarUnit),
}

/// A stretch of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarUnit {
    /// From midnight to midnight.
    Day,
    /// From Monday.
    Week,
    /// From the 1st.
    Month,
    /// From the 1st of January, April, July or October.
    Quarter,
    /// From the 1st of January.
    Year,
}

/// The buckets of one question.
pub(super) struct Buckets {
    interval: Interval,
    zone: TimeZone,
}

impl Buckets {
    /// Buckets in an IANA time zone.
    pub(super) fn new(interval: Interval, zone: &str) -> Result<Self, StoreError> {
        if let Interval::Every(ms) = interval
            && !(SHORTEST_MS..=LONGEST_MS).contains(&ms)
        {
            return Err(StoreError::Query(
                "the interval is between one second and ten years".to_owned(),
            ));
        }
        Ok(Self {
            interval,
            zone: time_zone(zone)?,
        })
    }

    /// The bucket's key of an event; `zone` is the bound name of the time zone.
    pub(super) fn key(&self, sql: &mut Sql, zone: &str) -> String {
        let moment = "toUnixTimestamp64Milli(event_time)";
        let wall = format!("({moment} + timezoneOffset(toTimeZone(event_time, {zone})) * 1000)");
        let day = format!("intDiv({wall} - positiveModulo({wall}, 86400000), 86400000)");
        let date = format!("fromUnixTimestamp64Milli({wall}, 'UTC')");
        let key = match self.interval {
            Interval::Every(ms) => {
                let ms_bound = sql.bind(ms);
                let of = if ms <= HOUR_MS { moment } else { &wall };
                format!("{of} - positiveModulo({wall}, {ms_bound})")
            }
            Interval::Calendar(CalendarUnit::Day) => day,
            // The epoch was a Thursday.
            Interval::Calendar(CalendarUnit::Week) => {
                format!("{day} - positiveModulo({day} + 3, 7)")
            }
            Interval::Calendar(CalendarUnit::Month) => {
                format!("toYear({date}) * 12 + toMonth({date}) - 1")
            }
            Interval::Calendar(CalendarUnit::Quarter) => {
                format!("toYear({date}) * 4 + toQuarter({date}) - 1")
            }
            Interval::Calendar(CalendarUnit::Year) => format!("toYear({date})"),
        };
        format!("toNullable(toInt64({key}))")
    }

    /// When the bucket of this key begins, and when the next one does.
    pub(super) fn bounds(&self, key: i64) -> Option<(Millis, Millis)> {
        let (from, to) = match self.interval {
            Interval::Every(ms) if ms <= HOUR_MS => return Some((Millis(key), Millis(key + ms))),
            Interval::Every(ms) => (wall(key)?, wall(key + ms)?),
            Interval::Calendar(unit) => {
                let (from, length) = match unit {
                    CalendarUnit::Day => (day(key)?, Span::new().days(1)),
                    CalendarUnit::Week => (day(key)?, Span::new().days(7)),
                    CalendarUnit::Month => (month(key)?, Span::new().months(1)),
                    CalendarUnit::Quarter => (month(key.checked_mul(3)?)?, Span::new().months(3)),
                    CalendarUnit::Year => (month(key.checked_mul(12)?)?, Span::new().years(1)),
                };
                (from, from.checked_add(length).ok()?)
            }
        };
        Some((self.moment(from)?, self.moment(to)?))
    }

    /// The moment a wall clock shows this; one that is skipped comes with the jump, one that is shown
    /// twice is the first.
    fn moment(&self, wall: DateTime) -> Option<Millis> {
        let moment = self.zone.to_ambiguous_timestamp(wall).compatible().ok()?;
        Some(Millis(moment.as_millisecond()))
    }
}

/// A time zone by its IANA name.
pub(super) fn time_zone(name: &str) -> Result<TimeZone, StoreError> {
    TimeZone::get(name).map_err(|_| {
        StoreError::Query(format!(
            "there is no time zone '{}': expected an IANA name such as Asia/Shanghai",
            name.chars().take(60).collect::<String>()
        ))
    })
}

/// What a wall clock shows so many milliseconds after it showed the epoch.
fn wall(ms: i64) -> Option<DateTime> {
    let utc = Timestamp::from_millisecond(ms).ok()?;
    Some(TimeZone::UTC.to_datetime(utc))
}

fn day(days: i64) -> Option<DateTime> {
    wall(days.checked_mul(24 * HOUR_MS)?)
}

fn month(months: i64) -> Option<DateTime> {
    let year = i16::try_from(months.div_euclid(12)).ok()?;
    let month = i8::try_from(months.rem_euclid(12) + 1).ok()?;
    let date = Date::new(year, month, 1).ok()?;
    Some(date.to_datetime(jiff::civil::Time::midnight()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(interval: Interval, zone: &str, key: i64) -> (String, String) {
        let (from, to) = Buckets::new(interval, zone).unwrap().bounds(key).unwrap();
        (from.rfc3339(), to.rfc3339())
    }

    #[test]
    fn a_day_is_a_local_day_even_where_the_clocks_change() {
        // 2024-03-10: Los Angeles skips an hour; 2024-11-03: it has one twice.
        let day = |date: Date| {
            let epoch = Date::new(1970, 1, 1).unwrap();
            i64::from(date.since((jiff::Unit::Day, epoch)).unwrap().get_days())
        };
        let of = |date| {
            bounds(
                Interval::Calendar(CalendarUnit::Day),
                "America/Los_Angeles",
                day(date),
            )
        };
        assert_eq!(
            of(Date::new(2024, 3, 10).unwrap()),
            (
                String::from("2024-03-10T08:00:00.000Z"),
                String::from("2024-03-11T07:00:00.000Z")
            )
        );
        assert_eq!(
            of(Date::new(2024, 11, 3).unwrap()),
            (
                String::from("2024-11-03T07:00:00.000Z"),
                String::from("2024-11-04T08:00:00.000Z")
            )
        );
    }

    #[test]
    fn months_quarters_and_years_begin_at_local_midnight() {
        let zone = "Asia/Shanghai";
        let month = Interval::Calendar(CalendarUnit::Month);
        assert_eq!(
            bounds(month, zone, 2024 * 12 + 1),
            (
                String::from("2024-01-31T16:00:00.000Z"),
                String::from("2024-02-29T16:00:00.000Z")
            )
        );
        let quarter = Interval::Calendar(CalendarUnit::Quarter);
        assert_eq!(
            bounds(quarter, zone, 2024 * 4 + 3).1,
            "2024-12-31T16:00:00.000Z"
        );
        let year = Interval::Calendar(CalendarUnit::Year);
        assert_eq!(bounds(year, zone, 2024).0, "2023-12-31T16:00:00.000Z");
    }

    #[test]
    fn what_is_no_zone_or_no_length_is_refused_in_words() {
        assert!(Buckets::new(Interval::Every(60_000), "Mars/Olympus").is_err());
        assert!(Buckets::new(Interval::Every(1), "UTC").is_err());
        assert!(Buckets::new(Interval::Every(i64::MAX), "UTC").is_err());
    }
}
