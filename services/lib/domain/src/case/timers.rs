//! What the passing of time asks for: marking limits that were passed, bringing cases before the
//! supervisor, and ending suspensions.

use std::collections::{BTreeMap, BTreeSet};

use event_schemas::city::Millis;

use super::{Case, CaseBook, Command, Issuer};

/// At most this many at once; the next round takes the rest.
const TIMERS_MAX: usize = 200;

/// What a moment asks for on a case. The order is that of commands due at the same moment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The suspension ends.
    Resume,
    /// The limit of this clock has passed.
    Breach(String),
    /// This clock brings the case before the supervisor.
    Escalate(String),
}

impl Case {
    /// The moments at which something is to be done about it, if nothing else happens.
    pub fn timers(&self) -> Vec<(Millis, Timer)> {
        let mut timers = Vec::new();
        if !self.is_open() {
            return timers;
        }
        let until = self.suspension.as_ref().and_then(|rest| rest.until);
        timers.extend(until.map(|until| (until, Timer::Resume)));
        for clock in &self.clocks {
            let name = || clock.name.clone();
            timers.extend(clock.due_at().map(|due| (due, Timer::Breach(name()))));
            if self.escalation == 0 {
                timers.extend(clock.escalates_at().map(|at| (at, Timer::Escalate(name()))));
            }
        }
        timers
    }
}

/// Commands for all moments that have passed, one per case: each is decided against the state the
/// one before it led to. Two timers make equal keys, so that each takes effect once.
pub fn due_timers(book: &CaseBook, now: Millis) -> Vec<Command> {
    let mut seen = BTreeSet::new();
    book.timers_before(now)
        .filter(|(_, case, _)| seen.insert(*case))
        .take(TIMERS_MAX)
        .map(|(at, case, timer)| {
            let version = book.case(case).map_or(0, |case| case.version);
            command(*at, (case, version), timer)
        })
        .collect()
}

fn command(at: Millis, (case, version): (&str, u64), timer: &Timer) -> Command {
    let (name, key, clock) = match timer {
        // A case may rest until the same moment twice.
        Timer::Resume => (
            "resumeCase",
            format!("resume|{case}|{}|{version}", at.0),
            None,
        ),
        Timer::Breach(clock) => {
            let key = format!("breach|{case}|{clock}|{}", at.0);
            ("breachClock", key, Some(clock))
        }
        Timer::Escalate(clock) => {
            let key = format!("escalate|{case}|{clock}|{}", at.0);
            ("escalateCase", key, Some(clock))
        }
    };
    let clock = clock.map(|clock| (String::from("clock"), clock.as_str().into()));
    Command {
        name: name.to_owned(),
        case_id: Some(case.to_owned()),
        kind: None,
        expected_version: None,
        key,
        issuer: Issuer::Timer,
        fields: clock.into_iter().collect::<BTreeMap<_, _>>(),
        routing: None,
    }
}
