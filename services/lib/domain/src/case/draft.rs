//! A decision in the making: the case and the units as they will be.

use std::collections::BTreeMap;

use event_schemas::calendar::Calendar;
use event_schemas::city::Millis;
use event_schemas::rule_file::Span;
use event_schemas::workflow_file::{ClockFile, CommandFile, Stage, Target, WorkflowFile};
use serde_json::Value;

use super::fields::Fields;
use super::workflows::{opening_clocks, state_of};
use super::{
    Actor, Aggregate, Case, CaseBook, ClockRun, Group, Refusal, RefusalCode, Routed, Unit,
};

/// What a command is decided with.
pub(super) struct Draft<'a> {
    pub(super) book: &'a CaseBook,
    pub(super) workflow: &'a WorkflowFile,
    pub(super) rule: &'a CommandFile,
    pub(super) calendar: &'a Calendar,
    pub(super) fields: &'a Fields<'a>,
    pub(super) routing: Option<&'a Routed>,
    pub(super) actor: &'a Actor,
    pub(super) now: Millis,
    pub(super) case: Case,
    pub(super) units: BTreeMap<String, Unit>,
}

impl Draft<'_> {
    /// A unit as it will be after this decision.
    pub(super) fn unit_mut(&mut self, id: &str) -> Option<&mut Unit> {
        if !self.units.contains_key(id) {
            let mut unit = Unit::clone(self.book.unit(id)?);
            unit.version += 1;
            unit.changed_at = self.now;
            unit.changed_by = self.actor.clone();
            self.units.insert(id.to_owned(), unit);
        }
        self.units.get_mut(id)
    }

    /// Keeps what the workflow says is kept, and counts what may be done a number of times only.
    pub(super) fn keep(&mut self, given: &BTreeMap<String, Value>) {
        for field in self.rule.fields.iter().filter(|field| field.keep) {
            if let Some(value) = given.get(&field.name).filter(|value| !value.is_null()) {
                self.case.facts.insert(field.name.clone(), value.clone());
            }
        }
        if self.rule.times.is_some() {
            *self.case.times.entry(self.rule.name.clone()).or_default() += 1;
        }
    }

    /// Goes to the state the workflow names for this command.
    pub(super) fn move_state(&mut self) -> Result<(), Refusal> {
        let next = match &self.rule.to {
            None => None,
            Some(Target::State(state)) => Some(state.clone()),
            Some(Target::ByState(map)) => map.get(&self.case.state).cloned(),
            Some(Target::ByField { field, yes, no }) => match self.fields.flag(field) {
                Some(true) => Some(yes.clone()),
                Some(false) => Some(no.clone()),
                None => None,
            },
        };
        match next {
            Some(next) => self.enter(&next),
            None => Ok(()),
        }
    }

    /// Enters a state and takes its stage; the end of work ends every clock.
    pub(super) fn enter(&mut self, state: &str) -> Result<(), Refusal> {
        let Some(file) = state_of(self.workflow, state) else {
            return Err(Refusal::new(
                RefusalCode::WrongState,
                format!("流程 {} 没有状态 {state}", self.workflow.kind),
                format!("the workflow '{}' has no state {state}", self.workflow.kind),
            ));
        };
        let was_open = self.case.is_open();
        state.clone_into(&mut self.case.state);
        self.case.stage = file.stage;
        match (was_open, file.stage.is_open()) {
            (true, false) => self.case.closed_at = Some(self.now),
            (false, true) => self.case.closed_at = None,
            _ => {}
        }
        Ok(())
    }

    /// Stops and starts the clocks that wait for this command.
    pub(super) fn turn_clocks(&mut self) {
        let now = self.now;
        for file in &self.workflow.clocks {
            if file.stops.contains(&self.rule.name) {
                self.stop_clock(&file.name);
            }
        }
        let starting: Vec<_> = self
            .workflow
            .clocks
            .iter()
            .filter(|file| file.starts.begin_with(&self.rule.name, &self.case.state))
            .collect();
        for file in starting {
            self.start_clock(&file.name);
        }
        if !self.case.is_open() {
            for clock in &mut self.case.clocks {
                clock.stop(now, self.calendar);
            }
        }
        if self.case.stage == Stage::Suspended {
            for clock in &mut self.case.clocks {
                clock.pause(now, self.calendar);
            }
        }
    }

    /// A new episode of work: the clocks that run from the opening run anew.
    pub(super) fn restart_clocks(&mut self) {
        let names: Vec<String> = opening_clocks(self.workflow)
            .map(|file| file.name.clone())
            .collect();
        for name in names {
            self.start_clock(&name);
        }
    }

    fn stop_clock(&mut self, name: &str) {
        let now = self.now;
        for clock in &mut self.case.clocks {
            if clock.name == name {
                clock.stop(now, self.calendar);
            }
        }
    }

    /// Starts a run unless one is still open.
    pub(super) fn start_clock(&mut self, name: &str) {
        let open = self
            .case
            .clocks
            .iter()
            .any(|clock| clock.name == name && clock.is_open());
        let file = self.workflow.clocks.iter().find(|file| file.name == name);
        if let (false, Some(file)) = (open, file)
            && let Some(limit) = limit_of(file, &self.case)
        {
            let run = ClockRun::start(file, limit, self.now, self.calendar);
            self.case.clocks.push(run);
        }
    }

    /// Everything the decision touches, each with the version it was decided against.
    pub(super) fn finish(mut self) -> Vec<Aggregate> {
        let before = self.case.version;
        self.case.version += 1;
        self.case.changed_at = self.now;
        self.case.changed_by = self.actor.clone();
        let mut aggregates = Vec::with_capacity(2 + self.units.len());
        let group = self.routing.and_then(|routing| routing.group.clone());
        let case_id = self.case.id.clone();
        aggregates.push(Aggregate::Case {
            id: case_id.clone(),
            version: before,
            state: Box::new(self.case),
        });
        aggregates.extend(self.units.into_values().map(|unit| Aggregate::Unit {
            id: unit.id.clone(),
            version: unit.version - 1,
            state: Box::new(unit),
        }));
        if let Some(id) = group {
            let version = self.book.group(&id).map_or(0, |group| group.version);
            let state = Group {
                id: id.clone(),
                version: version + 1,
                case: case_id,
                changed_at: self.now,
                changed_by: self.actor.clone(),
            };
            aggregates.push(Aggregate::Group {
                id,
                version,
                state: Box::new(state),
            });
        }
        aggregates
    }
}

/// A clock's limit for a case: by the fact it names, otherwise by severity.
pub(super) fn limit_of(file: &ClockFile, case: &Case) -> Option<Span> {
    let by_fact = file.limit_by.as_ref().and_then(|by| {
        let value = case.facts.get(&by.field)?.as_str()?;
        by.limit.get(value)
    });
    by_fact.or_else(|| file.limit.get(&case.severity)).copied()
}
