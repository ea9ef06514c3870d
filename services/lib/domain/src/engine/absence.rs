//! Absence: what used to report does so no longer.
//!
//! Every sign of life covers the time from its moment until `after` later. A silence begins where
//! nothing covers the time any more, and is told when it is **certain** that nothing was missed:
//! when everything the department's inbox took until then is admitted and folded, through every
//! partition. That is read off watermarks alone. While they stand still the hub is behind, and
//! nothing counts as silent.
//!
//! - In the **present** a sign's moment is when the inbox took it: whoever speaks is not silent,
//!   whatever its clock says. Silence is certain up to the watermark, less [`IDLE_MS`].
//! - In a labelled **replay** it is the event time, and silence is certain up to the newest event time
//!   among what is admitted, less the rule's lateness. So gaps within a recording are found, and its
//!   end is none; an hour after its last event a replay is over, and with it what it left open.
//! - Unlabelled **history** is not judged: nobody said that it is complete.
//!
//! Who never spoke is not silent: watching begins with the first sign. A key that stays silent for
//! thirty days is out of service: its alert ends, and watching begins again with its next sign. At
//! most [`MOST_KEYS`] keys of a rule are watched in one partition; when they are full, new ones are
//! not watched and are counted as unwatched, and those already watched go on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event_schemas::Text;
use event_schemas::city::Millis;
use serde::{Deserialize, Serialize};

use super::episode::{Episode, Scene};
use super::front::Front;
use super::progress::{Course, IDLE_MS, Timeline};
use super::record::Matched;
use super::rule_state::Setting;
use super::statistics::RuleStatistics;
use super::words;
use crate::alert::AlertChange;
use crate::rule::CompiledRule;

/// Keys watched per rule, timeline and partition.
pub const MOST_KEYS: usize = 50_000;

/// After so long a silence a key is out of service.
const RETIRE_MS: i64 = 30 * 86_400_000;

/// A replay is over when its inbox is admitted so far beyond its last event.
const OVER_MS: i64 = 3_600_000;

/// One absence rule on one timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Watches {
    /// Nothing before this was missed.
    clock: Millis,
    front: Front,
    keys: BTreeMap<String, Watch>,
    /// Each key once, with the moment it is to be looked at; that may be earlier than necessary.
    agenda: BTreeSet<(Millis, String)>,
}

/// One key: when it was heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Watch {
    /// Stretches without a silence between, oldest first; hardly ever more than one.
    runs: Vec<Run>,
    episode: Option<Episode>,
    episodes: u32,
    due: Millis,
}

/// Signs of life, each within `after` of the one before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Run {
    first: Millis,
    last: Millis,
    newest: Arc<Matched>,
}

/// The moment of a sign of life; `None` where absence is not judged.
fn moment(timeline: &Timeline, event: &Matched) -> Option<Millis> {
    match timeline.course {
        Course::Present => Some(event.inbox_time),
        Course::Run(_) => Some(event.time.min(event.inbox_time)),
        Course::History => None,
    }
}

/// Whether signs are judged in the order of their moments, not as they arrive.
fn in_turn(scene: &Scene<'_>) -> bool {
    scene.timeline.course != Course::Present
}

/// Whether a rule's next version watches the same, so that what was heard stays true.
pub(super) fn watches_the_same(before: &CompiledRule, next: &CompiledRule) -> bool {
    match (&before.absence, &next.absence) {
        (Some(one), Some(other)) => {
            one.of == other.of
                && one.feed == other.feed
                && before.selectors[0].types == next.selectors[0].types
        }
        _ => false,
    }
}

impl Default for Watches {
    fn default() -> Self {
        Self {
            clock: Millis(i64::MIN),
            front: Front::default(),
            keys: BTreeMap::new(),
            agenda: BTreeSet::new(),
        }
    }
}

impl Watches {
    /// A sign of life.
    pub(super) fn heard(
        &mut self,
        setting: &mut Setting<'_>,
        key: String,
        event: &Arc<Matched>,
        statistics: &mut RuleStatistics,
    ) {
        let Some(at) = moment(setting.timeline, event) else {
            return;
        };
        self.front.note(event.inbox_time, event.time);
        let after = setting.rule.shape.within;
        if let Some(watch) = self.keys.get_mut(&key) {
            let due = watch.due;
            let in_time = watch.heard(&mut scene(setting, &key), at, event, self.clock);
            statistics.late += u64::from(!in_time);
            if watch.due != due {
                let next = watch.due;
                self.agenda.remove(&(due, key.clone()));
                self.agenda.insert((next, key));
            }
        } else if self.keys.len() >= MOST_KEYS {
            statistics.unwatched += 1;
        } else {
            let due = at.plus(after);
            let watch = Watch {
                runs: vec![Run::of(at, event)],
                episode: None,
                episodes: 0,
                due,
            };
            self.keys.insert(key.clone(), watch);
            self.agenda.insert((due, key));
        }
    }

