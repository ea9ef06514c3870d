//! The engine: a pure fold over one partition, from events to alerts.
//!
//! [`Engine::fold`] takes one record and says what it brings: alert records, matches to send on,
//! watermarks and marks to send on. It has no clock, no I/O and no randomness: the same records give
//! the same outputs, and a fold continued from a snapshot equals a fold of everything.
//!
//! # How time passes
//!
//! By records alone, in event time: `progress` says how a rule's clock advances, also when nothing
//! more comes, and how a replay of history and the present are kept apart. From the clock:
//!
//! - An event with an event time before `clock - lateness` is **late**: it is counted as late and does
//!   not enter a window. A match needs no window, so a late match still raises its alert, and a late
//!   clearing event still clears.
//! - In the present an event is judged **as it arrives**, in the window that ends at the newest event
//!   time of its key. Out of order within the window it counts as if it had come in time; older than
//!   that it is counted as missed.
//! - In a replay of history (events more than [`HISTORY_MS`] behind their inbox entry) windows are
//!   judged **in the order of event time**: an event waits until the clock has passed it by the lateness
//!   (by five minutes at most), or until all lanes are idle. So inboxes that deliver days apart, and
//!   any order of arrival within five minutes, give the same episodes.
//! - An episode resolves at the event time at which its condition ended, plus `keepFiring`. That is
//!   told when the clock has passed it by `lateness` (an out-of-order event may still prolong it); at
//!   once when a clearing event ended it, or in a replay of history.
//! - A rule that waits for what does **not** come has a stricter clock: see `absence`.
//!
//! # Which partition judges
//!
//! A rule's key that is a place at or below the partition level is judged where the event lies. Every
//! other match ([`Output::Match`]) goes to `city.matches`, where the same engine, made with
//! [`Mode::Matches`], folds it. An event without a place lies in its department's partition and is
//! judged there, by department; for a correlation it has no place to agree on, and is counted.

mod absence;
mod episode;
mod front;
mod key_state;
mod places;
mod progress;
mod record;
mod rule_state;
mod snapshot;
mod statistics;
mod watching;
mod window;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use event_schemas::city::{LogPosition, RuleSetMark};
use event_schemas::rule_file::Key;

pub use absence::MOST_KEYS;
pub use places::{FlatPlaces, Places};
pub use progress::{Course, HISTORY_MS, IDLE_MS, Moment, Timeline, run_label};
pub use record::{EngineRecord, MATCH_TYPE, MatchRecord, Matched, Output, RecordBody};
pub use snapshot::SnapshotError;
pub use statistics::{RuleStatistics, Statistics};

use crate::event::Event;
use crate::rule::{CompiledRule, Evaluator, Figure, RuleError, RuleSet, Selected, Selection};
use key_state::Item;
use progress::Progress;
use rule_state::{RuleTimeline, Setting};
use watching::{Absences, takes};

/// Which kind of partition an engine folds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A partition of `city.events`.
    Events,
    /// A partition of `city.matches`.
    Matches,
    /// Everything in one fold, nothing sent on: rule tests and backtests.
    Whole,
}

/// The fold of one partition.
pub struct Engine {
    mode: Mode,
    places: Arc<dyn Places>,
    rules: RuleSet,
    refused: Vec<RuleError>,
    evaluator: Evaluator,
    selection: Selection,
    state: State,
    statistics: Statistics,
    /// How many partitions of `city.events` must have been heard of before anything is silent.
    origins: Option<u32>,
}

/// What a snapshot holds.
#[derive(Clone, Debug, Default, PartialEq)]
struct State {
    mark: Option<RuleSetMark>,
    progress: Progress,
    /// By rule id.
    rules: BTreeMap<String, BTreeMap<Timeline, RuleTimeline>>,
    absences: Absences,
    /// Next offset to fold.
    next: i64,
}

/// Where a match is judged.
enum Scope {
    Here(String),
    Elsewhere(String),
    Nowhere,
}

impl Engine {
    /// An engine at the beginning of its partition, without rules: a mark brings them.
    pub fn new(mode: Mode, places: Arc<dyn Places>) -> Self {
        Self {
            mode,
            places,
            rules: RuleSet::default(),
            refused: Vec::new(),
            evaluator: Evaluator::default(),
            selection: Selection::default(),
            state: State::default(),
            statistics: Statistics::default(),
            origins: None,
        }
    }

