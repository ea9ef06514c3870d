//! Who may give which command: the workflow's `by` against the giver.

use event_schemas::city::Millis;
use event_schemas::workflow_file::{CommandFile, Effect, Guard};

use super::workflows::{has_effect, may_start_from};
use super::{Actor, AssignmentState, Case, Issuer, Workflows};
use crate::access::{Principal, Role};

impl Principal {
    /// Whether it may give the command; `case` is absent when a case is to be opened.
    pub fn may(&self, command: &CommandFile, case: Option<&Case>) -> bool {
        command.by.iter().any(|by| self.is(by, case))
    }

    fn is(&self, by: &str, case: Option<&Case>) -> bool {
        let works_cases = self.has_any(&[Role::Operator, Role::Supervisor]);
        let department = self.department.as_deref();
        match by {
            "operator" => works_cases && department.is_none(),
            "supervisor" => self.has(Role::Supervisor) && department.is_none(),
            "administrator" => self.has(Role::Administrator),
            "department" => works_cases && department.is_some(),
            "responsible-department" => {
                works_cases
                    && department.is_some()
                    && case.is_some_and(|case| case.responsible.as_deref() == department)
            }
            "unit-department" => {
                works_cases
                    && case.is_some_and(|case| {
                        case.active_assignments()
                            .any(|one| Some(one.department.as_str()) == department)
                    })
            }
            _ => false,
        }
    }
}

impl Issuer {
    pub(super) fn may(&self, command: &CommandFile, case: Option<&Case>) -> bool {
        let own = |name: &str| command.by.iter().any(|by| by == name);
        match self {
            Self::Principal(principal) => principal.may(command, case),
            Self::Router => own("router"),
            Self::Timer => own("timer"),
            Self::Hub => own("hub"),
        }
    }
}

impl Case {
    /// The commands that this principal may give now, in the workflow's order.
    pub fn allowed_commands<'w>(
        &self,
        workflows: &'w Workflows,
        principal: &Principal,
        now: Millis,
    ) -> Vec<&'w str> {
        let Some(workflow) = workflows.kind(&self.kind) else {
            return Vec::new();
        };
        let actor = Actor::of(principal);
        workflow
            .commands
            .iter()
            .filter(|command| may_start_from(command, &self.state, self.stage))
            .filter(|command| principal.may(command, Some(self)))
            .filter(|command| self.has_times_left(command))
            .filter(|command| self.lets_undo(command, &actor, now))
            .filter(|command| self.lets_extend(command, now))
            .filter(|command| self.guards_can_hold(command, workflows, principal))
            .map(|command| command.name.as_str())
            .collect()
    }

    pub(super) fn has_times_left(&self, command: &CommandFile) -> bool {
        let given = self.times.get(&command.name).copied().unwrap_or(0);
        command.times.is_none_or(|times| given < times)
    }

    /// Whether the limit that the command makes longer still can be; a command that extends none is no
    /// question of this.
    fn lets_extend(&self, command: &CommandFile, now: Millis) -> bool {
        command.extends.as_ref().is_none_or(|extends| {
            let mut clocks = self.clocks.iter();
            clocks.any(|clock| clock.name == extends.clock && clock.lets_extend(now))
        })
    }

    fn guards_can_hold(
        &self,
        command: &CommandFile,
        workflows: &Workflows,
        principal: &Principal,
    ) -> bool {
        command.guards.iter().all(|guard| match guard {
            Guard::Verified => self.verification.is_some(),
            Guard::FourEyes => {
                !workflows.settings().four_eyes
                    || self
                        .outcome
                        .as_ref()
                        .is_none_or(|outcome| outcome.by.name != principal.name)
            }
            Guard::AssignmentOpen => self
                .active_assignments()
                .any(|one| step_is_ahead(command, one.state)),
            // Which unit is asked for is not known yet.
            Guard::UnitAvailable => true,
        })
    }
}

/// Whether a unit in this state has the command's step still before it.
pub(super) fn step_is_ahead(command: &CommandFile, state: AssignmentState) -> bool {
    if has_effect(command, Effect::UnitEnRoute) {
        state == AssignmentState::Assigned
    } else if has_effect(command, Effect::UnitOnScene) {
        matches!(state, AssignmentState::Assigned | AssignmentState::EnRoute)
    } else {
        state != AssignmentState::Released
    }
}
