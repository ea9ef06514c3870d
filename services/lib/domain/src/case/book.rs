//! The fold of `city.cases`: every reader that has read as far holds an equal book.
//!
//! Maps are persistent: a clone is a snapshot that costs nothing and never blocks the fold.

use std::sync::Arc;

use event_schemas::city::Millis;
use event_schemas::workflow_file::Stage;
use imbl::{OrdMap, OrdSet, Vector};

use super::{
    Aggregate, Applied, Case, Decision, FirstOutcome, Group, TimelineEntry, Timer, Unit, Verdict,
};

/// This many idempotency keys are remembered, oldest forgotten first: far more than any retry's
/// patience. Beyond it versions still refuse what is stale.
pub const KEYS_MAX: usize = 100_000;

/// Everything decided about cases and units up to a position.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseBook {
    cases: OrdMap<String, Arc<Case>>,
    units: OrdMap<String, Arc<Unit>>,
    groups: OrdMap<String, Arc<Group>>,
    timelines: OrdMap<String, Vector<Arc<TimelineEntry>>>,
    keys: OrdMap<String, FirstOutcome>,
    key_order: Vector<String>,
    open: OrdSet<String>,
    open_by_group: OrdMap<String, OrdSet<String>>,
    episodes: OrdMap<String, String>,
    timers: OrdSet<(Millis, String, Timer)>,
    numbers: OrdMap<String, u32>,
    counts: FoldCounts,
    next_offset: i64,
}

/// How many records met which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FoldCounts {
    /// Counted.
    pub accepted: u64,
    /// Ignored: somebody was first.
    pub stale: u64,
    /// Ignored: the key was used.
    pub repeated: u64,
    /// Ignored: unreadable or contradictory.
    pub malformed: u64,
}

impl CaseBook {
    /// Folds a record's bytes; what is not a decision is ignored and counted, never fatal.
    pub fn apply_bytes(&mut self, offset: i64, append_time: Millis, value: &[u8]) -> Verdict {
        match serde_json::from_slice::<Decision>(value) {
            Ok(decision) => self.apply(offset, append_time, &decision),
            Err(error) => {
                self.next_offset = self.next_offset.max(offset + 1);
                self.malformed(format!("not a decision: {error}"))
            }
        }
    }

    /// Folds one record: accepts it only if its key is new and every version is current.
    pub fn apply(&mut self, offset: i64, append_time: Millis, decision: &Decision) -> Verdict {
        self.next_offset = self.next_offset.max(offset + 1);
        if let Some(first) = self.keys.get(&decision.key) {
            self.counts.repeated += 1;
            return Verdict::Repeat {
                first: first.clone(),
            };
        }
        if let Err(reason) = self.check_shape(decision) {
            return self.malformed(reason);
        }
        if let Some(stale) = self.first_stale(decision) {
            self.counts.stale += 1;
            return stale;
        }
        self.counts.accepted += 1;
        Verdict::Accepted(Arc::new(self.accept(offset, append_time, decision)))
    }

    fn malformed(&mut self, reason: String) -> Verdict {
        self.counts.malformed += 1;
        Verdict::Malformed { reason }
    }

    fn check_shape(&self, decision: &Decision) -> Result<(), String> {
        if decision.aggregates.is_empty() {
            return Err(String::from("names nothing it touches"));
        }
        for (n, aggregate) in decision.aggregates.iter().enumerate() {
            let (kind, id, version, state_id, state_version) = outline(aggregate);
            if state_id != id {
                return Err(format!("{kind} {id} holds the state of {state_id}"));
            }
            if state_version != version + 1 {
                return Err(format!(
                    "{kind} {id}: version {version} leads to {state_version}"
                ));
            }
            if version > 0 && self.version_of(aggregate) == 0 {
                return Err(format!("{kind} {id} does not exist"));
            }
            let twice = decision.aggregates[..n].iter().any(|earlier| {
                let (earlier_kind, earlier_id, ..) = outline(earlier);
                (earlier_kind, earlier_id) == (kind, id)
            });
            if twice {
                return Err(format!("{kind} {id} is named twice"));
            }
        }
        Ok(())
    }

