//! What a vital sign is computed from: one figure per window of recent event time.

use clickhouse::Row;
use domain::filter::EventFilter;
use event_schemas::city::Millis;
use event_schemas::sign_file::{SignFile, SignMeasure};
use serde::Deserialize;

use super::event_conditions::event;
use super::field_conditions::FieldArguments;
use super::sql::Sql;
use crate::{Reader, StoreError};

/// A sign's figure over one window.
#[derive(Clone, Debug, PartialEq, Row, Deserialize)]
pub struct SignWindow {
    /// Of exercises, or of real events.
    pub exercise: bool,
    /// Which window: 0 is the present one, 1 the one before.
    pub back: i64,
    /// The figure; null: no event of the window has the measure.
    pub value: Option<f64>,
    /// When the inbox last took an event of the window, in milliseconds.
    pub last_inbox_time: i64,
}

impl Reader {
    /// The figures of a sign as of `now`, newest window first, reaching back over `windows` windows
    /// and as far as its events may be silent. A window without events has no row.
    pub async fn sign_windows(
        &self,
        sign: &SignFile,
        windows: u32,
        now: Millis,
    ) -> Result<Vec<SignWindow>, StoreError> {
        let mut sql = Sql::default();
        let of = match &sign.of {
            Some(path) => FieldArguments::of(&mut sql, path)?.number(),
            None => "measure".to_owned(),
        };
        let figure = match sign.measure {
            SignMeasure::Count => "count()".to_owned(),
            SignMeasure::Avg => format!("avgOrNull({of})"),
            SignMeasure::Max => format!("maxOrNull({of})"),
            SignMeasure::Min => format!("minOrNull({of})"),
            SignMeasure::Sum => format!("sumOrNull({of})"),
        };
        let span = (sign.window.ms * i64::from(windows)).max(sign.silent_after.ms);
        let filter = EventFilter {
            types: sign.types.clone(),
            levels: sign.levels.clone(),
            from: Some(now.plus(1 - span)),
            to: Some(now.plus(1)),
            ..EventFilter::default()
        };
        let condition = event(&mut sql, &filter, 0)?;
        let (now, window) = (sql.bind(now.0), sql.bind(sign.window.ms));
        sql.push(&format!(
            "SELECT exercise, intDiv({now} - toUnixTimestamp64Milli(event_time), {window}) AS back, \
             CAST({figure}, 'Nullable(Float64)') AS value, \
             toUnixTimestamp64Milli(max(inbox_time)) AS last_inbox_time \
             FROM events WHERE {condition} GROUP BY exercise, back ORDER BY exercise, back"
        ));
        self.rows(sql).await
    }
}
