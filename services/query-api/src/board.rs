//! The latest state of alerts, followed from `city.alerts`: for subscriptions, and for the alerts of
//! a case while the store is behind or away. Pages of alerts come from the store. Beside them lies
//! how far inboxes are read (`inboxes`).

use std::sync::Arc;
use std::time::Duration;

use domain::alert::{Alert, AlertStatus};
use event_log::{Follower, LogConfig, Record, StartAt};
use event_schemas::city::Topic;
use service_kit::{Component, Shutdown};
use tokio::sync::watch;

use crate::history::History;
use crate::inboxes::{self, Inboxes};

/// Changes kept for subscribers that come back; alerts resolved before them are left to the store.
const CHANGES: usize = 20_000;
/// Longest wait of one read.
const WAIT: Duration = Duration::from_secs(1);
/// Pause before following again.
const PAUSE: Duration = Duration::from_secs(1);

/// Alerts in their latest state; clones are snapshots that cost nothing.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    alerts: imbl::HashMap<String, Arc<Alert>>,
    /// Every change, in log order.
    pub(crate) changes: History<Arc<Alert>>,
    /// The end of the topic was reached once.
    pub(crate) caught_up: bool,
    /// How far the hub has read each inbox.
    pub(crate) inboxes: Arc<Inboxes>,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            alerts: imbl::HashMap::new(),
            changes: History::new(CHANGES),
            caught_up: false,
            inboxes: Arc::default(),
        }
    }
}

impl Board {
    /// An alert that is open or changed lately.
    pub(crate) fn alert(&self, id: &str) -> Option<&Arc<Alert>> {
        self.alerts.get(id)
    }

    fn take(&mut self, record: &Record) {
        let alert: Alert = match serde_json::from_slice(&record.value) {
            Ok(alert) => alert,
            Err(error) => {
                tracing::warn!(position = %record.position, %error, "a record of city.alerts is ignored");
                self.changes.pass(record.position);
                return;
            }
        };
        let alert = Arc::new(alert);
        self.alerts.insert(alert.id.clone(), Arc::clone(&alert));
        let dropped = self.changes.push(record.position, alert);
        if let Some(old) = dropped {
            let latest = self.alerts.get(&old.id);
            // Resolved, and no later change of it is kept: the store has it.
            if latest.is_some_and(|latest| {
                latest.status == AlertStatus::Resolved && latest.version == old.version
            }) {
                self.alerts.remove(&old.id);
            }
        }
    }
}

/// Follows alerts and watermarks until the shutdown.
pub(crate) async fn follow(
    config: LogConfig,
    board: watch::Sender<Board>,
    health: Component,
    shutdown: Shutdown,
) {
    tokio::join!(
        follow_alerts(&config, &board, &health, &shutdown),
        inboxes::follow(&config, &board, &shutdown),
    );
}

/// After a loss of the log it goes on where it was.
async fn follow_alerts(
    config: &LogConfig,
    board: &watch::Sender<Board>,
    health: &Component,
    shutdown: &Shutdown,
) {
    let mut current = Board::default();
    while !shutdown.is_cancelled() {
        let from = StartAt::Cursor(current.changes.reached().clone());
        let followed = tokio::select! {
            () = shutdown.cancelled() => return,
            opened = Follower::open(config, &[Topic::Alerts], from) => match opened {
                Ok(follower) => read(follower, &mut current, board, health, shutdown).await,
                Err(error) => Err(error),
            },
        };
        if let Err(error) = followed {
            tracing::warn!(%error, "following city.alerts again");
            health.degraded("city.alerts cannot be followed; alerts are not live");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

async fn read(
    mut follower: Follower,
    current: &mut Board,
    board: &watch::Sender<Board>,
    health: &Component,
    shutdown: &Shutdown,
) -> Result<(), event_log::LogError> {
    loop {
        let batch = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            batch = follower.next(WAIT) => batch?,
        };
        for record in &batch.records {
            current.take(record);
        }
        let now_caught_up = batch.caught_up && !current.caught_up;
        current.caught_up |= batch.caught_up;
        if batch.caught_up {
            health.ready();
        }
        if !batch.records.is_empty() || now_caught_up {
            board.send_modify(|shown| {
                let inboxes = std::mem::take(&mut shown.inboxes);
                *shown = Board {
                    inboxes,
                    ..current.clone()
                };
            });
        }
    }
}
