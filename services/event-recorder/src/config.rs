//! What the recorder is told, and what it works with.

use std::time::Duration;

use event_log::LogConfig;
use event_store::StoreConfig;
use service_kit::{Clock, Health};

/// Settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
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
