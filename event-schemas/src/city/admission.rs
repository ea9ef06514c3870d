//! What admission found out about an event: the header that goes with it in `city.events`.

use serde::{Deserialize, Serialize};

use super::{LogPosition, Millis};

/// Facts that admission settled once, so that nobody downstream checks or guesses again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Admission {
    /// The publishing department, by the inbox it came through.
    pub department: String,
    /// Event time: when it happened.
    pub event_time: Millis,
    /// When the department wrote it down, if it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_time: Option<Millis>,
    /// When the inbox took it (the broker's append time).
    pub inbox_time: Millis,
    /// Code of the place in the catalog's tree; absent means unplaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// WGS-84 longitude in degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// WGS-84 latitude in degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// H3 cell at resolution 9, as the usual hexadecimal text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub h3: Option<String>,
    /// 1 (gravest) to 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// The main measure of the event type, in the unit its contract names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<f64>,
    /// A drill or a simulation.
    #[serde(default, skip_serializing_if = "is_false")]
    pub exercise: bool,
    /// Version (content hash) of the catalog it was admitted under.
    pub catalog: String,
    /// Where it stood in the inbox.
    pub inbox: LogPosition,
    /// Observations that do not refuse the event, e.g. `future_time`, `outside_city`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// A personal field as it stands in an admitted event's data, in place of the plain value.
///
/// `{"sealed":{"key":"k1","nonce":"...","box":"...","look":"..."}}`: AEAD (`ChaCha20-Poly1305`) of the
/// value's JSON with the field path and event id as associated data, the key's id beside it, and a
/// keyed hash (HMAC-SHA-256, truncated to 16 bytes) for exact look-up. All base64 without padding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedField {
    /// Id of the key that opens it.
    pub key: String,
    /// 12-byte nonce.
    pub nonce: String,
    /// Ciphertext with tag.
    #[serde(rename = "box")]
    pub sealed: String,
    /// Keyed hash of the plain value.
    pub look: String,
}
