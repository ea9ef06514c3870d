//! event-admission: from the departments' inboxes to the city's one log.
//!
//! A loop of consume, judge, produce under Kafka transactions: admitted events, dead letters and
//! the inboxes' offsets become visible together. A dead or late twin is fenced by the broker. The
//! judgement itself is pure and lives in `domain::admission`; this is its shell.
//!
//! Invariants: an event is admitted once, within the printed horizon of the memory and beyond it by
//! asking the store; nothing is admitted while neither can tell; no bad record stops the others.

mod batch;
mod earlier;
mod inbox;
mod measure;
mod pulse;
mod seals;
mod session;
mod takeover;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::admission::Limits;
use event_log::LogConfig;
use event_schemas::Catalog;
use event_schemas::city::RuleSetMark;
use service_kit::personal::PersonalKeysError;
use service_kit::{Clock, Health, Shutdown};
use tokio::sync::watch;

pub use earlier::{EarlierEvents, EarlierUnavailable, EventKey, Found, StoredEarlier};

/// Settings of admission.
#[derive(Clone, Debug)]
pub struct Config {
    /// A name of this process that stays over restarts: the same name fences its dead self at once,
    /// another name shares the inboxes.
    pub instance: String,
    /// File of the master key for personal data, made at the first start (mode 0600).
    pub key_file: PathBuf,
    /// Largest event, and what is flagged.
    pub limits: Limits,
    /// Events remembered per inbox, to tell repeats (about 100 bytes each).
    pub memory_events: usize,
    /// Records of each partition of `city.events` read back at a takeover, to remember repeats.
    pub read_back: i64,
    /// How long records are gathered before a transaction.
    pub collect: event_log::CollectTimes,
    /// A member silent this long loses its inboxes.
    pub session: Duration,
    /// How often each partition is told how far the inboxes are admitted.
    pub watermark_every: Duration,
}

impl Config {
    /// Usual settings with the key in `key_file`.
    pub fn new(key_file: PathBuf) -> Self {
        Self {
            instance: String::from("0"),
            key_file,
            limits: Limits::default(),
            memory_events: 1_000_000,
            read_back: 50_000,
            collect: event_log::CollectTimes::default(),
            session: Duration::from_secs(6),
            watermark_every: Duration::from_secs(1),
        }
    }
}

/// What admission is given.
#[derive(Clone)]
pub struct Ports {
    /// Kafka.
    pub log: LogConfig,
    /// Departments, contracts, places.
    pub catalog: Arc<Catalog>,
    /// The clock.
    pub clock: Clock,
    /// Readiness.
    pub health: Health,
    /// The rule set in force; written to every partition when it changes.
    pub rules: watch::Receiver<Option<RuleSetMark>>,
    /// Events older than the memory.
    pub earlier: Arc<dyn EarlierEvents>,
}

/// Why admission cannot run.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    /// The keys for personal data.
    #[error(transparent)]
    Keys(#[from] PersonalKeysError),
    /// The log of keys is not followed any more.
    #[error("the log of keys for personal data cannot be followed any further; see the log")]
    KeysLost,
    /// The log lost something that admission relies on.
    #[error(transparent)]
    Log(#[from] event_log::LogError),
    /// The worker's thread could not be started, or ended without a word.
    #[error("the admission thread {0}")]
    Thread(String),
}

/// Runs until `shutdown`. Faults that pass (Kafka away, fenced by a twin) are survived by starting
/// over with fresh clients; a lost or re-created topic is returned.
pub async fn run(config: Config, ports: Ports, shutdown: Shutdown) -> Result<(), AdmissionError> {
    worker::run(config, ports, shutdown).await
}
