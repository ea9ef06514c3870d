//! Dead letters: what was refused, why, and its original bytes.

use std::fmt;
use std::str::FromStr;

use clickhouse::Row;
use event_schemas::city::{LogPosition, Millis, Reason};
use serde::Deserialize;
use uuid::Uuid;

use super::blob::Blob;
use super::conditions::Parts;
use super::page::{Page, PageRequest};
use super::sql::Sql;
use crate::{Reader, StoreError};

/// Which dead letters; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeadLetterFilter {
    /// Any of these departments.
    pub departments: Vec<String>,
    /// Any of these reasons.
    pub reasons: Vec<Reason>,
    /// Received at or after.
    pub from: Option<Millis>,
    /// Received before.
    pub to: Option<Millis>,
    /// Any of these event types, as far as they could be read.
    pub types: Vec<String>,
    /// Any of these sources, as far as they could be read.
    pub sources: Vec<String>,
    /// Case-insensitive text in the message, the source, the id, the type or the original.
    pub text: Option<String>,
}

impl DeadLetterFilter {
    /// Condition on the columns of `dead_letters`.
    pub(super) fn condition(&self, sql: &mut Sql) -> String {
        let mut parts = Parts::default();
        parts.key_one_of(sql, "department", &self.departments);
        let codes = self.reasons.iter().map(|reason| reason.code().to_owned());
        parts.key_one_of(sql, "reason", &codes.collect::<Vec<_>>());
        parts.between(sql, "received_at", self.from, self.to);
        parts.one_of(sql, "ifNull(type, '')", &self.types);
        parts.one_of(sql, "ifNull(source, '')", &self.sources);
        let searched = [
            "message",
            "ifNull(source, '')",
            "ifNull(id, '')",
            "ifNull(type, '')",
            "original",
        ];
        parts.text(sql, &searched, self.text.as_deref());
        parts.all()
    }
}

/// A dead letter as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredDeadLetter {
    /// Where it stands in `city.dead-letters`: its identity.
    pub position: LogPosition,
    /// Code of the reason.
    pub reason: String,
    /// What was wrong, where, and what was expected.
    pub message: String,
    /// JSON pointer into the event.
    pub path: Option<String>,
    /// The publishing department.
    pub department: String,
    /// CloudEvents `source`, where it could be read.
    pub source: Option<String>,
    /// CloudEvents `id`, where it could be read.
    pub id: Option<String>,
    /// CloudEvents `type`, where it could be read.
    pub event_type: Option<String>,
    /// When the inbox took it.
    pub received_at: Millis,
    /// Topic of the original.
    pub original_topic: String,
    /// Position of the original.
    pub original_position: LogPosition,
    /// The original's headers.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The original's bytes.
    pub original: Vec<u8>,
}

impl StoredDeadLetter {
    /// Where it stands in the list of dead letters.
    pub const fn cursor(&self) -> DeadLetterCursor {
        DeadLetterCursor {
            received_at: self.received_at,
            position: self.position,
        }
    }
}

/// A place in the list of dead letters, which runs by the moment they were received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadLetterCursor {
    /// When the inbox took it.
    pub received_at: Millis,
    /// Where it stands in `city.dead-letters`.
    pub position: LogPosition,
}

impl DeadLetterCursor {
    /// Condition for letters on one side of it, `<` or `>`.
    pub(super) fn beyond(self, sql: &mut Sql, op: &str) -> String {
        let time = sql.bind(self.received_at.0);
        let topic = sql.bind(self.position.topic_id.to_string().as_str());
        let offset = sql.bind(self.position.offset);
        format!(
            "(received_at, topic_id, offset) {op} \
             (fromUnixTimestamp64Milli({time}, 'UTC'), toUUID({topic}), {offset})"
        )
    }
}

impl fmt::Display for DeadLetterCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.received_at.0, self.position)
    }
}

impl FromStr for DeadLetterCursor {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let parsed = text.split_once('.').and_then(|(time, position)| {
            Some(Self {
                received_at: Millis(time.parse().ok()?),
                position: position.parse().ok()?,
            })
        });
        parsed.ok_or_else(|| {
            StoreError::Query(format!(
                "'{text}' is not a cursor of a list of dead letters"
            ))
        })
    }
}

const COLUMNS: &str = "SELECT reason, message, path, department, source, id, type, received_at, original_topic, \
     original_topic_id, original_partition, original_offset, topic_id, partition, offset, headers, original \
     FROM dead_letters WHERE ";

#[derive(Row, Deserialize)]
struct DeadLetterColumns {
    reason: String,
    message: String,
    path: Option<String>,
    department: String,
    source: Option<String>,
    id: Option<String>,
    r#type: Option<String>,
    received_at: i64,
    original_topic: String,
    #[serde(with = "clickhouse::serde::uuid")]
    original_topic_id: Uuid,
    original_partition: i32,
    original_offset: i64,
    #[serde(with = "clickhouse::serde::uuid")]
    topic_id: Uuid,
    partition: i32,
    offset: i64,
    headers: Vec<(String, Blob)>,
    original: Blob,
}

impl From<DeadLetterColumns> for StoredDeadLetter {
    fn from(row: DeadLetterColumns) -> Self {
        Self {
            position: LogPosition {
                topic_id: row.topic_id,
                partition: row.partition,
                offset: row.offset,
            },
            reason: row.reason,
            message: row.message,
            path: row.path,
            department: row.department,
            source: row.source,
            id: row.id,
            event_type: row.r#type,
            received_at: Millis(row.received_at),
            original_topic: row.original_topic,
            original_position: LogPosition {
                topic_id: row.original_topic_id,
                partition: row.original_partition,
                offset: row.original_offset,
            },
            headers: row
                .headers
                .into_iter()
                .map(|(name, value)| (name, value.0))
                .collect(),
            original: row.original.0,
        }
    }
}

impl Reader {
    /// A page of dead letters, the last received first.
    pub async fn dead_letters(
        &self,
        filter: &DeadLetterFilter,
        page: &PageRequest<DeadLetterCursor>,
    ) -> Result<Page<StoredDeadLetter>, StoreError> {
        page.check()?;
        let mut sql = Sql::new(COLUMNS);
        let condition = filter.condition(&mut sql);
        sql.push(&condition);
        for (cursor, op) in [(page.after, "<"), (page.before, ">")] {
            let Some(cursor) = cursor else { continue };
            let beyond = cursor.beyond(&mut sql, op);
            sql.push(&format!(" AND {beyond}"));
        }
        sql.push(&page.order(&["received_at", "topic_id", "offset"]));
        let rows = self.rows::<DeadLetterColumns>(sql).await?;
        Ok(page.page(rows.into_iter().map(StoredDeadLetter::from).collect()))
    }

    /// One dead letter by where it stands in `city.dead-letters`.
    pub async fn dead_letter(
        &self,
        position: LogPosition,
    ) -> Result<Option<StoredDeadLetter>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        let topic = sql.bind(position.topic_id.to_string().as_str());
        let partition = sql.bind(i64::from(position.partition));
        let offset = sql.bind(position.offset);
        sql.push(&format!(
            "topic_id = toUUID({topic}) AND partition = {partition} AND offset = {offset} LIMIT 1"
        ));
        Ok(self
            .row::<DeadLetterColumns>(sql)
            .await?
            .map(StoredDeadLetter::from))
    }
}
