//! What the engine reads and writes.

use event_schemas::city::{LogPosition, Millis, RuleSetMark, Watermark};
use serde::{Deserialize, Serialize};

use super::progress::Moment;
use crate::alert::{Alert, EventRef};
use crate::event::Event;

/// One record of the folded partition.
#[derive(Clone, Debug, PartialEq)]
pub struct EngineRecord {
    /// Where it stands in the folded partition.
    pub position: LogPosition,
    /// What it holds.
    pub body: RecordBody,
}

/// What a record of the folded partition holds.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordBody {
    /// An admitted event (`city.events`).
    Event(Box<Event>),
    /// A match sent on by an engine over `city.events` (`city.matches`).
    Match(Box<MatchRecord>),
    /// How far inboxes are admitted. `origin` is the partition of `city.events` it came through:
    /// 0 when that partition itself is folded.
    Watermark {
        /// The watermark.
        watermark: Watermark,
        /// Partition of `city.events`.
        origin: i32,
    },
    /// A rule set takes effect.
    Mark(RuleSetMark),
}

/// What the fold of one record brings.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// A whole alert after a change, for `city.alerts`.
    Alert(Box<Alert>),
    /// A match whose key does not lie within one partition, for `city.matches`.
    Match(Box<MatchRecord>),
    /// A watermark to send on to every partition of `city.matches`.
    Watermark {
        /// The watermark as it came.
        watermark: Watermark,
        /// The partition of `city.events` it came through.
        origin: i32,
    },
    /// A rule-set mark to send on to every partition of `city.matches`.
    Mark(RuleSetMark),
}

/// `ce_type` of a [`MatchRecord`] in `city.matches`.
pub const MATCH_TYPE: &str = "city.hub.rule-matched.v1";

/// A record of `city.matches`: one event that matters to one rule under one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchRecord {
    /// Rule id.
    pub rule: String,
    /// Version of the rule that matched it; another version ignores it.
    pub rule_version: u32,
    /// Version of the rule set it was matched under.
    pub rule_set: u64,
    /// The rule's key.
    pub key: String,
    /// Bits of the selectors it matched.
    pub selectors: u32,
    /// It matched `clears`.
    #[serde(default)]
    pub clears: bool,
    /// The event, without its payload: predicates are settled.
    pub event: Matched,
}

impl MatchRecord {
    /// The Kafka key: all matches of one rule and key meet in one partition.
    pub fn log_key(&self) -> String {
        format!("{}|{}", self.rule, self.key)
    }
}

/// What the engine keeps of a matched event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Matched {
    /// Where it stands in `city.events`.
    pub position: LogPosition,
    /// CloudEvents `id`.
    pub id: String,
    /// CloudEvents `source`.
    pub source: String,
    /// CloudEvents `type`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Publishing department.
    pub department: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Event time.
    pub time: Millis,
    /// When its inbox took it.
    pub inbox_time: Millis,
    /// Place code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// WGS-84 longitude.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// WGS-84 latitude.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// 1 (gravest) to 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// Main measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<f64>,
    /// A drill or a simulation.
    #[serde(default)]
    pub exercise: bool,
}

impl Matched {
    /// Takes from an event what the engine keeps.
    pub fn of(event: &Event) -> Self {
        let admission = &event.admission;
        Self {
            position: event.position,
            id: event.id.clone(),
            source: event.source.clone(),
            event_type: event.event_type.clone(),
            department: admission.department.clone(),
            subject: event.subject.clone(),
            time: admission.event_time,
            inbox_time: admission.inbox_time,
            place: admission.place.clone(),
            lon: admission.lon,
            lat: admission.lat,
            level: admission.level,
            measure: admission.measure,
            exercise: admission.exercise,
        }
    }

    /// What "the same subject" means: department, source and subject; an event without a subject is
    /// one of its own.
    pub(super) fn identity(&self) -> String {
        match &self.subject {
            Some(subject) => format!("{}|{}|{subject}", self.department, self.source),
            None => format!("{}|{}#{}", self.department, self.source, self.id),
        }
    }

    pub(super) const fn moment(&self) -> Moment {
        Moment {
            time: self.time,
            inbox: self.inbox_time,
        }
    }

    pub(super) fn reference(&self) -> EventRef {
        EventRef {
            source: self.source.clone(),
            id: self.id.clone(),
            event_type: self.event_type.clone(),
            time: self.time,
            position: self.position,
        }
    }
}
