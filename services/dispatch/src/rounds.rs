//! One round: everything that is due now, decided and appended until nothing more is.

use std::time::Duration;

use domain::case::routing::{Routing, RoutingTable, route};
use domain::case::{CaseBook, Decision, Refusal, decide, due_timers, register_unit};
use event_schemas::city::Millis;
use service_kit::Shutdown;

use crate::alerts::Waiting;
use crate::append::{AppendFailure, append};
use crate::{Config, Ports, measures};

/// A round goes on at most this often before alerts and shutdown are looked at again.
const PASSES_MAX: usize = 20;

/// What rounds are made with.
pub(crate) struct Dispatcher {
    ports: Ports,
    append_wait: Duration,
}

impl Dispatcher {
    pub(crate) fn new(config: &Config, ports: &Ports) -> Self {
        Self {
            ports: ports.clone(),
            append_wait: config.append_wait,
        }
    }

    /// Decides and appends what is due, until nothing more is.
    pub(crate) async fn round(
        &self,
        waiting: &mut Waiting,
        shutdown: &Shutdown,
    ) -> Result<(), AppendFailure> {
        for _ in 0..PASSES_MAX {
            // One moment of the book for the whole pass: what it leads to is decided by the log.
            let book = self.ports.cases.state();
            let now = self.ports.clock.now();
            let mut decisions = self.units(&book, now);
            decisions.extend(self.timers(&book, now));
            decisions.extend(self.routing(&book, waiting, now).decisions);
            if decisions.is_empty() || shutdown.is_cancelled() {
                measures::standing(&book, waiting.len());
                return Ok(());
            }
            for decision in &decisions {
                append(&self.ports.cases, decision, self.append_wait).await?;
            }
        }
        Ok(())
    }

    /// Forgets what needs no decision, without deciding anything.
    pub(crate) fn settle(&self, waiting: &mut Waiting) {
        self.routing(&self.ports.cases.state(), waiting, self.ports.clock.now());
    }

    fn units(&self, book: &CaseBook, now: Millis) -> Vec<Decision> {
        let units = self.ports.catalog.units().iter();
        units
            .filter_map(|unit| register_unit(book, unit, now))
            .collect()
    }

    fn timers(&self, book: &CaseBook, now: Millis) -> Vec<Decision> {
        due_timers(book, now)
            .into_iter()
            .filter_map(
                |command| match decide(book, &self.ports.workflows, &command, now) {
                    Ok(decision) => Some(decision),
                    Err(Refusal::Repeat(_)) => None,
                    Err(refusal) => {
                        measures::refused(&command.name);
                        tracing::warn!(
                            case = command.case_id, command = command.name, %refusal,
                            "what time asks for was not done"
                        );
                        None
                    }
                },
            )
            .collect()
    }

    fn routing(&self, book: &CaseBook, waiting: &mut Waiting, now: Millis) -> Routing {
        let places = self.ports.catalog.places();
        let table = RoutingTable {
            routes: self.ports.catalog.routes(),
            workflows: &self.ports.workflows,
            partition_place: &|code| places.partition_place(code).map(str::to_owned),
        };
        let routing = route(&table, book, waiting.iter(), now);
        for (group, refusal) in &routing.refused {
            measures::refused("route");
            tracing::warn!(group, %refusal, "alerts were not routed");
        }
        waiting.forget(&routing.settled);
        routing
    }
}
