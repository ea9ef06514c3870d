//! How the store is doing, asked by `city-brain doctor`; an administrator may ask all of it.

use event_schemas::city::Millis;

use crate::connection::Connection;
use crate::{StoreConfig, StoreError};

/// A table whose inserts will soon be slowed down: merges do not keep up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crowded {
    /// Table.
    pub table: String,
    /// The partition with the most parts.
    pub partition: String,
    /// Its parts.
    pub parts: u64,
    /// So many and ClickHouse slows inserts down.
    pub limit: u64,
}

/// Events of a department that happened after the hub received them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromTheFuture {
    /// Department.
    pub department: String,
    /// The source whose clock is ahead.
    pub source: String,
    /// How many in the last day.
    pub events: u64,
    /// By how much at most, in milliseconds.
    pub ahead_ms: i64,
}

/// Dead letters of one department with one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rising {
    /// Department.
    pub department: String,
    /// Reason.
    pub reason: String,
    /// In the last hour.
    pub last_hour: u64,
    /// In the day before that hour.
    pub day_before: u64,
}

/// Asks, and changes nothing.
#[derive(Clone, Debug)]
pub struct Inspection {
    connection: Connection,
}

impl Inspection {
    /// Of this user's server; the database is that of the configuration.
    pub fn new(config: &StoreConfig) -> Result<Self, StoreError> {
        Ok(Self {
            connection: Connection::new(config)?,
        })
    }

    /// Whether it answers, and its clock.
    pub async fn now(&self) -> Result<Millis, StoreError> {
        let text = self
            .connection
            .execute("SELECT toUnixTimestamp64Milli(now64(3)) FORMAT TSV", false)
            .await?;
        number(text.trim()).map(Millis)
    }

    /// Databases whose names begin like this.
    pub async fn databases(&self, beginning: &str) -> Result<Vec<String>, StoreError> {
        let text = self
            .connection
            .execute("SHOW DATABASES FORMAT TSV", false)
            .await?;
        let named = text.lines().filter(|name| name.starts_with(beginning));
        Ok(named.map(str::to_owned).collect())
    }

    /// Tables of this database with at least half as many parts in a partition as slow inserts down.
    pub async fn crowded(&self) -> Result<Vec<Crowded>, StoreError> {
        let rows = self
            .rows(
                "WITH (SELECT toUInt64(value) FROM system.merge_tree_settings WHERE name = 'parts_to_delay_insert') AS usual \
                 SELECT p.table, argMax(p.partition, p.n), max(p.n), \
                 any(if(extract(t.engine_full, 'parts_to_delay_insert = ([0-9]+)') = '', usual, \
                 toUInt64OrZero(extract(t.engine_full, 'parts_to_delay_insert = ([0-9]+)')))) AS most \
                 FROM (SELECT table, partition, count() AS n FROM system.parts \
                 WHERE database = currentDatabase() AND active GROUP BY table, partition) AS p \
                 INNER JOIN (SELECT name, engine_full FROM system.tables WHERE database = currentDatabase()) AS t \
                 ON t.name = p.table GROUP BY p.table HAVING max(p.n) * 2 >= most ORDER BY p.table",
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Crowded {
                    table: cell(row, 0),
                    partition: cell(row, 1),
                    parts: number(&cell(row, 2))?,
                    limit: number(&cell(row, 3))?,
                })
            })
            .collect()
    }

    /// Sources whose clock was ahead of ours by more than `tolerance_ms` in the day before `now`.
    pub async fn from_the_future(
        &self,
        now: Millis,
        tolerance_ms: i64,
    ) -> Result<Vec<FromTheFuture>, StoreError> {
        let day_ago = now.plus(-86_400_000).0;
        let rows = self
            .rows(&format!(
                "SELECT department, source, count(), \
                 max(toUnixTimestamp64Milli(event_time) - toUnixTimestamp64Milli(ingest_time)) AS ahead FROM events \
                 WHERE ingest_time >= fromUnixTimestamp64Milli({day_ago}, 'UTC') \
                 AND toUnixTimestamp64Milli(event_time) > toUnixTimestamp64Milli(ingest_time) + {tolerance_ms} \
                 GROUP BY department, source ORDER BY ahead DESC LIMIT 20"
            ))
            .await?;
        rows.iter()
            .map(|row| {
                Ok(FromTheFuture {
                    department: cell(row, 0),
                    source: cell(row, 1),
                    events: number(&cell(row, 2))?,
                    ahead_ms: number(&cell(row, 3))?,
                })
            })
            .collect()
    }

    /// When the hub last took an event of each type.
    pub async fn last_of_types(&self) -> Result<Vec<(String, Millis)>, StoreError> {
        let rows = self
            .rows("SELECT type, toUnixTimestamp64Milli(max(ingest_time)) FROM events GROUP BY type")
            .await?;
        rows.iter()
            .map(|row| Ok((cell(row, 0), Millis(number(&cell(row, 1))?))))
            .collect()
    }

    /// Departments and reasons with at least `at_least` dead letters in the hour before `now`, and more
    /// than twice the hourly mean of the day before.
    pub async fn rising_dead_letters(
        &self,
        now: Millis,
        at_least: u64,
    ) -> Result<Vec<Rising>, StoreError> {
        let (hour_ago, day_ago) = (now.plus(-3_600_000).0, now.plus(-25 * 3_600_000).0);
        let rows = self
            .rows(&format!(
                "SELECT department, reason, countIf(received_at >= fromUnixTimestamp64Milli({hour_ago}, 'UTC')) AS hour, \
                 count() - hour AS before FROM dead_letters WHERE received_at >= fromUnixTimestamp64Milli({day_ago}, 'UTC') \
                 GROUP BY department, reason HAVING hour >= {at_least} AND hour * 24 > before * 2 ORDER BY hour DESC LIMIT 20"
            ))
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Rising {
                    department: cell(row, 0),
                    reason: cell(row, 1),
                    last_hour: number(&cell(row, 2))?,
                    day_before: number(&cell(row, 3))?,
                })
            })
            .collect()
    }

    async fn rows(&self, query: &str) -> Result<Vec<Vec<String>>, StoreError> {
        let text = self
            .connection
            .execute(&format!("{query} FORMAT TSV"), true)
            .await?;
        let row = |line: &str| line.split('\t').map(str::to_owned).collect();
        Ok(text.lines().map(row).collect())
    }
}

fn cell(row: &[String], n: usize) -> String {
    row.get(n).cloned().unwrap_or_default()
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Failed {
        code: 0,
        message: format!("a number was expected, '{text}' came"),
    })
}
