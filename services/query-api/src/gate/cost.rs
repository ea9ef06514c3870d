//! What a field may cost: how many rows it can bring, and what one look-up weighs.

/// Rows a page holds when the caller names no number.
pub(crate) const PAGE_DEFAULT: usize = 50;
/// Rows a page may hold.
pub(crate) const PAGE_MAX: usize = 1_000;
/// Events an alert shows when the caller names no number.
pub(crate) const ALERT_EVENTS_DEFAULT: usize = 10;

/// How many rows a field is priced at. Pages cost what they may hold; other lists what they
/// usually hold in a city.
pub(crate) fn rows(type_name: &str, field: &str, list: bool, first: Option<usize>) -> u64 {
    let rows = match (type_name, field) {
        (_, "events" | "alerts" | "cases" | "deadLetters" | "timeline") if !list => {
            first.unwrap_or(PAGE_DEFAULT)
        }
        ("Alert", "events") => first.unwrap_or(ALERT_EVENTS_DEFAULT),
        ("Query", "eventStatistics" | "units") => 100,
        ("VitalSign", "trend") => 24,
        ("Query", "places" | "rules" | "feeds" | "vitalSigns") | ("Place", "children") => 30,
        ("Mutation", "acknowledgeCases") => 200,
        ("AlertBatch" | "CaseBatch" | "EventBatch", "list") => 10,
        // A connection's price is on the connection itself; its two lists share it.
        (_, "edges" | "nodes") => 1,
        _ if list => 5,
        _ => 1,
    };
    rows.min(PAGE_MAX) as u64
}

/// What one look-up weighs beside the rows it brings: fields that ask the store weigh more.
pub(crate) fn weight(type_name: &str, field: &str) -> u64 {
    match (type_name, field) {
        ("Query", "eventStatistics" | "deadLetterGroups") | (_, "scorecard") => 500,
        (
            "Query",
            "events" | "event" | "alerts" | "deadLetters" | "feeds" | "node" | "vitalSigns",
        ) => 50,
        ("Alert", "events") | ("DeadLetter", "admittedAs") => 20,
        ("Mutation", _) => 100,
        _ => 1,
    }
}
