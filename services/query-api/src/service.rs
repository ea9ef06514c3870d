//! Starting the service: what it needs, and what it opens.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use domain::case::{CaseSettings, Verdict, Workflows};
use event_log::{DecidedLog, LogConfig, LogError};
use event_schemas::Catalog;
use event_schemas::city::Topic;
use event_store::Reader;
use service_kit::identity::Identity;
use service_kit::personal::{PersonalKeys, PersonalKeysError};
use service_kit::websocket::{self, Seats};
use service_kit::{AllowedOrigins, Clock, Component, Health, Shutdown};
use tokio::sync::{Semaphore, watch};

use crate::board::{self, Board};
use crate::desk::Desk;
use crate::export::ExportPlaces;
use crate::gate::{Gate, Limits};
use crate::hub::Hub;
use crate::replay::Replays;
use crate::schema;
use crate::store::Store;
use crate::tail::Tails;
use crate::transport::{self, call::Api, persisted::Persisted};
use crate::{signs, whereabouts};

/// Settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// Limits on every request.
    pub limits: Limits,
    /// Pages from these origins may use the hub with the operator's cookie, beside the hub's own;
    /// e.g. `https://console.example.org`.
    pub allowed_origins: Vec<String>,
    /// Operations executed at once.
    pub concurrent_operations: usize,
    /// Open WebSockets.
    pub sockets: usize,
    /// Open WebSockets of one session or key.
    pub sockets_of_session: usize,
    /// What deciding about cases depends on.
    pub case_settings: CaseSettings,
    /// IANA time zone of hours and days in statistics.
    pub zone: String,
    /// Documents that are known by the SHA-256 of their text from the start.
    pub operations: Vec<String>,
    /// File of the master key for personal data; without it no personal field is opened here.
    pub master_key_file: Option<PathBuf>,
    /// Whether a page that comes by its cookie may ask for nothing but those.
    pub pages_known_only: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            allowed_origins: Vec::new(),
            concurrent_operations: 64,
            sockets: 5_000,
            sockets_of_session: websocket::CONNECTIONS_PER_SESSION,
            case_settings: CaseSettings::default(),
            zone: String::from("Asia/Shanghai"),
            operations: Vec::new(),
            master_key_file: None,
            pages_known_only: false,
        }
    }
}

/// What the service is connected to.
#[derive(Clone)]
pub struct Ports {
    /// The log.
    pub log: LogConfig,
    /// The store, as a user who may only read, whichever tables are in force.
    pub store: Reader,
    /// What the city knows.
    pub catalog: Arc<Catalog>,
    /// Who is asking.
    pub identity: Identity,
    /// The only clock.
    pub clock: Clock,
    /// Where readiness is told.
    pub health: Health,
}

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log cannot be read.
    #[error("query-api cannot follow city.cases: {0}")]
    Log(#[from] LogError),
    /// The log of keys cannot be read.
    #[error("query-api cannot follow the keys for personal data: {0}")]
    Personal(#[from] PersonalKeysError),
}

/// Starts the service: folds `city.cases` to its end, follows `city.alerts`, and answers with the
/// routes `POST /graphql` and WebSocket `/graphql`. Its tasks end with `shutdown`.
pub async fn start(config: Config, ports: Ports, shutdown: Shutdown) -> Result<Router, Error> {
    let store_health = ports.health.optional("query-api: store");
    let cases = DecidedLog::open(
        &ports.log,
        Topic::Cases,
        Desk::default(),
        Desk::fold,
        shutdown.clone(),
    )
    .await?;
    let cases_health = ports.health.component("query-api: cases");
    tell_when_closed(cases.clone(), cases_health, shutdown.clone());
    let store = Store::open(ports.store.clone(), store_health, shutdown.clone());
    let (board_sender, board) = watch::channel(Board::default());
    tokio::spawn(board::follow(
        ports.log.clone(),
        board_sender,
        ports.health.component("query-api: log"),
        shutdown.clone(),
    ));
    let signs = signs::open(
        store.reader().clone(),
        Arc::clone(&ports.catalog),
        ports.clock.clone(),
        shutdown.clone(),
    );
    let whereabouts = whereabouts::open(
        store.reader().clone(),
        Arc::clone(&ports.catalog),
        ports.clock.clone(),
        shutdown.clone(),
    );
    let personal = personal_keys(&config, &ports.log, &shutdown).await?;
    let by = (ports.identity.clone(), ports.clock.clone());
    let replays = Replays::open(&ports.log, store.reader().clone(), by, shutdown.clone())?;
    let tails = Tails::open(ports.log.clone(), shutdown.clone());
    let hub = Arc::new(Hub {
        tails,
        signs,
        replays,
        whereabouts,
        identity: ports.identity.clone(),
        personal,
        workflows: Workflows::of_catalog(&ports.catalog).with_settings(config.case_settings),
        catalog: ports.catalog,
        cases,
        board,
        store,
        clock: ports.clock,
        zone: config.zone,
    });
    let schema = schema::build().data(Arc::clone(&hub)).finish();
    let api = Api {
        gate: Gate::new(&schema::sdl(), config.limits),
        schema,
        hub,
        identity: ports.identity,
        allowed_origins: AllowedOrigins::new(config.allowed_origins),
        executing: Semaphore::new(config.concurrent_operations),
        sockets: Arc::new(Semaphore::new(config.sockets)),
        seats: Seats::new(config.sockets_of_session),
        exports: ExportPlaces::default(),
        persisted: Persisted::new(config.operations, config.pages_known_only),
        shutdown,
    };
    Ok(transport::routes(Arc::new(api)))
}

/// The keys for personal fields, where this process is given the master key.
async fn personal_keys(
    config: &Config,
    log: &LogConfig,
    shutdown: &Shutdown,
) -> Result<Option<PersonalKeys>, Error> {
    Ok(match &config.master_key_file {
        Some(file) => Some(PersonalKeys::open(log, file, shutdown.clone()).await?),
        None => None,
    })
}

/// The fold of `city.cases` goes on for as long as the service does; an end before is a fault.
fn tell_when_closed(cases: DecidedLog<Desk, Verdict>, health: Component, shutdown: Shutdown) {
    health.ready();
    tokio::spawn(async move {
        cases.closed().await;
        if !shutdown.is_cancelled() {
            health.down("city.cases is not followed any more; restart the service");
        }
    });
}
