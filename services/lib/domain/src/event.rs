//! An admitted event as the engine, the live gateway and the console see it.

use event_schemas::city::{Admission, LogPosition, headers};
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

    /// Reads a record of `city.events` or `city.matches`: `header` gives the record's headers by
    /// name.
    pub fn decode<'h>(
        position: LogPosition,
        header: impl Fn(&str) -> Option<&'h str>,
        value: &[u8],
    ) -> Result<Self, UndecodableEvent> {
        let needed = |name: &'static str| header(name).ok_or(UndecodableEvent::NoHeader { name });
        let admission = serde_json::from_str(needed(headers::ADMISSION)?)
            .map_err(UndecodableEvent::Admission)?;
        Ok(Self {
            position,
            id: needed(headers::CE_ID)?.to_owned(),
            source: needed(headers::CE_SOURCE)?.to_owned(),
            event_type: needed(headers::CE_TYPE)?.to_owned(),
            subject: header("ce_subject").map(str::to_owned),
            correlation_id: header("ce_correlationid").map(str::to_owned),
            admission,
            data: serde_json::from_slice(value).map_err(UndecodableEvent::Payload)?,
        })
    }
}

/// A record that admission cannot have written.
#[derive(Debug, thiserror::Error)]
pub enum UndecodableEvent {
    /// A header is absent.
    #[error("the record has no header '{name}'")]
    NoHeader {
        /// Which.
        name: &'static str,
    },
    /// The admission header is not one.
    #[error("the admission header cannot be read: {0}")]
    Admission(#[source] serde_json::Error),
    /// The value is not JSON.
    #[error("the payload is not JSON: {0}")]
    Payload(#[source] serde_json::Error),
}

impl Event {
    /// Reads an admitted event as it stands in `city.events`: attributes in `ce_*` headers, what
    /// admission found in the `admission` header, the payload as the value.
    pub fn read<'h>(
        position: LogPosition,
        header: impl Fn(&str) -> Option<&'h str>,
        value: &[u8],
    ) -> Result<Self, UnreadableEvent> {
        let fault = |what: &str| UnreadableEvent {
            position,
            what: what.to_owned(),
        };
        let required = |name: &str| {
            header(name)
                .map(str::to_owned)
                .ok_or_else(|| fault(&format!("the header {name} is absent")))
        };
        let admission = required(headers::ADMISSION)?;
        Ok(Self {
            position,
            id: required(headers::CE_ID)?,
            source: required(headers::CE_SOURCE)?,
            event_type: required(headers::CE_TYPE)?,
            subject: header("ce_subject").map(str::to_owned),
            correlation_id: header("ce_correlationid").map(str::to_owned),
            admission: serde_json::from_str(&admission)
                .map_err(|error| fault(&format!("the header admission: {error}")))?,
            data: serde_json::from_slice(value)
                .map_err(|error| fault(&format!("the payload: {error}")))?,
        })
    }
}

/// A record of `city.events` that is not an admitted event: written by something else than admission.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record at {position} is not an admitted event: {what}")]
pub struct UnreadableEvent {
    /// Where it stands.
    pub position: LogPosition,
    /// What is wrong with it.
    pub what: String,
}
