//! One run of a time limit on a case: in wall or working time, stopped while the case is suspended.
//!
//! What a run foresees (when the limit passes, from when that is predicted) is decided with the
//! calendar of the moment and kept in the record: a reader needs no calendar, and a calendar that
//! changes later does not change the past.

use event_schemas::Text;
use event_schemas::calendar::Calendar;
use event_schemas::city::Millis;
use event_schemas::rule_file::Span;
use event_schemas::workflow_file::{ClockFile, Counts, Escalates};
use serde::{Deserialize, Serialize};

use super::counted;

/// What a clock run shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClockState {
    /// Time is passing, within the limit.
    Running,
    /// The case is suspended; time stands still.
    Paused,
    /// What was asked for was done within the limit.
    Met,
    /// The limit passed (also when it was done later).
    Breached,
}

/// One run of a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockRun {
    /// The clock's name in the workflow, e.g. `acknowledge`.
    pub name: String,
    /// Shown to people.
    pub title: Text,
    /// What it counts; records of before there were other clocks counted every hour.
    #[serde(default)]
    pub counts: Counts,
    /// The limit in milliseconds of counted time; a working day has as many as its working hours.
    pub limit_ms: i64,
    /// When it started.
    pub started_at: Millis,
    /// Milliseconds of counted time used up before the last pause.
    #[serde(default)]
    pub used_ms: i64,
    /// Since when it counts (for working days the day after the start); absent while paused or after
    /// its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running_since: Option<Millis>,
    /// When what was asked for was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Millis>,
    /// When the limit passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breached_at: Option<Millis>,
    /// When the limit will pass, as foreseen; absent in old records, which counted every hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Millis>,
    /// From when a breach is predicted, as foreseen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_risk: Option<Millis>,
    /// The percentage of the limit from which a breach is predicted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn: Option<u8>,
    /// What of it brings the case before the supervisor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates: Option<Escalates>,
    /// It was foreseen over a year whose days off were not settled yet: weekends alone were left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsettled: bool,
    /// When somebody made its limit longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_at: Option<Millis>,
}

impl ClockRun {
    /// A run that starts now.
    pub fn start(file: &ClockFile, limit: Span, now: Millis, calendar: &Calendar) -> Self {
        let mut run = Self {
            name: file.name.clone(),
            title: file.title.clone(),
            counts: file.counts,
            limit_ms: counted::limit(file.counts, limit, calendar),
            started_at: now,
            used_ms: 0,
            running_since: Some(counted::start(file.counts, now, calendar)),
            stopped_at: None,
            breached_at: None,
            due: None,
            at_risk: None,
            warn: file.warn,
            escalates: file.escalates,
            unsettled: false,
            extended_at: None,
        };
        run.foresee(calendar);
        run
    }

    /// When the limit passes if nothing happens; absent while paused, stopped or breached.
    pub fn due_at(&self) -> Option<Millis> {
        match (self.running_since, self.breached_at) {
            (Some(since), None) => {
                let by_the_wall = || since.plus(self.limit_ms - self.used_ms);
                Some(self.due.unwrap_or_else(by_the_wall))
            }
            _ => None,
        }
    }

    /// From when a breach is predicted; absent while paused, stopped or breached.
    pub fn at_risk_at(&self) -> Option<Millis> {
        self.due_at().and(self.at_risk)
    }

    /// When it brings the case before the supervisor, if nothing happens.
    pub fn escalates_at(&self) -> Option<Millis> {
        let breach = self.due_at().or(self.breached_at);
        match self.escalates.filter(|_| self.is_open())? {
            Escalates::Breach => breach,
            Escalates::Risk => self.at_risk_at().or(breach),
        }
    }

    /// What it shows.
    pub fn state(&self) -> ClockState {
        if self.breached_at.is_some() {
            ClockState::Breached
        } else if self.stopped_at.is_some() {
            ClockState::Met
        } else if self.running_since.is_some() {
            ClockState::Running
        } else {
            ClockState::Paused
        }
    }

    /// Whether what was asked for is still to be done.
    pub fn is_open(&self) -> bool {
        self.stopped_at.is_none()
    }

    pub(super) fn pause(&mut self, now: Millis, calendar: &Calendar) {
        if let Some(since) = self.running_since.take() {
            self.used_ms += counted::between(self.counts, since, now, calendar);
        }
        self.foresee(calendar);
    }

    pub(super) fn resume(&mut self, now: Millis, calendar: &Calendar) {
        if self.is_open() && self.running_since.is_none() {
            // A day that was not to count does not count because the case rested on it.
            let start = counted::start(self.counts, self.started_at, calendar);
            self.running_since = Some(now.max(start));
            self.foresee(calendar);
        }
    }

    pub(super) fn stop(&mut self, now: Millis, calendar: &Calendar) {
        if self.is_open() {
            // Done late, before the timer noticed: late all the same.
            if let Some(due) = self.due_at()
                && due < now
            {
                self.breached_at = Some(due);
            }
            self.pause(now, calendar);
            self.stopped_at = Some(now);
        }
    }

    /// Whether its limit may still be made longer: asked for in time, and once.
    pub(super) fn lets_extend(&self, now: Millis) -> bool {
        self.is_open()
            && self.breached_at.is_none()
            && self.extended_at.is_none()
            && self.due_at().is_none_or(|due| now <= due)
    }

    /// The limit becomes this one, counted from the start; it never becomes shorter by it.
    pub(super) fn extend(&mut self, to: Span, now: Millis, calendar: &Calendar) {
        let limit = counted::limit(self.counts, to, calendar);
        self.limit_ms = self.limit_ms.max(limit);
        self.extended_at = Some(now);
        self.foresee(calendar);
    }

