//! Taking back: what somebody did by mistake a moment ago is undone by another decision.
//!
//! A case remembers its last act that a command can take back, and how it was before. Whatever
//! changes the case's course after it rests on it, and makes it final; notes, alerts that join and
//! limits that pass do not.

use event_schemas::city::Millis;
use event_schemas::workflow_file::CommandFile;
use serde::{Deserialize, Serialize};

use super::draft::{Draft, limit_of};
use super::{
    Acknowledgement, Actor, Assignment, AssignmentState, Case, ClockRun, Refusal, RefusalCode,
    UnitState,
};

/// The last act on a case that can be taken back, with what it changed as it was before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Act {
    /// The command.
    pub command: String,
    /// Who gave it.
    pub by: Actor,
    /// When.
    pub at: Millis,
    /// The state before it.
    pub state: String,
    /// The acknowledgement before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
    /// Assignments it made or moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignments: Vec<Before<Assignment>>,
    /// Clock runs it started or stopped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<Before<ClockRun>>,
}

/// A member of a list before an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Before<T> {
    /// Its place in the list.
    pub index: usize,
    /// As it was; absent: it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<T>,
}

fn changes<T: Clone + PartialEq>(before: &[T], after: &[T]) -> Vec<Before<T>> {
    let changed = after.iter().enumerate().filter_map(|(index, one)| {
        let was = before.get(index);
        (was != Some(one)).then(|| Before {
            index,
            was: was.cloned(),
        })
    });
    changed.collect()
}

impl Case {
    /// Whether this giver may take back now what the command takes back; a command that takes nothing
    /// back is no question of this.
    pub(super) fn lets_undo(&self, command: &CommandFile, by: &Actor, now: Millis) -> bool {
        let Some(undoes) = &command.undoes else {
            return true;
        };
        self.undoable.as_ref().is_some_and(|act| {
            act.command == undoes.command && act.by == *by && now.since(act.at) <= undoes.within.ms
        })
    }

    /// Whether the work has taken another course since: what people decided, not what was noted,
    /// attached or noticed.
    fn goes_on_from(&self, before: &Self) -> bool {
        self.state != before.state
            || self.acknowledged != before.acknowledged
            || self.assignments != before.assignments
            || self.outcome != before.outcome
            || self.verification != before.verification
            || self.suspension != before.suspension
            || self.responsible != before.responsible
    }
}

impl Draft<'_> {
    /// Remembers this act if a command can take it back; an act that leads on makes the one before it
    /// final.
    pub(super) fn remember_act(&mut self, before: &Case) {
        let name = &self.rule.name;
        let can_be_undone = self.workflow.commands.iter().any(|command| {
            command
                .undoes
                .as_ref()
                .is_some_and(|undoes| undoes.command == *name)
        });
        if can_be_undone {
            self.case.undoable = Some(Box::new(Act {
                command: name.clone(),
                by: self.actor.clone(),
                at: self.now,
                state: before.state.clone(),
                acknowledged: before.acknowledged.clone(),
                assignments: changes(&before.assignments, &self.case.assignments),
                clocks: changes(&before.clocks, &self.case.clocks),
            }));
        } else if self.case.goes_on_from(before) {
            self.case.undoable = None;
        }
    }

    pub(super) fn undo(&mut self) -> Result<(), Refusal> {
        if !self.case.lets_undo(self.rule, self.actor, self.now) {
            return Err(not_undoable(self.rule));
        }
        let Some(act) = self.case.undoable.take() else {
            return Err(not_undoable(self.rule));
        };
        for before in act.assignments {
            self.restore_assignment(before);
        }
        // From the end, so that what is taken out moves nothing that is still to be restored.
        for before in act.clocks.into_iter().rev() {
            self.restore_clock(before);
        }
        self.case.acknowledged = act.acknowledged;
        self.enter(&act.state)
    }

    /// An assignment that was not there stays in the case as released: it did happen.
    fn restore_assignment(&mut self, before: Before<Assignment>) {
        let now = self.now;
        let Some(present) = self.case.assignments.get_mut(before.index) else {
            return;
        };
        if let Some(was) = before.was {
            *present = was;
        } else {
            present.state = AssignmentState::Released;
            present.released_at = Some(now);
        }
        let (id, unit, state) = (present.id.clone(), present.unit.clone(), present.state);
        if let Some(unit) = self.unit_mut(&unit)
            && unit.assignment.as_deref() == Some(id.as_str())
        {
            unit.state = match state {
                AssignmentState::Assigned => UnitState::Assigned,
                AssignmentState::EnRoute => UnitState::EnRoute,
                AssignmentState::OnScene => UnitState::OnScene,
                AssignmentState::Released => {
                    unit.case = None;
                    unit.assignment = None;
                    UnitState::Available
                }
            };
        }
    }

    /// A run goes on as if it had never stopped; the case may have grown graver meanwhile.
    fn restore_clock(&mut self, before: Before<ClockRun>) {
        if before.index >= self.case.clocks.len() {
            return;
        }
        let Some(mut run) = before.was else {
            self.case.clocks.remove(before.index);
            return;
        };
        let file = self.workflow.clocks.iter().find(|one| one.name == run.name);
        if let Some(limit) = file.and_then(|file| limit_of(file, &self.case)) {
            run.tighten(limit, self.calendar);
        }
        self.case.clocks[before.index] = run;
    }
}

fn not_undoable(rule: &CommandFile) -> Refusal {
    Refusal::new(
        RefusalCode::UndoImpossible,
        format!(
            "无法“{}”:不是您刚才的操作,或已超时,或其后已有新的处置",
            rule.title.zh
        ),
        format!(
            "'{}' is not possible: it was not your last act, is too long ago, or work has gone on since",
            rule.title.en
        ),
    )
}
