//! What the group's coordinator gives to a member and takes from it, kept until the member's own
//! thread asks.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientContext, TopicPartitionList};

use crate::kill_point::{Point, reach};

/// One decision of the coordinator.
pub(super) enum Change {
    /// These partitions are given; reading starts when the member assigns them to itself.
    Given(TopicPartitionList),
    /// Everything is taken away (the protocol in use always takes all and gives anew).
    Taken,
}

/// Collects changes. The client calls it on the thread that polls, so nothing ever waits here.
#[derive(Default)]
pub(super) struct Membership {
    changes: Mutex<VecDeque<Change>>,
}

impl Membership {
    pub(super) fn take(&self) -> VecDeque<Change> {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *changes)
    }
}

impl ClientContext for Membership {
    fn error(&self, error: KafkaError, reason: &str) {
        crate::quiet::tell(&error, reason);
    }
}

impl ConsumerContext for Membership {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        err: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        reach(Point::Rebalance);
        let change = if err == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            Change::Given(list.clone())
        } else {
            // Given back at once: the coordinator waits for it, and closing does too.
            if let Err(error) = consumer.unassign() {
                tracing::warn!(%error, "giving partitions back");
            }
            Change::Taken
        };
        self.changes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(change);
    }
}