    /// The limit becomes shorter, if this one is; what was made longer on purpose stays so.
    pub(super) fn tighten(&mut self, limit: Span, calendar: &Calendar) {
        if self.is_open() && self.extended_at.is_none() {
            let limit = counted::limit(self.counts, limit, calendar);
            self.limit_ms = self.limit_ms.min(limit);
            self.foresee(calendar);
        }
    }

    /// The limit has passed at this moment.
    pub(super) fn breach(&mut self, due: Millis, calendar: &Calendar) {
        self.breached_at = Some(due);
        self.foresee(calendar);
    }

    fn foresee(&mut self, calendar: &Calendar) {
        let since = self.running_since.filter(|_| self.breached_at.is_none());
        let after = |ms| since.map(|since| counted::after(self.counts, since, ms, calendar));
        let due = after(self.limit_ms - self.used_ms);
        let at_risk = self.warn.and_then(|percent| {
            let share = self.limit_ms / 100 * i64::from(percent);
            after((share - self.used_ms).max(0))
        });
        self.unsettled |= match (since, due, self.counts) {
            (_, _, Counts::Wall) | (None, _, _) | (_, None, _) => false,
            (Some(since), Some(due), _) => !calendar.settles_between(since, due),
        };
        (self.due, self.at_risk) = (due, at_risk);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn file(counts: Counts, warn: Option<u8>) -> ClockFile {
        ClockFile {
            name: String::from("acknowledge"),
            title: Text::new("受理", "Acknowledge"),
            starts: "openCase".into(),
            stops: Vec::new(),
            counts,
            limit: BTreeMap::new(),
            limit_by: None,
            mean_target: None,
            warn,
            escalates: None,
            source: None,
        }
    }

    fn run() -> (ClockRun, Calendar) {
        let calendar = Calendar::default();
        let limit = Span { ms: 1_000 };
        let run = ClockRun::start(&file(Counts::Wall, Some(80)), limit, Millis(100), &calendar);
        (run, calendar)
    }

    fn at(text: &str) -> Millis {
        Millis::parse(text).unwrap()
    }

    #[test]
    fn a_suspended_clock_stands_still_and_goes_on_where_it_was() {
        let (mut clock, calendar) = run();
        assert_eq!(clock.due_at(), Some(Millis(1_100)));
        assert_eq!(clock.at_risk_at(), Some(Millis(900)));
        clock.pause(Millis(400), &calendar);
        assert_eq!((clock.due_at(), clock.state()), (None, ClockState::Paused));
        assert_eq!(clock.at_risk_at(), None);
        clock.resume(Millis(5_000), &calendar);
        assert_eq!(clock.due_at(), Some(Millis(5_700)));
        assert_eq!(clock.at_risk_at(), Some(Millis(5_500)));
        clock.stop(Millis(5_600), &calendar);
        assert_eq!((clock.due_at(), clock.state()), (None, ClockState::Met));
    }

    #[test]
    fn what_is_done_after_the_limit_is_late_even_if_no_timer_noticed() {
        let (mut clock, calendar) = run();
        clock.stop(Millis(1_101), &calendar);
        assert_eq!(clock.state(), ClockState::Breached);
        let (mut exact, calendar) = run();
        exact.stop(Millis(1_100), &calendar);
        assert_eq!(exact.state(), ClockState::Met);
    }

    #[test]
    fn working_days_begin_the_day_after_and_end_with_the_last_ones_working_hours() {
        let calendar = Calendar::default();
        // Friday afternoon; three working days, of which the weekend is none.
        let friday = at("2024-03-01T15:00:00+08:00");
        let limit = Span { ms: 3 * 86_400_000 };
        let mut clock = ClockRun::start(&file(Counts::WorkingDays, None), limit, friday, &calendar);
        assert_eq!(clock.due_at(), Some(at("2024-03-06T17:00:00+08:00")));
        assert!(clock.unsettled, "no calendar settles 2024 here");
        // Resting on Tuesday alone costs nothing but Tuesday.
        clock.pause(at("2024-03-05T00:00:00+08:00"), &calendar);
        clock.resume(at("2024-03-06T00:00:00+08:00"), &calendar);
        assert_eq!(clock.due_at(), Some(at("2024-03-07T17:00:00+08:00")));
    }

    #[test]
    fn a_clock_that_rests_on_its_first_day_does_not_count_that_day() {
        let calendar = Calendar::default();
        let monday = at("2024-03-04T09:30:00+08:00");
        let limit = Span { ms: 86_400_000 };
        let mut clock = ClockRun::start(&file(Counts::WorkingDays, None), limit, monday, &calendar);
        clock.pause(at("2024-03-04T10:00:00+08:00"), &calendar);
        clock.resume(at("2024-03-04T11:00:00+08:00"), &calendar);
        assert_eq!(clock.due_at(), Some(at("2024-03-05T17:00:00+08:00")));
    }

    #[test]
    fn a_run_of_before_working_time_reads_and_counts_every_hour() {
        let old = r#"{"name":"acknowledge","title":{"zh":"受理","en":"Acknowledge"},
            "limitMs":1000,"startedAt":100,"usedMs":0,"runningSince":100}"#;
        let clock: ClockRun = serde_json::from_str(old).unwrap();
        assert_eq!(clock.counts, Counts::Wall);
        assert_eq!(
            (clock.due_at(), clock.at_risk_at()),
            (Some(Millis(1_100)), None)
        );
    }
}
