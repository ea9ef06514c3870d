//! One change of an alert as a row of `alerts`.

use domain::alert::Alert;

use super::binary::RowBinary;
use super::{Origin, RowFault, code};

/// Columns in the order they are written.
pub(crate) const COLUMNS: &str = "id, version, fingerprint, rule, rule_version, severity, status, episode, title_zh, \
     title_en, raised_at, changed_at, resolved_at, place, lon, lat, departments, event_count, exercise, ingest_time, \
     topic_id, partition, offset, state";

/// Appends the alert that `value` holds as a row.
pub(super) fn encode(row: &mut Vec<u8>, origin: &Origin<'_>, value: &[u8]) -> Result<(), RowFault> {
    let alert: Alert = serde_json::from_slice(value)
        .map_err(|error| RowFault(format!("it is not an alert: {error}")))?;
    row.text(&alert.id);
    row.fixed(alert.version.to_le_bytes());
    row.text(&alert.fingerprint);
    row.text(&alert.rule.id);
    row.fixed(alert.rule.version.to_le_bytes());
    row.fixed([alert.severity]);
    row.text(&code(&alert.status));
    row.fixed(alert.episode.to_le_bytes());
    row.text(&alert.title.zh);
    row.text(&alert.title.en);
    row.moment(alert.raised_at);
    row.moment(alert.changed_at);
    row.optional_moment(alert.resolved_at);
    row.text_or_empty(alert.place.as_deref());
    row.optional_number(alert.lon);
    row.optional_number(alert.lat);
    row.texts(alert.departments.iter());
    row.fixed(alert.event_count.to_le_bytes());
    row.flag(alert.exercise);
    row.moment(origin.append_time);
    row.position(origin.position);
    row.bytes(value);
    Ok(())
}
