//! What a client wants to hear of: clients with the same set share their frames.

use serde::Deserialize;

/// One topic of the live protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LiveTopic {
    Alerts,
    Cases,
    Units,
    Entities,
    Events,
    Feeds,
}

/// A set of topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Audience(u8);

impl Audience {
    /// Everything.
    pub(crate) const ALL: Self = Self(0b11_1111);

    /// The set of these; none named means all. Who hears events also hears where they are.
    pub(crate) fn of(topics: &[LiveTopic]) -> Self {
        if topics.is_empty() {
            return Self::ALL;
        }
        let mut set = topics.iter().fold(0, |set, topic| set | bit(*topic));
        if set & bit(LiveTopic::Events) != 0 {
            set |= bit(LiveTopic::Entities);
        }
        Self(set)
    }

    /// Whether it wants this topic.
    pub(crate) const fn wants(self, topic: LiveTopic) -> bool {
        self.0 & bit(topic) != 0
    }
}

const fn bit(topic: LiveTopic) -> u8 {
    1 << (topic as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn naming_no_topic_means_all_of_them() {
        assert_eq!(Audience::of(&[]), Audience::ALL);
        let some = Audience::of(&[LiveTopic::Alerts]);
        assert!(some.wants(LiveTopic::Alerts) && !some.wants(LiveTopic::Cases));
        assert!(Audience::of(&[LiveTopic::Events]).wants(LiveTopic::Entities));
    }
}
