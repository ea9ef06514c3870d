//! How far the recorder has come: what an answer from the tables includes at least.

use clickhouse::Row;
use event_schemas::city::LogCursor;
use serde::Deserialize;
use uuid::Uuid;

use super::sql::Sql;
use crate::{Reader, StoreError};

#[derive(Row, Deserialize)]
struct ProgressColumns {
    #[serde(with = "clickhouse::serde::uuid")]
    topic_id: Uuid,
    partition: i32,
    next: i64,
}

impl Reader {
    /// For every partition the next offset that the tables may not hold yet.
    ///
    /// Ask for it *before* the rows it is to vouch for. The recorder writes a partition in order, one
    /// batch at a time, so the greatest stored offset vouches for all before it; the hint covers
    /// records that make no row.
    pub async fn progress(&self) -> Result<LogCursor, StoreError> {
        let sql = Sql::new(
            "SELECT topic_id, partition, max(next) AS next FROM (\
             SELECT topic_id, partition, next FROM recorder_progress \
             UNION ALL SELECT topic_id, partition, max(offset) + 1 AS next FROM events \
             WHERE ingest_time >= now64(3) - INTERVAL 1 MINUTE GROUP BY topic_id, partition \
             UNION ALL SELECT topic_id, partition, max(offset) + 1 AS next FROM case_events GROUP BY topic_id, partition\
             ) GROUP BY topic_id, partition",
        );
        let mut cursor = LogCursor::default();
        for row in self.rows::<ProgressColumns>(sql).await? {
            cursor.advance(row.topic_id, row.partition, row.next);
        }
        Ok(cursor)
    }
}
