//! What must hold in workflows and routes, so that no case can be led nowhere.

use std::collections::BTreeSet;

use super::{Catalog, CatalogError};
use crate::workflow_file::{CommandFile, Effect, FieldKind, Target, WorkflowFile};

/// Who a workflow may name.
const GIVERS: [&str; 9] = [
    "operator",
    "supervisor",
    "administrator",
    "department",
    "responsible-department",
    "unit-department",
    "router",
    "timer",
    "hub",
];
/// Words that stand for states.
const STATE_WORDS: [&str; 3] = ["none", "open", "any"];
/// Commands that the router gives.
const ROUTER: [&str; 3] = ["openCase", "attachAlert", "reopenCase"];

pub(crate) fn check(catalog: &Catalog, errors: &mut Vec<CatalogError>) {
    let mut kinds = BTreeSet::new();
    for workflow in &catalog.workflows {
        let mut faults = Faults {
            file: format!("workflows/{}.workflow.yaml", workflow.kind),
            errors,
        };
        if !kinds.insert(workflow.kind.as_str()) {
            faults.expect("kind", "each kind once");
        }
        check_workflow(workflow, &mut faults);
    }
    check_routes(catalog, errors);
}

pub(super) struct Faults<'e> {
    file: String,
    errors: &'e mut Vec<CatalogError>,
}

impl Faults<'_> {
    pub(super) fn expect(&mut self, path: impl Into<String>, expected: impl Into<String>) {
        self.errors
            .push(CatalogError::new(&self.file, path, expected));
    }
}

fn check_workflow(workflow: &WorkflowFile, faults: &mut Faults<'_>) {
    let states: BTreeSet<&str> = workflow.states.iter().map(|s| s.name.as_str()).collect();
    if states.len() != workflow.states.len() || states.is_empty() {
        faults.expect("states", "at least one state, each name once");
    }
    let commands: BTreeSet<&str> = workflow.commands.iter().map(|c| c.name.as_str()).collect();
    if commands.len() != workflow.commands.len() {
        faults.expect("commands", "each name once");
    }
    for command in &workflow.commands {
        check_command(command, &states, faults);
    }
    super::check_time::check(workflow, faults);
}

fn check_command(command: &CommandFile, states: &BTreeSet<&str>, faults: &mut Faults<'_>) {
    let at = format!("command {}", command.name);
    let targets: Vec<&String> = match &command.to {
        None => Vec::new(),
        Some(Target::State(state)) => vec![state],
        Some(Target::ByState(map)) => map.iter().flat_map(|(from, to)| [from, to]).collect(),
        Some(Target::ByField { field, yes, no }) => {
            if !has_field(command, field, FieldKind::Flag) {
                faults.expect(
                    &at,
                    format!("a flag field '{field}', which the target names"),
                );
            }
            vec![yes, no]
        }
    };
    let from = command
        .from
        .iter()
        .filter(|from| !STATE_WORDS.contains(&from.as_str()));
    for state in from.chain(targets) {
        if !states.contains(state.as_str()) {
            faults.expect(&at, format!("states of this workflow, not '{state}'"));
        }
    }
    if command.from.is_empty() || command.by.is_empty() {
        faults.expect(&at, "from and by, at least one each");
    }
    for by in &command.by {
        if !GIVERS.contains(&by.as_str()) {
            faults.expect(&at, format!("by: one of {}, not '{by}'", GIVERS.join(", ")));
        }
    }
    super::check_fields::check(command, faults);
    for effect in &command.effects {
        let needed = match effect {
            Effect::AssignUnit => Some(("unit", FieldKind::Unit)),
            Effect::UnitEnRoute | Effect::UnitOnScene => {
                Some(("assignment", FieldKind::Assignment))
            }
            Effect::Transfer | Effect::Entrust => Some(("department", FieldKind::Department)),
            Effect::Resolve => Some(("outcome", FieldKind::Text)),
            Effect::Verify | Effect::CountRework => Some(("passed", FieldKind::Flag)),
            Effect::BreachClock | Effect::Escalate => Some(("clock", FieldKind::Text)),
            _ => None,
        };
        if let Some((name, kind)) = needed.filter(|(name, kind)| !has_field(command, name, *kind)) {
            faults.expect(
                &at,
                format!("a field '{name}' of kind {kind:?} for {effect:?}"),
            );
        }
    }
}

pub(super) fn has_field(command: &CommandFile, name: &str, kind: FieldKind) -> bool {
    command
        .fields
        .iter()
        .any(|field| field.name == name && field.kind == kind)
}

fn check_routes(catalog: &Catalog, errors: &mut Vec<CatalogError>) {
    let mut faults = Faults {
        file: String::from("routes.yaml"),
        errors,
    };
    let names: BTreeSet<&str> = catalog.routes.iter().map(|r| r.name.as_str()).collect();
    if names.len() != catalog.routes.len() {
        faults.expect("", "each route name once");
    }
    for route in &catalog.routes {
        let at = format!("route {}", route.name);
        if !(1..=4).contains(&route.opens_at) {
            faults.expect(&at, "opensAt: 1 to 4");
        }
        for absorbed in route
            .absorbs
            .iter()
            .filter(|one| !names.contains(one.as_str()))
        {
            faults.expect(
                &at,
                format!("absorbs: routes of this file, not '{absorbed}'"),
            );
        }
        let responsible = route.responsible.as_deref();
        if responsible.is_some_and(|name| catalog.department(name).is_none()) {
            faults.expect(&at, "responsible: one of the catalog's departments");
        }
        let workflow = catalog.workflows.iter().find(|one| one.kind == route.kind);
        let by_router = |name: &&str| {
            workflow.is_some_and(|workflow| {
                workflow.commands.iter().any(|command| {
                    command.name == *name && command.by.iter().any(|by| by == "router")
                })
            })
        };
        if !ROUTER.iter().all(by_router) {
            let expected = format!(
                "kind: a workflow whose {} the router may give",
                ROUTER.join(", ")
            );
            faults.expect(&at, expected);
        }
    }
}
