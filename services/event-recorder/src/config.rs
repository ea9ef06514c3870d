//! What the recorder is told, and what it works with.

use std::collections::BTreeMap;
use std::time::Duration;

use event_log::LogConfig;
use event_store::StoreConfig;
use service_kit::{Clock, Health};
use tokio::sync::watch;

/// The recorder of the database that the settings name; [`group_of`] for tables that were rebuilt.
const GROUP: &str = "event-recorder";

/// Consumer group and database belong together: what a group has committed is what its database
/// holds. So tables that were derived anew have a group of their own, and nothing is handed over
/// when they are put in force.
pub fn group_of(named_in_settings: &str, database: &str) -> String {
    if database == named_in_settings {
        GROUP.to_owned()
    } else {
        format!("{GROUP}.{database}")
    }
}

/// How far another recorder has come, by topic name and partition: the next offset it has not done.
pub type Passed = BTreeMap<(String, i32), i64>;

/// Settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The consumer group, below the topic prefix: one for each database that is recorded.
    pub group: String,
    /// Rows at which a batch is cut.
    pub batch_rows: usize,
    /// Bytes at which a batch is cut.
    pub batch_bytes: usize,
    /// Age at which a batch is cut, when the store is free to take it; under load batches grow instead.
    pub batch_age: Duration,
    /// A recorder that is silent this long loses its partitions to another.
    pub session: Duration,
    /// A name that only this process has and keeps over restarts, so that a restart takes its
    /// partitions at once. Without it a killed recorder's partitions wait for `session`.
    pub instance: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            group: GROUP.to_owned(),
            batch_rows: 10_000,
            batch_bytes: 8 * 1024 * 1024,
            batch_age: Duration::from_millis(100),
            session: Duration::from_secs(6),
            instance: None,
        }
    }
}

/// What it works with.
#[derive(Clone, Debug)]
pub struct Ports {
    /// Kafka.
    pub log: LogConfig,
    /// ClickHouse, as a user who may insert and select.
    pub store: StoreConfig,
    /// The clock.
    pub clock: Clock,
    /// Where readiness is told.
    pub health: Health,
}

/// The recorder beside which tables are derived anew.
#[derive(Clone, Debug)]
pub struct Former {
    /// How far it has come. What it has passed and could not store, it has made a dead letter of:
    /// no second one is made.
    pub passed: watch::Receiver<Passed>,
}
