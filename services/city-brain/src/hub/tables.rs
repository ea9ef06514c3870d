//! Which tables are in force, and how this process goes over to others: `city-brain rebuild` decides it
//! in `city.control`, every process reads it there.
//!
//! A database and a consumer group belong together ([`event_recorder::group_of`]), so the recorder hands
//! nothing over: it leaves one pair and joins the other, each of which is exactly once by itself. Readers
//! follow as soon as the new tables hold everything that the old ones have shown.

use std::path::PathBuf;
use std::time::Duration;

use event_recorder::RecorderError;
use event_store::{Reader, StoreConfig};
use service_kit::identity::Identity;
use service_kit::{Shutdown, supervise};
use tokio::sync::watch;

use super::addresses::Addresses;
use crate::failure::{Failure, chain};

/// How often the new tables are asked whether they hold what the old ones do.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Readers go over after this time at the latest: the old tables are filled no more.
const GO_OVER_WITHIN: Duration = Duration::from_secs(30);

/// The database in force that stands for the one the settings name.
pub(super) fn in_force(identity: &Identity, named: &str) -> String {
    let book = identity.book();
    book.tables(named)
        .map_or_else(|| named.to_owned(), |tables| tables.database.clone())
}

/// The tables that this process works with.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    /// What the settings call them.
    named: String,
    /// The database that is filled.
    filled: watch::Receiver<String>,
    /// The database that is read.
    read: watch::Receiver<String>,
}

impl Tables {
    /// Follows what is in force until the shutdown.
    pub(super) fn follow(
        identity: &Identity,
        named: &str,
        reader: &StoreConfig,
        shutdown: &Shutdown,
    ) -> Self {
        let present = in_force(identity, named);
        let (fill, filled) = watch::channel(present.clone());
        let (show, read) = watch::channel(present);
        let (identity, reader) = (identity.clone(), reader.clone());
        let (of, shutdown) = (named.to_owned(), shutdown.clone());
        supervise("tables in force", async move {
            let mut decided = identity.log().watch();
            loop {
                let wanted = in_force(&identity, &of);
                let present = show.borrow().clone();
                if wanted != present {
                    tracing::info!(
                        former = present,
                        tables = wanted,
                        "other tables are in force"
                    );
                    fill.send_replace(wanted.clone());
                    tokio::select! {
                        () = shutdown.cancelled() => break,
                        () = until_whole(&reader, &present, &wanted) => {}
                    }
                    show.send_replace(wanted);
                    continue;
                }
                tokio::select! {
                    () = shutdown.cancelled() => break,
                    changed = decided.changed() => if changed.is_err() { break },
                }
            }
            // Whoever still reads keeps the last tables.
            shutdown.cancelled().await;
            Ok::<(), std::convert::Infallible>(())
        });
        Self {
            named: named.to_owned(),
            filled,
            read,
        }
    }

    /// A reader of the tables in force.
    pub(super) fn reader(&self, user: &StoreConfig) -> Result<Reader, Failure> {
        Reader::following(user, self.read.clone())
            .map_err(|error| Failure::dependency(chain(&error)))
    }

    /// The database that is read now.
    pub(super) fn database(&self) -> String {
        self.read.borrow().clone()
    }

    /// Keeps `run/addresses.json` true when readers go over.
    pub(super) fn keep_addresses(
        &self,
        mut addresses: Addresses,
        data_dir: PathBuf,
        shutdown: Shutdown,
    ) {
        let mut read = self.read.clone();
        supervise("addresses of the tables", async move {
            loop {
                let database = read.borrow_and_update().clone();
                if database != addresses.clickhouse.database {
                    addresses.clickhouse.database = database;
                    if let Err(error) = addresses.write(&data_dir) {
                        tracing::error!(%error, "run/addresses.json names tables that are no more");
                    }
                }
                tokio::select! {
                    () = shutdown.cancelled() => return Ok::<(), std::convert::Infallible>(()),
                    changed = read.changed() => if changed.is_err() { return Ok(()) },
                }
            }
        });
    }

    /// Runs the recorder of the tables in force; goes over with them.
    pub(super) async fn record(
        mut self,
        instance: String,
        ports: event_recorder::Ports,
        shutdown: Shutdown,
    ) -> Result<(), RecorderError> {
        loop {
            let database = self.filled.borrow_and_update().clone();
            let config = event_recorder::Config {
                group: event_recorder::group_of(&self.named, &database),
                instance: Some(instance.clone()),
                ..event_recorder::Config::default()
            };
            let ports = event_recorder::Ports {
                store: ports.store.in_database(&database),
                ..ports.clone()
            };
            let stop = shutdown.child_token();
            let recording = event_recorder::run(config, ports, stop.clone());
            tokio::pin!(recording);
            tokio::select! {
                ended = &mut recording => return ended,
                Ok(()) = self.filled.changed() => {
                    stop.cancel();
                    if let Err(error) = recording.await {
                        tracing::warn!(%error, database, "the recorder of the former tables ended badly");
                    }
                }
            }
            if shutdown.is_cancelled() {
                return Ok(());
            }
        }
    }
}

/// Waits until the new tables hold what the old ones have shown, so that no reader goes back in time.
async fn until_whole(user: &StoreConfig, old: &str, new: &str) {
    let whole = async {
        loop {
            match behind(user, old, new).await {
                Ok(false) => return,
                Ok(true) => {}
                Err(error) => tracing::debug!(%error, "the tables do not tell how far they are"),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    if tokio::time::timeout(GO_OVER_WITHIN, whole).await.is_err() {
        tracing::warn!(
            old,
            new,
            "readers go over to tables that still lack the newest records"
        );
    }
}

async fn behind(user: &StoreConfig, old: &str, new: &str) -> Result<bool, event_store::StoreError> {
    let shown = Reader::new(&user.in_database(old))?.progress().await?;
    let held = Reader::new(&user.in_database(new))?.progress().await?;
    Ok(!held.covers(&shown))
}