    /// Everything the inbox took before `certain` is folded. `true` when a replay is over: then
    /// nothing of it is left.
    pub(super) fn pass(&mut self, setting: &mut Setting<'_>, certain: Millis) -> bool {
        let over = match setting.timeline.course {
            Course::Present => {
                self.clock = self.clock.max(certain.plus(-IDLE_MS));
                false
            }
            Course::Run(_) | Course::History => {
                let reached = self.front.reached(certain);
                let lateness = setting.rule.shape.lateness;
                // Nothing certain yet: the least moment there is, and no time passes.
                self.clock = self.clock.max(reached.plus(-lateness));
                certain.since(self.front.newest_inbox()) >= OVER_MS
            }
        };
        while let Some((due, _)) = self.agenda.first()
            && *due <= self.clock
            && let Some((_, key)) = self.agenda.pop_first()
        {
            let Some(watch) = self.keys.get_mut(&key) else {
                continue;
            };
            match watch.advance(&mut scene(setting, &key), self.clock) {
                Some(due) => {
                    watch.due = due;
                    self.agenda.insert((due, key));
                }
                None => {
                    self.keys.remove(&key);
                }
            }
        }
        if over {
            self.end(setting, &words::replay_is_over());
        }
        over
    }

    /// Ends every open alert for another reason than a sign of life.
    pub(super) fn end(&mut self, setting: &mut Setting<'_>, reason: &Text) {
        for (key, watch) in &mut self.keys {
            watch.resolve(&mut scene(setting, key), self.clock, reason);
        }
    }

    /// The same keys under another version of the rule: when each was heard last stays known.
    pub(super) fn under(mut self, next: &CompiledRule) -> Self {
        self.agenda.clear();
        for (key, watch) in &mut self.keys {
            if let Some(newest) = watch.runs.pop() {
                watch.runs.clear();
                watch.due = newest.last.plus(next.shape.within);
                watch.runs.push(Run {
                    first: newest.last,
                    ..newest
                });
            }
            self.agenda.insert((watch.due, key.clone()));
        }
        self
    }
}

impl Watch {
    /// `false`: it came late. It still counts, unless what it covers is over.
    ///
    /// In the present the first sign ends a silence at once. In a replay nobody waits for it: it
    /// ends in its turn, so that signs out of order give the same silences.
    fn heard(
        &mut self,
        scene: &mut Scene<'_>,
        at: Millis,
        event: &Arc<Matched>,
        clock: Millis,
    ) -> bool {
        let (after, late) = (scene.rule.shape.within, at <= clock);
        if at.plus(after) <= clock {
            return false;
        }
        if self.episode.is_some() && (late || !in_turn(scene)) {
            self.resolve(scene, at, &words::heard_again());
            self.runs = vec![Run::of(at, event)];
            self.due = at.plus(after);
            return !late;
        }
        let mut own = Run::of(at, event);
        let mut apart = Vec::with_capacity(self.runs.len() + 1);
        for run in self.runs.drain(..) {
            if run.last.plus(after) < own.first || own.last.plus(after) < run.first {
                apart.push(run);
            } else {
                own = own.and(run);
            }
        }
        let place = apart.partition_point(|run| run.first < own.first);
        apart.insert(place, own);
        self.runs = apart;
        let look = if self.episode.is_some() {
            at
        } else {
            at.plus(after)
        };
        self.due = self.due.min(look);
        !late
    }

    /// Tells every silence that is certain at `clock`; returns when to look again, or `None` when
    /// the key is out of service.
    fn advance(&mut self, scene: &mut Scene<'_>, clock: Millis) -> Option<Millis> {
        let after = scene.rule.shape.within;
        loop {
            let run = self.runs.first()?;
            let begins = run.last.plus(after);
            if self.episode.is_none() {
                if clock < begins {
                    return Some(begins);
                }
                self.episodes += 1;
                let mut episode = Episode::silence(scene, self.episodes, begins, &run.newest);
                episode.tell(scene, AlertChange::Raised, begins, None);
                self.episode = Some(episode);
            }
            if self.runs.len() == 1 {
                let retires = begins.plus(RETIRE_MS);
                if clock < retires {
                    return Some(retires);
                }
                self.resolve(scene, retires, &words::out_of_service());
                return None;
            }
            let heard = self.runs[1].first;
            if in_turn(scene) && clock < heard {
                return Some(heard);
            }
            self.resolve(scene, heard, &words::heard_again());
            self.runs.remove(0);
        }
    }

    fn resolve(&mut self, scene: &mut Scene<'_>, at: Millis, reason: &Text) {
        if let Some(mut episode) = self.episode.take() {
            let at = episode.lasts_until(scene, at);
            episode.tell(scene, AlertChange::Resolved, at, Some(reason));
        }
    }
}

impl Run {
    fn of(at: Millis, event: &Arc<Matched>) -> Self {
        Self {
            first: at,
            last: at,
            newest: Arc::clone(event),
        }
    }

    /// Both as one.
    fn and(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            newest: if self.last >= other.last {
                self.newest
            } else {
                other.newest
            },
        }
    }
}

fn scene<'s>(setting: &'s mut Setting<'_>, key: &'s str) -> Scene<'s> {
    Scene {
        rule: setting.rule,
        rule_set: setting.rule_set,
        key,
        timeline: setting.timeline,
        places: setting.places,
        slack: 0,
        out: &mut *setting.out,
    }
}
