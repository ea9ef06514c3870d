//! alert-engine: events to alerts.
//!
//! Folds every partition of `city.events` and `city.matches` with the pure engine of `domain`. What
//! a fold brings (alerts, matches, watermarks and marks to send on) and how far it has come are
//! committed in one Kafka transaction: no alert twice, none lost, and a late twin is refused.
//!
//! Invariants: an engine's state is that of its committed offset before it writes anything. A new
//! owner loads the last snapshot, folds the tail of the log up to the committed offset without
//! output, and goes on. Snapshots are a shortcut only: without one the partition is folded anew.

mod decode;
mod encode;
mod measure;
mod owned;
mod session;
mod snapshot_file;
mod tail;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::engine::Places;
use event_log::LogConfig;
use service_kit::{Clock, Health, Shutdown};

/// Settings of the engine.
#[derive(Clone, Debug)]
pub struct Config {
    /// A name of this process that stays over restarts: the same name fences its dead self at once,
    /// another name shares the partitions.
    pub instance: String,
    /// Snapshots lie in `engine/` below it.
    pub data_dir: PathBuf,
    /// How long records are gathered before a transaction.
    pub collect: event_log::CollectTimes,
    /// A member silent this long loses its partitions.
    pub session: Duration,
    /// A snapshot is written after so many records of a partition.
    pub snapshot_records: u64,
    /// Or after this time, when anything was folded.
    pub snapshot_every: Duration,
}

impl Config {
    /// Usual settings with snapshots below `data_dir`.
    pub fn new(data_dir: PathBuf) -> Self {
        Self {
            instance: String::from("0"),
            data_dir,
            collect: event_log::CollectTimes::default(),
            session: Duration::from_secs(6),
            snapshot_records: 100_000,
            snapshot_every: Duration::from_secs(60),
        }
    }
}

/// What the engine is given.
#[derive(Clone)]
pub struct Ports {
    /// Kafka.
    pub log: LogConfig,
    /// The place tree: the catalog itself.
    pub places: Arc<dyn Places>,
    /// The clock, for figures alone: the fold has none.
    pub clock: Clock,
    /// Readiness.
    pub health: Health,
}

/// Why the engine cannot run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The log lost something that the engine relies on.
    #[error(transparent)]
    Log(#[from] event_log::LogError),
    /// Snapshots cannot be kept.
    #[error("the folder for snapshots {} cannot be used: {cause}", path.display())]
    Folder {
        /// Its path.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The worker's thread could not be started, or ended without a word.
    #[error("the engine's thread {0}")]
    Thread(String),
}

/// Runs until `shutdown`. Faults that pass (Kafka away, fenced by a twin) are survived by starting
/// over with fresh clients; a lost or re-created topic is returned.
pub async fn run(config: Config, ports: Ports, shutdown: Shutdown) -> Result<(), EngineError> {
    worker::run(config, ports, shutdown).await
}
