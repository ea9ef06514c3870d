//! The thread that admission runs on: Kafka's client blocks, and transactions want one owner.

use std::time::Duration;

use domain::privacy::Keychain;
use event_log::LogError;
use service_kit::personal::{PersonalKeys, PersonalKeysError};
use service_kit::{Backoff, Component, Shutdown};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::session::Session;
use crate::{AdmissionError, Config, Ports, measure};

/// What every session shares.
pub(crate) struct Worker {
    pub(crate) config: Config,
    pub(crate) ports: Ports,
    pub(crate) keys: PersonalKeys,
    pub(crate) chain: Keychain,
    pub(crate) handle: Handle,
    pub(crate) shutdown: Shutdown,
    pub(crate) component: Component,
}

pub(crate) async fn run(
    config: Config,
    ports: Ports,
    shutdown: Shutdown,
) -> Result<(), AdmissionError> {
    let component = ports.health.component("event-admission");
    let Some((keys, chain)) = opened(&config, &ports, &component, &shutdown).await? else {
        return Ok(());
    };
    // Without the log of keys nobody hears of a key that was destroyed: this run ends with it.
    let (until, followed) = (shutdown.child_token(), keys.clone());
    let (stop, stopped) = (until.clone(), shutdown.clone());
    let worker = Worker {
        config,
        ports,
        keys,
        chain,
        handle: Handle::current(),
        shutdown: until,
        component,
    };
    let (ended, end) = oneshot::channel();
    std::thread::Builder::new()
        .name(String::from("event-admission"))
        .spawn(move || {
            // Nobody waits any more when the process is torn down.
            let _gone = ended.send(worker.run());
        })
        .map_err(|error| AdmissionError::Thread(format!("cannot be started: {error}")))?;
    tokio::pin!(end);
    let (ended, lost) = tokio::select! {
        ended = &mut end => (ended, false),
        () = followed.closed() => {
            stop.cancel();
            (end.await, !stopped.is_cancelled())
        }
    };
    ended
        .map_err(|_| AdmissionError::Thread(String::from("ended without a word; see the log")))??;
    if lost {
        Err(AdmissionError::KeysLost)
    } else {
        Ok(())
    }
}

/// The keys for personal data; none: the shutdown came first. A log that cannot be reached yet is
/// waited for; a file that does not fit is told.
async fn opened(
    config: &Config,
    ports: &Ports,
    component: &Component,
    shutdown: &Shutdown,
) -> Result<Option<(PersonalKeys, Keychain)>, PersonalKeysError> {
    let mut pauses = Backoff::new(Duration::from_millis(50), Duration::from_secs(5));
    loop {
        let opening = async {
            let keys = PersonalKeys::open(&ports.log, &config.key_file, shutdown.clone()).await?;
            let chain = keys.unlock().await?;
            Ok((keys, chain))
        };
        match opening.await {
            Ok(opened) => return Ok(Some(opened)),
            Err(error @ (PersonalKeysError::File(_) | PersonalKeysError::Master { .. })) => {
                return Err(error);
            }
            Err(error) => component.down(error.to_string()),
        }
        // Either end of the pause is fine.
        let _elapsed = tokio::time::timeout(pauses.next_wait(), shutdown.cancelled()).await;
        if shutdown.is_cancelled() {
            return Ok(None);
        }
    }
}

impl Worker {
    /// Sessions one after another; only the loss of a topic ends them.
    fn run(&self) -> Result<(), LogError> {
        let mut instance = self.config.instance.clone();
        let mut pauses = Backoff::new(Duration::from_millis(50), Duration::from_secs(5));
        while !self.shutdown.is_cancelled() {
            let begun = std::time::Instant::now();
            let served = Session::open(self, &instance).and_then(|mut session| session.serve());
            match served {
                Ok(()) => return Ok(()),
                Err(error @ (LogError::TopicRecreated { .. } | LogError::Truncated { .. })) => {
                    self.component.down(error.to_string());
                    return Err(error);
                }
                Err(error) => {
                    tracing::warn!(%error, "admission starts over with fresh clients");
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
