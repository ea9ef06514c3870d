//! One dead letter as a row of `dead_letters`.

use event_schemas::city::DeadLetter;

use super::binary::RowBinary;
use super::{Origin, RowFault};

/// Columns in the order they are written.
pub(crate) const COLUMNS: &str = "reason, message, path, department, source, id, type, received_at, original_topic, \
     original_topic_id, original_partition, original_offset, ingest_time, topic_id, partition, offset, headers, \
     original";

/// A record of `city.dead-letters`.
#[derive(Clone, Copy, Debug)]
pub struct DeadLetterRecord<'a> {
    /// Where it stands and when the log took it.
    pub origin: Origin<'a>,
    /// The dead-letter header's JSON.
    pub letter: &'a str,
    /// The original's headers by their original names.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The original's bytes.
    pub original: &'a [u8],
}

/// Appends the dead letter as a row.
pub(super) fn encode(row: &mut Vec<u8>, record: &DeadLetterRecord<'_>) -> Result<(), RowFault> {
    let letter: DeadLetter = serde_json::from_str(record.letter)
        .map_err(|error| RowFault(format!("the dead-letter header cannot be read: {error}")))?;
    row.text(letter.reason.code());
    row.text(&letter.message);
    row.optional_text(letter.path.as_deref());
    row.text(&letter.department);
    row.optional_text(letter.source.as_deref());
    row.optional_text(letter.id.as_deref());
    row.optional_text(letter.event_type.as_deref());
    row.moment(letter.received_at);
    row.text(&letter.topic);
    row.position(letter.position);
    row.moment(record.origin.append_time);
    row.position(record.origin.position);
    row.length(record.headers.len());
    for (name, value) in record.headers {
        row.text(name);
        row.bytes(value);
    }
    row.bytes(record.original);
    Ok(())
}
