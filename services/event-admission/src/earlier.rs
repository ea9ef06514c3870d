//! Events older than the memory: whether they were admitted, and with which content.

use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;

use domain::admission::{CONTENT_HASH, Digest};
use event_log::{LogConfig, record_at};
use event_schemas::city::{LogCursor, Topic};
use event_store::Reader;

/// By what an event is looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    /// CloudEvents `source`.
    pub source: String,
    /// CloudEvents `id`.
    pub id: String,
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
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            found.push(self.one(key).await?);
        }
        Ok(found)
    }

    async fn one(&self, key: &EventKey) -> Result<Option<Digest>, EarlierUnavailable> {
        let stored = self.reader.event_by_key(&key.source, &key.id);
        let Some(stored) = stored.await.map_err(unavailable)? else {
            return Ok(None);
        };
        let topic = self.log.topic(Topic::Events);
        let record = record_at(&self.log, &topic, stored.event.position)
            .await
            .map_err(unavailable)?;
        let digest = record
            .as_ref()
            .and_then(|record| record.header(CONTENT_HASH));
        // Stored, but its record is gone or unmarked: it was admitted, and no content can equal it.
        Ok(Some(
            digest.and_then(Digest::parse).unwrap_or(Digest([0; 16])),
        ))
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
