//! Writing as a user who may insert: encoded batches under a token, and the table's own witness.

use std::fmt;

use bytes::Bytes;
use event_schemas::city::{Millis, TopicId};

use crate::connection::Connection;
use crate::rows::Table;
use crate::{StoreConfig, StoreError};

/// An offset range of one partition, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OffsetRange {
    /// Kafka's topic id.
    pub topic_id: TopicId,
    /// Partition.
    pub partition: i32,
    /// First offset.
    pub first: i64,
    /// Last offset.
    pub last: i64,
}

/// What names one insert: a second one under the same token adds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InsertToken {
    /// The records it holds.
    pub range: OffsetRange,
    /// Counts up when a token was spent without its rows becoming visible.
    pub attempt: u32,
}

impl fmt::Display for InsertToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OffsetRange {
            topic_id,
            partition,
            first,
            last,
        } = self.range;
        write!(
            f,
            "{}/{partition}/{first}/{last}/{}",
            topic_id.simple(),
            self.attempt
        )
    }
}

/// How far a partition is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecorderProgress {
    /// Topic name.
    pub topic: String,
    /// Kafka's topic id.
    pub topic_id: TopicId,
    /// Partition.
    pub partition: i32,
    /// Next offset not yet recorded.
    pub next: i64,
}

/// Inserts and bears witness. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Writer {
    connection: Connection,
}

impl Writer {
    /// A writer; connects with the first insert.
    pub fn new(config: &StoreConfig) -> Result<Self, StoreError> {
        Ok(Self {
            connection: Connection::new(config)?,
        })
    }

    /// Inserts encoded rows of one month as one part: all or nothing, and at most once per token.
    ///
    /// A table whose rows replace one another takes rows again without harm, and takes them always.
    pub async fn insert(
        &self,
        table: Table,
        rows: Bytes,
        token: &InsertToken,
    ) -> Result<(), StoreError> {
        let statement = format!(
            "INSERT INTO {} ({}) FORMAT RowBinary",
            table.name(),
            table.columns()
        );
        let token = token.to_string();
        let settings = [
            ("database", self.connection.config().database.as_str()),
            ("query", statement.as_str()),
            ("insert_deduplication_token", token.as_str()),
            (
                "insert_deduplicate",
                if table.replaces() { "0" } else { "1" },
            ),
            ("max_partitions_per_insert_block", "1"),
        ];
        self.connection.post(&settings, rows).await.map(drop)
    }

    /// How many rows of this range the table holds: the witness of exactly once.
    pub async fn count(&self, table: Table, range: &OffsetRange) -> Result<u64, StoreError> {
        let statement = format!(
            "SELECT count() FROM {} WHERE topic_id = {{topic:UUID}} AND partition = {{partition:Int32}} \
             AND offset BETWEEN {{first:Int64}} AND {{last:Int64}} FORMAT TSV",
            table.name()
        );
        let (topic, partition) = (range.topic_id.to_string(), range.partition.to_string());
        let (first, last) = (range.first.to_string(), range.last.to_string());
        let settings = [
            ("database", self.connection.config().database.as_str()),
            ("param_topic", topic.as_str()),
            ("param_partition", partition.as_str()),
            ("param_first", first.as_str()),
            ("param_last", last.as_str()),
        ];
        let text = self
            .connection
            .post(&settings, Bytes::from(statement))
            .await?;
        text.trim().parse().map_err(|_| StoreError::Failed {
            code: 0,
            message: format!("a count was expected, '{}' came", text.trim()),
        })
    }

    /// Notes how far partitions are recorded: a hint for readers, never a truth.
    pub async fn note_progress(
        &self,
        progress: &[RecorderProgress],
        now: Millis,
    ) -> Result<(), StoreError> {
        if progress.is_empty() {
            return Ok(());
        }
        let settings = [
            ("database", self.connection.config().database.as_str()),
            (
                "query",
                "INSERT INTO recorder_progress (topic, topic_id, partition, next, noted_at) FORMAT RowBinary",
            ),
        ];
        self.connection
            .post(&settings, crate::rows::progress_rows(progress, now))
            .await
            .map(drop)
    }
}
