//! An event that could not be admitted, with a reason its publisher can act on.

use serde::{Deserialize, Serialize};

use super::{LogPosition, Millis};

/// Why an event was refused. The text of each (`code`) is part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The bytes are not JSON, or not a CloudEvent in structured or binary mode.
    Malformed,
    /// Larger than the limit.
    TooLarge,
    /// A required CloudEvents attribute is absent, empty or wrongly formed.
    Envelope,
    /// The catalog knows no such event type.
    UnknownType,
    /// The event type belongs to another department.
    ForeignType,
    /// The data does not match the contract.
    ContractViolation,
    /// Same source and id as an earlier event, other bytes.
    IdReused,
    /// A place code that the catalog does not know, or one that contradicts the coordinates.
    WrongPlace,
    /// Coordinates outside their range, or in an unknown reference system.
    WrongCoordinates,
    /// The event time is absent, unreadable or without a zone.
    WrongTime,
    /// The store refused the row for good (found while recording).
    Unstorable,
}

impl Reason {
    /// The reason's name in records, metrics and GraphQL.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::Envelope => "envelope",
            Self::UnknownType => "unknown_type",
            Self::ForeignType => "foreign_type",
            Self::ContractViolation => "contract_violation",
            Self::IdReused => "id_reused",
            Self::WrongPlace => "wrong_place",
            Self::WrongCoordinates => "wrong_coordinates",
            Self::WrongTime => "wrong_time",
            Self::Unstorable => "unstorable",
        }
    }
}

/// The `dead-letter` header of a record in `city.dead-letters`; the value holds the original bytes,
/// the original headers follow under the prefix `original-`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// What kind of fault.
    pub reason: Reason,
    /// What was wrong, where, and what was expected, in a sentence for the publisher.
    pub message: String,
    /// JSON pointer into the event, where one applies (`/data/units/0`, `/time`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Department by the inbox it came through.
    pub department: String,
    /// Where the original stands.
    pub position: LogPosition,
    /// Name of the topic it stands in.
    pub topic: String,
    /// When the inbox took it.
    pub received_at: Millis,
    /// CloudEvents `source`, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// CloudEvents `id`, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// CloudEvents `type`, where it could be read.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
}
