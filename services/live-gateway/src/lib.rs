//! The live protocol over WebSocket: a snapshot, then changes, resumable from memory.
//!
//! One task owns the city's present picture and its recent frames (`publisher`); followers of the
//! log feed it; every client has a bounded queue. A client that cannot keep up is reset to a
//! snapshot, never buffered without bound, and never silently skipped over an alert or a case.

mod audience;
mod client;
mod entity;
mod feeds;
mod follow;
mod frame;
mod history;
mod pace;
mod picture;
mod protocol;
mod publisher;
#[cfg(test)]
mod publisher_tests;
mod snapshot;
mod stream;
mod views;
mod whereabouts;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use domain::case::{CaseBook, Verdict};
use event_log::{DecidedLog, LogConfig, LogError};
use event_schemas::catalog::Catalog;
use service_kit::identity::Identity;
use service_kit::{Clock, Health, Shutdown, websocket};
use tokio::sync::Semaphore;

pub use service_kit::AllowedOrigins;

/// Settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// Time between two frames to one client, taken over a second; alerts and cases need not wait.
    pub frame_every: Duration,
    /// Time between two beats.
    pub beat_every: Duration,
    /// Frames kept for resuming; at ten a second 9,000 are 15 minutes.
    pub history_frames: usize,
    /// Bytes of frames kept for resuming.
    pub history_bytes: usize,
    /// Frames that may wait for one client before it is reset.
    pub client_queue: usize,
    /// Connections at once.
    pub clients_max: usize,
    /// Connections at once of one session.
    pub clients_of_session: usize,
    /// How often a client is pinged, and its session looked at again.
    pub ping_every: Duration,
    /// A client that was not heard of for so long is gone, whatever its connection looks like.
    pub silent_after: Duration,
    /// Changes when the console changes; consoles reload themselves then.
    pub build_id: String,
    /// Origins that may open a WebSocket, beside the hub's own.
    pub origins: AllowedOrigins,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            frame_every: Duration::from_millis(100),
            beat_every: Duration::from_secs(5),
            history_frames: 9_000,
            history_bytes: 64 * 1024 * 1024,
            client_queue: 128,
            clients_max: 10_000,
            clients_of_session: websocket::CONNECTIONS_PER_SESSION,
            ping_every: Duration::from_secs(5),
            silent_after: Duration::from_secs(45),
            build_id: String::new(),
            origins: AllowedOrigins::default(),
        }
    }
}

/// What the gateway works with.
#[derive(Clone)]
pub struct Ports {
    /// The log.
    pub log: LogConfig,
    /// Cases and units as decided.
    pub cases: DecidedLog<CaseBook, Verdict>,
    /// Event types' titles and what ends what.
    pub catalog: Arc<Catalog>,
    /// Who is calling.
    pub identity: Identity,
    /// The clock.
    pub clock: Clock,
    /// Readiness.
    pub health: Health,
}

/// Starts the followers and the publisher, and returns the route `/live`.
pub async fn start(config: Config, ports: Ports, shutdown: Shutdown) -> Result<Router, LogError> {
    let publisher = publisher::spawn(&config, &ports.catalog, &ports.clock, shutdown.clone());
    follow::spawn(&ports, &publisher, &shutdown).await?;
    let gate = Arc::new(client::Gate {
        places: Semaphore::new(config.clients_max),
        seats: websocket::Seats::new(config.clients_of_session),
        config,
        publisher,
        identity: ports.identity,
        clock: ports.clock,
        shutdown,
    });
    Ok(Router::new()
        .route("/live", get(client::upgrade))
        .with_state(gate))
}
