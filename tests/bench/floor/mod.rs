//! Floor programs: the least that must be done, with nothing promised. The denominators.

pub(crate) mod admission;
pub(crate) mod fanout;
pub(crate) mod hops;
pub(crate) mod insert;
pub(crate) mod page;
pub(crate) mod recorder;

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::Offset;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use serde::Deserialize;

/// The payload as a plain struct: what a parser must at least look at.
#[derive(Deserialize)]
pub(crate) struct Incident<'a> {
    #[serde(borrow, rename = "incident")]
    pub(crate) number: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) category: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) address: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) units: Option<Vec<std::borrow::Cow<'a, str>>>,
}

impl Incident<'_> {
    /// Uses every field, so that no part of the parse can be left out.
    pub(crate) fn weight(&self) -> usize {
        self.number.len()
            + self.category.len()
            + self.address.as_ref().map_or(0, |address| address.len())
            + self.units.as_ref().map_or(0, Vec::len)
    }
}

/// A bare consumer of all partitions of a topic, from the beginning.
pub(crate) fn consumer(brokers: &str, topic: &str, partitions: i32) -> BaseConsumer {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "floor")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .set("fetch.wait.max.ms", "5")
        .create()
        .unwrap();
    let mut list = TopicPartitionList::new();
    for partition in 0..partitions {
        list.add_partition_offset(topic, partition, Offset::Beginning)
            .unwrap();
    }
    consumer.assign(&list).unwrap();
    consumer
}

/// How long one poll waits.
pub(crate) const POLL: Duration = Duration::from_millis(100);
