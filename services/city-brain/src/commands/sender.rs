//! Publishes structured events to departments' inboxes, many on the way at once, none lost.

use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use event_log::{IdempotentProducer, LogConfig, OutRecord, PublishError};
use event_schemas::city::headers;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::failure::{Failure, chain};

/// Records on the way at once.
const ON_THE_WAY: usize = 2_000;
/// One record may take this long, retries included.
const WAIT: Duration = Duration::from_secs(60);

/// An event on its way to an inbox.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Whose inbox.
    pub department: String,
    /// The whole event, structured JSON.
    pub json: String,
}

type Delivery = Pin<Box<dyn Future<Output = Result<(), PublishError>> + Send>>;

/// Sends events in order per department, waits for acknowledgements in the background.
pub struct Sender {
    config: LogConfig,
    producer: IdempotentProducer,
    waiting: FuturesUnordered<Delivery>,
    /// Acknowledged so far.
    pub acknowledged: u64,
}

impl Sender {
    /// Opens a producer.
    pub fn open(config: &LogConfig) -> Result<Self, Failure> {
        Ok(Self {
            config: config.clone(),
            producer: IdempotentProducer::new(config)
                .map_err(|error| Failure::dependency(chain(&error)))?,
            waiting: FuturesUnordered::new(),
            acknowledged: 0,
        })
    }

    /// Hands one event to the producer; waits when many are on the way.
    pub async fn send(&mut self, event: Outgoing) -> Result<(), Failure> {
        while self.waiting.len() >= ON_THE_WAY {
            self.settle_one().await?;
        }
        let record = OutRecord {
            topic: self.config.topics.inbox(&event.department),
            partition: Some(0),
            headers: vec![(
                headers::CONTENT_TYPE.into(),
                format!("{}; charset=UTF-8", headers::STRUCTURED).into_bytes(),
            )],
            value: event.json.into_bytes(),
            ..OutRecord::default()
        };
        let producer = self.producer.clone();
        let mut delivery: Delivery =
            Box::pin(async move { send_until_taken(&producer, &record).await });
        // The first poll queues the record in the client: so a department's own order holds.
        match futures_util::poll!(delivery.as_mut()) {
            Poll::Ready(settled) => self.settle(settled)?,
            Poll::Pending => self.waiting.push(delivery),
        }
        Ok(())
    }

    /// Waits for everything on the way.
    pub async fn finish(&mut self) -> Result<u64, Failure> {
        while !self.waiting.is_empty() {
            self.settle_one().await?;
        }
        Ok(self.acknowledged)
    }

    async fn settle_one(&mut self) -> Result<(), Failure> {
        match self.waiting.next().await {
            None => Ok(()),
            Some(settled) => self.settle(settled),
        }
    }

    fn settle(&mut self, settled: Result<(), PublishError>) -> Result<(), Failure> {
        match settled {
            Ok(()) => {
                self.acknowledged += 1;
                Ok(())
            }
            Err(error) => Err(Failure::dependency(chain(&error))
                .remedy("run the command again: events already published are not doubled")),
        }
    }
}

async fn send_until_taken(
    producer: &IdempotentProducer,
    record: &OutRecord,
) -> Result<(), PublishError> {
    loop {
        match producer.publish(record, WAIT).await {
            Ok(_) => return Ok(()),
            Err(PublishError::Full) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => return Err(error),
        }
    }
}

/// The department in an event type `city.<department>.<what-happened>.v1`.
pub fn department_of(event_type: &str) -> Option<&str> {
    let mut parts = event_type.split('.');
    (parts.next() == Some("city"))
        .then(|| parts.next())
        .flatten()
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_type_names_its_department() {
        assert_eq!(
            department_of("city.fire.incident-reported.v1"),
            Some("fire")
        );
        assert_eq!(department_of("town.fire.x.v1"), None);
        assert_eq!(department_of("city"), None);
    }
}
