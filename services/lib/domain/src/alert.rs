//! One alert: a condition found by a rule, from raised to resolved.
//!
//! A record in `city.alerts` is the whole alert after a change, so the latest record is its state.

use std::collections::BTreeMap;

use event_schemas::Text;
use event_schemas::city::{LogPosition, Millis};
use serde::{Deserialize, Serialize};

/// An alert's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AlertStatus {
    /// The condition holds, not yet for as long as the rule asks.
    Pending,
    /// The condition holds.
    Firing,
    /// It ended.
    Resolved,
}

/// What changed with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AlertChange {
    /// Became pending.
    Pending,
    /// Became firing (a new episode's start, or pending no more).
    Raised,
    /// Severity, count, place or events changed while firing.
    Changed,
    /// Ended.
    Resolved,
}

/// The whole alert after a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// This episode's identity: rule id and the position of its opening record.
    pub id: String,
    /// Identity of the condition across episodes: hash of rule id and key.
    pub fingerprint: String,
    /// Counts up by one with every record of this episode, from 1.
    pub version: u64,
    /// What this record changed.
    pub change: AlertChange,
    /// The rule.
    pub rule: AlertRule,
    /// 1 (critical) to 4.
    pub severity: u8,
    /// Its status now.
    pub status: AlertStatus,
    /// Which stretch of the condition this is, from 1.
    pub episode: u32,
    /// Filled title.
    pub title: Text,
    /// Event time at which the condition began.
    pub raised_at: Millis,
    /// Event time of this change.
    pub changed_at: Millis,
    /// Event time of the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Millis>,
    /// Place code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// WGS-84 longitude of the gravest or latest located event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// WGS-84 latitude.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Departments whose events it rests on, sorted.
    pub departments: Vec<String>,
    /// Matched events so far.
    pub event_count: u64,
    /// The first and the latest of them, at most [`EVENT_REFS_MAX`].
    pub events: Vec<EventRef>,
    /// Why it fired.
    pub explanation: Explanation,
    /// All its events are exercises.
    #[serde(default)]
    pub exercise: bool,
}

/// An alert keeps references to at most this many events (the first and the newest); all matched
/// events stay findable by rule, key and window.
pub const EVENT_REFS_MAX: usize = 40;

/// What an alert tells of its rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertRule {
    /// Rule id.
    pub id: String,
    /// Rule version.
    pub version: u32,
    /// Version of the rule set it was decided under.
    pub rule_set: u64,
    /// Rule title.
    pub title: Text,
    /// Owning department.
    pub owner: String,
    /// What to do.
    pub sop: Text,
    /// Unit kind to propose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggested_unit: Option<String>,
    /// Labels for routing and grouping.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// Reference to a matched event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventRef {
    /// CloudEvents `source`.
    pub source: String,
    /// CloudEvents `id`.
    pub id: String,
    /// CloudEvents `type`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Event time.
    pub time: Millis,
    /// Where it stands in `city.events`.
    pub position: LogPosition,
}

/// Why an alert fired: the rule's condition with the figures that met it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The key it exists for, e.g. a place code or a subject.
    pub key: String,
    /// Start of the window that met the condition (event time).
    pub window_from: Millis,
    /// End of that window.
    pub window_to: Millis,
    /// The figure reached (count, sum or max), where the rule computes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The bound it was held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    /// In words, both languages.
    pub words: Text,
}
