//! Where a record stands in the log.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Kafka's own identity of a topic: a topic that was deleted and made again is another topic.
pub type TopicId = Uuid;

/// One record's place: topic id, partition, offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LogPosition {
    /// Kafka's topic id.
    #[serde(rename = "topicId")]
    pub topic_id: TopicId,
    /// Partition number.
    pub partition: i32,
    /// Offset in the partition.
    pub offset: i64,
}

impl fmt::Display for LogPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{}.{}",
            self.topic_id.simple(),
            self.partition,
            self.offset
        )
    }
}

impl FromStr for LogPosition {
    type Err = MalformedPosition;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || MalformedPosition(text.to_owned());
        let mut parts = text.split('.');
        let topic = parts.next().and_then(|part| Uuid::parse_str(part).ok());
        let partition = parts.next().and_then(|part| part.parse().ok());
        let offset = parts.next().and_then(|part| part.parse().ok());
        match (topic, partition, offset, parts.next()) {
            (Some(topic_id), Some(partition), Some(offset), None) => Ok(Self {
                topic_id,
                partition,
                offset,
            }),
            _ => Err(malformed()),
        }
    }
}

/// The text is not `<topic id>.<partition>.<offset>`.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not a log position: expected <topic id>.<partition>.<offset>")]
pub struct MalformedPosition(String);

/// How far a reader has come in every partition it reads: the next offset it has *not* seen.
///
/// Written as `<topic>.<partition>.<next>` joined by commas, sorted, so equal cursors are equal texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogCursor(pub BTreeMap<(TopicId, i32), i64>);

impl LogCursor {
    /// Notes that everything before `next` in this partition has been seen; never goes back.
    pub fn advance(&mut self, topic: TopicId, partition: i32, next: i64) {
        let entry = self.0.entry((topic, partition)).or_insert(next);
        *entry = (*entry).max(next);
    }

    /// Whether everything that `other` has seen is seen here too.
    pub fn covers(&self, other: &Self) -> bool {
        other
            .0
            .iter()
            .all(|(key, next)| self.0.get(key).is_some_and(|ours| ours >= next))
    }

    /// Takes the further of both in every partition.
    pub fn merge(&mut self, other: &Self) {
        for (&(topic, partition), &next) in &other.0 {
            self.advance(topic, partition, next);
        }
    }
}

impl fmt::Display for LogCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, ((topic, partition), next)) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str(",")?;
            }
            write!(f, "{}.{partition}.{next}", topic.simple())?;
        }
        Ok(())
    }
}

impl FromStr for LogCursor {
    type Err = MalformedPosition;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut cursor = Self::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let position: LogPosition = part.parse()?;
            cursor.advance(position.topic_id, position.partition, position.offset);
        }
        Ok(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_written_and_never_goes_back() {
        let mut cursor = LogCursor::default();
        cursor.advance(Uuid::from_u128(7), 1, 40);
        cursor.advance(Uuid::from_u128(7), 0, 3);
        cursor.advance(Uuid::from_u128(7), 1, 12);
        let again: LogCursor = cursor.to_string().parse().unwrap();
        assert_eq!(again, cursor);
        assert_eq!(again.0[&(Uuid::from_u128(7), 1)], 40);
        assert!("7.x".parse::<LogCursor>().is_err());
    }

    #[test]
    fn a_cursor_covers_what_lies_behind_it_in_every_partition() {
        let mut near = LogCursor::default();
        near.advance(Uuid::from_u128(1), 0, 5);
        let mut far = near.clone();
        far.advance(Uuid::from_u128(1), 1, 1);
        assert!(far.covers(&near));
        assert!(!near.covers(&far));
    }
}
