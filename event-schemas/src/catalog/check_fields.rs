//! What must hold in a command's fields, so that every form can be filled in and every word shown.

use std::collections::BTreeSet;

use super::check_work::Faults;
use crate::workflow_file::{CommandFile, Effect, FieldKind};

pub(super) fn check(command: &CommandFile, faults: &mut Faults<'_>) {
    let at = format!("command {}", command.name);
    let names: BTreeSet<&str> = command.fields.iter().map(|one| one.name.as_str()).collect();
    if names.len() != command.fields.len() {
        faults.expect(&at, "each field name once");
    }
    for field in &command.fields {
        let choices: BTreeSet<&str> = field.choices.iter().map(|one| one.name.as_str()).collect();
        let is_choice = field.kind == FieldKind::Choice;
        if is_choice == field.choices.is_empty() || choices.len() != field.choices.len() {
            faults.expect(
                &at,
                format!(
                    "field '{}': choices, each name once, for the kind choice alone",
                    field.name
                ),
            );
        }
    }
    if command.undoes.is_some() != command.effects.contains(&Effect::Undo) {
        faults.expect(&at, "undoes together with the effect undo");
    }
    if command.times == Some(0) {
        faults.expect(&at, "times: 1 or more");
    }
}
