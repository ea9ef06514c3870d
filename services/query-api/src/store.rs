//! The store as resolvers use it: typed failures for callers, and how far it is behind the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use event_schemas::city::{LogCursor, TopicId};
use event_store::{Reader, StoreError};
use service_kit::{Component, Shutdown};
use tokio::sync::{Notify, watch};

use crate::failure::{Code, Failure};

/// How often the store is asked how far it is, while nobody waits.
const PACE: Duration = Duration::from_secs(1);
/// How often while somebody waits.
const HURRY: Duration = Duration::from_millis(100);

/// The reader and its progress.
#[derive(Clone)]
pub(crate) struct Store {
    reader: Reader,
    progress: watch::Receiver<LogCursor>,
    waiters: Arc<Waiters>,
}

#[derive(Default)]
struct Waiters {
    count: AtomicUsize,
    came: Notify,
}

impl Store {
    /// A store whose progress is watched by a task until the shutdown.
    pub(crate) fn open(reader: Reader, health: Component, shutdown: Shutdown) -> Self {
        let (sender, progress) = watch::channel(LogCursor::default());
        let waiters = Arc::new(Waiters::default());
        let task = watch_progress(
            reader.clone(),
            sender,
            Arc::clone(&waiters),
            health,
            shutdown,
        );
        tokio::spawn(task);
        Self {
            reader,
            progress,
            waiters,
        }
    }

    /// Questions to the tables.
    pub(crate) const fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Everything before this was in the tables a moment ago.
    pub(crate) fn progress(&self) -> LogCursor {
        self.progress.borrow().clone()
    }

    /// Waits until the tables hold what `least` names, other than the topic `except`; at most `wait`.
    pub(crate) async fn reach(
        &self,
        least: &LogCursor,
        except: TopicId,
        wait: Duration,
    ) -> Result<(), Failure> {
        let mut wanted = least.clone();
        wanted.0.retain(|(topic, _), _| *topic != except);
        if self.progress.borrow().covers(&wanted) {
            return Ok(());
        }
        let _waiting = Waiting::begin(&self.waiters);
        let mut progress = self.progress.clone();
        let reached = progress.wait_for(|reached| reached.covers(&wanted));
        match tokio::time::timeout(wait, reached).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(behind()),
        }
    }
}

/// The failure of `atLeast`.
pub(crate) fn behind() -> Failure {
    Failure::new(
        Code::Behind,
        "The hub has not read that far yet. Ask again in a moment, or without atLeast.",
    )
}

/// Somebody waits; ends with the value.
struct Waiting(Arc<Waiters>);

impl Waiting {
    fn begin(waiters: &Arc<Waiters>) -> Self {
        waiters.count.fetch_add(1, Ordering::Relaxed);
        waiters.came.notify_one();
        Self(Arc::clone(waiters))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn watch_progress(
    reader: Reader,
    sender: watch::Sender<LogCursor>,
    waiters: Arc<Waiters>,
    health: Component,
    shutdown: Shutdown,
) {
    loop {
        match reader.progress().await {
            Ok(cursor) => {
                health.ready();
                sender.send_if_modified(|known| {
                    let further = *known != cursor;
                    known.merge(&cursor);
                    further
                });
            }
            Err(error) => {
                tracing::debug!(%error, "the store does not tell how far it is");
                health.degraded("the store does not answer: events, alerts and dead letters cannot be listed; cases are served");
            }
        }
        let pause = if waiters.count.load(Ordering::Relaxed) > 0 {
            HURRY
        } else {
            PACE
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
            () = waiters.came.notified() => tokio::time::sleep(HURRY).await,
        }
    }
}

impl From<StoreError> for Failure {
    /// What a caller may know of a fault of the store; the rest is traced.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::TooExpensive { .. } => Self::new(
                Code::TooMuch,
                "This query needs more than one query may use: narrow the filter or the time range.",
            ),
            StoreError::Query(reason) => Self::bad(reason),
            passing if passing.passes() => {
                tracing::warn!(error = %passing, "the store does not answer");
                Self::new(
                    Code::StoreUnavailable,
                    "The store does not answer right now. Cases are still served; try again in a moment.",
                )
            }
            fault => {
                tracing::error!(error = %fault, "the store refuses a query of ours");
                Self::new(
                    Code::Internal,
                    "The hub could not ask its store; its administrators find the reason in the log.",
                )
            }
        }
    }
}
