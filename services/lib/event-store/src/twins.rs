//! Two databases derived from one log, and whether they hold the same: the proof before a switch.
//!
//! Both are written while they are compared. So a comparison is made below a bound: a partition's
//! offset up to which both are known to be complete.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use event_schemas::city::TopicId;

use crate::connection::{Connection, check_database_name};
use crate::rows::Table;
use crate::{StoreConfig, StoreError};

/// Longest wait for a sum over one partition's rows.
const SUM_WAIT: Duration = Duration::from_secs(3_600);

/// The rows that one partition of one topic has made in one table, below a bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Table.
    pub table: Table,
    /// Topic name.
    pub topic: String,
    /// Kafka's topic id.
    pub topic_id: TopicId,
    /// Partition.
    pub partition: i32,
    /// The first offset that is not looked at.
    pub before: i64,
}

/// How many rows, and all their contents joined by xor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableSum {
    /// Rows.
    pub rows: u64,
    /// Hashes of whole rows, joined by xor: equal sets of rows give equal values.
    pub hashes: u64,
}

/// A slice that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What was compared.
    pub slice: Slice,
    /// The sum in the former database, and its name.
    pub former: (String, TableSum),
    /// The sum in the rebuilt database, and its name.
    pub rebuilt: (String, TableSum),
    /// The first offset that only one of them holds, or holds otherwise; if it could be found.
    pub first_offset: Option<i64>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Slice {
            table,
            topic,
            partition,
            before,
            ..
        } = &self.slice;
        let ((former, was), (rebuilt, is)) = (&self.former, &self.rebuilt);
        write!(
            f,
            "{}, from {topic}/{partition} before offset {before}: {} rows (hash {:016x}) in {former}, \
             {} rows (hash {:016x}) in {rebuilt}",
            table.name(),
            was.rows,
            was.hashes,
            is.rows,
            is.hashes
        )?;
        match self.first_offset {
            Some(offset) => write!(f, "; the first that differs has offset {offset}"),
            None => Ok(()),
        }
    }
}

/// The former and the rebuilt database, seen as an administrator.
#[derive(Clone, Debug)]
pub struct Twins {
    connection: Connection,
    former: String,
    rebuilt: String,
}

impl Twins {
    /// Of these two databases on one server.
    pub fn new(admin: &StoreConfig, former: &str, rebuilt: &str) -> Result<Self, StoreError> {
        check_database_name(former)?;
        check_database_name(rebuilt)?;
        Ok(Self {
            connection: Connection::waiting(admin, SUM_WAIT)?,
            former: former.to_owned(),
            rebuilt: rebuilt.to_owned(),
        })
    }

    /// Whether the former, and whether the rebuilt database is there.
    pub async fn are_there(&self) -> Result<(bool, bool), StoreError> {
        let text = self
            .connection
            .execute("SHOW DATABASES FORMAT TSV", false)
            .await?;
        let there = |name: &str| text.lines().any(|line| line == name);
        Ok((there(&self.former), there(&self.rebuilt)))
    }

    /// Removes the former database with all its tables.
    pub async fn drop_former(&self) -> Result<(), StoreError> {
        self.drop_database(&self.former).await
    }

    /// Removes the rebuilt database with all its tables.
    pub async fn drop_rebuilt(&self) -> Result<(), StoreError> {
        self.drop_database(&self.rebuilt).await
    }

    async fn drop_database(&self, name: &str) -> Result<(), StoreError> {
        let statement = format!("DROP DATABASE IF EXISTS `{name}` SYNC");
        self.connection.execute(&statement, false).await.map(drop)
    }

    /// Brings rows over whose records the log no longer keeps (below `slice.before`); again changes
    /// nothing. Returns how many rows the former database has there.
    pub async fn carry_over(&self, slice: &Slice) -> Result<u64, StoreError> {
        let (name, columns) = (slice.table.name(), slice.table.columns());
        let (former, rebuilt) = (&self.former, &self.rebuilt);
        let statement = format!(
            "INSERT INTO `{rebuilt}`.{name} ({columns}) SELECT {columns} FROM `{former}`.{name} WHERE {BELOW} \
             AND offset NOT IN (SELECT offset FROM `{rebuilt}`.{name} WHERE {BELOW})"
        );
        self.ask(&statement, slice).await?;
        let count = format!("SELECT count() FROM `{former}`.{name} WHERE {BELOW} FORMAT TSV");
        number(&self.ask(&count, slice).await?)
    }

