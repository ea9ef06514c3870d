//! One rule on one timeline: its keys, what is due when, and events that wait for their turn.

use std::collections::{BTreeMap, BTreeSet};

use event_schemas::city::Millis;
use serde::{Deserialize, Serialize};

use super::episode::Scene;
use super::key_state::{Counted, Item, KeyState};
use super::places::Places;
use super::progress::{Course, HISTORY_MS, Reach, Timeline};
use super::record::Output;
use super::statistics::RuleStatistics;
use super::words;
use crate::rule::{CompiledRule, DEFAULT_LATENESS_MS};

/// What a rule's state needs to know of its surroundings while it works.
pub(super) struct Setting<'a> {
    pub(super) rule: &'a CompiledRule,
    pub(super) rule_set: u64,
    pub(super) timeline: &'a Timeline,
    pub(super) places: &'a dyn Places,
    pub(super) out: &'a mut Vec<Output>,
}

/// The state of one rule on one timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RuleTimeline {
    /// The rule's clock here.
    clock: Millis,
    /// What comes with an event time before this is late.
    settled: Millis,
    /// In a replay of history: what comes with an event time after this waits.
    judged: Millis,
    /// Events are judged in the order of event time as the clock passes them, not as they arrive.
    ordered: bool,
    waiting: BTreeMap<(Millis, u64), (String, Item)>,
    keys: BTreeMap<String, KeyState>,
    agenda: BTreeSet<(Millis, String)>,
}

impl Default for RuleTimeline {
    fn default() -> Self {
        Self {
            clock: Millis(i64::MIN),
            settled: Millis(i64::MIN),
            judged: Millis(i64::MIN),
            ordered: false,
            waiting: BTreeMap::new(),
            keys: BTreeMap::new(),
            agenda: BTreeSet::new(),
        }
    }
}

impl RuleTimeline {
    /// Takes an item in.
    ///
    /// In the present it is judged as it arrives: an operator should not wait. A replay of history
    /// comes from several inboxes days apart, and nobody waits for it: there, windows are judged in
    /// the order of event time, each event as soon as the clock has passed it. A single event that is
    /// enough by itself never waits.
    pub(super) fn item(
        &mut self,
        setting: &mut Setting<'_>,
        reach: Option<Reach>,
        key: String,
        item: Item,
        statistics: &mut RuleStatistics,
    ) {
        let shape = &setting.rule.shape;
        let late = item.event.time < self.settled;
        let from_afar = item.event.inbox_time.since(item.event.time) > HISTORY_MS;
        if self.keys.is_empty() && self.waiting.is_empty() {
            self.ordered = setting.timeline.course != Course::Present && from_afar && !shape.single;
        }
        if late {
            statistics.late += 1;
        }
        if late && !shape.single && !item.clears {
            self.pass(setting, reach);
            return;
        }
        if self.ordered && item.event.time > self.judged {
            let at = (item.event.time, item.position.offset as u64);
            self.waiting.insert(at, (key, item));
            statistics.missed += self.pass(setting, reach);
            return;
        }
        statistics.missed += u64::from(self.observe(setting, &key, &item) == Counted::Missed);
        statistics.missed += self.pass(setting, reach);
    }

    /// Lets time pass as far as the clock reaches. Returns how many waiting events had missed their
    /// window.
    pub(super) fn pass(&mut self, setting: &mut Setting<'_>, reach: Option<Reach>) -> u64 {
        let Some(reach) = reach else { return 0 };
        self.clock = self.clock.max(reach.clock);
        let lateness = setting.rule.shape.lateness;
        self.settled = self.settled.max(self.clock.plus(-lateness));
        let wait = match (self.ordered, reach.idle) {
            (true, false) => lateness.min(DEFAULT_LATENESS_MS),
            _ => 0,
        };
        self.judged = self.judged.max(self.clock.plus(-wait));
        let now = self.judged;
        let mut missed = 0;
        loop {
            let due = self
                .agenda
                .first()
                .map(|(due, _)| *due)
                .filter(|due| *due <= now);
            let turn = self
                .waiting
                .first_key_value()
                .map(|((time, _), _)| *time)
                .filter(|time| *time <= now);
            match (due, turn) {
                (_, Some(turn)) if due.is_none_or(|due| turn < due) => {
                    if let Some((_, (key, item))) = self.waiting.pop_first() {
                        missed += u64::from(self.observe(setting, &key, &item) == Counted::Missed);
                    }
                }
                (Some(_), _) => {
                    if let Some((due, key)) = self.agenda.pop_first() {
                        self.look_at(setting, due, key);
                    }
                }
                _ => return missed,
            }
        }
    }

    fn observe(&mut self, setting: &mut Setting<'_>, key: &str, item: &Item) -> Counted {
        let mut scene = self.scene(setting, key);
        if !self.keys.contains_key(key) {
            self.keys.insert(key.to_owned(), KeyState::default());
        }
        let Some(state) = self.keys.get_mut(key) else {
            return Counted::Missed;
        };
        let counted = state.observe(&mut scene, item);
        let due = state.next_due(&scene);
        if due != state.due {
            if let Some(before) = state.due.take() {
                self.agenda.remove(&(before, key.to_owned()));
            }
            state.due = due;
            if let Some(due) = due {
                self.agenda.insert((due, key.to_owned()));
            }
        }
        counted
    }

    fn look_at(&mut self, setting: &mut Setting<'_>, due: Millis, key: String) {
        let mut scene = self.scene(setting, &key);
        let Some(state) = self.keys.get_mut(&key) else {
            return;
        };
        if state.is_over(due) {
            self.keys.remove(&key);
            return;
        }
        state.advance(&mut scene, due);
        state.settle(&mut scene, due);
        state.due = state.next_due(&scene).map(|next| next.max(due.plus(1)));
        if let Some(next) = state.due {
            self.agenda.insert((next, key));
        }
    }

    /// Ends every open alert: the rule was withdrawn or changed.
    pub(super) fn withdraw(&mut self, setting: &mut Setting<'_>, removed: bool) {
        for (key, state) in &mut self.keys {
            let mut scene = Scene {
                rule: setting.rule,
                rule_set: setting.rule_set,
                key,
                timeline: setting.timeline,
                places: setting.places,
                slack: 0,
                out: &mut *setting.out,
            };
            let at = state.time();
            state.resolve(&mut scene, at, Some(&words::rule_changed(removed)));
        }
    }

    fn scene<'s>(&self, setting: &'s mut Setting<'_>, key: &'s str) -> Scene<'s> {
        Scene {
            rule: setting.rule,
            rule_set: setting.rule_set,
            key,
            timeline: setting.timeline,
            places: setting.places,
            slack: if self.ordered {
                0
            } else {
                setting.rule.shape.lateness
            },
            out: &mut *setting.out,
        }
    }
}
