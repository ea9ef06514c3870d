//! Where many events stand, by their keys: what admission asks before it admits what may be a repeat.

use std::collections::HashMap;

use clickhouse::Row;
use event_schemas::city::{LogPosition, Millis};
use serde::Deserialize;
use uuid::Uuid;

use super::sql::{Param, Sql};
use crate::{Reader, StoreError};

/// Keys that one question takes: they travel in its address, which has a limit.
const KEYS_AT_ONCE: usize = 250;

/// A `CloudEvents` source and id.
pub type SourceAndId = (String, String);

#[derive(Row, Deserialize)]
struct Position {
    source: String,
    id: String,
    #[serde(with = "clickhouse::serde::uuid")]
    topic_id: Uuid,
    partition: i32,
    offset: i64,
}

impl Reader {
    /// Positions of the stored ones among these events; only rows that came at `since` or later are
    /// looked at, which spares the older parts of the table.
    pub async fn event_positions(
        &self,
        keys: &[SourceAndId],
        since: Millis,
    ) -> Result<HashMap<SourceAndId, LogPosition>, StoreError> {
        let mut found = HashMap::new();
        for some in keys.chunks(KEYS_AT_ONCE) {
            let mut sources: Vec<String> = some.iter().map(|(source, _)| source.clone()).collect();
            sources.sort_unstable();
            sources.dedup();
            let ids = some.iter().map(|(_, id)| id.clone()).collect();
            let mut sql =
                Sql::new("SELECT source, id, topic_id, partition, offset FROM events WHERE ");
            let since = sql.bind(since.0);
            let ids = sql.bind(Param::Texts(ids));
            let sources = sql.bind(Param::Texts(sources));
            sql.push(&format!(
                "ingest_time >= fromUnixTimestamp64Milli({since}, 'UTC') AND id IN {ids} AND source IN {sources}"
            ));
            let rows = self.rows::<Position>(sql).await?.into_iter();
            found.extend(rows.map(|row| {
                let position = LogPosition {
                    topic_id: row.topic_id,
                    partition: row.partition,
                    offset: row.offset,
                };
                ((row.source, row.id), position)
            }));
        }
        Ok(found)
    }
}