    /// Rows of the former database that none of these topics made: of a log that is no more.
    pub async fn strangers(&self, table: Table, topics: &[TopicId]) -> Result<u64, StoreError> {
        let ids: Vec<String> = topics.iter().map(|id| format!("toUUID('{id}')")).collect();
        let statement = format!(
            "SELECT count() FROM `{}`.{} WHERE topic_id NOT IN ({}) FORMAT TSV",
            self.former,
            table.name(),
            ids.join(", ")
        );
        number(&self.connection.execute(&statement, false).await?)
    }

    /// Compares one slice; nothing when both hold the same rows.
    pub async fn compare(&self, slice: &Slice) -> Result<Option<Difference>, StoreError> {
        let former = self.sum(&self.former, slice).await?;
        let rebuilt = self.sum(&self.rebuilt, slice).await?;
        if former == rebuilt {
            return Ok(None);
        }
        // Naming the place is a courtesy: where it is too much for the server, the sums must do.
        let first_offset = self.first_difference(slice).await.unwrap_or_default();
        Ok(Some(Difference {
            slice: slice.clone(),
            former: (self.former.clone(), former),
            rebuilt: (self.rebuilt.clone(), rebuilt),
            first_offset,
        }))
    }

    async fn sum(&self, database: &str, slice: &Slice) -> Result<TableSum, StoreError> {
        let statement = format!(
            "SELECT count(), groupBitXor({}) FROM {} FORMAT TSV",
            row_hash(slice.table),
            self.rows_of(database, slice.table)
        );
        let text = self.ask(&statement, slice).await?;
        let (rows, hashes) = text.trim().split_once('\t').unwrap_or_default();
        Ok(TableSum {
            rows: number(rows)?,
            hashes: number(hashes)?,
        })
    }

    async fn first_difference(&self, slice: &Slice) -> Result<Option<i64>, StoreError> {
        let side = |database: &str| {
            format!(
                "SELECT offset, {} AS hash FROM {}",
                row_hash(slice.table),
                self.rows_of(database, slice.table)
            )
        };
        let statement = format!(
            "SELECT min(offset), count() FROM (SELECT offset FROM ({} UNION ALL {}) \
             GROUP BY offset, hash HAVING count() % 2 = 1) FORMAT TSV",
            side(&self.former),
            side(&self.rebuilt)
        );
        let text = self.ask(&statement, slice).await?;
        Ok(match text.trim().split_once('\t') {
            Some((_, "0")) | None => None,
            Some((offset, _)) => offset.parse().ok(),
        })
    }

    /// Where replacing rows are concerned: the states that were the last before the bound in *both*
    /// databases; one that has moved on in either is left for the next comparison.
    fn rows_of(&self, database: &str, table: Table) -> String {
        let name = table.name();
        if !table.replaces() {
            return format!("`{database}`.{name} WHERE {BELOW}");
        }
        let moved = |database: &str| {
            format!(
                "SELECT id FROM `{database}`.{name} WHERE topic_id = {{topic:UUID}} AND partition = \
                 {{partition:Int32}} AND offset >= {{before:Int64}}"
            )
        };
        format!(
            "`{database}`.{name} FINAL WHERE {BELOW} AND id NOT IN ({} UNION ALL {})",
            moved(&self.former),
            moved(&self.rebuilt)
        )
    }

    async fn ask(&self, statement: &str, slice: &Slice) -> Result<String, StoreError> {
        let (topic, partition) = (slice.topic_id.to_string(), slice.partition.to_string());
        let before = slice.before.to_string();
        let settings = [
            ("database", "default"),
            ("param_topic", topic.as_str()),
            ("param_partition", partition.as_str()),
            ("param_before", before.as_str()),
        ];
        let body = Bytes::copy_from_slice(statement.as_bytes());
        self.connection.post(&settings, body).await
    }
}

const BELOW: &str =
    "topic_id = {topic:UUID} AND partition = {partition:Int32} AND offset < {before:Int64}";

/// A hash of the whole row, absent values told from empty ones.
fn row_hash(table: Table) -> String {
    format!("cityHash64(toString(tuple({})))", table.columns())
}

fn number(text: &str) -> Result<u64, StoreError> {
    text.trim().parse().map_err(|_| StoreError::Failed {
        code: 0,
        message: format!("a number was expected, '{}' came", text.trim()),
    })
}
