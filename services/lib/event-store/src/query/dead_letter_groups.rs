//! Dead letters by what is wrong with them: reason and place in the event, with the newest as a sample;
//! and where all that match stand, in the order in which they came.

use clickhouse::Row;
use event_schemas::city::{LogPosition, Millis};
use serde::Deserialize;
use uuid::Uuid;

use super::blob::Blob;
use super::conditions::Parts;
use super::dead_letters::{DeadLetterCursor, DeadLetterFilter};
use super::sql::Sql;
use crate::{Reader, StoreError};

/// Groups that one answer may hold.
const GROUPS_MAX: u32 = 500;
/// Bytes of a sample's original.
const SAMPLE_BYTES: u32 = 16_384;

/// Dead letters of one department with the same reason at the same place of the event.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetterGroup {
    /// The department.
    pub department: String,
    /// Code of the reason.
    pub reason: String,
    /// JSON pointer into the event, `*` for each item of a list; empty where none applies.
    pub path: String,
    /// How many.
    pub letters: u64,
    /// When the inbox took the first.
    pub first: Millis,
    /// When it took the last.
    pub last: Millis,
    /// Of how many sources, one that could not be read being one.
    pub sources: u64,
    /// The newest.
    pub newest: LetterSample,
}

/// One dead letter of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct LetterSample {
    /// Where it stands in `city.dead-letters`.
    pub position: LogPosition,
    /// What was wrong, where, and what was expected.
    pub message: String,
    /// JSON pointer into the event; empty where none applies.
    pub path: String,
    /// CloudEvents `type`; empty where it could not be read.
    pub event_type: String,
    /// The beginning of its original.
    pub original: Vec<u8>,
}

/// Dead letters of one source.
#[derive(Clone, Debug, PartialEq, Eq, Row, Deserialize)]
pub struct RefusedOfSource {
    /// `source`; empty where it could not be read.
    pub who: String,
    /// How many.
    pub letters: u64,
}

#[derive(Row, Deserialize)]
struct LikeLetters {
    group_department: String,
    group_reason: String,
    group_path: String,
    letters: u64,
    first: i64,
    last: i64,
    sources: u64,
    #[serde(with = "clickhouse::serde::uuid")]
    newest_topic: Uuid,
    newest_partition: i32,
    newest_offset: i64,
    newest_message: String,
    newest_path: String,
    newest_type: String,
    newest_original: Blob,
}

impl From<LikeLetters> for DeadLetterGroup {
    fn from(row: LikeLetters) -> Self {
        Self {
            department: row.group_department,
            reason: row.group_reason,
            path: row.group_path,
            letters: row.letters,
            first: Millis(row.first),
            last: Millis(row.last),
            sources: row.sources,
            newest: LetterSample {
                position: LogPosition {
                    topic_id: row.newest_topic,
                    partition: row.newest_partition,
                    offset: row.newest_offset,
                },
                message: row.newest_message,
                path: row.newest_path,
                event_type: row.newest_type,
                original: row.newest_original.0,
            },
        }
    }
}

#[derive(Row, Deserialize)]
struct Place {
    received: i64,
    #[serde(with = "clickhouse::serde::uuid")]
    topic_id: Uuid,
    partition: i32,
    offset: i64,
}

impl Reader {
    /// Dead letters grouped by department, reason and path, the largest group first.
    pub async fn dead_letter_groups(
        &self,
        filter: &DeadLetterFilter,
        limit: u32,
    ) -> Result<Vec<DeadLetterGroup>, StoreError> {
        let mut sql = Sql::default();
        let condition = filter.condition(&mut sql);
        let newest = |what: &str| format!("argMax({what}, (received_at, topic_id, offset))");
        let (topic, partition, offset) =
            (newest("topic_id"), newest("partition"), newest("offset"));
        let (message, path) = (newest("message"), newest("ifNull(path, '')"));
        let event_type = newest("ifNull(type, '')");
        let original = newest(&format!("substring(original, 1, {SAMPLE_BYTES})"));
        // Items of a list are one place: what is wrong with one is mostly wrong with all.
        sql.push(&format!(
            "SELECT toString(department) AS group_department, toString(reason) AS group_reason, \
             replaceRegexpAll(ifNull(path, ''), '/[0-9]+', '/*') AS group_path, count() AS letters, \
             toUnixTimestamp64Milli(min(received_at)) AS first, toUnixTimestamp64Milli(max(received_at)) AS last, \
             uniqExact(ifNull(source, '')) AS sources, {topic} AS newest_topic, {partition} AS newest_partition, \
             {offset} AS newest_offset, {message} AS newest_message, {path} AS newest_path, \
             {event_type} AS newest_type, {original} AS newest_original \
             FROM dead_letters WHERE {condition} GROUP BY group_department, group_reason, group_path \
             ORDER BY letters DESC, group_department, group_reason, group_path LIMIT {}",
            limit.min(GROUPS_MAX)
        ));
        let groups = self.rows::<LikeLetters>(sql).await?;
        Ok(groups.into_iter().map(DeadLetterGroup::from).collect())
    }

    /// How many match.
    pub async fn dead_letter_count(&self, filter: &DeadLetterFilter) -> Result<u64, StoreError> {
        let mut sql = Sql::new("SELECT count() FROM dead_letters WHERE ");
        let condition = filter.condition(&mut sql);
        sql.push(&condition);
        Ok(self.row::<u64>(sql).await?.unwrap_or_default())
    }

    /// Dead letters by source, those with the most first.
    pub async fn refused_by_source(
        &self,
        filter: &DeadLetterFilter,
        limit: u32,
    ) -> Result<Vec<RefusedOfSource>, StoreError> {
        let mut sql = Sql::default();
        let condition = filter.condition(&mut sql);
        sql.push(&format!(
            "SELECT ifNull(source, '') AS who, count() AS letters FROM dead_letters WHERE {condition} \
             GROUP BY who ORDER BY letters DESC, who LIMIT {}",
            limit.min(GROUPS_MAX)
        ));
        self.rows(sql).await
    }

    /// Where the letters stand that match, the first received first, after a place in that list.
    pub async fn dead_letter_places(
        &self,
        filter: &DeadLetterFilter,
        after: Option<DeadLetterCursor>,
        limit: u32,
    ) -> Result<Vec<DeadLetterCursor>, StoreError> {
        let mut sql = Sql::default();
        let mut parts = Parts::default();
        parts.push(filter.condition(&mut sql));
        if let Some(cursor) = after {
            parts.push(cursor.beyond(&mut sql, ">"));
        }
        let condition = parts.all();
        sql.push(&format!(
            "SELECT toUnixTimestamp64Milli(received_at) AS received, topic_id, partition, offset FROM dead_letters \
             WHERE {condition} ORDER BY received_at, topic_id, offset LIMIT {limit}"
        ));
        let places = self.rows::<Place>(sql).await?;
        let cursor = |place: Place| DeadLetterCursor {
            received_at: Millis(place.received),
            position: LogPosition {
                topic_id: place.topic_id,
                partition: place.partition,
                offset: place.offset,
            },
        };
        Ok(places.into_iter().map(cursor).collect())
    }
}