    /// Folds one record.
    pub fn fold(&mut self, record: &EngineRecord) -> Vec<Output> {
        self.state.next = record.position.offset.saturating_add(1);
        let mut out = Vec::new();
        match &record.body {
            RecordBody::Event(event) => self.event(record, event, &mut out),
            RecordBody::Match(matched) => self.matched(record, matched, &mut out),
            RecordBody::Watermark { watermark, origin } => {
                self.state.progress.watermark(watermark, *origin);
                self.pass(&mut out);
                if self.mode == Mode::Events && !self.rules.rules().is_empty() {
                    out.push(Output::Watermark {
                        watermark: watermark.clone(),
                        origin: record.position.partition,
                    });
                }
            }
            RecordBody::Mark(mark) => self.mark(mark, &mut out),
        }
        out
    }

    /// Steps over a record that holds nothing for an engine.
    pub fn skip(&mut self, position: LogPosition) {
        self.state.next = position.offset.saturating_add(1);
    }

    /// The next offset this engine has not folded.
    pub fn next_offset(&self) -> i64 {
        self.state.next
    }

    /// Version and hash of the active rule set.
    pub fn rule_set(&self) -> Option<(u64, &str)> {
        self.state
            .mark
            .as_ref()
            .map(|mark| (mark.version, mark.hash.as_str()))
    }

    /// The active rules.
    pub fn rules(&self) -> &[CompiledRule] {
        self.rules.rules()
    }

    /// Rules of the active set that do not compile and are left out.
    pub fn refused_rules(&self) -> &[RuleError] {
        &self.refused
    }

