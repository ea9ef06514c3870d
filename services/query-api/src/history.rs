//! The latest changes of one kind of thing, in log order: what subscriptions resume from.
//!
//! Persistent, so a snapshot is free: a subscriber holds no queue of its own, only its place. One
//! that is too slow finds its place gone and is told so; memory is bounded by the history alone.

use event_schemas::city::{LogCursor, LogPosition};
use imbl::Vector;

/// The newest changes, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct History<T: Clone> {
    entries: Vector<(LogPosition, T)>,
    /// How many entries were ever dropped: the running number of the first one kept.
    dropped: u64,
    capacity: usize,
    /// Everything before this is not kept any more.
    floor: LogCursor,
    /// Everything before this has been seen.
    reached: LogCursor,
}

/// A reader's place in a history.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Running number of the next entry.
    next: u64,
    /// Skips what was seen before the reader came, by partition.
    seen: LogCursor,
    /// What the reader has got so far.
    pub(crate) at: LogCursor,
}

/// What a reader gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Read<T> {
    /// These changes (none: nothing new), from and to.
    Changes {
        /// In log order.
        list: Vec<T>,
        /// Where the reader was.
        from: LogCursor,
        /// Where it is now.
        to: LogCursor,
    },
    /// The reader's place is gone: everything between was not delivered.
    Gone {
        /// Where the reader was.
        from: LogCursor,
        /// Where it goes on.
        to: LogCursor,
    },
}

