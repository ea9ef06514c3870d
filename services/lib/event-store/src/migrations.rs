//! Tables, made by ordered and immutable migrations.
//!
//! Every statement may run twice (`IF NOT EXISTS`), so a crash between a migration and its record is
//! healed by the next start. What was applied is recorded with a checksum.

use sha2::{Digest as _, Sha256};

use crate::connection::Connection;
use crate::{StoreConfig, StoreError};

/// One migration: its statements are separated by a semicolon at the end of a line.
#[derive(Clone, Copy, Debug)]
struct Migration {
    number: u32,
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: [Migration; 6] = [
    Migration {
        number: 1,
        name: "events",
        sql: include_str!("../migrations/001_events.sql"),
    },
    Migration {
        number: 2,
        name: "alerts",
        sql: include_str!("../migrations/002_alerts.sql"),
    },
    Migration {
        number: 3,
        name: "cases",
        sql: include_str!("../migrations/003_cases.sql"),
    },
    Migration {
        number: 4,
        name: "dead_letters",
        sql: include_str!("../migrations/004_dead_letters.sql"),
    },
    Migration {
        number: 5,
        name: "audit",
        sql: include_str!("../migrations/005_audit.sql"),
    },
    Migration {
        number: 6,
        name: "dead_letters_expire",
        sql: include_str!("../migrations/006_dead_letters_expire.sql"),
    },
];

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS migrations
(number UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
ENGINE = ReplacingMergeTree ORDER BY number";

impl Migration {
    fn checksum(&self) -> String {
        hex::encode(Sha256::digest(self.sql.as_bytes()))
    }

    fn statements(&self) -> impl Iterator<Item = &'static str> {
        self.sql
            .split(";\n")
            .map(str::trim)
            .filter(|statement| !statement.is_empty())
    }
}

/// Creates the database where it is missing and brings its tables up to this version.
///
/// Needs the credential of a user that may create databases and tables. Running it again, also at
/// the same time from two processes, changes nothing. Returns how many migrations were applied.
pub async fn migrate(admin: &StoreConfig) -> Result<usize, StoreError> {
    let connection = Connection::new(admin)?;
    connection
        .execute(
            &format!("CREATE DATABASE IF NOT EXISTS `{}`", admin.database),
            false,
        )
        .await?;
    connection.execute(LEDGER, true).await?;
    let applied = applied(&connection).await?;
    let known = MIGRATIONS.len() as u32;
    if let Some(&(found, ..)) = applied.iter().find(|(number, ..)| *number > known) {
        return Err(StoreError::DatabaseNewer {
            database: admin.database.clone(),
            found,
            known,
        });
    }
    let mut fresh = 0;
    for migration in &MIGRATIONS {
        match applied
            .iter()
            .find(|(number, ..)| *number == migration.number)
        {
            Some((_, checksum)) if *checksum == migration.checksum() => {}
            Some(_) => {
                return Err(StoreError::MigrationChanged {
                    number: migration.number,
                    name: migration.name.to_owned(),
                    database: admin.database.clone(),
                });
            }
            None => {
                apply(&connection, migration).await?;
                fresh += 1;
            }
        }
    }
    Ok(fresh)
}

/// Compares what was applied with what this version knows, and changes nothing. Names the missing ones;
/// an altered one, or a newer database, is the error that [`migrate`] would end with.
pub async fn missing_migrations(config: &StoreConfig) -> Result<Vec<String>, StoreError> {
    let applied = applied(&Connection::new(config)?).await?;
    let known = MIGRATIONS.len() as u32;
    if let Some(&(found, ..)) = applied.iter().find(|(number, ..)| *number > known) {
        return Err(StoreError::DatabaseNewer {
            database: config.database.clone(),
            found,
            known,
        });
    }
    let mut missing = Vec::new();
    for migration in &MIGRATIONS {
        let title = format!("{:03} ({})", migration.number, migration.name);
        match applied
            .iter()
            .find(|(number, ..)| *number == migration.number)
        {
            None => missing.push(title),
            Some((_, checksum)) if *checksum == migration.checksum() => {}
            Some(_) => {
                return Err(StoreError::MigrationChanged {
                    number: migration.number,
                    name: migration.name.to_owned(),
                    database: config.database.clone(),
                });
            }
        }
    }
    Ok(missing)
}

async fn applied(connection: &Connection) -> Result<Vec<(u32, String)>, StoreError> {
    let text = connection
        .execute(
            "SELECT number, checksum FROM migrations FINAL ORDER BY number FORMAT TSV",
            true,
        )
        .await?;
    Ok(text
        .lines()
        .filter_map(|line| {
            let (number, checksum) = line.split_once('\t')?;
            Some((number.parse().ok()?, checksum.to_owned()))
        })
        .collect())
}

async fn apply(connection: &Connection, migration: &Migration) -> Result<(), StoreError> {
    for statement in migration.statements() {
        connection.execute(statement, true).await?;
    }
    let record = format!(
        "INSERT INTO migrations (number, name, checksum) VALUES ({}, '{}', '{}')",
        migration.number,
        migration.name,
        migration.checksum()
    );
    connection.execute(&record, true).await?;
    tracing::info!(
        number = migration.number,
        name = migration.name,
        "migration applied"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_without_gaps_and_each_statement_may_run_twice() {
        for (n, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(migration.number as usize, n + 1);
            for statement in migration.statements() {
                let again = ["CREATE TABLE IF NOT EXISTS", "MODIFY TTL"];
                assert!(
                    again.iter().any(|harmless| statement.contains(harmless)),
                    "{statement}"
                );
            }
        }
    }
}
