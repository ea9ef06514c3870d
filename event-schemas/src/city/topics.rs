//! The names of the city's topics.

/// The hub's own topics (an inbox exists per department beside them).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Every admitted event, watermarks and rule-set marks; one partition is one history.
    Events,
    /// Matched events of rules whose key is not a place within one partition.
    Matches,
    /// What could not be admitted.
    DeadLetters,
    /// Raised, changed, resolved.
    Alerts,
    /// Decisions about cases and units.
    Cases,
    /// Configuration and accounts.
    Control,
    /// Keys for personal data, wrapped. The only topic that forgets: a destroyed key must leave the log.
    Keys,
}

impl Topic {
    /// All of them, in reading order.
    pub const ALL: [Self; 7] = [
        Self::Events,
        Self::Matches,
        Self::DeadLetters,
        Self::Alerts,
        Self::Cases,
        Self::Control,
        Self::Keys,
    ];

    /// The last part of the topic's name.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Matches => "matches",
            Self::DeadLetters => "dead-letters",
            Self::Alerts => "alerts",
            Self::Cases => "cases",
            Self::Control => "control",
            Self::Keys => "keys",
        }
    }

    /// Partitions of a new topic: four where work is spread by key, one where one order is wanted.
    pub const fn partitions(self) -> i32 {
        match self {
            Self::Events | Self::Matches | Self::Alerts => 4,
            Self::DeadLetters | Self::Cases | Self::Control | Self::Keys => 1,
        }
    }
}

/// Topic names under one prefix (`city` in production; a test takes its own).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topics {
    prefix: String,
}

impl Topics {
    /// Topics under `prefix`.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
        }
    }

    /// The prefix itself; consumer groups and transactional ids carry it too.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The full name of one of the hub's topics.
    pub fn name(&self, topic: Topic) -> String {
        format!("{}.{}", self.prefix, topic.suffix())
    }

    /// The inbox of a department.
    pub fn inbox(&self, department: &str) -> String {
        format!("{}.inbox.{department}", self.prefix)
    }

    /// The department of an inbox name, when it is one of ours.
    pub fn department_of<'n>(&self, name: &'n str) -> Option<&'n str> {
        name.strip_prefix(&self.prefix)?.strip_prefix(".inbox.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inbox_name_tells_its_department() {
        let topics = Topics::new("city");
        assert_eq!(topics.inbox("fire"), "city.inbox.fire");
        assert_eq!(topics.department_of("city.inbox.fire"), Some("fire"));
        assert_eq!(topics.department_of("town.inbox.fire"), None);
        assert_eq!(topics.name(Topic::DeadLetters), "city.dead-letters");
    }
}
