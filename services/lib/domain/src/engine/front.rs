//! How far a replay has come: event time by the moment an inbox took the events.
//!
//! A replay brings years in minutes, so the moments at which its events arrive say nothing about the
//! time between them. What can be said is: everything an inbox took before some moment is admitted,
//! and the newest event among it tells how far event time has come. That holds however far one
//! partition of the log is ahead of another.

use std::collections::BTreeMap;

use event_schemas::city::Millis;
use serde::{Deserialize, Serialize};

/// Steps kept; with more the oldest are forgotten, and time passes a little later.
const MOST_STEPS: usize = 4_096;

/// The newest event time by inbox time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Front {
    /// Inbox time to the newest event time among what came until then; both rise.
    steps: BTreeMap<Millis, Millis>,
    reached: Millis,
    newest_inbox: Millis,
}

impl Default for Front {
    fn default() -> Self {
        Self {
            steps: BTreeMap::new(),
            reached: Millis(i64::MIN),
            newest_inbox: Millis(i64::MIN),
        }
    }
}

impl Front {
    /// Notes an event.
    pub(super) fn note(&mut self, inbox: Millis, time: Millis) {
        self.newest_inbox = self.newest_inbox.max(inbox);
        let before = self.steps.range(..=inbox).next_back();
        if before.is_some_and(|(_, known)| *known >= time) {
            return;
        }
        let behind: Vec<Millis> = self
            .steps
            .range(inbox..)
            .take_while(|(_, known)| **known <= time)
            .map(|(at, _)| *at)
            .collect();
        for at in behind {
            self.steps.remove(&at);
        }
        self.steps.insert(inbox, time);
        if self.steps.len() > MOST_STEPS {
            self.steps.pop_first();
        }
    }

    /// The newest event time among everything that was taken before `certain`.
    pub(super) fn reached(&mut self, certain: Millis) -> Millis {
        while let Some(step) = self.steps.first_entry()
            && *step.key() < certain
        {
            self.reached = self.reached.max(step.remove());
        }
        self.reached
    }

    /// When an inbox took the newest event.
    pub(super) fn newest_inbox(&self) -> Millis {
        self.newest_inbox
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_time_comes_as_far_as_the_newest_event_that_is_certain() {
        let mut front = Front::default();
        for (inbox, time) in [(10, 500), (30, 900), (20, 700), (25, 600), (40, 800)] {
            front.note(Millis(inbox), Millis(time));
        }
        for (certain, reached) in [
            (11, 500),
            (20, 500),
            (21, 700),
            (30, 700),
            (31, 900),
            (99, 900),
        ] {
            assert_eq!(
                front.reached(Millis(certain)),
                Millis(reached),
                "at {certain}"
            );
        }
        assert_eq!(front.newest_inbox(), Millis(40));
    }

    #[test]
    fn with_too_many_steps_time_passes_later_never_earlier() {
        let mut front = Front::default();
        for n in 0..2 * MOST_STEPS as i64 {
            front.note(Millis(n), Millis(n));
        }
        assert!(front.steps.len() <= MOST_STEPS);
        assert_eq!(front.reached(Millis(100)), Millis(i64::MIN));
        assert_eq!(front.reached(Millis(5_001)), Millis(5_000));
    }
}
