//! event-intake: HTTP to Kafka, for departments without Kafka.
//!
//! `POST /v1/events` takes `CloudEvents` in the HTTP binding (binary, structured, batch), gives them
//! the same check as admission as a courtesy, and answers when Kafka has acknowledged all that was
//! accepted. `GET /v1/events/<source>/<id>` tells what admission decided: its verdict counts.
//! `GET /v1/dead-letters` tells what of the caller's own was refused.
//!
//! Invariants: a caller publishes into its own department's inbox only; limits apply before work;
//! what is answered with 200 is in the log; while Kafka is away the answer is 503, never a promise;
//! nothing is unpacked beyond the limit of a body.

mod access;
mod coding;
mod event_fate;
mod files;
mod forms;
mod idempotency;
mod kafka_form;
mod measure;
mod open311;
mod own_letters;
mod problem;
mod publish;
mod rate;
mod request;

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use domain::admission::Limits;
use event_log::{IdempotentProducer, LogConfig, LogError};
use event_schemas::Catalog;
use service_kit::{Clock, Health, Shutdown};
use tokio::sync::Semaphore;

pub use access::Authenticate;
pub use event_fate::{
    DeadLetterFate, EventFates, Fate, FateAnswer, FatesUnavailable, LettersAnswer, OwnLetter,
    StoredFates,
};
pub use open311::{Asked, CityRequests, KnownCase, KnownRequest, LaterEvent, RequestsAnswer};

/// Settings of intake.
#[derive(Clone, Debug)]
pub struct Config {
    /// Largest event.
    pub limits: Limits,
    /// Largest request body, as it comes and unpacked.
    pub body_bytes: usize,
    /// Most events of one batch.
    pub batch_events: usize,
    /// Most requests at once; further ones are asked to come again.
    pub in_flight: usize,
    /// Events per second and key; a burst of one second's worth is free.
    pub events_per_second: u32,
    /// Events per day (UTC) and key, counted since this process started; `None`: as many as it likes.
    pub events_per_day: Option<NonZeroU64>,
    /// How long Kafka may take to acknowledge.
    pub acknowledge_within: Duration,
    /// How long a caller may take to send its body.
    pub body_within: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            body_bytes: 4 * 1024 * 1024,
            batch_events: 1_000,
            in_flight: 64,
            events_per_second: 20_000,
            events_per_day: None,
            acknowledge_within: Duration::from_secs(10),
            body_within: Duration::from_secs(30),
        }
    }
}

/// What intake is given.
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
    /// Whose key is it?
    pub identity: Arc<dyn Authenticate>,
    /// What became of events.
    pub fates: Arc<dyn EventFates>,
}

/// Intake cannot start.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The producer cannot be made.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// What every request shares.
pub(crate) struct Intake {
    pub(crate) config: Config,
    pub(crate) ports: Ports,
    pub(crate) producer: IdempotentProducer,
    pub(crate) seats: Semaphore,
    pub(crate) rates: rate::Rates,
    pub(crate) answers: idempotency::Answers,
}

/// The routes of intake.
#[expect(
    clippy::unused_async,
    reason = "every HTTP service starts by the same signature"
)]
pub async fn start(
    config: Config,
    ports: Ports,
    shutdown: Shutdown,
) -> Result<Router, IntakeError> {
    let component = ports.health.component("event-intake");
    let log = ports.log.clone();
    let _watching = service_kit::supervise("event-intake health", async move {
        watch_kafka(log, component, shutdown).await;
        Ok::<(), LogError>(())
    });
    let intake = Arc::new(Intake {
        producer: IdempotentProducer::new(&ports.log)?,
        seats: Semaphore::new(config.in_flight),
        rates: rate::Rates::new(config.events_per_second, config.events_per_day),
        answers: idempotency::Answers::default(),
        config,
        ports,
    });
    Ok(Router::new()
        .route("/v1/events", post(publish::publish))
        .route("/v1/events/{*event}", get(event_fate::tell))
        .route("/v1/dead-letters", get(own_letters::tell))
        .merge(forms::routes())
        .merge(files::routes())
        .merge(open311::routes())
        .with_state(intake))
}

/// Without Kafka intake cannot serve: readiness says so.
async fn watch_kafka(log: LogConfig, component: service_kit::Component, shutdown: Shutdown) {
    let mut misses = 0;
    while !shutdown.is_cancelled() {
        match event_log::probe(&log).await {
            Ok(()) => {
                misses = 0;
                component.ready();
            }
            Err(error) => {
                misses += 1;
                // One miss may be a broker that is just being restarted.
                if misses > 1 {
                    component.down(error.to_string());
                }
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(Duration::from_secs(2)) => {}
        }
    }
}