impl<T: Clone> History<T> {
    /// An empty history of at most `capacity` changes.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            entries: Vector::new(),
            dropped: 0,
            capacity,
            floor: LogCursor::default(),
            reached: LogCursor::default(),
        }
    }

    /// Appends a change; the oldest is dropped beyond the capacity and returned.
    pub(crate) fn push(&mut self, position: LogPosition, change: T) -> Option<T> {
        self.pass(position);
        self.entries.push_back((position, change));
        if self.entries.len() <= self.capacity {
            return None;
        }
        self.drop_oldest()
    }

    /// Drops the oldest change, for readers that bound the history by more than its length.
    pub(crate) fn drop_oldest(&mut self) -> Option<T> {
        let (dropped, change) = self.entries.pop_front()?;
        self.dropped += 1;
        self.floor
            .advance(dropped.topic_id, dropped.partition, dropped.offset + 1);
        Some(change)
    }

    /// Begins anew from a cursor: what came before is not kept, and readers of it find their place gone.
    pub(crate) fn restart(&mut self, from: &LogCursor) {
        self.dropped += self.entries.len() as u64;
        self.entries = Vector::new();
        self.floor = from.clone();
        self.reached = from.clone();
    }

    /// Notes a record that changed nothing here.
    pub(crate) fn pass(&mut self, position: LogPosition) {
        self.reached
            .advance(position.topic_id, position.partition, position.offset + 1);
    }

    /// How far the history has come.
    pub(crate) const fn reached(&self) -> &LogCursor {
        &self.reached
    }

    /// A place right after everything seen so far.
    pub(crate) fn end(&self) -> Place {
        Place {
            next: self.dropped + self.entries.len() as u64,
            seen: LogCursor::default(),
            at: self.reached.clone(),
        }
    }

    /// The place of a cursor; `None` when what follows it is not kept any more.
    pub(crate) fn place(&self, since: &LogCursor) -> Option<Place> {
        let kept = self
            .floor
            .0
            .iter()
            .all(|(key, floor)| since.0.get(key).copied().unwrap_or(0) >= *floor);
        kept.then(|| Place {
            next: self.dropped,
            seen: since.clone(),
            at: since.clone(),
        })
    }

    /// Reads at most `most` changes and moves the place on.
    pub(crate) fn read(&self, place: &mut Place, most: usize) -> Read<T> {
        let from = place.at.clone();
        if place.next < self.dropped {
            *place = self.end();
            return Read::Gone {
                from,
                to: place.at.clone(),
            };
        }
        let start = (place.next - self.dropped) as usize;
        let mut list = Vec::new();
        let mut taken = 0;
        for (position, change) in self.entries.iter().skip(start) {
            if list.len() == most {
                break;
            }
            taken += 1;
            let key = (position.topic_id, position.partition);
            let seen = place.seen.0.get(&key).copied().unwrap_or(0);
            if position.offset >= seen {
                list.push(change.clone());
            }
            place
                .at
                .advance(position.topic_id, position.partition, position.offset + 1);
        }
        place.next += taken;
        if start + taken as usize == self.entries.len() {
            place.at.merge(&self.reached);
        }
        Read::Changes {
            list,
            from,
            to: place.at.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use event_schemas::city::TopicId;
    use proptest::prelude::*;

    use super::*;

    fn at(partition: i32, offset: i64) -> LogPosition {
        LogPosition {
            topic_id: TopicId::from_u128(9),
            partition,
            offset,
        }
    }

    fn changes<T: Clone>(read: Read<T>) -> Vec<T> {
        match read {
            Read::Changes { list, .. } => list,
            Read::Gone { .. } => panic!("the place is gone"),
        }
    }

    #[test]
    fn a_reader_that_is_too_slow_is_told_and_goes_on_at_the_end() {
        let mut history = History::new(3);
        let mut place = history.end();
        for offset in 0..5 {
            history.push(at(0, offset), offset);
        }
        let Read::Gone { from, to } = history.read(&mut place, 10) else {
            panic!("the place should be gone");
        };
        assert!(from.0.is_empty());
        assert_eq!(to, *history.reached());
        history.push(at(0, 5), 5);
        assert_eq!(changes(history.read(&mut place, 10)), [5]);
        let mut old = LogCursor::default();
        old.advance(TopicId::from_u128(9), 0, 1);
        assert!(history.place(&old).is_none());
        old.advance(TopicId::from_u128(9), 0, 3);
        assert!(history.place(&old).is_some());
    }

    #[test]
    fn a_history_that_begins_anew_knows_what_it_does_not_keep() {
        let mut history = History::new(10);
        let mut place = history.end();
        history.push(at(0, 3), 3);
        let mut from = LogCursor::default();
        from.advance(TopicId::from_u128(9), 0, 7);
        from.advance(TopicId::from_u128(9), 1, 0);
        history.restart(&from);
        assert!(matches!(history.read(&mut place, 10), Read::Gone { .. }));
        let mut since = LogCursor::default();
        since.advance(TopicId::from_u128(9), 0, 6);
        assert!(history.place(&since).is_none());
        since.advance(TopicId::from_u128(9), 0, 7);
        // A partition that is kept whole may be absent from the cursor.
        let mut place = history.place(&since).unwrap();
        history.push(at(1, 0), 10);
        assert_eq!(changes(history.read(&mut place, 10)), [10]);
    }

    proptest! {
        #[test]
        fn a_reader_that_comes_back_with_its_cursor_misses_nothing_and_sees_nothing_twice(
            partitions in prop::collection::vec(0..3_i32, 1..60),
            cut in 0_usize..60,
            most in 1_usize..7,
        ) {
            let mut history = History::new(1_000);
            let mut next = [0_i64; 3];
            let mut first = history.end();
            let mut got = Vec::new();
            for (n, &partition) in partitions.iter().enumerate() {
                let slot = &mut next[partition as usize];
                let position = at(partition, *slot);
                *slot += 1;
                history.push(position, (partition, position.offset));
                if n == cut {
                    got.extend(changes(history.read(&mut first, most)));
                }
            }
            // The connection is lost; another reader comes with the cursor of the first.
            let mut second = history.place(&first.at).unwrap();
            loop {
                let list = changes(history.read(&mut second, most));
                if list.is_empty() {
                    break;
                }
                got.extend(list);
            }
            let mut expected: Vec<(i32, i64)> = Vec::new();
            for (partition, &count) in next.iter().enumerate() {
                expected.extend((0..count).map(|offset| (partition as i32, offset)));
            }
            got.sort_unstable();
            prop_assert_eq!(got, expected);
            prop_assert!(second.at.covers(history.reached()));
        }
    }
}
