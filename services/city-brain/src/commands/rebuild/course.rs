//! How far the rebuilt tables are, beside those in force.

use event_log::{GroupPosition, group_positions};
use event_recorder::{Passed, recorded_topics};
use indicatif::{ProgressBar, ProgressStyle};

use super::place::Place;
use super::working::Working;
use crate::failure::{Failure, chain};

/// One look at both recorders' groups.
#[derive(Debug)]
pub(super) struct Course {
    /// The recorder of the tables in force; asked first, so that the other is never seen too far back.
    pub(super) former: Vec<GroupPosition>,
    /// The recorder of the new tables.
    pub(super) rebuilt: Vec<GroupPosition>,
}

impl Course {
    /// Asks Kafka.
    pub(super) async fn look(place: &Place, working: &Working) -> Result<Self, Failure> {
        let topics: Vec<String> = recorded_topics()
            .map(|(topic, _)| place.log.topic(topic))
            .collect();
        let ask = async |group: &str| {
            group_positions(&place.log, &place.log.scoped(group), &topics)
                .await
                .map_err(|error| Failure::dependency(chain(&error)))
        };
        Ok(Self {
            former: ask(&working.former_group).await?,
            rebuilt: ask(&working.rebuilt_group).await?,
        })
    }

    /// How far the recorder of the tables in force is, for the other one.
    pub(super) fn passed(&self) -> Passed {
        let known = self.former.iter().filter(|one| one.committed.is_some());
        known
            .map(|one| ((one.topic.clone(), one.partition), one.next()))
            .collect()
    }

    /// Whether the new tables hold all that those in force held at an earlier look.
    ///
    /// Ends cannot be compared with positions: a partition may end in markers of transactions, which
    /// nobody records. So where nothing is known of the former recorder, the new one must stand still.
    pub(super) fn is_level_with(&self, earlier: &Self) -> bool {
        let standing = |now: &GroupPosition| {
            let same =
                |one: &&GroupPosition| one.topic == now.topic && one.partition == now.partition;
            earlier.rebuilt.iter().find(same).map(GroupPosition::next) == Some(now.next())
        };
        earlier.former.iter().all(|former| {
            let Some((_, now)) = self
                .pairs()
                .find(|(one, _)| one.topic == former.topic && one.partition == former.partition)
            else {
                return false;
            };
            match (known(former), &now.committed) {
                (Some(next), Some(_)) => now.next() >= next,
                (Some(next), None) => next <= now.oldest,
                (None, Some(_)) => standing(now),
                (None, None) => former.committed.is_none() || now.end == now.oldest,
            }
        })
    }

    /// Records of the log that the new tables do not hold yet.
    pub(super) fn left(&self) -> i64 {
        self.rebuilt.iter().map(GroupPosition::left).sum()
    }

    fn total(&self) -> i64 {
        let lengths = self.rebuilt.iter().map(|one| one.end - one.oldest);
        lengths.sum()
    }

    /// Each partition as both recorders have it.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&GroupPosition, &GroupPosition)> {
        self.former.iter().filter_map(|former| {
            let same = |one: &&GroupPosition| {
                one.topic == former.topic && one.partition == former.partition
            };
            Some((former, self.rebuilt.iter().find(same)?))
        })
    }
}

/// How far a recorder is in the topic as it is now.
pub(super) fn known(position: &GroupPosition) -> Option<i64> {
    let (next, note) = position.committed.as_ref()?;
    event_recorder::is_about(note, position.topic_id).then_some(*next)
}

/// The bar that people watch, with the time left.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new(1);
        let style =
            ProgressStyle::with_template("{bar:40} {pos}/{len} records  {per_sec}  {eta} left")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        Self(bar)
    }

    pub(super) fn show(&self, course: &Course) {
        let total = course.total().max(0);
        self.0.set_length(total as u64);
        self.0.set_position((total - course.left()).max(0) as u64);
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use event_schemas::city::TopicId;

    use super::*;

    fn at(committed: Option<i64>, end: i64) -> Vec<GroupPosition> {
        let topic_id = TopicId::from_u128(7);
        vec![GroupPosition {
            topic: String::from("city.events"),
            topic_id,
            partition: 0,
            oldest: 0,
            end,
            committed: committed.map(|next| (next, format!("closed {topic_id}"))),
        }]
    }

    fn course(former: Option<i64>, rebuilt: Option<i64>) -> Course {
        Course {
            former: at(former, 100),
            rebuilt: at(rebuilt, 100),
        }
    }

    #[test]
    fn new_tables_are_level_once_they_hold_what_the_others_held_a_look_ago() {
        let earlier = course(Some(60), Some(30));
        assert!(!course(Some(80), Some(59)).is_level_with(&earlier));
        assert!(course(Some(80), Some(60)).is_level_with(&earlier));
        assert!(!course(Some(80), None).is_level_with(&earlier));
    }

    #[test]
    fn where_nothing_is_known_of_the_others_the_new_ones_must_have_come_to_rest() {
        assert!(!course(None, Some(98)).is_level_with(&course(None, Some(60))));
        assert!(course(None, Some(98)).is_level_with(&course(None, Some(98))));
        // Nothing but markers of transactions: nobody has anything to record.
        assert!(course(None, None).is_level_with(&course(None, None)));
    }

    #[test]
    fn a_position_in_a_topic_that_was_made_again_says_nothing() {
        let mut earlier = course(Some(60), Some(10));
        earlier.former[0].topic_id = TopicId::from_u128(8);
        assert!(!course(Some(60), Some(70)).is_level_with(&earlier));
        earlier.rebuilt = at(Some(70), 100);
        assert!(course(Some(60), Some(70)).is_level_with(&earlier));
    }
}
