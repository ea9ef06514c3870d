//! From a record of the log to what the engine folds.

use domain::engine::{MATCH_TYPE, RecordBody};
use domain::event::Event;
use event_log::Record;
use event_schemas::city::headers;
use serde::de::DeserializeOwned;

/// Header of a forwarded watermark: the partition of `city.events` it came through.
pub(crate) const ORIGIN: &str = "origin-partition";

/// A record that holds nothing an engine can fold. It is counted and stepped over: nothing but the
/// hub writes these topics, so this is a fault of the hub, not of a department.
#[derive(Debug, thiserror::Error)]
#[error("record {position} of {topic} cannot be folded: {what}")]
pub(crate) struct Unfoldable {
    topic: String,
    position: String,
    what: String,
}

/// Reads one record of `city.events` or `city.matches`.
pub(crate) fn decode(record: &Record) -> Result<RecordBody, Unfoldable> {
    let fault = |what: String| Unfoldable {
        topic: record.topic.to_string(),
        position: record.position.to_string(),
        what,
    };
    match record.header(headers::CE_TYPE) {
        None => Err(fault(String::from("it has no type"))),
        Some(headers::WATERMARK_TYPE) => {
            let origin = match record.header(ORIGIN) {
                None => 0,
                Some(origin) => origin
                    .parse()
                    .map_err(|_| fault(format!("'{origin}' is no partition")))?,
            };
            let watermark = json(record).map_err(fault)?;
            Ok(RecordBody::Watermark { watermark, origin })
        }
        Some(headers::RULE_SET_TYPE) => Ok(RecordBody::Mark(json(record).map_err(fault)?)),
        Some(MATCH_TYPE) => Ok(RecordBody::Match(Box::new(json(record).map_err(fault)?))),
        Some(_) => Event::read(record.position, |name| record.header(name), &record.value)
            .map(|event| RecordBody::Event(Box::new(event)))
            .map_err(|error| fault(error.to_string())),
    }
}

fn json<T: DeserializeOwned>(record: &Record) -> Result<T, String> {
    serde_json::from_slice(&record.value).map_err(|error| error.to_string())
}
