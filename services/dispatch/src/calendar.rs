//! Says it when clocks count working days of a year whose days off nobody has settled yet.
//!
//! The State Council announces a year's days off in the autumn before. Until the catalog has them, only
//! weekends are left out of that year: limits that reach into it are too short by its holidays.

use std::collections::BTreeSet;

use domain::case::Workflows;
use event_schemas::city::Millis;
use event_schemas::workflow_file::Counts;

use crate::measures;

/// A limit of working days that starts today may end this much later.
const AHEAD_MS: i64 = 45 * 86_400_000;

/// Which years were spoken of already.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    told: BTreeSet<i16>,
}

impl Watch {
    /// Warns once of each year that clocks reach into and the calendar does not settle.
    pub(crate) fn look(&mut self, workflows: &Workflows, now: Millis) {
        let missing = unsettled_years(workflows, now);
        measures::calendar(missing.is_empty());
        for year in missing {
            if self.told.insert(year) {
                tracing::warn!(
                    year,
                    "the calendar has no days off for this year, so working days are weekdays: \
                     add event-schemas/catalog/calendars/cn-{year}.yaml"
                );
            }
        }
    }
}

fn unsettled_years(workflows: &Workflows, now: Millis) -> Vec<i16> {
    let by_calendar = workflows
        .kinds()
        .any(|kind| kind.clocks.iter().any(|clock| clock.counts != Counts::Wall));
    if !by_calendar {
        return Vec::new();
    }
    let calendar = workflows.calendar();
    let (first, last) = (calendar.year_at(now), calendar.year_at(now.plus(AHEAD_MS)));
    (first..=last)
        .filter(|year| !calendar.settles(*year))
        .collect()
}

#[cfg(test)]
mod tests {
    use event_schemas::Catalog;

    use super::*;

    fn years_at(text: &str) -> Vec<i16> {
        let workflows = Workflows::of_catalog(&Catalog::embedded().unwrap());
        unsettled_years(&workflows, Millis::parse(text).unwrap())
    }

    #[test]
    fn a_year_that_limits_reach_into_is_missed_before_it_begins() {
        assert!(years_at("2026-10-01T00:00:00+08:00").is_empty());
        assert_eq!(years_at("2026-12-01T00:00:00+08:00"), [2027]);
        assert_eq!(years_at("2009-12-01T00:00:00+08:00"), [2009]);
    }

    #[test]
    fn kinds_that_count_every_hour_need_no_calendar() {
        let now = Millis::parse("2040-01-01T00:00:00Z").unwrap();
        assert!(unsettled_years(&Workflows::new([]), now).is_empty());
    }
}
