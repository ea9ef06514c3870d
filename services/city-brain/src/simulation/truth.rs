//! What really happened in the simulated city: against it detection can be scored.
//!
//! One line of JSON per record. An incident's line is written when it is over, a fault's when it is
//! repaired, so that both name every event that tells of them.

use std::collections::BTreeSet;

use event_schemas::Text;
use event_schemas::city::Millis;
use serde::{Deserialize, Serialize};

/// One line of the truth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "camelCase")]
pub enum TruthLine {
    /// How the city was started: the first line.
    Course(CourseTruth),
    /// Something happened in the city.
    Incident(IncidentTruth),
    /// A publisher was at fault.
    Fault(FaultTruth),
    /// The simulation was left: the last line.
    End {
        /// When.
        #[serde(with = "moment")]
        at: Millis,
    },
}

/// How the city was started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CourseTruth {
    /// First part of all its events' ids.
    pub run: String,
    /// Its seed.
    pub seed: u64,
    /// Events per second of everyday life.
    pub rate: f64,
    /// Whether it was multiplied.
    pub storm: bool,
    /// The beginning.
    #[serde(with = "moment")]
    pub start: Millis,
}

/// Something that happened, whoever noticed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IncidentTruth {
    /// Its identity; reports about it carry it as `correlationid`.
    pub id: String,
    /// What kind, e.g. `burst-main`.
    pub kind: String,
    /// In words.
    pub title: Text,
    /// When it began.
    #[serde(with = "moment")]
    pub begin: Millis,
    /// When it was over.
    #[serde(with = "moment")]
    pub until: Millis,
    /// Where: the code of the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// WGS-84 longitude.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// WGS-84 latitude.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Departments that published about it.
    pub departments: BTreeSet<String>,
    /// Ids of the events that tell of it.
    pub events: Vec<String>,
    /// What an attentive hub finds.
    pub expected: Vec<Expected>,
}

/// An alert that should be raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Expected {
    /// The rule's id.
    pub rule: String,
    /// Where, for rules by place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// About what, for rules by subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// From when on it can be known.
    #[serde(with = "moment")]
    pub since: Millis,
    /// By when it should be.
    #[serde(with = "moment")]
    pub by: Millis,
}

/// What was wrong with a publisher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Nothing comes; readings are lost, reports come late.
    Silence,
    /// The department's clock is wrong.
    WrongClock,
    /// Every event comes twice, the same bytes.
    Repeats,
    /// An id is used again for another event.
    IdReused,
    /// An event that breaks its contract.
    Malformed,
}

/// A publisher's fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultTruth {
    /// What was wrong.
    pub kind: FaultKind,
    /// Whose.
    pub department: String,
    /// From when.
    #[serde(with = "moment")]
    pub begin: Millis,
    /// Until when.
    #[serde(with = "moment")]
    pub until: Millis,
    /// How far ahead the clock was (behind: negative), milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skew_ms: Option<i64>,
    /// Ids of the events concerned; of a silence, those that were lost or came late.
    pub events: Vec<String>,
    /// What an attentive hub finds.
    pub expected: Vec<Expected>,
}

/// Moments at the edge are RFC 3339.
mod moment {
    use event_schemas::city::Millis;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature that serde asks for"
    )]
    pub(super) fn serialize<S: Serializer>(at: &Millis, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&at.rfc3339())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(de: D) -> Result<Millis, D::Error> {
        let text = String::deserialize(de)?;
        Millis::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!("'{text}': expected a date and time as in RFC 3339"))
        })
    }
}
