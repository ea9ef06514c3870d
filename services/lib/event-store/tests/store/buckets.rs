//! Time buckets by ClickHouse against a calendar of our own, across clock changes in several zones.

use std::collections::BTreeMap;

use domain::event::Event;
use domain::filter::EventFilter;
use event_schemas::city::Millis;
use event_store::{CalendarUnit, Interval, StatisticsRequest};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, ZonedDateTime};
use serde_json::json;

use crate::real_store::Store;
use crate::sample::{event, insert};

const ZONES: [&str; 6] = [
    "Asia/Shanghai",
    "America/Los_Angeles",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
];

/// Half-hours and odd minutes around every clock change of the zones in 2018 and 2024, and between.
fn moments() -> Vec<Millis> {
    let mut moments = Vec::new();
    for start in [
        "2018-02-17T00:10:00Z", // São Paulo went back at midnight,
        "2018-11-03T00:10:00Z", // and forward at midnight.
        "2024-03-09T00:10:00Z",
        "2024-03-30T00:10:00Z",
        "2024-04-05T12:10:00Z",
        "2024-10-04T12:10:00Z",
        "2024-10-26T00:10:00Z",
        "2024-11-02T00:10:00Z",
        "2024-12-30T12:10:00Z",
    ] {
        let start: Timestamp = start.parse().unwrap();
        moments.extend((0..96).map(|n| Millis(start.as_millisecond() + n * 37 * 60_000)));
    }
    moments
}

/// A store with an event at each moment.
async fn stored() -> (Store, Vec<Millis>) {
    let store = Store::fresh().await;
    let moments = moments();
    let events: Vec<Event> = moments
        .iter()
        .enumerate()
        .map(|(n, &at)| {
            let mut one = event(n as i64, "city.power.outage-started.v1", None, json!({}));
            one.admission.event_time = at;
            one
        })
        .collect();
    insert(&store.writer, &events).await;
    (store, moments)
}

/// A question for counts by time alone.
fn by_time(interval: Interval, zone: &str) -> StatisticsRequest {
    StatisticsRequest {
        filter: EventFilter::default(),
        group_by: Vec::new(),
        interval: Some(interval),
        measures: Vec::new(),
        of: None,
        zone: zone.to_owned(),
        limit: 10_000,
    }
}

/// The start and end of a moment's bucket, by walking the calendar.
fn expected(at: Millis, interval: Interval, zone: &TimeZone) -> (i64, i64) {
    let zoned = Timestamp::from_millisecond(at.0)
        .unwrap()
        .to_zoned_datetime(zone.clone());
    let midnight = |one: &ZonedDateTime| one.start_of_day().unwrap().timestamp().as_millisecond();
    let (first, next) = match interval {
        Interval::Calendar(CalendarUnit::Day) => (zoned.clone(), zoned.tomorrow().unwrap()),
        Interval::Calendar(CalendarUnit::Week) => {
            let mut monday = zoned.clone();
            while monday.weekday() != Weekday::Monday {
                monday = monday.yesterday().unwrap();
            }
            let next = monday.checked_add(7.days()).unwrap();
            (monday, next)
        }
        Interval::Calendar(CalendarUnit::Month) => {
            let first = zoned.first_of_month().unwrap();
            let next = first.checked_add(1.month()).unwrap();
            (first, next)
        }
        Interval::Calendar(CalendarUnit::Quarter) => {
            let month = (zoned.month() - 1) / 3 * 3 + 1;
            let first = zoned.with().day(1).month(month).build().unwrap();
            let next = first.checked_add(3.months()).unwrap();
            (first, next)
        }
        Interval::Calendar(CalendarUnit::Year) => {
            let first = zoned.first_of_year().unwrap();
            let next = first.checked_add(1.year()).unwrap();
            (first, next)
        }
        Interval::Every(_) => unreachable!("asked for calendars only"),
    };
    (midnight(&first), midnight(&next))
}

#[tokio::test]
async fn calendar_buckets_are_those_of_the_citys_own_calendar() {
    let (store, moments) = stored().await;
    let units = [
        CalendarUnit::Day,
        CalendarUnit::Week,
        CalendarUnit::Month,
        CalendarUnit::Quarter,
        CalendarUnit::Year,
    ];
    for name in ZONES {
        let zone = TimeZone::get(name).unwrap();
        for unit in units {
            let interval = Interval::Calendar(unit);
            let mut wanted: BTreeMap<(i64, i64), u64> = BTreeMap::new();
            for &at in &moments {
                *wanted.entry(expected(at, interval, &zone)).or_default() += 1;
            }
            let request = by_time(interval, name);
            let found = store.reader.event_statistics(&request).await.unwrap();
            let found: BTreeMap<(i64, i64), u64> = found
                .iter()
                .map(|one| {
                    let (from, to) = one.bucket.unwrap();
                    ((from.0, to.0), one.count)
                })
                .collect();
            assert_eq!(found, wanted, "{unit:?} in {name}");
        }
    }
}

#[tokio::test]
async fn buckets_of_hours_hold_what_happened_in_them_and_leave_nothing_out() {
    let (store, moments) = stored().await;
    for name in ZONES {
        for hours in [1, 6, 12, 24, 48] {
            // An hour counts on; where clocks move by half of one, two hours of the wall overlap.
            if hours == 1 && name == "Australia/Lord_Howe" {
                continue;
            }
            let request = by_time(Interval::Every(hours * 3_600_000), name);
            let found = store.reader.event_statistics(&request).await.unwrap();
            let mut total = 0;
            for one in &found {
                let (from, to) = one.bucket.unwrap();
                let inside = moments.iter().filter(|at| (from..to).contains(at)).count();
                assert_eq!(
                    inside as u64,
                    one.count,
                    "{hours} h in {name} from {}",
                    from.rfc3339()
                );
                total += one.count;
            }
            assert_eq!(total as usize, moments.len());
        }
    }
}
