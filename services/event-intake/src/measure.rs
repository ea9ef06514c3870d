//! Figures of intake.

use std::time::Duration;

use event_schemas::city::Reason;

pub(crate) fn answered(status: u16) {
    metrics::counter!("city_brain_event_intake_requests_total", "status" => status.to_string())
        .increment(1);
}

pub(crate) fn published(department: &str, events: usize, took: Duration) {
    metrics::counter!("city_brain_event_intake_events_accepted_total", "department" => department.to_owned())
        .increment(events as u64);
    metrics::histogram!("city_brain_event_intake_publish_seconds").record(took.as_secs_f64());
}

pub(crate) fn rejected(department: &str, reason: Reason) {
    metrics::counter!(
        "city_brain_event_intake_events_rejected_total",
        "department" => department.to_owned(), "reason" => reason.code()
    )
    .increment(1);
}
