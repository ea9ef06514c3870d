//! What a consumer group has committed, asked from outside of the group.

use std::time::Duration;

use event_schemas::city::TopicId;
use rdkafka::TopicPartitionList;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::topic_partition_list::Offset;

use crate::metadata::describe_blocking;
use crate::positions::watermarks;
use crate::quiet::Quiet;
use crate::{LogConfig, LogError};

const ASK: Duration = Duration::from_secs(15);

/// A partition, how far a group has come in it, and how far it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupPosition {
    /// Topic name.
    pub topic: String,
    /// Kafka's id of the topic, now.
    pub topic_id: TopicId,
    /// Partition.
    pub partition: i32,
    /// The oldest offset kept.
    pub oldest: i64,
    /// The next offset after the last committed record.
    pub end: i64,
    /// What the group has committed: next offset and note.
    pub committed: Option<(i64, String)>,
}

impl GroupPosition {
    /// The next offset that the group has not done.
    pub fn next(&self) -> i64 {
        self.committed
            .as_ref()
            .map_or(self.oldest, |&(next, _)| next.max(self.oldest))
    }

    /// Offsets that the group has not done.
    pub fn left(&self) -> i64 {
        (self.end - self.next()).max(0)
    }
}

/// How far a group has come in these topics.
pub async fn group_positions(
    config: &LogConfig,
    group: &str,
    topics: &[String],
) -> Result<Vec<GroupPosition>, LogError> {
    let (config, group, topics) = (config.clone(), group.to_owned(), topics.to_vec());
    tokio::task::spawn_blocking(move || positions(&config, &group, &topics))
        .await
        .map_err(|_| LogError::Stopped)?
}

fn positions(
    config: &LogConfig,
    group: &str,
    topics: &[String],
) -> Result<Vec<GroupPosition>, LogError> {
    let what = "asking what a group has committed";
    let fault = |error| LogError::of(what, &config.brokers, &error);
    let facts = describe_blocking(config, topics)?;
    // Not a member: it never subscribes, so the group does not know of it.
    let asking: BaseConsumer<Quiet> = config
        .consumer(group)
        .create_with_context(Quiet)
        .map_err(fault)?;
    let mut wanted = TopicPartitionList::new();
    for topic in topics {
        let facts = facts.get(topic).ok_or_else(|| LogError::UnknownTopic {
            topic: topic.clone(),
        })?;
        wanted.add_partition_range(topic, 0, facts.partitions - 1);
    }
    let committed = asking.committed_offsets(wanted, ASK).map_err(fault)?;
    let mut found = Vec::with_capacity(committed.count());
    for entry in committed.elements() {
        let (topic, partition) = (entry.topic(), entry.partition());
        let (oldest, end) = watermarks(config, &asking, topic, partition)?;
        let committed = match (entry.error().is_ok(), entry.offset()) {
            (true, Offset::Offset(next)) => Some((next, entry.metadata().to_owned())),
            _ => None,
        };
        found.push(GroupPosition {
            topic: topic.to_owned(),
            topic_id: facts.get(topic).map(|facts| facts.id).unwrap_or_default(),
            partition,
            oldest,
            end,
            committed,
        });
    }
    Ok(found)
}

/// Forgets a group and all it has committed; a group that is not there is fine, one with members is not.
pub async fn forget_group(config: &LogConfig, group: &str) -> Result<(), LogError> {
    let what = "forgetting a consumer group";
    let admin: AdminClient<DefaultClientContext> = config
        .client()
        .create()
        .map_err(|error| LogError::of(what, &config.brokers, &error))?;
    let options = AdminOptions::new().request_timeout(Some(ASK));
    let answers = admin
        .delete_groups(&[group], &options)
        .await
        .map_err(|error| LogError::of(what, &config.brokers, &error))?;
    for answer in answers {
        match answer {
            Ok(_) | Err((_, RDKafkaErrorCode::GroupIdNotFound)) => {}
            Err((group, code)) => {
                return Err(LogError::Client {
                    what,
                    cause: format!("{group}: {code}"),
                });
            }
        }
    }
    Ok(())
}
