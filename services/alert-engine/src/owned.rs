//! One owned partition: its engine, and when its next snapshot is due.

use std::time::Instant;

use domain::engine::{Engine, EngineRecord, Mode, Output, Statistics};
use event_log::{AssignedPartition, LogError, Record};
use event_schemas::city::TopicId;

use crate::decode::decode;
use crate::snapshot_file::SnapshotFolder;
use crate::{Config, Ports, measure};

/// A partition this process folds.
pub(crate) struct Owned {
    pub(crate) topic: String,
    pub(crate) topic_id: TopicId,
    pub(crate) partition: i32,
    pub(crate) engine: Engine,
    told: Statistics,
    folded: u64,
    saved_at: Instant,
}

impl Owned {
    /// Takes a partition over: the last snapshot that is not ahead of what was committed, or an
    /// engine at the beginning.
    pub(crate) fn take_over(
        given: &AssignedPartition,
        (mode, event_partitions): (Mode, u32),
        folder: &SnapshotFolder,
        ports: &Ports,
    ) -> Result<Self, LogError> {
        check_topic(given)?;
        let engine = Self::restore(given, mode, folder, ports)
            .unwrap_or_else(|| Engine::new(mode, std::sync::Arc::clone(&ports.places)))
            .of_partitions(event_partitions);
        Ok(Self {
            topic: given.topic.to_string(),
            topic_id: given.topic_id,
            partition: given.partition,
            engine,
            told: Statistics::default(),
            folded: 0,
            saved_at: Instant::now(),
        })
    }

    fn restore(
        given: &AssignedPartition,
        mode: Mode,
        folder: &SnapshotFolder,
        ports: &Ports,
    ) -> Option<Engine> {
        let (topic, partition) = (&*given.topic, given.partition);
        let bytes = match folder.load(given.topic_id, partition) {
            Ok(bytes) => bytes?,
            Err(error) => {
                tracing::warn!(topic, partition, %error, "the snapshot cannot be read; folding anew");
                return None;
            }
        };
        match Engine::restore(mode, std::sync::Arc::clone(&ports.places), &bytes) {
            Ok(engine) if engine.next_offset() <= given.start => Some(engine),
            Ok(engine) => {
                let (at, committed) = (engine.next_offset(), given.start);
                tracing::warn!(
                    topic,
                    partition,
                    at,
                    committed,
                    "the snapshot is ahead of what was committed; folding anew"
                );
                None
            }
            Err(error) => {
                tracing::warn!(topic, partition, %error, "the snapshot is not used; folding anew");
                None
            }
        }
    }

    /// Folds one record and returns what it brings.
    pub(crate) fn fold(&mut self, record: &Record) -> Vec<Output> {
        self.folded += 1;
        match decode(record) {
            Ok(body) => self.engine.fold(&EngineRecord {
                position: record.position,
                body,
            }),
            Err(error) => {
                tracing::error!(%error, "a record is stepped over");
                measure::unfoldable(&self.topic);
                self.engine.skip(record.position);
                Vec::new()
            }
        }
    }

    /// Tells the figures since the last time.
    pub(crate) fn tell(&mut self) {
        let now = self.engine.statistics();
        if *now != self.told {
            measure::folded(&self.topic, &self.told, now);
            self.told = now.clone();
        }
    }

    /// Whether a snapshot is due.
    pub(crate) fn is_due(&self, config: &Config) -> bool {
        self.folded >= config.snapshot_records
            || (self.folded > 0 && self.saved_at.elapsed() >= config.snapshot_every)
    }

    /// Writes a snapshot. Only to be called when everything folded is committed.
    pub(crate) fn save(&mut self, folder: &SnapshotFolder) {
        if self.folded == 0 {
            return;
        }
        let begun = Instant::now();
        let written = self
            .engine
            .snapshot()
            .map_err(|error| error.to_string())
            .and_then(|bytes| {
                let saved = folder.save(self.topic_id, self.partition, &bytes);
                saved
                    .map(|()| bytes.len())
                    .map_err(|error| error.to_string())
            });
        match written {
            Ok(bytes) => measure::snapshot(bytes, begun.elapsed()),
            // The next takeover folds a longer tail; nothing is lost.
            Err(error) => {
                tracing::warn!(
                    topic = self.topic,
                    partition = self.partition,
                    error,
                    "no snapshot was written"
                );
            }
        }
        self.folded = 0;
        self.saved_at = Instant::now();
    }
}

/// The topic id is noted beside the committed offset: a topic that was re-created has another.
fn check_topic(given: &AssignedPartition) -> Result<(), LogError> {
    let noted = given
        .committed
        .as_ref()
        .and_then(|(_, note)| note.parse().ok());
    match noted {
        Some(recorded) if recorded != given.topic_id => Err(LogError::TopicRecreated {
            topic: given.topic.to_string(),
            recorded,
            current: vec![given.topic_id],
        }),
        _ => Ok(()),
    }
}
