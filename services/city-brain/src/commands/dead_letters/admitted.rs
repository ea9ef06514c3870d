//! Whether the event of a dead letter was admitted later: asked of the running hub's tables.

use event_schemas::city::DeadLetter;
use event_store::{Reader, StoreConfig, StoredEvent};

use super::super::connect::addresses;
use crate::cli::HubArgs;

/// The tables, where the hub runs on this machine.
pub(super) struct Admitted(Option<Reader>);

impl Admitted {
    /// Finds the tables; where only Kafka is named there are none to ask.
    pub(super) fn open(hub: &HubArgs) -> Self {
        let known = if hub.kafka.is_some() {
            None
        } else {
            addresses(hub).ok()
        };
        let reader = known.and_then(|known| {
            let config = StoreConfig {
                url: known.clickhouse.url,
                database: known.clickhouse.database,
                user: known.clickhouse.user,
                password: known.clickhouse.password,
            };
            Reader::new(&config).ok()
        });
        Self(reader)
    }

    /// In words; empty where nothing can be said.
    pub(super) async fn later(&self, letter: &DeadLetter) -> String {
        match self.find(letter).await {
            Some(Ok(Some(event))) => format!(
                "later, as {} at {}",
                event.event.position,
                event.ingest_time.rfc3339()
            ),
            Some(Ok(None)) => String::from("not so far"),
            Some(Err(why)) => format!("not known: {why}"),
            None => String::new(),
        }
    }

    /// Whether it is known that it was.
    pub(super) async fn is_later(&self, letter: &DeadLetter) -> bool {
        matches!(self.find(letter).await, Some(Ok(Some(_))))
    }

    async fn find(&self, letter: &DeadLetter) -> Option<Result<Option<StoredEvent>, String>> {
        let (reader, source, id) = (
            self.0.as_ref()?,
            letter.source.as_ref()?,
            letter.id.as_ref()?,
        );
        let found = reader.event_by_key(source, id).await;
        Some(match found {
            Ok(found) => {
                Ok(found.filter(|event| event.came_after(letter.position, letter.received_at)))
            }
            Err(error) => Err(error.to_string()),
        })
    }
}
