//! Dispatch: what no person asks for. Groups alerts into cases, marks time limits that pass, brings
//! cases before the supervisor, ends suspensions, and registers the catalog's units.
//!
//! Everything it decides is decided by `domain` and settled by the log: any number of instances may
//! run, each may die at any moment, and what one has done the others find done. An instance keeps
//! nothing of its own: it reads `city.alerts` from the beginning and holds only what is still to
//! be decided about.

mod alerts;
mod append;
mod calendar;
mod measures;
mod rounds;

use std::sync::Arc;
use std::time::Duration;

use domain::case::{CaseBook, Verdict, Workflows};
use event_log::{DecidedLog, Follower, LogConfig, LogError, StartAt};
use event_schemas::Catalog;
use event_schemas::city::Topic;
use service_kit::{Backoff, Clock, Component, Health, Shutdown};

use crate::alerts::Waiting;
use crate::rounds::Dispatcher;

/// Settings of the service.
#[derive(Clone, Debug)]
pub struct Config {
    /// How often time limits and waiting alerts are looked at.
    pub tick: Duration,
    /// How long an append may wait for its verdict.
    pub append_wait: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            tick: Duration::from_secs(1),
            append_wait: Duration::from_secs(5),
        }
    }
}

/// What the service works with.
#[derive(Clone)]
pub struct Ports {
    /// Kafka.
    pub log: LogConfig,
    /// The decided cases and units.
    pub cases: DecidedLog<CaseBook, Verdict>,
    /// Routes, workflows, units, places.
    pub catalog: Arc<Catalog>,
    /// What commands are decided with.
    pub workflows: Workflows,
    /// The clock.
    pub clock: Clock,
    /// Where readiness is told.
    pub health: Health,
}

/// Why dispatch cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log of alerts cannot be followed.
    #[error("dispatch cannot read the alerts: {0}")]
    Alerts(#[from] LogError),
    /// The log of cases has ended under it.
    #[error("dispatch lost the log of cases; see the error of its fold")]
    CasesLost,
}

/// Opens the log of cases as every service that needs no history of its own folds it.
pub async fn open_cases(
    log: &LogConfig,
    shutdown: Shutdown,
) -> Result<DecidedLog<CaseBook, Verdict>, LogError> {
    let apply = |book: &mut CaseBook, record: &event_log::Record| {
        let verdict = book.apply_bytes(record.position.offset, record.append_time, &record.value);
        if let Verdict::Malformed { reason } = &verdict {
            tracing::warn!(position = %record.position, reason, "a record of city.cases is ignored");
        }
        verdict
    };
    DecidedLog::open(log, Topic::Cases, CaseBook::default(), apply, shutdown).await
}

/// Runs until `shutdown`.
pub async fn run(config: Config, ports: Ports, shutdown: Shutdown) -> Result<(), Error> {
    let component = ports.health.component("dispatch");
    let mut follower = Follower::open(&ports.log, &[Topic::Alerts], StartAt::Beginning).await?;
    let dispatcher = Dispatcher::new(&config, &ports);
    let mut waiting = Waiting::default();
    let mut caught_up = false;
    let mut watch = calendar::Watch::default();
    loop {
        watch.look(&ports.workflows, ports.clock.now());
        let batch = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = ports.cases.closed() => {
                return if shutdown.is_cancelled() { Ok(()) } else { Err(Error::CasesLost) };
            }
            batch = follower.next(config.tick) => batch,
        };
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => {
                component.down(error.to_string());
                match follow_again(&ports.log, &follower, error, &shutdown).await? {
                    Some(again) => follower = again,
                    None => return Ok(()),
                }
                continue;
            }
        };
        let book = ports.cases.state();
        for record in &batch.records {
            waiting.see(record, &book);
        }
        caught_up |= batch.caught_up;
        if caught_up {
            tell(&component, dispatcher.round(&mut waiting, &shutdown).await);
        } else {
            // Until all that is known has been read, an alert that looks open may be over.
            dispatcher.settle(&mut waiting);
        }
    }
}

fn tell(component: &Component, round: Result<(), append::AppendFailure>) {
    match round {
        Ok(()) => component.ready(),
        Err(failure) => component.degraded(failure.to_string()),
    }
}

/// Opens the follower again where it stood; `None` at shutdown.
async fn follow_again(
    log: &LogConfig,
    lost: &Follower,
    mut error: LogError,
    shutdown: &Shutdown,
) -> Result<Option<Follower>, Error> {
    let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(10));
    loop {
        if matches!(
            error,
            LogError::TopicRecreated { .. } | LogError::Truncated { .. }
        ) {
            return Err(Error::Alerts(error));
        }
        tracing::warn!(%error, "following the alerts again");
        tokio::select! {
            () = shutdown.cancelled() => return Ok(None),
            () = tokio::time::sleep(backoff.next_wait()) => {}
        }
        let from = StartAt::Cursor(lost.cursor().clone());
        match Follower::open(log, &[Topic::Alerts], from).await {
            Ok(follower) => return Ok(Some(follower)),
            Err(again) => error = again,
        }
    }
}
