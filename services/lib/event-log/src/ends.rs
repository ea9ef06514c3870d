//! Where partitions end now, asked on a connection of its own.
//!
//! A broker answers the requests of one connection one after another, and a reader's fetch waits up
//! to `fetch.wait.max.ms` while there is nothing new. A question on the reader's own connection waits
//! behind that fetch, and the fetches behind the question: asked once a second for eight partitions,
//! one by one, this kept records waiting for more than half of the time.

use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::topic_partition_list::Offset;

use crate::quiet::Quiet;
use crate::{LogConfig, LogError};

/// How long a question may take.
const ASK: Duration = Duration::from_secs(2);

/// Asks for ends.
pub(crate) struct Ends {
    asker: BaseConsumer<Quiet>,
    brokers: String,
}

impl Ends {
    /// Opens the connection; nothing is read through it.
    pub(crate) fn open(config: &LogConfig) -> Result<Self, LogError> {
        let asker = config
            .consumer(&config.scoped("ends"))
            .create_with_context(Quiet)
            .map_err(|error| LogError::of("opening a reader", &config.brokers, &error))?;
        Ok(Self {
            asker,
            brokers: config.brokers.clone(),
        })
    }

    /// The ends of the committed parts of these partitions, in the given order, by one question to
    /// each broker; `None` for a partition whose end is not told.
    pub(crate) fn of(&self, partitions: &[(&str, i32)]) -> Result<Vec<Option<i64>>, LogError> {
        ends_of(&self.asker, &self.brokers, partitions)
    }
}

/// The same asked through a reader that fetches nothing yet.
pub(crate) fn ends_of(
    reader: &BaseConsumer<Quiet>,
    brokers: &str,
    partitions: &[(&str, i32)],
) -> Result<Vec<Option<i64>>, LogError> {
    let fault = |error| LogError::of("asking for the ends of partitions", brokers, &error);
    let mut asked = TopicPartitionList::with_capacity(partitions.len());
    for (topic, partition) in partitions {
        // In place of a time, the end.
        asked
            .add_partition_offset(topic, *partition, Offset::End)
            .map_err(fault)?;
    }
    let told = reader.offsets_for_times(asked, ASK).map_err(fault)?;
    let end = |(topic, partition): &(&str, i32)| {
        let found = told.find_partition(topic, *partition)?;
        match (found.error(), found.offset()) {
            (Ok(()), Offset::Offset(end)) => Some(end),
            _ => None,
        }
    };
    Ok(partitions.iter().map(end).collect())
}
