//! The log: Kafka, as the hub uses it.
//!
//! Knows topics, records, positions, transactions and consumer groups, and no rule of the domain.
//! Every wait is limited, every error says what to do, and no blocking call of the client library
//! runs on an async thread.

mod collect;
mod commits;
mod config;
mod decided;
mod ends;
mod error;
mod follower;
mod group;
mod header_name;
mod inbox_access;
pub mod kill_point;
mod metadata;
mod positions;
mod producer;
mod quiet;
mod record;
mod topic_check;
mod topics;
mod transaction;
mod wire;

pub use collect::{Collect, CollectTimes};
pub use commits::{GroupPosition, forget_group, group_positions};
pub use config::{LogConfig, MAX_RECORD_BYTES};
pub use decided::{AppendError, Behind, Decided, DecidedLog, Folded};
pub use error::LogError;
pub use follower::{FollowBatch, Follower, StartAt};
pub use group::{AssignedPartition, GroupConsumer, GroupEvent, GroupOptions};
pub use header_name::HeaderName;
pub use inbox_access::{InboxAccessError, grant_inbox, withdraw_inbox};
pub use metadata::{partition_count, probe, topic_ids};
pub use positions::{PartitionEnds, record_at, settled_ends};
pub use producer::{Delivery, IdempotentProducer, PublishError, Published};
pub use record::{OutRecord, Record};
pub use topic_check::{TopicFault, check_topics};
pub use topics::{TopicSettings, create_topics};
pub use transaction::{OffsetMark, TransactionalProducer};

/// A member's place in its group, as transactions need it.
pub use rdkafka::consumer::ConsumerGroupMetadata;
