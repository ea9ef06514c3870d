//! What must hold in a workflow's clocks and in what takes acts back, so that no limit passes unseen.

use std::collections::BTreeSet;

use super::check_work::{Faults, has_field};
use crate::calendar::DAY_MS;
use crate::rule_file::Span;
use crate::workflow_file::{
    ClockFile, CommandFile, Counts, Effect, FieldKind, LimitBy, Start, WorkflowFile,
};

pub(super) fn check(workflow: &WorkflowFile, faults: &mut Faults<'_>) {
    let commands: BTreeSet<&str> = workflow.commands.iter().map(|c| c.name.as_str()).collect();
    for clock in &workflow.clocks {
        check_clock(workflow, clock, &commands, faults);
    }
    if !workflow.clocks.is_empty() && !commands.contains("breachClock") {
        faults.expect("commands", "breachClock, because there are clocks");
    }
    let escalates = workflow
        .clocks
        .iter()
        .any(|clock| clock.escalates.is_some());
    if escalates && !given_by_timer(workflow, "escalateCase", Effect::Escalate) {
        faults.expect(
            "commands",
            "escalateCase by the timer with the effect escalate, because clocks escalate",
        );
    }
    let suspends = workflow.commands.iter().any(|command| {
        command.effects.contains(&Effect::Suspend) && has_field(command, "until", FieldKind::Time)
    });
    if suspends && !given_by_timer(workflow, "resumeCase", Effect::Resume) {
        faults.expect(
            "commands",
            "resumeCase by the timer with the effect resume, because cases rest until a time",
        );
    }
    for command in &workflow.commands {
        check_extension(workflow, command, faults);
        let undone = command
            .undoes
            .as_ref()
            .map(|undoes| undoes.command.as_str());
        if let Some(name) = undone.filter(|name| !commands.contains(name)) {
            faults.expect(
                format!("command {}", command.name),
                format!("undoes: a command of this workflow, not '{name}'"),
            );
        }
    }
}

/// A command that extends names a clock of the workflow and makes every limit of it longer.
fn check_extension(workflow: &WorkflowFile, command: &CommandFile, faults: &mut Faults<'_>) {
    let at = format!("command {}", command.name);
    let says = command.effects.contains(&Effect::ExtendClock);
    let Some(extends) = &command.extends else {
        if says {
            faults.expect(&at, "extends: a clock and its new limit, for ExtendClock");
        }
        return;
    };
    if !says {
        faults.expect(&at, "effects: extendClock, because it extends a clock");
    }
    let mut clocks = workflow.clocks.iter();
    let Some(clock) = clocks.find(|clock| clock.name == extends.clock) else {
        let expected = format!("extends: a clock of this workflow, not '{}'", extends.clock);
        faults.expect(&at, expected);
        return;
    };
    let by_fact = clock.limit_by.iter().flat_map(|by| by.limit.values());
    let mut limits = clock.limit.values().chain(by_fact);
    if limits.any(|limit| limit.ms >= extends.to.ms) {
        faults.expect(&at, "extends: a limit longer than each of the clock's own");
    }
    if clock.counts == Counts::WorkingDays && extends.to.ms % DAY_MS != 0 {
        faults.expect(&at, "extends: whole days, because the clock counts them");
    }
}

/// Whether the timer may give a command by this name that does this.
fn given_by_timer(workflow: &WorkflowFile, name: &str, effect: Effect) -> bool {
    workflow.commands.iter().any(|command| {
        command.name == name
            && command.effects.contains(&effect)
            && command.by.iter().any(|by| by == "timer")
    })
}

fn check_clock(
    workflow: &WorkflowFile,
    clock: &ClockFile,
    commands: &BTreeSet<&str>,
    faults: &mut Faults<'_>,
) {
    let at = format!("clock {}", clock.name);
    let starts = clock.starts.each();
    if starts.is_empty() {
        faults.expect(&at, "starts: at least one command");
    }
    let named = starts.iter().map(Start::command);
    for name in named.chain(clock.stops.iter().map(String::as_str)) {
        if !commands.contains(name) {
            faults.expect(&at, format!("commands of this workflow, not '{name}'"));
        }
    }
    for start in starts {
        if let Start::Into(one) = start
            && !workflow.states.iter().any(|state| state.name == one.into)
        {
            faults.expect(
                &at,
                format!("into: a state of this workflow, not '{}'", one.into),
            );
        }
    }
    if !(1..=4).all(|level| clock.limit.contains_key(&level)) {
        faults.expect(&at, "a limit for each level 1 to 4");
    }
    let by_fact = clock.limit_by.iter().flat_map(|by| by.limit.values());
    let whole = |span: &Span| span.ms % DAY_MS == 0;
    if clock.counts == Counts::WorkingDays && !clock.limit.values().chain(by_fact).all(whole) {
        faults.expect(
            &at,
            "limits of whole days, such as 5d, because it counts working days",
        );
    }
    if clock
        .warn
        .is_some_and(|percent| !(1..=99).contains(&percent))
    {
        faults.expect(&at, "warn: 1 to 99, percent of the limit");
    }
    if let Some(by) = &clock.limit_by
        && !names_a_fact(workflow, by)
    {
        let expected = format!(
            "limitBy: a kept field of kind choice, and its choices, not '{}'",
            by.field
        );
        faults.expect(&at, expected);
    }
}

/// Whether limits are by a field that the case keeps, and by values it may have.
fn names_a_fact(workflow: &WorkflowFile, by: &LimitBy) -> bool {
    let mut fields = workflow.commands.iter().flat_map(|command| &command.fields);
    fields.any(|field| {
        field.name == by.field
            && field.keep
            && field.kind == FieldKind::Choice
            && by
                .limit
                .keys()
                .all(|value| field.choices.iter().any(|one| one.name == *value))
    })
}
