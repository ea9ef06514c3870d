//! What can go wrong with the log, in words that say what to do.

use std::time::Duration;

use event_schemas::city::TopicId;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// A fault of the log or of the way to it.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// No broker answered in time. Passing: try again.
    #[error("Kafka at {brokers} cannot be reached: {cause}; it is tried again")]
    Unreachable {
        /// The brokers that were tried.
        brokers: String,
        /// What the client said.
        cause: String,
    },
    /// A topic that should exist does not.
    #[error("the topic {topic} does not exist: start the hub once so that it creates its topics")]
    UnknownTopic {
        /// Its name.
        topic: String,
    },
    /// A topic exists with another number of partitions than its history was written with.
    #[error(
        "the topic {topic} has {found} partitions, expected {expected}: \
         set the expected number, or give this hub another topic prefix"
    )]
    WrongPartitions {
        /// Its name.
        topic: String,
        /// Partitions found.
        found: i32,
        /// Partitions expected.
        expected: i32,
    },
    /// A topic was deleted and made again: what was recorded of it is about another topic.
    #[error(
        "a topic was re-created: position {recorded} is recorded, but {topic} is now {current:?}; \
         rebuild what was derived from it, or restore the topic"
    )]
    TopicRecreated {
        /// Names that are followed.
        topic: String,
        /// The topic id in the recorded position.
        recorded: TopicId,
        /// The ids found now.
        current: Vec<TopicId>,
    },
    /// The log ends before a position that was already seen: records were lost.
    #[error(
        "{topic} partition {partition} ends at {end}, but {recorded} is recorded as seen: \
         records were lost; restore the log, or rebuild what was derived from it"
    )]
    Truncated {
        /// Topic name.
        topic: String,
        /// Partition.
        partition: i32,
        /// Next offset recorded.
        recorded: i64,
        /// End of the log.
        end: i64,
    },
    /// Another process took over. The instance must be dropped and a fresh one begun.
    #[error("{what} was fenced: another process has taken over; starting over with a fresh one")]
    Fenced {
        /// Which client.
        what: String,
    },
    /// The open transaction must be aborted and its work repeated.
    #[error("the transaction was refused and must be aborted and repeated: {cause}")]
    MustAbort {
        /// What the client said.
        cause: String,
    },
    /// A record is larger than the log takes.
    #[error("a record of {bytes} bytes for {topic} is too large: the limit is {limit} bytes")]
    TooLarge {
        /// Topic name.
        topic: String,
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Something took longer than its limit.
    #[error("{what} took longer than {limit:?}")]
    TimedOut {
        /// What was waited for.
        what: &'static str,
        /// How long.
        limit: Duration,
    },
    /// Anything else the client reports.
    #[error("{what} failed: {cause}")]
    Client {
        /// What was being done.
        what: &'static str,
        /// What the client said.
        cause: String,
    },
    /// The process is stopping.
    #[error("the log was closed because the process is stopping")]
    Stopped,
}

impl LogError {
    /// Whether waiting and trying again with the same client can help.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::TimedOut { .. })
    }

    pub(crate) fn of(what: &'static str, brokers: &str, error: &KafkaError) -> Self {
        let code = error.rdkafka_error_code();
        match code {
            Some(code) if is_fencing(code) => Self::Fenced {
                what: what.to_owned(),
            },
            Some(code) if is_network(code) => Self::Unreachable {
                brokers: brokers.to_owned(),
                cause: error.to_string(),
            },
            _ => Self::Client {
                what,
                cause: error.to_string(),
            },
        }
    }
}

/// Codes by which a broker says that another instance has taken over.
pub(crate) const fn is_fencing(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::Fenced
            | RDKafkaErrorCode::ProducerFenced
            | RDKafkaErrorCode::InvalidProducerEpoch
            | RDKafkaErrorCode::FencedInstanceId
            | RDKafkaErrorCode::InvalidProducerIdMapping
            | RDKafkaErrorCode::Fatal
    )
}

/// Codes that mean "not now".
pub(crate) const fn is_network(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::BrokerTransportFailure
            | RDKafkaErrorCode::AllBrokersDown
            | RDKafkaErrorCode::Resolve
            | RDKafkaErrorCode::OperationTimedOut
            | RDKafkaErrorCode::RequestTimedOut
            | RDKafkaErrorCode::NetworkException
            | RDKafkaErrorCode::LeaderNotAvailable
            | RDKafkaErrorCode::NotLeaderForPartition
            | RDKafkaErrorCode::BrokerNotAvailable
            | RDKafkaErrorCode::CoordinatorLoadInProgress
            | RDKafkaErrorCode::CoordinatorNotAvailable
            | RDKafkaErrorCode::NotCoordinator
            | RDKafkaErrorCode::WaitingForCoordinator
            | RDKafkaErrorCode::MessageTimedOut
    )
}
