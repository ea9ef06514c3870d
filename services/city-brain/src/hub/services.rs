//! Wires every service to its ports: the one place that knows them all.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use domain::case::{CaseBook, Verdict, Workflows};
use event_log::DecidedLog;
use event_schemas::Catalog;
use event_schemas::city::RuleSetMark;
use service_kit::identity::{Identity, login_routes};
use service_kit::{Clock, Health, Shutdown};
use tokio::task::JoinHandle;

use super::backends::Backends;
use super::elsewhere::guarded;
use super::keep_running::keep_running;
use super::map::map_routes;
use super::tables::Tables;
use super::web::secure;
use crate::console::{ConsoleFiles, console_routes};
use crate::failure::{Failure, chain};
use crate::settings::Settings;

/// One service of the hub, by its name on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Service {
    /// Departments' topics to the city's one log.
    Admission,
    /// The log to ClickHouse.
    Recorder,
    /// Events to alerts.
    Engine,
    /// Alerts and timers to cases.
    Dispatch,
    /// HTTP to Kafka.
    Intake,
    /// GraphQL.
    Query,
    /// The live protocol.
    Live,
}

/// What every service may be given.
pub(super) struct Wiring<'h> {
    /// Settings.
    pub(super) settings: &'h Settings,
    /// Log and store.
    pub(super) backends: &'h Backends,
    /// The tables in force.
    pub(super) tables: &'h Tables,
    /// The name of this process among others.
    pub(super) instance: &'h str,
    /// The catalog.
    pub(super) catalog: &'h Arc<Catalog>,
    /// Who may call.
    pub(super) identity: &'h Identity,
    /// The clock.
    pub(super) clock: &'h Clock,
    /// Readiness.
    pub(super) health: &'h Health,
    /// The end.
    pub(super) shutdown: &'h Shutdown,
}

fn dependency(error: impl std::error::Error) -> Failure {
    Failure::dependency(chain(&error))
}

/// Starts these services; returns the public routes and the tasks to wait for at the stop.
pub(super) async fn start(
    wiring: &Wiring<'_>,
    services: &[Service],
    mark: RuleSetMark,
    console: Option<ConsoleFiles>,
) -> Result<(Router, Vec<JoinHandle<()>>), Failure> {
    let build_id = console
        .as_ref()
        .map(|files| files.build_id().to_owned())
        .unwrap_or_default();
    let operations = console
        .as_ref()
        .map(ConsoleFiles::operations)
        .transpose()
        .map_err(dependency)?
        .unwrap_or_default();
    let mut running = Vec::new();
    let mut router = Router::new()
        .merge(service_kit::admin::public_routes(wiring.health.clone()))
        .merge(login_routes(wiring.identity.clone(), wiring.clock.clone()))
        .merge(map_routes(wiring.catalog, wiring.settings.places.is_some()));
    for service in services {
        match service {
            Service::Admission => running.push(admission(wiring, mark.clone())?),
            Service::Recorder => running.push(recorder(wiring)),
            Service::Engine => running.push(engine(wiring)),
            Service::Dispatch => running.push(dispatch(wiring)),
            Service::Intake => router = router.merge(intake(wiring).await?),
            Service::Query => router = router.merge(query(wiring, operations.clone()).await?),
            Service::Live => router = router.merge(live(wiring, build_id.clone()).await?),
        }
    }
    if let Some(files) = console
        && services.contains(&Service::Query)
    {
        router = router.merge(console_routes(Arc::new(files)));
    }
    let guarded = guarded(router, wiring.identity.clone(), wiring.clock.clone());
    Ok((secure(guarded), running))
}

fn admission(wiring: &Wiring<'_>, mark: RuleSetMark) -> Result<JoinHandle<()>, Failure> {
    let key_file = wiring.settings.personal_key.clone();
    let config = event_admission::Config {
        instance: wiring.instance.to_owned(),
        collect: wiring.settings.collect,
        ..event_admission::Config::new(key_file)
    };
    let reader = wiring.tables.reader(&wiring.backends.store.reader)?;
    let (rules, told) = tokio::sync::watch::channel(Some(mark));
    let ports = event_admission::Ports {
        log: wiring.backends.log.clone(),
        catalog: Arc::clone(wiring.catalog),
        clock: wiring.clock.clone(),
        health: wiring.health.clone(),
        rules: told,
        earlier: Arc::new(event_admission::StoredEarlier::new(
            reader,
            wiring.backends.log.clone(),
        )),
    };
    let shutdown = wiring.shutdown.clone();
    Ok(keep_running(
        "event-admission",
        wiring.health,
        shutdown.clone(),
        move || {
            // The sender lives with the service: a closed channel would say that rules are no more.
            let (config, ports, shutdown, rules) = (
                config.clone(),
                ports.clone(),
                shutdown.clone(),
                rules.clone(),
            );
            async move {
                let ended = event_admission::run(config, ports, shutdown).await;
                drop(rules);
                ended
            }
        },
    ))
}

