//! Filters over events, alerts and cases: one shape for queries, subscriptions and live frames.
//!
//! `event-store` turns them into SQL with bound parameters; `matches` evaluates them in memory.
//! Both must agree.

mod matching;

use event_schemas::city::Millis;
use serde_json::Value;

/// A filter over events. Empty lists and `None` do not restrict; all parts must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventFilter {
    /// All of these.
    pub and: Vec<EventFilter>,
    /// Any of these (when not empty).
    pub or: Vec<EventFilter>,
    /// Not this.
    pub not: Option<Box<EventFilter>>,
    /// Any of these departments.
    pub departments: Vec<String>,
    /// Any of these event types.
    pub types: Vec<String>,
    /// Any of these place codes, already expanded to all places below them.
    pub places: Vec<String>,
    /// Within this area.
    pub within: Option<Area>,
    /// Any of these levels.
    pub levels: Vec<u8>,
    /// Event time at or after.
    pub from: Option<Millis>,
    /// Event time before.
    pub to: Option<Millis>,
    /// Case-insensitive text anywhere in the payload or subject.
    pub text: Option<String>,
    /// Only exercises, or only real ones.
    pub exercise: Option<bool>,
    /// Subject equals.
    pub subject: Option<String>,
    /// Conditions on payload fields.
    pub fields: Vec<FieldCondition>,
}

/// An area on the map, WGS-84 degrees.
#[derive(Clone, Debug, PartialEq)]
pub enum Area {
    /// West, south, east, north.
    Box([f64; 4]),
    /// Longitude, latitude, radius in metres.
    Circle([f64; 3]),
    /// Outer ring as longitude, latitude pairs.
    Polygon(Vec<[f64; 2]>),
}

/// A condition on one payload field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldCondition {
    /// Path in the payload: names joined by dots, `units.0.id`.
    pub path: String,
    /// How to compare.
    pub op: Comparison,
    /// With what (string, number or bool; a list for `In`).
    pub value: Value,
}

/// How a payload field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal, or absent.
    Ne,
    /// Less.
    Lt,
    /// At most.
    Le,
    /// Greater.
    Gt,
    /// At least.
    Ge,
    /// Contains, case-insensitive (text).
    Contains,
    /// One of a list.
    In,
}

/// A filter over alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertFilter {
    /// All of these.
    pub and: Vec<AlertFilter>,
    /// Any of these (when not empty).
    pub or: Vec<AlertFilter>,
    /// Not this.
    pub not: Option<Box<AlertFilter>>,
    /// Rests on events of any of these departments.
    pub departments: Vec<String>,
    /// Any of these rules.
    pub rules: Vec<String>,
    /// Any of these place codes, already expanded.
    pub places: Vec<String>,
    /// Within this area.
    pub within: Option<Area>,
    /// Any of these severities.
    pub severities: Vec<u8>,
    /// Any of these statuses.
    pub statuses: Vec<crate::alert::AlertStatus>,
    /// Raised at or after.
    pub from: Option<Millis>,
    /// Raised before.
    pub to: Option<Millis>,
    /// Case-insensitive text in either title.
    pub text: Option<String>,
    /// Only exercises, or only real ones.
    pub exercise: Option<bool>,
}

/// A filter over cases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseFilter {
    /// All of these.
    pub and: Vec<CaseFilter>,
    /// Any of these (when not empty).
    pub or: Vec<CaseFilter>,
    /// Not this.
    pub not: Option<Box<CaseFilter>>,
    /// Any of these responsible departments.
    pub departments: Vec<String>,
    /// Any of these case kinds.
    pub kinds: Vec<String>,
    /// Any of these place codes, already expanded.
    pub places: Vec<String>,
    /// Within this area.
    pub within: Option<Area>,
    /// Any of these severities.
    pub severities: Vec<u8>,
    /// Any of these stages.
    pub statuses: Vec<event_schemas::workflow_file::Stage>,
    /// Opened at or after.
    pub from: Option<Millis>,
    /// Opened before.
    pub to: Option<Millis>,
    /// Case-insensitive text in the title or number.
    pub text: Option<String>,
    /// Only exercises, or only real ones.
    pub exercise: Option<bool>,
    /// Only those before the supervisor, or only others.
    pub escalated: Option<bool>,
    /// Only those whose present episode is acknowledged, or only others.
    pub acknowledged: Option<bool>,
    /// Acknowledged by any of these people.
    pub acknowledged_by: Vec<String>,
    /// Only those of which a time limit has passed, or only others.
    pub breached: Option<bool>,
}
