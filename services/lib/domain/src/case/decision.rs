//! One record of `city.cases`: what was decided, against which versions, with the states after it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use event_schemas::Text;
use event_schemas::city::{Millis, headers};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Actor, Case, Unit};

/// The outcome of a command. It counts only if every version it was decided against is current
/// when the log reaches it and its key is new; otherwise every reader ignores it alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// Idempotency key, scoped by actor.
    pub key: String,
    /// Who decided.
    pub actor: Actor,
    /// When, by the decider's wall clock.
    pub at: Millis,
    /// The command, e.g. `acknowledgeCase`.
    pub command: String,
    /// The workflow and version it was decided under, e.g. `city@1`; `hub@1` for units alone.
    pub workflow: String,
    /// Everything it touches.
    pub aggregates: Vec<Aggregate>,
    /// What timelines show of it.
    pub entry: EntryText,
}

impl Decision {
    /// The case it is about, where there is one.
    pub fn case_id(&self) -> Option<&str> {
        self.aggregates
            .iter()
            .find_map(|aggregate| match aggregate {
                Aggregate::Case { id, .. } => Some(id.as_str()),
                _ => None,
            })
    }

    /// The record's headers: a `CloudEvent` in Kafka's binary mode.
    pub fn headers(&self) -> Vec<(Cow<'static, str>, Vec<u8>)> {
        let text = |name: &'static str, value: &str| (name.into(), value.as_bytes().to_vec());
        vec![
            text("ce_specversion", "1.0"),
            text(headers::CE_ID, &self.key),
            text(headers::CE_SOURCE, headers::HUB_SOURCE),
            text(headers::CE_TYPE, headers::CASE_DECISION_TYPE),
            text("ce_time", &self.at.rfc3339()),
            text(headers::CONTENT_TYPE, "application/json"),
        ]
    }
}

/// One thing a decision touches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Aggregate {
    /// A case.
    Case {
        /// Its id.
        id: String,
        /// The version decided against; 0 opens it.
        version: u64,
        /// Its state after the decision.
        state: Box<Case>,
    },
    /// A unit.
    Unit {
        /// Its id.
        id: String,
        /// The version decided against; 0 registers it.
        version: u64,
        /// Its state after the decision.
        state: Box<Unit>,
    },
    /// A routing group: named by everything the router decides, so that two routers cannot give
    /// one alert two cases, nor one group two.
    Group {
        /// Its id: route and the values alerts are grouped by.
        id: String,
        /// The version decided against; 0 is its first.
        version: u64,
        /// Its state after the decision.
        state: Box<Group>,
    },
}

/// Where a routing group stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// Route and the values alerts are grouped by.
    pub id: String,
    /// Counts up by one with every accepted decision of the router about it.
    pub version: u64,
    /// The case it used last.
    pub case: String,
    /// When the router last gave it something.
    pub changed_at: Millis,
    /// Who changed it last.
    pub changed_by: Actor,
}

/// What a timeline shows of a decision: a sentence in both languages, and the command's fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryText {
    /// In words.
    pub words: Text,
    /// The fields as given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
}

/// One accepted decision as a line of a case's timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineEntry {
    /// The record's offset in `city.cases`: identity and order.
    pub offset: i64,
    /// The case.
    pub case: String,
    /// The case's version after it.
    pub version: u64,
    /// When it was decided.
    pub at: Millis,
    /// When the log took it.
    pub appended_at: Millis,
    /// Who.
    pub actor: Actor,
    /// The command.
    pub command: String,
    /// The case's state after it.
    pub state: String,
    /// In words.
    pub words: Text,
    /// The fields as given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
}
