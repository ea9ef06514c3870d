//! Events older than the memory: whether they were admitted, and with which content.

use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;

use domain::admission::{CONTENT_HASH, Digest};
use event_log::{LogConfig, record_at};
use event_schemas::city::{LogCursor, LogPosition, Millis, Topic};
use event_store::{Reader, SourceAndId};

/// By what an event is looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    /// CloudEvents `source`.
    pub source: String,
    /// CloudEvents `id`.
    pub id: String,
    /// It cannot have been admitted before this, as far as clocks are trusted.
    pub since: Millis,
}

/// Nobody can tell now; admission waits.
#[derive(Debug, thiserror::Error)]
#[error("earlier events cannot be looked up: {0}")]
pub struct EarlierUnavailable(pub String);

/// The answer: for each key the digest of the content that was admitted, if any was.
pub type Found<'f> =
    Pin<Box<dyn Future<Output = Result<Vec<Option<Digest>>, EarlierUnavailable>> + Send + 'f>>;

/// Knows all events admitted before `covered` (next offsets of `city.events`).
pub trait EarlierEvents: Send + Sync {
    /// Looks events up. It must fail rather than answer while it does not cover `covered`.
    fn find<'f>(&'f self, keys: &'f [EventKey], covered: &'f LogCursor) -> Found<'f>;
}

/// Looks events up in ClickHouse, and reads their content's digest in the log where they stand.
pub struct StoredEarlier {
    reader: Reader,
    log: LogConfig,
}

impl StoredEarlier {
    /// Asks `reader`, and `log` for the record itself.
    pub const fn new(reader: Reader, log: LogConfig) -> Self {
        Self { reader, log }
    }

    async fn look_up(
        &self,
        keys: &[EventKey],
        covered: &LogCursor,
    ) -> Result<Vec<Option<Digest>>, EarlierUnavailable> {
        let recorded = self.reader.progress().await.map_err(unavailable)?;
        if !recorded.covers(covered) {
            let message = String::from("the recorder is still behind the memory of repeats");
            return Err(EarlierUnavailable(message));
        }
        let since = keys.iter().map(|key| key.since).min().unwrap_or_default();
        let named: Vec<SourceAndId> = keys
            .iter()
            .map(|key| (key.source.clone(), key.id.clone()))
            .collect();
        // All at once: after a restart every event of the last hour may be asked for.
        let asked = self.reader.event_positions(&named, since);
        let stored = asked.await.map_err(unavailable)?;
        let mut found = Vec::with_capacity(keys.len());
        for key in &named {
            found.push(match stored.get(key) {
                None => None,
                Some(position) => Some(self.content_at(*position).await?),
            });
        }
        Ok(found)
    }

    async fn content_at(&self, position: LogPosition) -> Result<Digest, EarlierUnavailable> {
        let topic = self.log.topic(Topic::Events);
        let record = record_at(&self.log, &topic, position)
            .await
            .map_err(unavailable)?;
        let digest = record
            .as_ref()
            .and_then(|record| record.header(CONTENT_HASH));
        // Stored, but its record is gone or unmarked: it was admitted, and no content can equal it.
        Ok(digest.and_then(Digest::parse).unwrap_or(Digest([0; 16])))
    }
}

impl EarlierEvents for StoredEarlier {
    fn find<'f>(&'f self, keys: &'f [EventKey], covered: &'f LogCursor) -> Found<'f> {
        Box::pin(self.look_up(keys, covered))
    }
}

fn unavailable(error: impl Display) -> EarlierUnavailable {
    EarlierUnavailable(error.to_string())
}
