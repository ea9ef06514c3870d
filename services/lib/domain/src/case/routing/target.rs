//! Where an alert goes: into an open case, a closed one reopened, or a new one.

use std::sync::Arc;

use event_schemas::city::Millis;
use event_schemas::route_file::RouteFile;
use event_schemas::workflow_file::Stage;

use super::{RoutingTable, group};
use crate::alert::Alert;
use crate::case::{CASE_ALERTS_MAX, Case, CaseBook};

/// Where an alert goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// It is in this case already, and has grown graver.
    Grow(String),
    /// It joins this open case.
    Join(String),
    /// It reopens this case.
    Reopen(String),
    /// It opens a new case.
    Open,
}

/// Finds the target; `None` for an alert that opens no case by itself and finds none to join.
pub(super) fn find(
    table: &RoutingTable<'_>,
    book: &CaseBook,
    route: &RouteFile,
    group: &str,
    alert: &Alert,
    now: Millis,
) -> Option<Target> {
    if let Some(case) = joinable(table, book, route, group, alert) {
        return Some(Target::Join(case.id.clone()));
    }
    if let Some(case) = returning(table, book, route, group, alert, now) {
        return Some(Target::Reopen(case.id.clone()));
    }
    (alert.severity <= route.opens_at).then_some(Target::Open)
}

/// Whether the alert should wait for the group's next interval: only for joining, and never when it
/// is graver than the case or a condition that returns.
pub(super) fn is_paced(
    book: &CaseBook,
    route: &RouteFile,
    group: &str,
    target: &Target,
    alert: &Alert,
    now: Millis,
) -> bool {
    let (Target::Join(case), Some(interval)) = (target, route.group_interval) else {
        return false;
    };
    let recent = book
        .group(group)
        .is_some_and(|group| now.since(group.changed_at) < interval.ms);
    let presses = book
        .case(case)
        .is_some_and(|case| alert.severity < case.severity || knows(case, alert));
    recent && !presses
}

fn joinable<'b>(
    table: &RoutingTable<'_>,
    book: &'b CaseBook,
    route: &RouteFile,
    group: &str,
    alert: &Alert,
) -> Option<&'b Arc<Case>> {
    let fits = |case: &&'b Arc<Case>| {
        case.is_open()
            && case.exercise == alert.exercise
            && case.alerts.len() < CASE_ALERTS_MAX
            && is_near(case, route, alert)
    };
    let own = of_group(book, group)
        .filter(fits)
        .min_by_key(|case| age(case));
    own.or_else(|| {
        table
            .routes
            .iter()
            .filter(|other| other.absorbs.contains(&route.name))
            .flat_map(|other| of_group(book, &group::id(table, other, alert)).collect::<Vec<_>>())
            .filter(fits)
            .min_by_key(|case| age(case))
    })
    .or_else(|| {
        absorbed(table, book, route, alert)
            .into_iter()
            .filter(fits)
            .min_by_key(|case| gravity(case))
    })
}

/// Cases of a group: those it opened, and the one it used last (which another group may have opened).
fn of_group<'b>(book: &'b CaseBook, group: &str) -> impl Iterator<Item = &'b Arc<Case>> {
    let last = book.group(group).and_then(|group| book.case(&group.case));
    book.open_in_group(group).chain(last)
}

/// Open cases of the routes that this one absorbs, at the alert's place.
fn absorbed<'b>(
    table: &RoutingTable<'_>,
    book: &'b CaseBook,
    route: &RouteFile,
    alert: &Alert,
) -> Vec<&'b Arc<Case>> {
    let Some(place) = group::place(table, alert).filter(|_| !route.absorbs.is_empty()) else {
        return Vec::new();
    };
    book.open_cases()
        .filter(|case| {
            let of_absorbed = case
                .group
                .as_deref()
                .is_some_and(|group| group::belongs_to(group, &route.absorbs));
            let same_place = case.place.as_deref().is_some_and(|code| {
                (table.partition_place)(code).as_deref().unwrap_or(code) == place
            });
            of_absorbed && same_place
        })
        .collect()
}

/// The group's last case, closed a short while ago, when this very condition returns.
fn returning<'b>(
    table: &RoutingTable<'_>,
    book: &'b CaseBook,
    route: &RouteFile,
    group: &str,
    alert: &Alert,
    now: Millis,
) -> Option<&'b Arc<Case>> {
    let case = book.case(&book.group(group)?.case)?;
    let window = table.workflows.kind(&case.kind)?.reopen_within?;
    let lately = case
        .closed_at
        .is_some_and(|closed| now.since(closed) <= window.ms);
    let fits = case.stage == Stage::Closed
        && lately
        && knows(case, alert)
        && is_near(case, route, alert)
        && case.alerts.len() < CASE_ALERTS_MAX;
    fits.then_some(case)
}

fn knows(case: &Case, alert: &Alert) -> bool {
    case.alerts
        .iter()
        .any(|known| known.fingerprint == alert.fingerprint)
}

/// Whether the alert began within the route's `joinWithin` of one of the case's alerts, by event time.
fn is_near(case: &Case, route: &RouteFile, alert: &Alert) -> bool {
    case.alerts
        .iter()
        .any(|known| known.raised_at.since(alert.raised_at).abs() <= route.join_within.ms)
}

fn age(case: &Case) -> (Millis, String) {
    (case.opened_at, case.id.clone())
}

fn gravity(case: &Case) -> (u8, Millis, String) {
    (case.severity, case.opened_at, case.id.clone())
}
