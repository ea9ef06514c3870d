//! Routing: which alerts become or join which case, decided from book, alerts and time alone.
//!
//! Two routers that see the same decide the same; where they see different things, the group's
//! version lets only the first count (see [`super::Group`]).

mod batch;
mod group;
mod target;

use std::collections::BTreeMap;
use std::sync::Arc;

use event_schemas::city::Millis;
use event_schemas::route_file::RouteFile;

use self::batch::Batch;
use self::target::Target;
use super::{CaseBook, Decision, Refusal, Workflows, decide};
use crate::alert::{Alert, AlertStatus};

/// What routing reads from the catalog.
#[derive(Clone, Copy)]
pub struct RoutingTable<'a> {
    /// Routes in order; the first that matches takes an alert.
    pub routes: &'a [RouteFile],
    /// Workflows of the kinds they open.
    pub workflows: &'a Workflows,
    /// A place code raised to the partition level; `None` for an unknown code.
    pub partition_place: &'a dyn Fn(&str) -> Option<String>,
}

/// An alert that is not settled yet: its latest record, and since when the log shows it firing.
#[derive(Clone, Debug)]
pub struct WaitingAlert {
    /// The latest record.
    pub alert: Arc<Alert>,
    /// Append time of the first record that showed it firing.
    pub since: Millis,
}

/// What one pass over the waiting alerts comes to.
#[derive(Debug, Default)]
pub struct Routing {
    /// Records to append, at most one per group: the next pass goes on from what they led to.
    pub decisions: Vec<Decision>,
    /// Episodes with which nothing is to be done unless they change.
    pub settled: Vec<String>,
    /// Groups that could not be decided about, with the reason.
    pub refused: Vec<(String, Refusal)>,
}

/// One pass: decides about every alert whose time has come, against this book.
pub fn route<'w>(
    table: &RoutingTable<'_>,
    book: &CaseBook,
    waiting: impl IntoIterator<Item = &'w WaitingAlert>,
    now: Millis,
) -> Routing {
    let mut waiting: Vec<&WaitingAlert> = waiting.into_iter().collect();
    // By event time, so that a replayed history groups the same however fast it comes.
    waiting.sort_by(|a, b| (a.alert.raised_at, &a.alert.id).cmp(&(b.alert.raised_at, &b.alert.id)));
    let mut routing = Routing::default();
    let mut batches: BTreeMap<String, Batch<'_>> = BTreeMap::new();
    for one in waiting {
        match verdict(table, book, one, now) {
            Fate::Settled => routing.settled.push(one.alert.id.clone()),
            Fate::Waits => {}
            Fate::Due {
                route,
                group,
                target,
            } => {
                batches
                    .entry(group)
                    .or_insert_with(|| Batch::new(route, target.clone()))
                    .take(&one.alert, &target);
            }
        }
    }
    for (group, batch) in batches {
        let command = batch.command(&group, table, now);
        match decide(book, table.workflows, &command, now) {
            Ok(decision) => routing.decisions.push(decision),
            // Another router has already done it; the book tells with the next pass.
            Err(Refusal::Repeat(_)) => {}
            Err(refusal) => routing.refused.push((group, refusal)),
        }
    }
    routing
}

/// What is to be done with one alert now.
enum Fate<'a> {
    /// Nothing, unless it changes.
    Settled,
    /// Nothing yet.
    Waits,
    /// It goes where the target says.
    Due {
        route: &'a RouteFile,
        group: String,
        target: Target,
    },
}

fn verdict<'a>(
    table: &RoutingTable<'a>,
    book: &CaseBook,
    one: &WaitingAlert,
    now: Millis,
) -> Fate<'a> {
    let alert = &one.alert;
    if alert.status == AlertStatus::Pending {
        return Fate::Settled;
    }
    let Some(route) = group::route_of(table.routes, alert) else {
        return Fate::Settled;
    };
    let group = group::id(table, route, alert);
    if let Some(case) = book.case_of_alert(&alert.id) {
        let known = case.alerts.iter().find(|known| known.id == alert.id);
        let grown = known.is_some_and(|known| alert.severity < known.severity);
        return if grown && case.is_open() {
            Fate::Due {
                route,
                group,
                target: Target::Grow(case.id.clone()),
            }
        } else {
            Fate::Settled
        };
    }
    let resolved = alert.status == AlertStatus::Resolved;
    if !has_lasted(route, one, now) {
        return if resolved { Fate::Settled } else { Fate::Waits };
    }
    match target::find(table, book, route, &group, alert, now) {
        Some(target) if target::is_paced(book, route, &group, &target, alert, now) => Fate::Waits,
        Some(target) => Fate::Due {
            route,
            group,
            target,
        },
        None if resolved => Fate::Settled,
        None => Fate::Waits,
    }
}

/// Whether the alert has lasted for the route's `groupWait`: by the wall while it fires, by its own
/// event times once it says so, so that a history replayed in a second is not taken for a flicker.
fn has_lasted(route: &RouteFile, one: &WaitingAlert, now: Millis) -> bool {
    let wait = route.group_wait.map_or(0, |wait| wait.ms);
    let alert = &one.alert;
    let until = alert.resolved_at.unwrap_or(alert.changed_at);
    let by_event_time = until.since(alert.raised_at) >= wait;
    let by_the_wall = alert.status == AlertStatus::Firing && now.since(one.since) >= wait;
    by_event_time || by_the_wall
}