    /// What was counted since this engine was made.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    fn event(&mut self, record: &EngineRecord, event: &Event, out: &mut Vec<Output>) {
        self.statistics.events += 1;
        let mut selection = std::mem::take(&mut self.selection);
        self.rules
            .select(event, &mut self.evaluator, &mut selection);
        self.statistics.evaluations += selection.evaluations;
        for (rule, error) in selection.errors.drain(..) {
            let counts = rule_counts(&mut self.statistics, self.rules.rule(rule));
            counts.errors += 1;
            counts.last_error = Some(error);
        }
        let admission = &event.admission;
        let moment = Moment {
            time: admission.event_time,
            inbox: admission.inbox_time,
        };
        let timeline = Timeline::of(&event.source, moment, admission.exercise);
        self.state
            .progress
            .event(&timeline, &admission.department, moment, 0);
        if !selection.selected.is_empty() {
            let matched = Arc::new(Matched::of(event));
            for selected in &selection.selected {
                self.selected(record, *selected, &matched, &timeline, out);
            }
        }
        self.selection = selection;
    }

    fn selected(
        &mut self,
        record: &EngineRecord,
        selected: Selected,
        event: &Arc<Matched>,
        timeline: &Timeline,
        out: &mut Vec<Output>,
    ) {
        let rule = self.rules.rule(selected.rule);
        let counts = rule_counts(&mut self.statistics, rule);
        counts.matched += 1;
        if rule.absence.is_some() && Self::watch_key(rule, event).is_none() {
            counts.unwatched += 1;
            return;
        }
        match self.scope(rule, event) {
            Scope::Here(key) if rule.absence.is_some() => {
                self.watch(selected.rule, timeline, key, event, out);
            }
            Scope::Here(key) => {
                let item = Item {
                    event: Arc::clone(event),
                    selectors: selected.selectors,
                    clears: selected.clears,
                    position: record.position,
                };
                self.judge(selected.rule, timeline, key, item, out);
            }
            Scope::Elsewhere(key) => out.push(Output::Match(Box::new(MatchRecord {
                rule: rule.file.id.clone(),
                rule_version: rule.file.version,
                rule_set: self.state.mark.as_ref().map_or(0, |mark| mark.version),
                key,
                selectors: selected.selectors,
                clears: selected.clears,
                event: Matched::clone(event),
            }))),
            Scope::Nowhere => self.statistics.unplaced += 1,
        }
    }

    fn matched(&mut self, record: &EngineRecord, matched: &MatchRecord, out: &mut Vec<Output>) {
        self.statistics.matches += 1;
        let event = Arc::new(matched.event.clone());
        let moment = event.moment();
        let timeline = Timeline::of(&event.source, moment, event.exercise);
        self.state.progress.event(
            &timeline,
            &event.department,
            moment,
            event.position.partition,
        );
        let rule = self.rules.position(&matched.rule);
        let Some(rule) = rule.filter(|rule| takes(self.rules.rule(*rule), matched)) else {
            self.statistics.stale_matches += 1;
            return;
        };
        rule_counts(&mut self.statistics, self.rules.rule(rule)).matched += 1;
        if self.rules.rule(rule).absence.is_some() {
            self.watch(rule, &timeline, matched.key.clone(), &event, out);
            return;
        }
        let item = Item {
            event,
            selectors: matched.selectors,
            clears: matched.clears,
            position: record.position,
        };
        self.judge(rule, &timeline, matched.key.clone(), item, out);
    }

    /// The key of a match, and whether this partition sees all of it.
    fn scope(&self, rule: &CompiledRule, event: &Matched) -> Scope {
        let elsewhere = |key| {
            if self.mode == Mode::Whole {
                Scope::Here(key)
            } else {
                Scope::Elsewhere(key)
            }
        };
        if let Some(key) = Self::watch_key(rule, event) {
            return elsewhere(key);
        }
        match (rule.key, event.place.as_deref()) {
            (Key::Subject, _) => elsewhere(event.identity()),
            (Key::City, _) => elsewhere(String::from("city")),
            (Key::Place | Key::ExactPlace, None)
                if matches!(rule.shape.figure, Figure::Together(_)) =>
            {
                Scope::Nowhere
            }
            (Key::Place | Key::ExactPlace, None) => {
                Scope::Here(format!("unplaced {}", event.department))
            }
            (key, Some(code)) => match self.places.at_partition_level(code) {
                Some(place) if key == Key::Place => Scope::Here(place),
                Some(_) => Scope::Here(code.to_owned()),
                None => elsewhere(code.to_owned()),
            },
        }
    }

    fn judge(
        &mut self,
        rule: usize,
        timeline: &Timeline,
        key: String,
        item: Item,
        out: &mut Vec<Output>,
    ) {
        let rule = self.rules.rule(rule);
        let reach = self.state.progress.reach(timeline, &rule.departments);
        let timelines = state_of(&mut self.state.rules, rule);
        if !timelines.contains_key(timeline) {
            timelines.insert(timeline.clone(), RuleTimeline::default());
        }
        let Some(state) = timelines.get_mut(timeline) else {
            return;
        };
        let mut setting = Setting {
            rule,
            rule_set: self.state.mark.as_ref().map_or(0, |mark| mark.version),
            timeline,
            places: self.places.as_ref(),
            out,
        };
        state.item(
            &mut setting,
            reach,
            key,
            item,
            rule_counts(&mut self.statistics, rule),
        );
    }

    /// Lets time pass for every rule on every timeline.
    fn pass(&mut self, out: &mut Vec<Output>) {
        self.pass_watches(out);
        for rule in self.rules.rules() {
            let Some(timelines) = self.state.rules.get_mut(&rule.file.id) else {
                continue;
            };
            for (timeline, state) in timelines {
                let mut setting = Setting {
                    rule,
                    rule_set: self.state.mark.as_ref().map_or(0, |mark| mark.version),
                    timeline,
                    places: self.places.as_ref(),
                    out: &mut *out,
                };
                let missed = state.pass(
                    &mut setting,
                    self.state.progress.reach(timeline, &rule.departments),
                );
                if missed > 0 {
                    rule_counts(&mut self.statistics, rule).missed += missed;
                }
            }
        }
    }

    /// A rule set takes effect: rules that stay as they are keep their state, alerts of the others end.
    fn mark(&mut self, mark: &RuleSetMark, out: &mut Vec<Output>) {
        if self
            .state
            .mark
            .as_ref()
            .is_some_and(|active| mark.version <= active.version)
        {
            self.statistics.ignored_marks += 1;
            return;
        }
        let (rules, refused) = RuleSet::compile(&mark.rules);
        self.change_watches(&rules, out);
        for rule in self.rules.rules() {
            let next = mark.rules.iter().find(|next| next.id == rule.file.id);
            if next.is_some_and(|next| *next == *rule.file) {
                continue;
            }
            for (timeline, mut state) in self.state.rules.remove(&rule.file.id).unwrap_or_default()
            {
                let mut setting = Setting {
                    rule,
                    rule_set: self.state.mark.as_ref().map_or(0, |active| active.version),
                    timeline: &timeline,
                    places: self.places.as_ref(),
                    out: &mut *out,
                };
                state.withdraw(&mut setting, next.is_none());
            }
        }
        self.state.mark = Some(mark.clone());
        (self.rules, self.refused) = (rules, refused);
        if self.mode == Mode::Events {
            out.push(Output::Mark(mark.clone()));
        }
    }
}

fn rule_counts<'s>(statistics: &'s mut Statistics, rule: &CompiledRule) -> &'s mut RuleStatistics {
    if !statistics.rules.contains_key(&rule.file.id) {
        statistics
            .rules
            .insert(rule.file.id.clone(), RuleStatistics::default());
    }
    statistics.rules.entry(rule.file.id.clone()).or_default()
}

fn state_of<'s>(
    rules: &'s mut BTreeMap<String, BTreeMap<Timeline, RuleTimeline>>,
    rule: &CompiledRule,
) -> &'s mut BTreeMap<Timeline, RuleTimeline> {
    rules.entry(rule.file.id.clone()).or_default()
}