    fn version_of(&self, aggregate: &Aggregate) -> u64 {
        match aggregate {
            Aggregate::Case { id, .. } => self.cases.get(id).map_or(0, |case| case.version),
            Aggregate::Unit { id, .. } => self.units.get(id).map_or(0, |unit| unit.version),
            Aggregate::Group { id, .. } => self.groups.get(id).map_or(0, |group| group.version),
        }
    }

    fn first_stale(&self, decision: &Decision) -> Option<Verdict> {
        let stale = decision
            .aggregates
            .iter()
            .find(|aggregate| self.version_of(aggregate) != outline(aggregate).2)?;
        let (winner, case, unit) = match stale {
            Aggregate::Case { id, .. } => (
                self.cases.get(id)?.changed_by.clone(),
                Some(id.clone()),
                None,
            ),
            Aggregate::Unit { id, .. } => (
                self.units.get(id)?.changed_by.clone(),
                None,
                Some(id.clone()),
            ),
            Aggregate::Group { id, .. } => {
                let group = self.groups.get(id)?;
                (group.changed_by.clone(), Some(group.case.clone()), None)
            }
        };
        Some(Verdict::Stale { winner, case, unit })
    }

    fn accept(&mut self, offset: i64, append_time: Millis, decision: &Decision) -> Applied {
        let mut applied = Applied::default();
        let mut first = FirstOutcome {
            offset,
            case: None,
            version: 0,
        };
        for aggregate in &decision.aggregates {
            match aggregate {
                Aggregate::Case { state, .. } => {
                    let case = self.place_case(state);
                    let entry = Arc::new(entry_of(offset, append_time, decision, &case));
                    self.timelines
                        .entry(case.id.clone())
                        .or_default()
                        .push_back(Arc::clone(&entry));
                    if first.case.is_none() {
                        first.case = Some(case.id.clone());
                        first.version = case.version;
                    }
                    applied.entries.push(entry);
                    applied.cases.push(case);
                }
                Aggregate::Unit { id, state, .. } => {
                    let unit = Arc::new(Unit::clone(state));
                    self.units.insert(id.clone(), Arc::clone(&unit));
                    applied.units.push(unit);
                }
                Aggregate::Group { id, state, .. } => {
                    self.groups
                        .insert(id.clone(), Arc::new(Group::clone(state)));
                }
            }
        }
        self.remember_key(&decision.key, first);
        applied
    }

    fn place_case(&mut self, state: &Case) -> Arc<Case> {
        let before = self.cases.get(&state.id).cloned();
        let mut case = state.clone();
        case.number = match &before {
            Some(before) => before.number.clone(),
            None => self.next_number(&case.number),
        };
        if let Some(before) = &before {
            self.unindex(before);
        }
        let case = Arc::new(case);
        self.index(&case);
        self.cases.insert(case.id.clone(), Arc::clone(&case));
        case
    }

    fn next_number(&mut self, series: &str) -> String {
        let count = self.numbers.entry(series.to_owned()).or_insert(0);
        *count += 1;
        format!("{series}-{count:04}")
    }

    fn unindex(&mut self, case: &Case) {
        self.open.remove(&case.id);
        if let Some(group) = &case.group
            && let Some(open) = self.open_by_group.get_mut(group)
        {
            open.remove(&case.id);
            if open.is_empty() {
                self.open_by_group.remove(group);
            }
        }
        for (at, timer) in case.timers() {
            self.timers.remove(&(at, case.id.clone(), timer));
        }
    }

    fn index(&mut self, case: &Case) {
        for alert in &case.alerts {
            if !self.episodes.contains_key(&alert.id) {
                self.episodes.insert(alert.id.clone(), case.id.clone());
            }
        }
        if !case.is_open() {
            return;
        }
        self.open.insert(case.id.clone());
        if let Some(group) = &case.group {
            self.open_by_group
                .entry(group.clone())
                .or_default()
                .insert(case.id.clone());
        }
        for (at, timer) in case.timers() {
            self.timers.insert((at, case.id.clone(), timer));
        }
    }

