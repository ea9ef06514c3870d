//! Which route takes an alert, and which group it falls into.

use std::fmt::Write as _;

use event_schemas::route_file::{GroupKey, RouteFile};

use super::RoutingTable;
use crate::alert::Alert;

/// The first route that matches.
pub(super) fn route_of<'a>(routes: &'a [RouteFile], alert: &Alert) -> Option<&'a RouteFile> {
    routes.iter().find(|route| matches(route, alert))
}

fn matches(route: &RouteFile, alert: &Alert) -> bool {
    let of = &route.matches;
    (of.rules.is_empty() || of.rules.contains(&alert.rule.id))
        && (of.owners.is_empty() || of.owners.contains(&alert.rule.owner))
        && (of.levels.is_empty() || of.levels.contains(&alert.severity))
        && of
            .labels
            .iter()
            .all(|(name, value)| alert.rule.labels.get(name) == Some(value))
}

/// The group's id: the route and the values it groups by. Exercises are groups of their own: a
/// drill never joins a real case. An alert without a place shares no place with any other.
pub(super) fn id(table: &RoutingTable<'_>, route: &RouteFile, alert: &Alert) -> String {
    let mut id = route.name.clone();
    for key in &route.group_by {
        // Writing to a String cannot fail.
        let written = match key {
            GroupKey::Place => match place(table, alert) {
                Some(place) => write!(id, "|place={place}"),
                None => write!(id, "|alone={}", alert.fingerprint),
            },
            GroupKey::Rule => write!(id, "|rule={}", alert.rule.id),
            GroupKey::Owner => write!(id, "|owner={}", alert.rule.owner),
            GroupKey::Fingerprint => write!(id, "|alone={}", alert.fingerprint),
            GroupKey::Label(name) => {
                let value = alert.rule.labels.get(name).map_or("", String::as_str);
                write!(id, "|{name}={value}")
            }
        };
        debug_assert!(written.is_ok(), "a String takes all text");
    }
    if alert.exercise {
        id.push_str("|exercise");
    }
    id
}

/// The alert's place at the partition level (an unknown code counts as itself).
pub(super) fn place(table: &RoutingTable<'_>, alert: &Alert) -> Option<String> {
    let place = alert.place.as_ref()?;
    Some((table.partition_place)(place).unwrap_or_else(|| place.clone()))
}

/// Whether a group's id belongs to one of these routes.
pub(super) fn belongs_to(group: &str, routes: &[String]) -> bool {
    let route = group.split('|').next().unwrap_or(group);
    routes.iter().any(|name| name == route)
}
