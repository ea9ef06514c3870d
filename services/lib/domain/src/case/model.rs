//! A case: the work of people on one or more alerts, reports or requests.

use std::collections::BTreeMap;

use event_schemas::Text;
use event_schemas::city::Millis;
use event_schemas::workflow_file::Stage;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Act, Actor, Assignment, ClockRun};

/// A case holds at most this many alerts; the router opens another one beyond it, so that a
/// record of `city.cases` stays far below Kafka's message limit.
pub const CASE_ALERTS_MAX: usize = 200;

/// The whole state of a case after an accepted decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// Identity: derived from the opening actor and its key.
    pub id: String,
    /// For people, e.g. `C-20240204-0007`. The opening record carries the series (`C-20240204`);
    /// the fold appends the running number in log order, so two deciders can never give the same.
    pub number: String,
    /// The kind, whose workflow it follows, e.g. `city`.
    pub kind: String,
    /// Counts up by one with every accepted decision, from 1.
    pub version: u64,
    /// The kind's own state.
    pub state: String,
    /// The common stage of that state (GraphQL `status`).
    pub stage: Stage,
    /// What it is about.
    pub title: Text,
    /// 1 (critical) to 4.
    pub severity: u8,
    /// When it was opened (wall time).
    pub opened_at: Millis,
    /// By whom.
    pub opened_by: Actor,
    /// When it last changed.
    pub changed_at: Millis,
    /// Who changed it last.
    pub changed_by: Actor,
    /// Place code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// WGS-84 longitude.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// WGS-84 latitude.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Responsible department; absent: the operations centre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<String>,
    /// The routing group it was opened for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Who acknowledged the present episode; a new episode ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
    /// The alerts it works on.
    #[serde(default)]
    pub alerts: Vec<CaseAlert>,
    /// Units put on it, released ones included.
    #[serde(default)]
    pub assignments: Vec<Assignment>,
    /// Time limits.
    #[serde(default)]
    pub clocks: Vec<ClockRun>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The passed verification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// The suspension, while suspended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspension: Option<Suspension>,
    /// Times it came back from verification.
    #[serde(default)]
    pub rework: u32,
    /// Times it was handed to another department.
    #[serde(default)]
    pub bounces: u32,
    /// Times it was reopened.
    #[serde(default)]
    pub reopened: u32,
    /// When it was closed or voided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Millis>,
    /// Standard procedure of the gravest alert's rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sop: Option<Text>,
    /// Kind of unit that rule proposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggested_unit: Option<String>,
    /// A drill or a simulation.
    #[serde(default)]
    pub exercise: bool,
    /// Steps it was brought up: 0, or 1 when it is before the supervisor.
    #[serde(default)]
    pub escalation: u8,
    /// When it was brought before the supervisor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated_at: Option<Millis>,
    /// What was filled in and is to be kept, by the workflow's fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
    /// How often those commands were given that may be given a number of times only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub times: BTreeMap<String, u32>,
    /// What can be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoable: Option<Box<Act>>,
}

impl Case {
    /// Whether work is still to be done.
    pub fn is_open(&self) -> bool {
        self.stage.is_open()
    }

    /// Units on the case now.
    pub fn active_assignments(&self) -> impl Iterator<Item = &Assignment> {
        self.assignments.iter().filter(|one| one.is_active())
    }

    /// Whether it works on this alert episode.
    pub fn has_alert(&self, alert: &str) -> bool {
        self.alerts.iter().any(|one| one.id == alert)
    }

    /// Whether any time limit passed.
    pub fn is_breached(&self) -> bool {
        self.clocks.iter().any(|clock| clock.breached_at.is_some())
    }
}

/// An alert episode in a case, with what a list needs to show of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseAlert {
    /// The episode's id (`Alert::id`).
    pub id: String,
    /// The condition's identity across episodes.
    pub fingerprint: String,
    /// Which stretch of the condition.
    pub episode: u32,
    /// The rule that found it.
    pub rule: String,
    /// Title when attached.
    pub title: Text,
    /// Severity when attached.
    pub severity: u8,
    /// Event time of its beginning.
    pub raised_at: Millis,
    /// When it joined the case.
    pub attached_at: Millis,
}

/// Somebody has seen it and takes care.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Acknowledgement {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Millis,
}

/// What was done about the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// In words.
    pub text: String,
    /// Who resolved it.
    pub by: Actor,
    /// When.
    pub at: Millis,
}

/// Somebody checked that it is really done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Millis,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Why and until when a case rests, and where it goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Suspension {
    /// The state it returns to.
    pub state: String,
    /// Who suspended it.
    pub by: Actor,
    /// When.
    pub at: Millis,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when it is meant to rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}
