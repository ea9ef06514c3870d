//! Wires every service to its ports: the one place that knows them all.

use std::sync::Arc;

use axum::Router;
use domain::case::{CaseBook, Verdict};
use event_log::{DecidedLog, Record};
use event_schemas::Catalog;
use event_schemas::city::{RuleSetMark, Topic};
use service_kit::identity::{Identity, login_routes};
use service_kit::{Clock, Health, Shutdown};
use tokio::task::JoinHandle;

use super::backends::Backends;
use super::map::map_routes;
use super::web::secure;
use crate::console::{ConsoleFiles, console_routes};
use crate::failure::{Failure, chain};
use crate::settings::Settings;

/// What every service may be given.
pub struct Wiring<'h> {
    /// Settings.
    pub settings: &'h Settings,
    /// Log and store.
    pub backends: &'h Backends,
    /// The catalog.
    pub catalog: &'h Arc<Catalog>,
    /// Who may call.
    pub identity: &'h Identity,
    /// The clock.
    pub clock: &'h Clock,
    /// Readiness.
    pub health: &'h Health,
    /// The end.
    pub shutdown: &'h Shutdown,
}

fn dependency(error: impl std::error::Error) -> Failure {
    Failure::dependency(chain(&error))
}

/// Starts everything; returns the public routes and the tasks to wait for at the stop.
pub async fn start(
    wiring: &Wiring<'_>,
    mark: RuleSetMark,
    console: Option<ConsoleFiles>,
) -> Result<(Router, Vec<JoinHandle<()>>), Failure> {
    let build_id = console
        .as_ref()
        .map(|files| files.build_id().to_owned())
        .unwrap_or_default();
    let cases = follow_cases(wiring).await?;
    let live = live_gateway::start(
        live_gateway::Config {
            build_id,
            origins: live_gateway::AllowedOrigins::new(wiring.settings.allowed_origins.clone()),
            ..live_gateway::Config::default()
        },
        live_gateway::Ports {
            log: wiring.backends.log.clone(),
            cases,
            catalog: Arc::clone(wiring.catalog),
            identity: wiring.identity.clone(),
            clock: wiring.clock.clone(),
            health: wiring.health.clone(),
        },
        wiring.shutdown.clone(),
    )
    .await
    .map_err(dependency)?;
    let mut router = Router::new()
        .merge(service_kit::admin::public_routes(wiring.health.clone()))
        .merge(login_routes(wiring.identity.clone(), wiring.clock.clone()))
        .merge(map_routes(wiring.catalog, wiring.settings.places.is_some()))
        .merge(live);
    if let Some(files) = console {
        router = router.merge(console_routes(Arc::new(files)));
    }
    let _ = mark;
    Ok((secure(router), Vec::new()))
}

async fn follow_cases(wiring: &Wiring<'_>) -> Result<DecidedLog<CaseBook, Verdict>, Failure> {
    let apply = |book: &mut CaseBook, record: &Record| {
        book.apply_bytes(record.position.offset, record.append_time, &record.value)
    };
    DecidedLog::open(
        &wiring.backends.log,
        Topic::Cases,
        CaseBook::default(),
        apply,
        wiring.shutdown.clone(),
    )
    .await
    .map_err(dependency)
}