    fn remember_key(&mut self, key: &str, first: FirstOutcome) {
        self.keys.insert(key.to_owned(), first);
        self.key_order.push_back(key.to_owned());
        if self.key_order.len() > KEYS_MAX
            && let Some(oldest) = self.key_order.pop_front()
        {
            self.keys.remove(&oldest);
        }
    }
}

/// Looking things up.
impl CaseBook {
    /// A case.
    pub fn case(&self, id: &str) -> Option<&Arc<Case>> {
        self.cases.get(id)
    }

    /// All cases, by id.
    pub fn cases(&self) -> impl DoubleEndedIterator<Item = &Arc<Case>> {
        self.cases.values()
    }

    /// Cases on which work is still to be done.
    pub fn open_cases(&self) -> impl Iterator<Item = &Arc<Case>> {
        self.open.iter().filter_map(|id| self.cases.get(id))
    }

    /// Open cases of a routing group.
    pub fn open_in_group(&self, group: &str) -> impl Iterator<Item = &Arc<Case>> {
        self.open_by_group
            .get(group)
            .into_iter()
            .flatten()
            .filter_map(|id| self.cases.get(id))
    }

    /// A routing group.
    pub fn group(&self, id: &str) -> Option<&Arc<Group>> {
        self.groups.get(id)
    }

    /// The case that works on an alert episode.
    pub fn case_of_alert(&self, alert: &str) -> Option<&Arc<Case>> {
        self.cases.get(self.episodes.get(alert)?)
    }

    /// A unit.
    pub fn unit(&self, id: &str) -> Option<&Arc<Unit>> {
        self.units.get(id)
    }

    /// All units, by id.
    pub fn units(&self) -> impl Iterator<Item = &Arc<Unit>> {
        self.units.values()
    }

    /// A case's timeline, oldest first (empty for an unknown case).
    pub fn timeline(&self, case: &str) -> Vector<Arc<TimelineEntry>> {
        self.timelines.get(case).cloned().unwrap_or_default()
    }

    /// How a key (scoped, as in the log) was first used.
    pub fn outcome(&self, scoped_key: &str) -> Option<&FirstOutcome> {
        self.keys.get(scoped_key)
    }

    /// What earlier moments ask for and was not yet done: moment, case, what.
    pub fn timers_before(&self, now: Millis) -> impl Iterator<Item = (&Millis, &str, &Timer)> {
        self.timers
            .iter()
            .take_while(move |(at, ..)| *at < now)
            .map(|(at, case, timer)| (at, case.as_str(), timer))
    }

    /// The next moment that asks for something.
    pub fn next_timer(&self) -> Option<Millis> {
        self.timers.get_min().map(|(at, ..)| *at)
    }

    /// How many cases are in a stage.
    pub fn count_in(&self, stage: Stage) -> usize {
        if stage.is_open() {
            return self.open_cases().filter(|case| case.stage == stage).count();
        }
        self.cases
            .values()
            .filter(|case| case.stage == stage)
            .count()
    }

    /// Fates of the records so far.
    pub fn counts(&self) -> FoldCounts {
        self.counts
    }

    /// The next offset not yet folded.
    pub fn next_offset(&self) -> i64 {
        self.next_offset
    }
}

fn outline(aggregate: &Aggregate) -> (&'static str, &str, u64, &str, u64) {
    match aggregate {
        Aggregate::Case { id, version, state } => ("case", id, *version, &state.id, state.version),
        Aggregate::Unit { id, version, state } => ("unit", id, *version, &state.id, state.version),
        Aggregate::Group { id, version, state } => {
            ("group", id, *version, &state.id, state.version)
        }
    }
}

fn entry_of(offset: i64, append_time: Millis, decision: &Decision, case: &Case) -> TimelineEntry {
    TimelineEntry {
        offset,
        case: case.id.clone(),
        version: case.version,
        at: decision.at,
        appended_at: append_time,
        actor: decision.actor.clone(),
        command: decision.command.clone(),
        state: case.state.clone(),
        words: decision.entry.words.clone(),
        fields: decision.entry.fields.clone(),
    }
}
