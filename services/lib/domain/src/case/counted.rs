//! Time as clocks count it: every hour, working hours, or working days.

use event_schemas::calendar::{Calendar, DAY_MS};
use event_schemas::city::Millis;
use event_schemas::rule_file::Span;
use event_schemas::workflow_file::Counts;

/// A limit in milliseconds of counted time. Working days are counted in their working hours, so that
/// shares of a day have a meaning too.
pub(super) fn limit(counts: Counts, limit: Span, calendar: &Calendar) -> i64 {
    match counts {
        Counts::Wall | Counts::WorkingHours => limit.ms,
        Counts::WorkingDays => limit.ms / DAY_MS * calendar.working_day_ms(),
    }
}

/// From when a clock that starts now counts: working days from the day after (Civil Code, art. 201).
pub(super) fn start(counts: Counts, now: Millis, calendar: &Calendar) -> Millis {
    match counts {
        Counts::Wall | Counts::WorkingHours => now,
        Counts::WorkingDays => calendar.next_day(now),
    }
}

/// Counted time from one moment to another; none when the other is earlier.
pub(super) fn between(counts: Counts, from: Millis, to: Millis, calendar: &Calendar) -> i64 {
    match counts {
        Counts::Wall => to.since(from).max(0),
        Counts::WorkingHours | Counts::WorkingDays => calendar.working_between(from, to),
    }
}

/// The moment by which so much counted time has passed.
pub(super) fn after(counts: Counts, from: Millis, ms: i64, calendar: &Calendar) -> Millis {
    match counts {
        Counts::Wall => from.plus(ms),
        Counts::WorkingHours | Counts::WorkingDays => calendar.after_working(from, ms),
    }
}
