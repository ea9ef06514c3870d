//! How event time advances: by the records of the partition alone.
//!
//! A **timeline** is a stretch of time that is judged by itself: the present; a labelled replay
//! (the run's label is part of `source`); and history, for events without a label that reached their
//! inbox more than a day after they happened. Exercises have timelines of their own. So a replayed
//! storm and today do not judge each other late, and a drill never mixes with the real thing.
//!
//! On a timeline every department (and, in `city.matches`, every partition its events came through)
//! is a **lane**. A lane knows its latest event time and, from watermarks, until when everything its
//! inbox took is admitted. A lane is **idle** when that is at least [`IDLE_MS`] after the inbox took
//! its last event: then nothing is under way.
//!
//! The clock of a rule on a timeline is over the lanes of the departments the rule names:
//! - while a department that was not heard of may still have something from the timeline's beginning
//!   in its inbox: it stands;
//! - while some lane is not idle: the least latest event time of those lanes. What another inbox
//!   still holds back cannot be overtaken; an inbox that is behind stops the clock, so silence is
//!   never inferred from the hub's own delay;
//! - when all are idle: the latest event time of all, plus the admitted wall time since that event
//!   entered its inbox. So windows close when nothing more comes, in live operation and after a
//!   replay alike, and nobody read a clock.
//!
//! It never goes back, and no event moves it past the moment its inbox took it, so one department's
//! wrong clock cannot close the others' windows.

use std::collections::BTreeMap;

use event_schemas::city::{Millis, Watermark};
use serde::{Deserialize, Serialize};

/// A lane is idle when everything its inbox took in this long after its last event is admitted.
pub const IDLE_MS: i64 = 5_000;

/// An event this much older than its inbox entry is history, not the present; a replay of such
/// events waits until all inboxes have caught up with each other.
pub const HISTORY_MS: i64 = 24 * 3_600_000;

/// When an event happened, and when its inbox took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Event time.
    pub time: Millis,
    /// Inbox time.
    pub inbox: Millis,
}

/// A stretch of time that is judged by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timeline {
    /// What kind.
    pub course: Course,
    /// Drills and simulations only.
    pub exercise: bool,
}

/// The kinds of timelines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Course {
    /// As it happens.
    Present,
    /// Unlabelled events from long ago.
    History,
    /// A labelled replay.
    Run(String),
}

impl Timeline {
    /// The timeline of an event of this source, at this moment.
    pub fn of(source: &str, moment: Moment, exercise: bool) -> Self {
        let course = match run_label(source) {
            Some(label) => Course::Run(label.to_owned()),
            None if moment.inbox.since(moment.time) > HISTORY_MS => Course::History,
            None => Course::Present,
        };
        Self { course, exercise }
    }

    /// Part of an alert's fingerprint; empty for the present, real one.
    pub fn name(&self) -> String {
        let course = match &self.course {
            Course::Present => String::new(),
            Course::History => String::from("history"),
            Course::Run(label) => format!("run {label}"),
        };
        if self.exercise {
            format!("{course} exercise")
        } else {
            course
        }
    }
}

/// The replay's label in a `source` such as `/power/outages?replay=storm` or `/replay/storm/power`.
pub fn run_label(source: &str) -> Option<&str> {
    let label = source
        .split_once("replay=")
        .or_else(|| source.split_once("/replay/"))
        .map(|(_, rest)| rest)?;
    let end = label.find(['&', '/', '#', '?']).unwrap_or(label.len());
    (end > 0).then(|| &label[..end])
}

/// How far every inbox is admitted, and how far every lane of every timeline has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// By origin partition and department.
    admitted: BTreeMap<i32, BTreeMap<String, Millis>>,
    lanes: BTreeMap<Timeline, Lanes>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Lanes {
    /// When an inbox took the timeline's first event.
    first_inbox: Millis,
    /// By origin partition and department.
    origins: BTreeMap<i32, BTreeMap<String, Lane>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Lane {
    /// Greatest event time, held back to its inbox time.
    latest: Millis,
    /// When the inbox took the event that set `latest`.
    latest_inbox: Millis,
    /// When the inbox took the last event.
    last_inbox: Millis,
}

/// A rule's clock on a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    /// Event time reached.
    pub clock: Millis,
    /// Nothing is under way on any lane.
    pub idle: bool,
}

