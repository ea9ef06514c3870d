//! An admitted event as the engine, the live gateway and the console see it.

use event_schemas::city::{Admission, LogPosition};
use serde_json::Value;

/// One admitted fact: envelope, what admission found, and the payload.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Where it stands in `city.events`.
    pub position: LogPosition,
    /// CloudEvents `id`.
    pub id: String,
    /// CloudEvents `source`.
    pub source: String,
    /// CloudEvents `type`, e.g. `city.fire.incident-reported.v1`.
    pub event_type: String,
    /// The thing it is about, in the department's own numbering.
    pub subject: Option<String>,
    /// Correlation id, if the publisher gave one.
    pub correlation_id: Option<String>,
    /// What admission settled.
    pub admission: Admission,
    /// The payload as it came, personal fields sealed.
    pub data: Value,
}

impl Event {
    /// The stable identity `<source>#<id>`, as used in GraphQL `Event.id` before encoding.
    pub fn key(&self) -> String {
        format!("{}#{}", self.source, self.id)
    }
}
