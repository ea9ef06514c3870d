//! The thread that the engine runs on: Kafka's client blocks, and transactions want one owner.

use std::time::{Duration, Instant};

use event_log::LogError;
use service_kit::{Backoff, Component, Shutdown};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::session::Session;
use crate::snapshot_file::SnapshotFolder;
use crate::{Config, EngineError, Ports, measure};

/// What every session shares.
pub(crate) struct Worker {
    pub(crate) config: Config,
    pub(crate) ports: Ports,
    pub(crate) folder: SnapshotFolder,
    pub(crate) handle: Handle,
    pub(crate) shutdown: Shutdown,
    pub(crate) component: Component,
}

pub(crate) async fn run(
    config: Config,
    ports: Ports,
    shutdown: Shutdown,
) -> Result<(), EngineError> {
    let component = ports.health.component("alert-engine");
    let folder = SnapshotFolder::open(&config.data_dir)
        .map_err(|(path, cause)| EngineError::Folder { path, cause })?;
    let worker = Worker {
        config,
        ports,
        folder,
        handle: Handle::current(),
        shutdown,
        component,
    };
    let (ended, end) = oneshot::channel();
    std::thread::Builder::new()
        .name(String::from("alert-engine"))
        .spawn(move || {
            // Nobody waits any more when the process is torn down.
            let _gone = ended.send(worker.run());
        })
        .map_err(|error| EngineError::Thread(format!("cannot be started: {error}")))?;
    end.await
        .map_err(|_| EngineError::Thread(String::from("ended without a word; see the log")))?
        .map_err(EngineError::from)
}

impl Worker {
    /// Sessions one after another; only the loss of a topic ends them.
    fn run(&self) -> Result<(), LogError> {
        let mut instance = self.config.instance.clone();
        let mut pauses = Backoff::new(Duration::from_millis(50), Duration::from_secs(5));
        while !self.shutdown.is_cancelled() {
            let begun = Instant::now();
            let served = Session::open(self, &instance).and_then(|mut session| session.serve());
            match served {
                Ok(()) => return Ok(()),
                Err(error @ (LogError::TopicRecreated { .. } | LogError::Truncated { .. })) => {
                    self.component.down(error.to_string());
                    return Err(error);
                }
                Err(error) => {
                    tracing::warn!(%error, "the engine starts over with fresh clients");
                    if matches!(error, LogError::Fenced { .. }) {
                        // A twin has our name now. To take it back would fence the twin, and so on
                        // for ever: go on beside it under a name of our own.
                        let suffix = service_kit::random::token::<6>();
                        instance = format!("{}-{suffix}", self.config.instance);
                    }
                    self.component.down(error.to_string());
                    measure::started_over();
                }
            }
            if begun.elapsed() > Duration::from_secs(30) {
                pauses.reset();
            }
            self.pause(pauses.next_wait());
        }
        Ok(())
    }

    fn pause(&self, wait: Duration) {
        let cancelled = self.shutdown.cancelled();
        self.handle.block_on(async {
            // Either end of the pause is fine.
            let _elapsed = tokio::time::timeout(wait, cancelled).await;
        });
    }
}
