//! Figures of dispatch.

use domain::case::CaseBook;
use event_schemas::workflow_file::Stage;

const OPEN_STAGES: [(Stage, &str); 6] = [
    (Stage::Reported, "reported"),
    (Stage::Established, "established"),
    (Stage::Dispatched, "dispatched"),
    (Stage::InProgress, "in_progress"),
    (Stage::Verifying, "verifying"),
    (Stage::Suspended, "suspended"),
];

pub(crate) fn command(name: &str, result: &'static str) {
    metrics::counter!(
        "city_brain_dispatch_commands_total",
        "command" => name.to_owned(), "result" => result
    )
    .increment(1);
    if name == "breachClock" && result == "accepted" {
        metrics::counter!("city_brain_dispatch_breaches_total").increment(1);
    }
    if name == "escalateCase" && result == "accepted" {
        metrics::counter!("city_brain_dispatch_escalations_total").increment(1);
    }
}

pub(crate) fn calendar(settled: bool) {
    metrics::gauge!("city_brain_dispatch_calendar_settled").set(f64::from(u8::from(settled)));
}

pub(crate) fn refused(command: &str) {
    metrics::counter!(
        "city_brain_dispatch_commands_total",
        "command" => command.to_owned(), "result" => "refused"
    )
    .increment(1);
}

pub(crate) fn standing(book: &CaseBook, waiting: usize) {
    for (stage, name) in OPEN_STAGES {
        metrics::gauge!("city_brain_dispatch_open_cases", "stage" => name)
            .set(book.count_in(stage) as f64);
    }
    metrics::gauge!("city_brain_dispatch_waiting_alerts").set(waiting as f64);
}
