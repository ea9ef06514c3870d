//! What commands do beyond their state change: the workflow's built-in effects.

use event_schemas::workflow_file::Effect;

use super::draft::{Draft, limit_of};
use super::workflows::{command_of, has_effect, opening_clocks};
use super::{
    Acknowledgement, ActorKind, Assignment, AssignmentState, CASE_ALERTS_MAX, CaseAlert, Outcome,
    Refusal, RefusalCode, Suspension, UnitState, Verification,
};

impl Draft<'_> {
    pub(super) fn apply(&mut self, effect: Effect) -> Result<(), Refusal> {
        match effect {
            Effect::Acknowledge => {
                self.case.acknowledged = Some(Acknowledgement {
                    by: self.actor.clone(),
                    at: self.now,
                });
            }
            Effect::AssignUnit => self.assign_unit()?,
            Effect::UnitEnRoute => self.advance_unit(AssignmentState::EnRoute)?,
            Effect::UnitOnScene => self.advance_unit(AssignmentState::OnScene)?,
            Effect::ReleaseUnits => self.release_units(),
            Effect::Transfer => self.transfer()?,
            Effect::Entrust => {
                self.case.responsible = self.fields.text("department").map(str::to_owned);
            }
            Effect::HandBack => {
                self.case.responsible = None;
                self.case.bounces += 1;
            }
            Effect::Resolve => {
                self.case.outcome = Some(Outcome {
                    text: self.fields.text("outcome").unwrap_or_default().to_owned(),
                    by: self.actor.clone(),
                    at: self.now,
                });
            }
            Effect::Verify => self.verify(),
            Effect::CountRework => self.count_rework(),
            Effect::Suspend => {
                self.case.suspension = Some(Suspension {
                    state: self.case.state.clone(),
                    by: self.actor.clone(),
                    at: self.now,
                    reason: self.fields.text("reason").map(str::to_owned),
                    until: self.fields.time("until"),
                });
            }
            Effect::Resume => self.resume()?,
            Effect::Reopen => self.reopen(),
            Effect::AttachAlerts => self.attach_alerts()?,
            Effect::BreachClock => self.breach_clock()?,
            Effect::Escalate => self.escalate()?,
            Effect::ExtendClock => self.extend_clock()?,
            Effect::Undo => self.undo()?,
        }
        Ok(())
    }

    fn assign_unit(&mut self) -> Result<(), Refusal> {
        let id = self.fields.text("unit").unwrap_or_default().to_owned();
        let case = self.case.id.clone();
        let assignment = format!("{case}.{}", self.case.assignments.len() + 1);
        let unit = self.unit_mut(&id).ok_or_else(|| unit_unknown(&id))?;
        unit.state = UnitState::Assigned;
        unit.case = Some(case);
        unit.assignment = Some(assignment.clone());
        let (unit_name, department) = (unit.name.clone(), unit.department.clone());
        self.case.assignments.push(Assignment {
            id: assignment,
            unit: id,
            unit_name,
            department,
            state: AssignmentState::Assigned,
            assigned_by: self.actor.clone(),
            assigned_at: self.now,
            en_route_at: None,
            on_scene_at: None,
            released_at: None,
        });
        Ok(())
    }

    fn advance_unit(&mut self, state: AssignmentState) -> Result<(), Refusal> {
        let id = self.fields.text("assignment").unwrap_or_default();
        let now = self.now;
        let assignment = self.case.assignments.iter_mut().find(|one| one.id == id);
        let Some(assignment) = assignment else {
            return Err(assignment_unknown());
        };
        assignment.state = state;
        let unit_state = if state == AssignmentState::OnScene {
            assignment.on_scene_at = Some(now);
            UnitState::OnScene
        } else {
            assignment.en_route_at = Some(now);
            UnitState::EnRoute
        };
        let unit = assignment.unit.clone();
        if let Some(unit) = self.unit_mut(&unit) {
            unit.state = unit_state;
        }
        Ok(())
    }

    fn release_units(&mut self) {
        let now = self.now;
        let mut released = Vec::new();
        for assignment in &mut self.case.assignments {
            if assignment.is_active() {
                assignment.state = AssignmentState::Released;
                assignment.released_at = Some(now);
                released.push(assignment.unit.clone());
            }
        }
        for id in released {
            if let Some(unit) = self.unit_mut(&id) {
                unit.state = UnitState::Available;
                unit.case = None;
                unit.assignment = None;
            }
        }
    }

    fn transfer(&mut self) -> Result<(), Refusal> {
        let department = self.fields.text("department").map(str::to_owned);
        if department == self.case.responsible {
            return Err(Refusal::new(
                RefusalCode::FieldWrong,
                "案件已由该部门负责",
                "that department is responsible already",
            ));
        }
        self.case.responsible = department;
        self.case.bounces += 1;
        Ok(())
    }

    fn verify(&mut self) {
        if self.fields.flag("passed") == Some(true) {
            self.case.verification = Some(Verification {
                by: self.actor.clone(),
                at: self.now,
                note: self.fields.text("note").map(str::to_owned),
            });
        }
    }

    fn count_rework(&mut self) {
        if self.fields.flag("passed") == Some(false) {
            self.case.rework += 1;
            self.case.outcome = None;
            self.case.verification = None;
        }
    }

    fn resume(&mut self) -> Result<(), Refusal> {
        let now = self.now;
        if let Some(suspension) = self.case.suspension.take() {
            let rests = suspension.until.is_none_or(|until| until > now);
            if self.actor.kind == ActorKind::Timer && rests {
                return Err(Refusal::new(
                    RefusalCode::ClockNotDue,
                    "挂起时间未到",
                    "the time it rests until has not come",
                ));
            }
            self.enter(&suspension.state)?;
        }
        for clock in &mut self.case.clocks {
            clock.resume(now, self.calendar);
        }
        Ok(())
    }

    /// Work anew: what was seen, done and checked before, and who was told of it, is over.
    fn reopen(&mut self) {
        self.case.acknowledged = None;
        self.case.outcome = None;
        self.case.verification = None;
        self.case.escalation = 0;
        self.case.escalated_at = None;
        self.case.reopened += 1;
        self.restart_clocks();
    }

    /// Alerts join the case. The acknowledgement was given for what was known then: a condition
    /// that returns, or a graver one, ends it, and the time limit for acknowledging runs anew.
    fn attach_alerts(&mut self) -> Result<(), Refusal> {
        let Some(routing) = self.routing else {
            return Ok(());
        };
        let opening = self.case.version == 0;
        let mut asks_again = false;
        for alert in &routing.alerts {
            asks_again |= self.attach(alert)? && !opening;
        }
        if self.case.sop.is_none() {
            self.case.sop.clone_from(&routing.sop);
            self.case.suggested_unit.clone_from(&routing.suggested_unit);
        }
        if asks_again && self.case.acknowledged.take().is_some() {
            self.ask_again();
        }
        Ok(())
    }

    /// One alert joins, or has grown graver; whether that asks for attention anew.
    fn attach(&mut self, alert: &CaseAlert) -> Result<bool, Refusal> {
        let graver = alert.severity < self.case.severity;
        let present = self.case.alerts.iter_mut().find(|one| one.id == alert.id);
        let returning = if let Some(present) = present {
            present.severity = present.severity.min(alert.severity);
            present.title.clone_from(&alert.title);
            false
        } else {
            if self.case.alerts.len() >= CASE_ALERTS_MAX {
                return Err(too_many_alerts());
            }
            let returning = self
                .case
                .alerts
                .iter()
                .any(|known| known.fingerprint == alert.fingerprint);
            self.case.alerts.push(CaseAlert {
                attached_at: self.now,
                ..alert.clone()
            });
            returning
        };
        if graver {
            self.take_lead(alert);
        }
        Ok(graver || returning)
    }

    fn take_lead(&mut self, alert: &CaseAlert) {
        self.case.severity = alert.severity;
        self.case.title = alert.title.clone();
        self.case.sop = None;
        let limits: Vec<_> = self
            .workflow
            .clocks
            .iter()
            .filter_map(|file| Some((file.name.as_str(), limit_of(file, &self.case)?)))
            .collect();
        for clock in &mut self.case.clocks {
            if let Some((_, limit)) = limits.iter().find(|(name, _)| *name == clock.name) {
                clock.tighten(*limit, self.calendar);
            }
        }
    }

    fn ask_again(&mut self) {
        let names: Vec<String> = opening_clocks(self.workflow)
            .filter(|file| {
                file.stops.iter().any(|stop| {
                    command_of(self.workflow, stop)
                        .is_some_and(|command| has_effect(command, Effect::Acknowledge))
                })
            })
            .map(|file| file.name.clone())
            .collect();
        for name in names {
            self.start_clock(&name);
        }
    }

    fn breach_clock(&mut self) -> Result<(), Refusal> {
        let name = self.fields.text("clock").unwrap_or_default();
        let now = self.now;
        let overdue = self.case.clocks.iter_mut().find_map(|clock| {
            let due = clock.due_at().filter(|due| *due < now)?;
            (clock.name == name).then_some((clock, due))
        });
        let Some((clock, due)) = overdue else {
            return Err(Refusal::new(
                RefusalCode::ClockNotDue,
                format!("时限 {name} 未到"),
                format!("the time limit '{name}' has not passed"),
            ));
        };
        clock.breach(due, self.calendar);
        Ok(())
    }

    fn extend_clock(&mut self) -> Result<(), Refusal> {
        let Some(extends) = &self.rule.extends else {
            return Ok(());
        };
        let (now, calendar) = (self.now, self.calendar);
        let running = self
            .case
            .clocks
            .iter_mut()
            .find(|clock| clock.name == extends.clock && clock.lets_extend(now));
        let Some(clock) = running else {
            return Err(Refusal::new(
                RefusalCode::ClockNotRunning,
                "时限未在计时、已超时或已延长，不能再延长",
                "the time limit is not running, has passed, or was made longer already",
            ));
        };
        clock.extend(extends.to, now, calendar);
        Ok(())
    }

    fn escalate(&mut self) -> Result<(), Refusal> {
        let name = self.fields.text("clock").unwrap_or_default();
        let is_due = self.case.clocks.iter().any(|clock| {
            clock.name == name && clock.escalates_at().is_some_and(|at| at < self.now)
        });
        if !is_due || self.case.escalation > 0 {
            return Err(Refusal::new(
                RefusalCode::ClockNotDue,
                format!("时限 {name} 无需升级"),
                format!("the time limit '{name}' brings nothing before the supervisor now"),
            ));
        }
        self.case.escalation = 1;
        self.case.escalated_at = Some(self.now);
        Ok(())
    }
}

pub(super) fn unit_unknown(id: &str) -> Refusal {
    Refusal::new(
        RefusalCode::UnitUnknown,
        format!("没有单位 {id}"),
        format!("there is no unit '{id}'"),
    )
}

pub(super) fn assignment_unknown() -> Refusal {
    Refusal::new(
        RefusalCode::AssignmentUnknown,
        "该派遣单不属于此案件,或已过此步骤",
        "the assignment is not on this case, or is past this step",
    )
}

fn too_many_alerts() -> Refusal {
    Refusal::new(
        RefusalCode::FieldWrong,
        format!("案件最多关联 {CASE_ALERTS_MAX} 个警报"),
        format!("a case holds at most {CASE_ALERTS_MAX} alerts"),
    )
}
