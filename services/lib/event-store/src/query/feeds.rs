//! How feeds are doing: when each last spoke, how much, and how much of it was refused.

use clickhouse::Row;
use event_schemas::city::Millis;
use serde::Deserialize;

use super::sql::Sql;
use crate::{Reader, StoreError};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// One event type's traffic; a feed is one or several types of a department.
#[derive(Clone, Debug, PartialEq, Row, Deserialize)]
pub struct FeedActivity {
    /// Department.
    pub department: String,
    /// Event type.
    pub event_type: String,
    /// Greatest event time, in milliseconds.
    pub last_event_time: i64,
    /// When the inbox last took one, in milliseconds.
    pub last_inbox_time: i64,
    /// Events taken in the last five minutes, per minute.
    pub events_per_minute: f64,
    /// Events taken in the last hour.
    pub events_last_hour: u64,
    /// Median of inbox time less event time over the last hour, in milliseconds.
    pub skew_ms: Option<f64>,
}

/// Dead letters of a department in the last day.
#[derive(Clone, Debug, PartialEq, Eq, Row, Deserialize)]
pub struct Rejections {
    /// Department.
    pub department: String,
    /// How many.
    pub rejected: u64,
}

impl Reader {
    /// Traffic per department and event type, as seen at `now`.
    pub async fn feed_activity(&self, now: Millis) -> Result<Vec<FeedActivity>, StoreError> {
        let mut sql = Sql::default();
        let five_minutes_ago = sql.bind(now.plus(-5 * MINUTE).0);
        let hour_ago = sql.bind(now.plus(-HOUR).0);
        let since =
            |moment: &str| format!("inbox_time >= fromUnixTimestamp64Milli({moment}, 'UTC')");
        let (five_minutes, hour) = (since(&five_minutes_ago), since(&hour_ago));
        sql.push(&format!(
            "SELECT toString(department) AS department, toString(type) AS event_type, \
             toUnixTimestamp64Milli(max(event_time)) AS last_event_time, \
             toUnixTimestamp64Milli(max(inbox_time)) AS last_inbox_time, \
             countIf({five_minutes}) / 5 AS events_per_minute, countIf({hour}) AS events_last_hour, \
             quantileOrNullIf(0.5)(toFloat64(toUnixTimestamp64Milli(inbox_time) - toUnixTimestamp64Milli(event_time)), {hour}) AS skew_ms \
             FROM events GROUP BY department, event_type ORDER BY department, event_type"
        ));
        self.rows(sql).await
    }

    /// Dead letters per department received in the day before `now`.
    pub async fn rejections(&self, now: Millis) -> Result<Vec<Rejections>, StoreError> {
        let mut sql = Sql::default();
        let day_ago = sql.bind(now.plus(-DAY).0);
        sql.push(&format!(
            "SELECT toString(department) AS department, count() AS rejected FROM dead_letters \
             WHERE received_at >= fromUnixTimestamp64Milli({day_ago}, 'UTC') GROUP BY department ORDER BY department"
        ));
        self.rows(sql).await
    }
}
