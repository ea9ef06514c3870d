//! The whole hub in one process: `city-brain up`, and what the tests start.

mod addresses;
mod backends;
mod console;
mod elsewhere;
mod first_account;
mod instance;
mod keep_running;
mod listen;
mod map;
mod rule_set;
mod services;
mod tables;
mod up;
mod web;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum as _;
use event_schemas::{Catalog, PlaceTree};
use local_stack::{LocalStack, Progress};
use service_kit::identity::Identity;
use service_kit::kill_point::{Point, reach};
use service_kit::{Clock, Health, Shutdown};

pub use addresses::{Addresses, ClickHouseForReaders, DepartmentKafka, write_private};
pub use first_account::FirstAccount;
pub use services::Service;
pub use up::{run_service, up};

use crate::console::ConsoleFiles;
use crate::failure::{Failure, chain};
use crate::settings::Settings;
use listen::Listening;

/// Everything stops within this time, children included.
pub const STOP_WITHIN: Duration = Duration::from_secs(10);
/// Services that have not ended by themselves after this are left to end with the process.
const SERVICES_STOP_WITHIN: Duration = Duration::from_secs(4);

/// A running hub.
pub struct Hub {
    /// Address of the console and the interfaces.
    pub http: SocketAddr,
    /// Address of the administration port.
    pub admin: SocketAddr,
    /// Name and password of the first account, while unchanged.
    pub first_account: Option<FirstAccount>,
    /// Who may call.
    pub identity: Identity,
    /// The catalog it runs with.
    pub catalog: Arc<Catalog>,
    /// Readiness.
    pub health: Health,
    /// How to reach it, as in `run/addresses.json`.
    pub addresses: Addresses,
    data_dir: PathBuf,
    log: event_log::LogConfig,
    shutdown: Shutdown,
    running: Vec<tokio::task::JoinHandle<()>>,
    stack: Option<LocalStack>,
}

impl Hub {
    /// Starts everything and returns when it is ready; `tell` hears of the steps.
    pub async fn start(
        settings: &Settings,
        progress: Progress,
        tell: impl Fn(&str),
    ) -> Result<Self, Failure> {
        let catalog = Arc::new(load_catalog(settings)?);
        // Bound first: a taken port is told before anything is started.
        let listening = Listening::bind(
            settings.listen,
            settings.admin_listen,
            settings.connections_per_address,
        )?;
        let console = console::files(settings, &tell).await?;
        let backends = backends::open(settings, &catalog, progress).await?;
        let shutdown = Shutdown::new();
        let started = start_services(settings, &backends, &catalog, console, &shutdown).await;
        let mut parts = match started {
            Ok(parts) => parts,
            Err(failure) => {
                shutdown.cancel();
                stop_stack(backends.stack).await;
                return Err(failure);
            }
        };
        let (http, admin) = listening.addresses();
        let served = listening.serve(parts.router, &parts.health, &shutdown);
        parts.running.extend(served);
        let reader = &backends.store.reader;
        let addresses = Addresses {
            http: format!("http://{http}"),
            kafka: backends.log.brokers.clone(),
            kafka_departments: department_kafka(settings, backends.stack.as_ref()),
            clickhouse: ClickHouseForReaders {
                url: reader.url.clone(),
                database: parts.tables.database(),
                user: reader.user.clone(),
                password: reader.password.clone(),
            },
            admin: format!("http://{admin}"),
            topic_prefix: settings.topic_prefix.clone(),
            pid: std::process::id(),
            version: String::from(env!("CARGO_PKG_VERSION")),
        };
        let hub = Self {
            http,
            admin,
            first_account: parts.first_account,
            identity: parts.identity,
            catalog,
            health: parts.health,
            addresses,
            data_dir: settings.data_dir.clone(),
            log: backends.log,
            shutdown,
            running: parts.running,
            stack: backends.stack,
        };
        hub.wait_ready().await?;
        hub.addresses
            .write(&hub.data_dir)
            .map_err(|error| Failure::dependency(format!("run/addresses.json: {error}")))?;
        let (addresses, data_dir) = (hub.addresses.clone(), hub.data_dir.clone());
        parts
            .tables
            .keep_addresses(addresses, data_dir, hub.shutdown.clone());
        Ok(hub)
    }

