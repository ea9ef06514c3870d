//! One admitted event as a row of `events`: from borrowed headers and value straight into the buffer.
//!
//! This is the hot path: no value tree, no allocation per row; the payload is not parsed at all.

use std::borrow::Cow;

use event_schemas::city::{LogPosition, Millis};
use serde::Deserialize;

use super::binary::RowBinary;
use super::plain_text::plain;
use super::{Origin, RowFault};

/// Columns in the order they are written.
pub(crate) const COLUMNS: &str = "id, source, type, department, subject, event_time, recorded_time, ingest_time, \
     inbox_time, severity, measure, exercise, place, lon, lat, h3, catalog, flags, correlation_id, topic, topic_id, \
     partition, offset, inbox_topic_id, inbox_partition, inbox_offset, payload";

/// A record of `city.events` that holds an event.
#[derive(Clone, Copy, Debug)]
pub struct EventRecord<'a> {
    /// Where it stands and when the log took it.
    pub origin: Origin<'a>,
    /// CloudEvents `id`.
    pub id: &'a str,
    /// CloudEvents `source`.
    pub source: &'a str,
    /// CloudEvents `type`.
    pub event_type: &'a str,
    /// CloudEvents `subject`.
    pub subject: Option<&'a str>,
    /// Correlation id.
    pub correlation_id: Option<&'a str>,
    /// The admission header's JSON.
    pub admission: &'a str,
    /// The data.
    pub payload: &'a [u8],
}

/// `event_schemas::city::Admission`, borrowed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BorrowedAdmission<'a> {
    #[serde(borrow)]
    department: Cow<'a, str>,
    event_time: Millis,
    recorded_time: Option<Millis>,
    inbox_time: Millis,
    #[serde(borrow)]
    place: Option<Cow<'a, str>>,
    lon: Option<f64>,
    lat: Option<f64>,
    #[serde(borrow)]
    h3: Option<Cow<'a, str>>,
    level: Option<u8>,
    measure: Option<f64>,
    #[serde(default)]
    exercise: bool,
    #[serde(borrow)]
    catalog: Cow<'a, str>,
    inbox: LogPosition,
    #[serde(default, borrow)]
    flags: Vec<Cow<'a, str>>,
}

/// Appends the event as a row; `scratch` is working space kept between rows.
pub(super) fn encode(
    row: &mut Vec<u8>,
    scratch: &mut Vec<u8>,
    record: &EventRecord<'_>,
) -> Result<(), RowFault> {
    let admission: BorrowedAdmission<'_> = serde_json::from_str(record.admission)
        .map_err(|error| RowFault(format!("the admission header cannot be read: {error}")))?;
    let cell = match &admission.h3 {
        Some(text) => u64::from_str_radix(text, 16).map_err(|_| {
            RowFault(format!(
                "'{text}' is not an H3 cell: expected hexadecimal digits"
            ))
        })?,
        None => 0,
    };
    row.text(record.id);
    row.text(record.source);
    row.text(record.event_type);
    row.text(&admission.department);
    row.optional_text(record.subject);
    row.moment(admission.event_time);
    row.optional_moment(admission.recorded_time);
    row.moment(record.origin.append_time);
    row.moment(admission.inbox_time);
    row.optional_level(admission.level);
    row.optional_number(admission.measure);
    row.flag(admission.exercise);
    row.text_or_empty(admission.place.as_deref());
    row.optional_number(admission.lon);
    row.optional_number(admission.lat);
    row.fixed(cell.to_le_bytes());
    row.text(&admission.catalog);
    row.texts(admission.flags.iter());
    row.optional_text(record.correlation_id);
    row.text(record.origin.topic);
    row.position(record.origin.position);
    row.position(admission.inbox);
    row.bytes(plain(record.payload, scratch));
    Ok(())
}
