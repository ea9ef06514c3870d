//! Figures of admission, by department and reason.

use std::time::Duration;

use event_schemas::city::Reason;

pub(crate) fn consumed(department: &str) {
    metrics::counter!("city_brain_event_admission_events_consumed_total", "department" => department.to_owned())
        .increment(1);
}

pub(crate) fn accepted(department: &str) {
    metrics::counter!("city_brain_event_admission_events_accepted_total", "department" => department.to_owned())
        .increment(1);
}

pub(crate) fn duplicate(department: &str) {
    metrics::counter!("city_brain_event_admission_events_duplicate_total", "department" => department.to_owned())
        .increment(1);
}

pub(crate) fn dead_lettered(department: &str, reason: Reason) {
    metrics::counter!(
        "city_brain_event_admission_events_dead_lettered_total",
        "department" => department.to_owned(), "reason" => reason.code()
    )
    .increment(1);
}

pub(crate) fn looked_up(count: usize) {
    metrics::counter!("city_brain_event_admission_events_looked_up_total").increment(count as u64);
}

pub(crate) fn committed(took: Duration, records: usize) {
    metrics::histogram!("city_brain_event_admission_commit_seconds").record(took.as_secs_f64());
    metrics::histogram!("city_brain_event_admission_transaction_records").record(records as f64);
}

pub(crate) fn lag(department: &str, records: i64) {
    metrics::gauge!("city_brain_event_admission_lag_records", "department" => department.to_owned())
        .set(records.max(0) as f64);
}

pub(crate) fn started_over() {
    metrics::counter!("city_brain_event_admission_restarts_total").increment(1);
}