    /// How to reach its log.
    pub const fn log(&self) -> &event_log::LogConfig {
        &self.log
    }

    async fn wait_ready(&self) -> Result<(), Failure> {
        const READY_WITHIN: Duration = Duration::from_secs(120);
        if tokio::time::timeout(READY_WITHIN, self.health.wait_ready())
            .await
            .is_ok()
        {
            return Ok(());
        }
        let report = serde_json::to_string(&self.health.report()).unwrap_or_default();
        Err(Failure::dependency(format!(
            "not ready within {} s: {report}",
            READY_WITHIN.as_secs()
        )))
    }

    /// Ordered stop: services first, then what was started for them.
    pub async fn stop(self) {
        Addresses::remove(&self.data_dir);
        self.shutdown.cancel();
        reach(Point::Shutdown);
        let ending = futures_util::future::join_all(self.running);
        if tokio::time::timeout(SERVICES_STOP_WITHIN, ending)
            .await
            .is_err()
        {
            tracing::warn!("some services did not stop in time");
        }
        stop_stack(self.stack).await;
    }
}

async fn stop_stack(stack: Option<LocalStack>) {
    if let Some(stack) = stack
        && let Err(error) = stack.stop().await
    {
        tracing::warn!(error = %chain(&error), "the local stack did not stop cleanly");
    }
}

fn department_kafka(settings: &Settings, stack: Option<&LocalStack>) -> Option<DepartmentKafka> {
    let listener = settings.doors.kafka.as_ref()?;
    Some(DepartmentKafka {
        brokers: stack?.department_brokers()?,
        tls: listener.tls.is_some(),
    })
}

/// What `start_services` leaves behind.
struct Parts {
    router: axum::Router,
    identity: Identity,
    first_account: Option<FirstAccount>,
    health: Health,
    tables: tables::Tables,
    running: Vec<tokio::task::JoinHandle<()>>,
}

async fn start_services(
    settings: &Settings,
    backends: &backends::Backends,
    catalog: &Arc<Catalog>,
    console: Option<ConsoleFiles>,
    shutdown: &Shutdown,
) -> Result<Parts, Failure> {
    let (clock, health) = (Clock::system(), Health::new());
    if let Some(stack) = &backends.stack {
        backends::watch_children(stack, &health, shutdown.clone());
    }
    let identity = Identity::open(&backends.log, shutdown.clone())
        .await
        .map_err(|error| Failure::dependency(chain(&error)))?;
    let database = tables::in_force(&identity, &settings.database);
    backends::create_tables(&backends.store, &database).await?;
    let tables = tables::Tables::follow(
        &identity,
        &settings.database,
        &backends.store.reader,
        shutdown,
    );
    let first_account = match settings.alone {
        None => first_account::ensure(&identity, &settings.data_dir, &clock).await?,
        Some(_) => None,
    };
    let mark = rule_set::activate(&identity, catalog, &clock).await?;
    let instance = instance::name(&settings.data_dir)?;
    let wiring = services::Wiring {
        settings,
        backends,
        tables: &tables,
        instance: &instance,
        catalog,
        identity: &identity,
        clock: &clock,
        health: &health,
        shutdown,
    };
    let whole = Service::value_variants();
    let wanted = settings.alone.as_ref().map_or(whole, std::slice::from_ref);
    let (router, running) = services::start(&wiring, wanted, mark, console).await?;
    Ok(Parts {
        router,
        identity,
        first_account,
        health,
        tables,
        running,
    })
}

fn load_catalog(settings: &Settings) -> Result<Catalog, Failure> {
    let catalog = crate::commands::connect::catalog(settings.catalog.as_deref())?;
    match &settings.places {
        None => Ok(catalog),
        Some(path) => PlaceTree::load_geojson(path)
            .map(|places| catalog.with_places(places))
            .map_err(|error| Failure::problems(format!("{}: {}", path.display(), chain(&error)))),
    }
}
