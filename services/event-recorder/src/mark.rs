//! The note beside a committed offset: which batch is pending from there, so that a new owner can finish it.

use std::fmt;

use event_schemas::city::TopicId;

/// What a partition's committed offset means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// Everything before the offset is recorded; nothing is pending.
    Closed {
        /// The topic it is about.
        topic_id: TopicId,
    },
    /// Everything before the offset is recorded; a batch from it to `last` may or may not be.
    Pending {
        /// The topic it is about.
        topic_id: TopicId,
        /// Last offset of the batch.
        last: i64,
        /// The attempt under whose token it was sent.
        attempt: u32,
    },
}

impl Note {
    /// Reads a note; `None` when it is none of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let kind = words.next()?;
        let topic_id = words.next()?.parse().ok()?;
        let note = match kind {
            "closed" => Self::Closed { topic_id },
            "pending" => Self::Pending {
                topic_id,
                last: words.next()?.parse().ok()?,
                attempt: words.next()?.parse().ok()?,
            },
            _ => return None,
        };
        words.next().is_none().then_some(note)
    }

    /// The topic it is about: a topic that was re-created is another topic.
    pub(crate) const fn topic_id(&self) -> TopicId {
        match self {
            Self::Closed { topic_id } | Self::Pending { topic_id, .. } => *topic_id,
        }
    }
}

/// Whether the note beside a recorder's committed offset is about the topic with this id.
pub fn is_about(note: &str, topic_id: TopicId) -> bool {
    Note::parse(note).is_some_and(|note| note.topic_id() == topic_id)
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed { topic_id } => write!(f, "closed {topic_id}"),
            Self::Pending {
                topic_id,
                last,
                attempt,
            } => write!(f, "pending {topic_id} {last} {attempt}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_back_as_written_and_nothing_else_passes_for_one() {
        let topic_id = TopicId::from_u128(0xfeed);
        for note in [
            Note::Closed { topic_id },
            Note::Pending {
                topic_id,
                last: 41,
                attempt: 2,
            },
        ] {
            assert_eq!(Note::parse(&note.to_string()), Some(note));
            assert_eq!(note.topic_id(), topic_id);
        }
        for other in [
            "",
            "closed",
            "pending 1 2 3",
            "open 0000feed-0000-0000-0000-000000000000",
        ] {
            assert_eq!(Note::parse(other), None, "{other}");
        }
    }
}
