//! Alerts of one group that go to one target together, as one command.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_schemas::Text;
use event_schemas::city::Millis;
use event_schemas::route_file::RouteFile;
use serde_json::{Value, json};

use super::RoutingTable;
use super::target::Target;
use crate::alert::Alert;
use crate::case::{CASE_ALERTS_MAX, CaseAlert, Command, Issuer, Routed};

/// At most this many at once: room for the rest is checked again with the next pass.
const BATCH_MAX: usize = CASE_ALERTS_MAX / 4;

pub(super) struct Batch<'a> {
    route: &'a RouteFile,
    target: Target,
    alerts: Vec<Arc<Alert>>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(route: &'a RouteFile, target: Target) -> Self {
        Self {
            route,
            target,
            alerts: Vec::new(),
        }
    }

    /// Takes an alert that goes to the same target; others wait for the next pass.
    pub(super) fn take(&mut self, alert: &Arc<Alert>, target: &Target) {
        let near = self.alerts.is_empty()
            || self.alerts.iter().any(|taken| {
                taken.raised_at.since(alert.raised_at).abs() <= self.route.join_within.ms
            });
        if *target == self.target && near && self.alerts.len() < BATCH_MAX {
            self.alerts.push(Arc::clone(alert));
        }
    }

    /// The command, under a key of group and first episode.
    pub(super) fn command(&self, group: &str, table: &RoutingTable<'_>, now: Millis) -> Command {
        let first = self.alerts.first().map_or("", |alert| alert.id.as_str());
        let mut alerts = self.alerts.clone();
        alerts.sort_by(|a, b| {
            (a.severity, a.raised_at, &a.id).cmp(&(b.severity, b.raised_at, &b.id))
        });
        let (name, case_id, fields) = match &self.target {
            Target::Open => ("openCase", None, self.opening(&alerts, table)),
            Target::Join(case) | Target::Grow(case) => ("attachAlert", Some(case), BTreeMap::new()),
            Target::Reopen(case) => ("reopenCase", Some(case), reopening()),
        };
        let key = match (&self.target, alerts.first()) {
            (Target::Grow(_), Some(grown)) => format!("{group}|{first}|level {}", grown.severity),
            _ => format!("{group}|{first}"),
        };
        let lead = alerts.first();
        Command {
            name: name.to_owned(),
            case_id: case_id.cloned(),
            kind: Some(self.route.kind.clone()),
            expected_version: None,
            key,
            issuer: Issuer::Router,
            fields,
            routing: Some(Routed {
                group: Some(group.to_owned()),
                sop: lead.map(|lead| lead.rule.sop.clone()),
                suggested_unit: lead.and_then(|lead| lead.rule.suggested_unit.clone()),
                alerts: alerts.iter().map(|alert| in_case(alert, now)).collect(),
            }),
        }
    }

    /// The gravest alert speaks for the case; what the catalog does not know is left out.
    fn opening(&self, alerts: &[Arc<Alert>], table: &RoutingTable<'_>) -> BTreeMap<String, Value> {
        let mut fields = BTreeMap::new();
        let Some(lead) = alerts.first() else {
            return fields;
        };
        fields.insert(String::from("title"), json!(lead.title));
        fields.insert(String::from("level"), json!(lead.severity));
        fields.insert(String::from("exercise"), json!(lead.exercise));
        let place = alerts.iter().find_map(|alert| alert.place.as_ref());
        if let Some(place) = place.filter(|place| table.workflows.knows_place(place)) {
            fields.insert(String::from("place"), json!(place));
        }
        let located = alerts
            .iter()
            .find_map(|alert| Some((alert.lon?, alert.lat?)));
        if let Some((lon, lat)) = located {
            fields.insert(String::from("lon"), json!(lon));
            fields.insert(String::from("lat"), json!(lat));
        }
        let department = self.route.responsible.as_ref().unwrap_or(&lead.rule.owner);
        // What the hub's own rules find is the operations centre's until it is handed on.
        if department != "hub" && table.workflows.knows_department(department) {
            fields.insert(String::from("department"), json!(department));
        }
        fields
    }
}

fn reopening() -> BTreeMap<String, Value> {
    let reason = Text::new("警情复发", "the condition returned");
    BTreeMap::from([(String::from("reason"), json!(reason))])
}

fn in_case(alert: &Alert, now: Millis) -> CaseAlert {
    CaseAlert {
        id: alert.id.clone(),
        fingerprint: alert.fingerprint.clone(),
        episode: alert.episode,
        rule: alert.rule.id.clone(),
        title: alert.title.clone(),
        severity: alert.severity,
        raised_at: alert.raised_at,
        attached_at: now,
    }
}
