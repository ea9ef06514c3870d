//! Figures of the recorder, by the names that dashboards rely on.

use std::time::Duration;

use event_schemas::city::Millis;
use event_store::Table;

/// A stored batch.
pub(crate) fn batch_stored(table: Table, rows: usize, took: Duration) {
    metrics::counter!("city_brain_event_recorder_batches_total", "table" => table.name())
        .increment(1);
    metrics::counter!("city_brain_event_recorder_rows_total", "table" => table.name())
        .increment(rows as u64);
    metrics::histogram!("city_brain_event_recorder_insert_seconds", "table" => table.name())
        .record(took.as_secs_f64());
}

/// From the log's append to the row being visible; `oldest` is the batch's first record.
pub(crate) fn freshness(topic: &str, oldest: Millis, newest: Millis, now: Millis) {
    let seconds = |since: Millis| now.since(since).max(0) as f64 / 1_000.0;
    let histogram = metrics::histogram!("city_brain_event_recorder_freshness_seconds", "topic" => topic.to_owned());
    histogram.record(seconds(oldest));
    histogram.record(seconds(newest));
}

/// Records read from a partition and not yet stored.
pub(crate) fn lag(topic: &str, partition: i32, records: i64) {
    metrics::gauge!(
        "city_brain_event_recorder_lag_records",
        "topic" => topic.to_owned(),
        "partition" => partition.to_string()
    )
    .set(records.max(0) as f64);
}

/// An insert that did not succeed, by what kind of failure it was.
pub(crate) fn insert_failed(kind: &'static str) {
    metrics::counter!("city_brain_event_recorder_insert_failures_total", "kind" => kind)
        .increment(1);
}

/// What became of a batch that a predecessor left pending: `there`, `inserted`, `again`.
pub(crate) fn takeover(outcome: &'static str) {
    metrics::counter!("city_brain_event_recorder_takeovers_total", "outcome" => outcome)
        .increment(1);
}

/// Rows that the store refused for good.
pub(crate) fn unstorable(topic: &str) {
    metrics::counter!("city_brain_event_recorder_unstorable_total", "topic" => topic.to_owned())
        .increment(1);
}
