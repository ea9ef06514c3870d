//! What the console sees of an alert, a case, a unit, an event: the shapes of the live protocol.

use std::sync::Arc;

use domain::alert::{Alert, AlertStatus};
use domain::case::{Actor, Assignment, Case, ClockRun, Unit};
use event_schemas::Text;
use event_schemas::city::Millis;
use event_schemas::workflow_file::Counts;
use serde::{Serialize, Serializer};
use serde_json::json;

/// A moment as RFC 3339 with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) Millis);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.rfc3339())
    }
}

/// An alert on the console.
pub(crate) struct AlertView<'a>(pub(crate) &'a Alert);

impl Serialize for AlertView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let alert = self.0;
        json!({
            "id": alert.id,
            "fingerprint": alert.fingerprint,
            "version": alert.version,
            "rule": { "id": alert.rule.id, "title": alert.rule.title, "sop": alert.rule.sop },
            "severity": alert.severity,
            "status": alert.status,
            "title": alert.title,
            "place": alert.place,
            "lon": alert.lon,
            "lat": alert.lat,
            "raisedAt": Moment(alert.raised_at),
            "changedAt": Moment(alert.changed_at),
            "resolvedAt": alert.resolved_at.map(Moment),
            "eventCount": alert.event_count,
            "departments": alert.departments,
            "explanation": alert.explanation.words,
            "exercise": alert.exercise,
        })
        .serialize(serializer)
    }
}

/// Whether the alert is over.
pub(crate) fn is_over(alert: &Alert) -> bool {
    alert.status == AlertStatus::Resolved
}

/// A case on the console.
pub(crate) struct CaseView<'a>(pub(crate) &'a Case);

impl Serialize for CaseView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let case = self.0;
        json!({
            "id": case.id,
            "number": case.number,
            "kind": case.kind,
            "version": case.version,
            "state": case.state,
            "status": case.stage,
            "title": case.title,
            "severity": case.severity,
            "openedAt": Moment(case.opened_at),
            "changedAt": Moment(case.changed_at),
            "place": case.place,
            "lon": case.lon,
            "lat": case.lat,
            "responsible": case.responsible,
            "acknowledgedBy": case.acknowledged.as_ref().map(|seen| actor(&seen.by)),
            "acknowledgedAt": case.acknowledged.as_ref().map(|seen| Moment(seen.at)),
            "alerts": case.alerts.iter().map(|alert| &alert.id).collect::<Vec<_>>(),
            "assignments": case.assignments.iter().map(assignment).collect::<Vec<_>>(),
            "clocks": case.clocks.iter().map(clock).collect::<Vec<_>>(),
            "verified": case.verification.is_some(),
            "rework": case.rework,
            "bounces": case.bounces,
            "sop": case.sop,
            "suggestedUnit": case.suggested_unit,
            "exercise": case.exercise,
            "escalation": case.escalation,
            "escalatedAt": case.escalated_at.map(Moment),
        })
        .serialize(serializer)
    }
}

fn actor(actor: &Actor) -> serde_json::Value {
    json!({ "kind": actor.kind, "name": actor.name })
}

fn assignment(one: &Assignment) -> serde_json::Value {
    let since = one
        .released_at
        .or(one.on_scene_at)
        .or(one.en_route_at)
        .unwrap_or(one.assigned_at);
    json!({
        "id": one.id,
        "unit": one.unit,
        "unitName": one.unit_name,
        "state": one.state,
        "since": Moment(since),
    })
}

fn clock(run: &ClockRun) -> serde_json::Value {
    json!({
        "id": run.name,
        "title": run.title,
        "state": run.state(),
        "counts": counts(run.counts),
        "startedAt": Moment(run.started_at),
        "dueAt": run.due_at().map(Moment),
        "atRiskAt": run.at_risk_at().map(Moment),
        "stoppedAt": run.stopped_at.map(Moment),
        "breachedAt": run.breached_at.map(Moment),
    })
}

/// As in GraphQL.
const fn counts(counts: Counts) -> &'static str {
    match counts {
        Counts::Wall => "WALL",
        Counts::WorkingHours => "WORKING_HOURS",
        Counts::WorkingDays => "WORKING_DAYS",
    }
}

/// A unit on the console.
pub(crate) struct UnitView<'a>(pub(crate) &'a Unit);

impl Serialize for UnitView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let unit = self.0;
        json!({
            "id": unit.id,
            "version": unit.version,
            "name": unit.name,
            "department": unit.department,
            "kind": unit.kind,
            "state": unit.state,
            "lon": unit.lon,
            "lat": unit.lat,
            "case": unit.case,
        })
        .serialize(serializer)
    }
}

/// A department's event in the ticker.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventView {
    /// `<source>#<id>`, the id of GraphQL's `Event` before encoding.
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) event_type: String,
    pub(crate) department: String,
    pub(crate) subject: Option<String>,
    pub(crate) title: Text,
    pub(crate) level: Option<u8>,
    pub(crate) time: Moment,
    pub(crate) place: Option<String>,
    pub(crate) lon: Option<f64>,
    pub(crate) lat: Option<f64>,
    pub(crate) exercise: bool,
}

/// A JSON list of shared things, each shown through its view.
pub(crate) fn list<T>(things: &[Arc<T>], view: impl Fn(&T) -> String) -> String {
    let shown: Vec<String> = things.iter().map(|thing| view(thing)).collect();
    format!("[{}]", shown.join(","))
}

/// JSON of a value that cannot fail to serialise: string keys, no foreign types.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| {
        tracing::error!(%error, "a live view could not be written");
        String::from("null")
    })
}