impl Progress {
    /// Notes a watermark that came through `origin`. A department with several inboxes is as far as
    /// the least of them.
    pub(super) fn watermark(&mut self, watermark: &Watermark, origin: i32) {
        let mut least: BTreeMap<&str, Millis> = BTreeMap::new();
        for inbox in &watermark.inboxes {
            let until = least
                .entry(&inbox.department)
                .or_insert(inbox.admitted_until);
            *until = (*until).min(inbox.admitted_until);
        }
        let admitted = self.admitted.entry(origin).or_default();
        for (department, until) in least {
            match admitted.get_mut(department) {
                Some(known) => *known = (*known).max(until),
                None => {
                    admitted.insert(department.to_owned(), until);
                }
            }
        }
    }

    /// Until when everything that the department's inbox took is folded here, through every
    /// partition of `city.events`; `None` while one of them has not told. With `origins` all
    /// partitions up to that number are waited for.
    pub(super) fn certain(&self, department: &str, origins: Option<u32>) -> Option<Millis> {
        let heard_of = |origin: u32| {
            let origin = i32::try_from(origin).unwrap_or(i32::MAX);
            self.admitted.contains_key(&origin)
        };
        if !(0..origins.unwrap_or(0)).all(heard_of) {
            return None;
        }
        let told: Option<Vec<Millis>> = self
            .admitted
            .values()
            .map(|inboxes| inboxes.get(department).copied())
            .collect();
        told?.into_iter().min()
    }

    /// Notes an event on its lane.
    pub(super) fn event(
        &mut self,
        timeline: &Timeline,
        department: &str,
        moment: Moment,
        origin: i32,
    ) {
        if !self.lanes.contains_key(timeline) {
            let lanes = Lanes {
                first_inbox: moment.inbox,
                origins: BTreeMap::new(),
            };
            self.lanes.insert(timeline.clone(), lanes);
        }
        let Some(course) = self.lanes.get_mut(timeline) else {
            return;
        };
        let lanes = course.origins.entry(origin).or_default();
        let time = moment.time.min(moment.inbox);
        if let Some(lane) = lanes.get_mut(department) {
            lane.last_inbox = lane.last_inbox.max(moment.inbox);
            if time >= lane.latest {
                lane.latest = time;
                lane.latest_inbox = moment.inbox;
            }
        } else {
            let lane = Lane {
                latest: time,
                latest_inbox: moment.inbox,
                last_inbox: moment.inbox,
            };
            lanes.insert(department.to_owned(), lane);
        }
    }

    /// How far a rule that needs these departments has come on a timeline; `None` while one of them
    /// may still have something from the timeline's beginning under way.
    pub(super) fn reach(&self, timeline: &Timeline, departments: &[String]) -> Option<Reach> {
        let course = self.lanes.get(timeline)?;
        let mut least = Least::default();
        for origin in self.admitted.keys().chain(course.origins.keys()) {
            let lanes = course.origins.get(origin);
            let inboxes = self.admitted.get(origin);
            for department in departments {
                let until = inboxes.and_then(|inboxes| inboxes.get(department)).copied();
                let lane = lanes.and_then(|lanes| lanes.get(department));
                let since = lane.map_or(course.first_inbox, |lane| lane.last_inbox);
                let idle = until.is_some_and(|until| until.since(since) >= IDLE_MS);
                match lane {
                    Some(lane) => least.lane(*lane, idle),
                    // Not heard of yet, and its inbox may hold something: wait. Where watermarks
                    // come and do not name it, it has no inbox.
                    None if !idle && (until.is_some() || inboxes.is_none()) => return None,
                    None => {}
                }
                if let Some(until) = until.filter(|_| idle) {
                    least.admitted = Some(least.admitted.map_or(until, |known| known.min(until)));
                }
            }
        }
        least.reach()
    }
}

/// What the lanes of a rule come to together.
#[derive(Default)]
struct Least {
    busy: Option<Millis>,
    front: Option<Lane>,
    admitted: Option<Millis>,
}

impl Least {
    fn lane(&mut self, lane: Lane, idle: bool) {
        if self.front.is_none_or(|front| lane.latest > front.latest) {
            self.front = Some(lane);
        }
        if !idle {
            self.busy = Some(self.busy.map_or(lane.latest, |busy| busy.min(lane.latest)));
        }
    }

    fn reach(self) -> Option<Reach> {
        if let Some(clock) = self.busy {
            return Some(Reach { clock, idle: false });
        }
        let (front, admitted) = (self.front?, self.admitted?);
        let since = admitted.since(front.latest_inbox).max(0);
        Some(Reach {
            clock: front.latest.plus(since),
            idle: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replays_label_is_read_off_its_source() {
        assert_eq!(
            run_label("/power/outages?replay=storm-24"),
            Some("storm-24")
        );
        assert_eq!(
            run_label("/replay/storm-24/power.outages"),
            Some("storm-24")
        );
        assert_eq!(run_label("/power/outages?replay="), None);
        assert_eq!(run_label("/power/outages"), None);
    }
}
