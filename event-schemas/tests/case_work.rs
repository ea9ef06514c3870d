//! Workflows and routes that would lead a case nowhere are refused with file, path and expectation.
#![expect(clippy::unwrap_used, reason = "a test's helpers may end the test")]

use std::fs;
use std::path::Path;

use event_schemas::Catalog;

const WORKFLOW: &str = "workflows/city.workflow.yaml";
const REQUEST: &str = "workflows/hotline-request.workflow.yaml";
const ROUTES: &str = "routes.yaml";

/// The catalog with one text replaced in one file: what is wrong with it.
fn fault_of(file: &str, from: &str, to: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog"),
        folder.path(),
    );
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no '{from}'");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    Catalog::load(folder.path()).unwrap_err().to_string()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_workflow_that_leads_nowhere_is_told_by_command() {
    for (from, to, expected) in [
        (
            "to: SUSPENDED",
            "to: PARKED",
            "command suspendCase: expected states of this workflow, not 'PARKED'",
        ),
        (
            "from: [SUSPENDED]",
            "from: [PARKED]",
            "command resumeCase: expected states",
        ),
        (
            "{ REPORTED: ESTABLISHED }",
            "{ REPORTED: DONE }",
            "command acknowledgeCase: expected states",
        ),
        (
            "by: [timer]",
            "by: [clockmaker]",
            "command breachClock: expected by: one of",
        ),
        (
            "kind: unit, required",
            "kind: text, required",
            "command assignUnit: expected a field 'unit'",
        ),
        (
            "field: passed,",
            "field: done,",
            "command verifyCase: expected a flag field 'done'",
        ),
        (
            "starts: openCase",
            "starts: openCart",
            "clock acknowledge: expected commands",
        ),
        (
            "3: 15m, 4: 1h",
            "3: 15m",
            "clock acknowledge: expected a limit for each level",
        ),
        (
            "name: CLOSED,",
            "name: VOIDED,",
            "states: expected at least one state, each name once",
        ),
    ] {
        let told = fault_of(WORKFLOW, from, to);
        assert!(told.contains(WORKFLOW) && told.contains(expected), "{told}");
    }
}

#[test]
fn a_clock_that_makes_no_sense_is_told() {
    each_is_told(&[
        (
            REQUEST,
            "3: 3d, 4: 3d",
            "3: 3h, 4: 3d",
            "clock callBack: expected limits of whole days",
        ),
        (
            REQUEST,
            "into: HANDLING",
            "into: HANDLED",
            "clock answer: expected into: a state of this workflow",
        ),
        (
            REQUEST,
            "starts: [openCase, returnRequest]",
            "starts: []",
            "clock transfer: expected starts: at least one command",
        ),
        (
            REQUEST,
            "field: request\n",
            "field: colour\n",
            "clock answer: expected limitBy: a kept field",
        ),
        (
            REQUEST,
            "suggestion: 1d",
            "praise: 1d",
            "clock answer: expected limitBy: a kept field",
        ),
        (
            WORKFLOW,
            "warn: 60",
            "warn: 100",
            "clock acknowledge: expected warn",
        ),
    ]);
}

#[test]
fn a_command_about_time_that_makes_no_sense_is_told() {
    each_is_told(&[
        (
            REQUEST,
            "extends: { clock: answer, to: 15d }",
            "extends: { clock: reply, to: 15d }",
            "command extendRequest: expected extends: a clock of this workflow",
        ),
        (
            REQUEST,
            "extends: { clock: answer, to: 15d }",
            "extends: { clock: answer, to: 5d }",
            "command extendRequest: expected extends: a limit longer",
        ),
        (
            REQUEST,
            "effects: [extendClock]",
            "effects: []",
            "command extendRequest: expected effects: extendClock",
        ),
        (
            WORKFLOW,
            "name: escalateCase",
            "name: tellSupervisor",
            "commands: expected escalateCase by the timer",
        ),
        (
            WORKFLOW,
            "by: [supervisor, timer]",
            "by: [supervisor]",
            "commands: expected resumeCase by the timer",
        ),
    ]);
}

/// Each of these changes of a file is a fault that names the file and says what was expected.
fn each_is_told(changes: &[(&str, &str, &str, &str)]) {
    for &(file, from, to, expected) in changes {
        let told = fault_of(file, from, to);
        assert!(told.contains(file) && told.contains(expected), "{told}");
    }
}

#[test]
fn a_form_that_makes_no_sense_is_told() {
    for (file, from, to, expected) in [
        (
            WORKFLOW,
            "command: assignUnit, within",
            "command: paintUnit, within",
            "command undoAssign: expected undoes: a command",
        ),
        (
            WORKFLOW,
            "    undoes: { command: markEnRoute, within: 15s }\n",
            "",
            "command undoEnRoute: expected undoes together",
        ),
        (
            REQUEST,
            "kind: choice\n        keep",
            "kind: text\n        keep",
            "command openCase: expected field 'request': choices",
        ),
        (
            REQUEST,
            "name: complaint,",
            "name: help,",
            "command openCase: expected field 'request': choices",
        ),
        (
            REQUEST,
            "times: 1",
            "times: 0",
            "command returnRequest: expected times",
        ),
    ] {
        let told = fault_of(file, from, to);
        assert!(told.contains(file) && told.contains(expected), "{told}");
    }
}

#[test]
fn a_route_that_leads_nowhere_is_told_by_route() {
    for (from, to, expected) in [
        (
            "absorbs: [department]",
            "absorbs: [ministry]",
            "absorbs: routes of this file, not 'ministry'",
        ),
        (
            "opensAt: 4",
            "opensAt: 5",
            "route cross-department: expected opensAt: 1 to 4",
        ),
        (
            "kind: city",
            "kind: town",
            "route cross-department: expected kind: a workflow",
        ),
        (
            "kind: city",
            "kind: city\n  responsible: navy",
            "responsible: one of the catalog's",
        ),
        ("name: incident", "name: department", "each route name once"),
        ("groupBy: [place]", "groupBy: [colour]", "colour"),
    ] {
        let told = fault_of(ROUTES, from, to);
        assert!(told.contains(ROUTES) && told.contains(expected), "{told}");
    }
}

#[test]
fn a_kind_whose_alerts_cannot_be_routed_is_told() {
    let told = fault_of(WORKFLOW, "by: [supervisor, router]", "by: [supervisor]");
    assert!(
        told.contains("route cross-department: expected kind"),
        "{told}"
    );
}