fn recorder(wiring: &Wiring<'_>) -> JoinHandle<()> {
    let (tables, instance) = (wiring.tables.clone(), wiring.instance.to_owned());
    let ports = event_recorder::Ports {
        log: wiring.backends.log.clone(),
        store: wiring.backends.store.writer.clone(),
        clock: wiring.clock.clone(),
        health: wiring.health.clone(),
    };
    let shutdown = wiring.shutdown.clone();
    keep_running(
        "event-recorder",
        wiring.health,
        shutdown.clone(),
        move || {
            tables
                .clone()
                .record(instance.clone(), ports.clone(), shutdown.clone())
        },
    )
}

fn engine(wiring: &Wiring<'_>) -> JoinHandle<()> {
    let config = alert_engine::Config {
        instance: wiring.instance.to_owned(),
        collect: wiring.settings.collect,
        ..alert_engine::Config::new(wiring.settings.data_dir.clone())
    };
    let ports = alert_engine::Ports {
        log: wiring.backends.log.clone(),
        places: Arc::clone(wiring.catalog) as Arc<dyn domain::engine::Places>,
        clock: wiring.clock.clone(),
        health: wiring.health.clone(),
    };
    let shutdown = wiring.shutdown.clone();
    keep_running("alert-engine", wiring.health, shutdown.clone(), move || {
        alert_engine::run(config.clone(), ports.clone(), shutdown.clone())
    })
}

async fn intake(wiring: &Wiring<'_>) -> Result<Router, Failure> {
    let reader = wiring.tables.reader(&wiring.backends.store.reader)?;
    let ports = event_intake::Ports {
        log: wiring.backends.log.clone(),
        catalog: Arc::clone(wiring.catalog),
        clock: wiring.clock.clone(),
        health: wiring.health.clone(),
        identity: Arc::new(wiring.identity.clone()),
        fates: Arc::new(event_intake::StoredFates::new(reader)),
    };
    let doors = &wiring.settings.doors;
    let default = event_intake::Config::default();
    let config = event_intake::Config {
        events_per_second: doors
            .events_per_second
            .map_or(default.events_per_second, NonZeroU32::get),
        events_per_day: doors.events_per_day,
        ..default
    };
    event_intake::start(config, ports, wiring.shutdown.clone())
        .await
        .map_err(dependency)
}

async fn query(wiring: &Wiring<'_>, operations: Vec<String>) -> Result<Router, Failure> {
    let config = query_api::Config {
        operations,
        master_key_file: Some(wiring.settings.personal_key.clone()),
        pages_known_only: wiring.settings.console_operations_only,
        allowed_origins: wiring.settings.allowed_origins.clone(),
        ..query_api::Config::default()
    };
    let ports = query_api::Ports {
        log: wiring.backends.log.clone(),
        store: wiring.tables.reader(&wiring.backends.store.reader)?,
        catalog: Arc::clone(wiring.catalog),
        identity: wiring.identity.clone(),
        clock: wiring.clock.clone(),
        health: wiring.health.clone(),
    };
    query_api::start(config, ports, wiring.shutdown.clone())
        .await
        .map_err(dependency)
}

async fn live(wiring: &Wiring<'_>, build_id: String) -> Result<Router, Failure> {
    let config = live_gateway::Config {
        build_id,
        origins: live_gateway::AllowedOrigins::new(wiring.settings.allowed_origins.clone()),
        ..live_gateway::Config::default()
    };
    let ports = live_gateway::Ports {
        log: wiring.backends.log.clone(),
        cases: open_cases(wiring).await?,
        catalog: Arc::clone(wiring.catalog),
        identity: wiring.identity.clone(),
        clock: wiring.clock.clone(),
        health: wiring.health.clone(),
    };
    live_gateway::start(config, ports, wiring.shutdown.clone())
        .await
        .map_err(dependency)
}

fn dispatch(wiring: &Wiring<'_>) -> JoinHandle<()> {
    let log = wiring.backends.log.clone();
    let catalog = Arc::clone(wiring.catalog);
    let (clock, health) = (wiring.clock.clone(), wiring.health.clone());
    let shutdown = wiring.shutdown.clone();
    keep_running("dispatch", wiring.health, shutdown.clone(), move || {
        let (log, catalog) = (log.clone(), Arc::clone(&catalog));
        let (clock, health, shutdown) = (clock.clone(), health.clone(), shutdown.clone());
        async move {
            // Folded anew at each start: a fold that was lost does not come back by itself.
            let ports = dispatch::Ports {
                cases: dispatch::open_cases(&log, shutdown.clone()).await?,
                workflows: Workflows::of_catalog(&catalog),
                log,
                catalog,
                clock,
                health,
            };
            dispatch::run(dispatch::Config::default(), ports, shutdown).await
        }
    })
}

async fn open_cases(wiring: &Wiring<'_>) -> Result<DecidedLog<CaseBook, Verdict>, Failure> {
    dispatch::open_cases(&wiring.backends.log, wiring.shutdown.clone())
        .await
        .map_err(dependency)
}
