//! What the passing of time asks for: marking limits that were passed.

use std::collections::BTreeMap;

use event_schemas::city::Millis;

use super::{CaseBook, Command, Issuer};

/// At most this many at once; the next round takes the rest.
const TIMERS_MAX: usize = 200;

/// Commands to mark every limit that passed and is not yet marked. Two timers make equal keys, so
/// that a limit breaches once.
pub fn due_timers(book: &CaseBook, now: Millis) -> Vec<Command> {
    book.overdue(now)
        .take(TIMERS_MAX)
        .map(|(due, case, clock)| Command {
            name: String::from("breachClock"),
            case_id: Some(case.to_owned()),
            kind: None,
            expected_version: None,
            key: format!("breach|{case}|{clock}|{}", due.0),
            issuer: Issuer::Timer,
            fields: BTreeMap::from([(String::from("clock"), clock.into())]),
            routing: None,
        })
        .collect()
}
