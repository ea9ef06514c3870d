//! Every row of the city case's command table: from which states, by whom, with what.

use std::collections::BTreeSet;

use domain::access::Role;
use domain::case::{Issuer, Refusal, RefusalCode};
use serde_json::{Value, json};

use crate::desk::{Desk, department, operator, person, supervisor, workflow};

const STATES: [&str; 9] = [
    "REPORTED",
    "ESTABLISHED",
    "DISPATCHED",
    "IN_PROGRESS",
    "VERIFYING",
    "VERIFIED",
    "CLOSED",
    "SUSPENDED",
    "VOIDED",
];

/// Command | fields it needs | states it is possible in > the state it leads to.
const COURSE: &str = r#"
acknowledgeCase | {} | REPORTED>ESTABLISHED ESTABLISHED>ESTABLISHED DISPATCHED>DISPATCHED IN_PROGRESS>IN_PROGRESS VERIFYING>VERIFYING VERIFIED>VERIFYING SUSPENDED>SUSPENDED
assignUnit      | {"unit":"e2"} | ESTABLISHED>DISPATCHED DISPATCHED>DISPATCHED IN_PROGRESS>IN_PROGRESS
transferCase    | {"department":"power","reason":"x"} | ESTABLISHED>ESTABLISHED DISPATCHED>ESTABLISHED
markOnScene     | {"assignment":"<case>.1"} | DISPATCHED>IN_PROGRESS IN_PROGRESS>IN_PROGRESS
resolveCase     | {"outcome":"x"} | DISPATCHED>VERIFYING IN_PROGRESS>VERIFYING
verifyCase      | {"passed":true,"note":"x"} | VERIFYING>VERIFYING VERIFIED>VERIFYING
closeCase       | {} | VERIFIED>CLOSED
reopenCase      | {"reason":"x"} | CLOSED>ESTABLISHED
suspendCase     | {"reason":"x","until":"2024-02-06T00:00:00Z"} | ESTABLISHED>SUSPENDED DISPATCHED>SUSPENDED IN_PROGRESS>SUSPENDED VERIFYING>SUSPENDED VERIFIED>SUSPENDED
resumeCase      | {} | SUSPENDED>ESTABLISHED
voidCase        | {"reason":"x"} | REPORTED>VOIDED ESTABLISHED>VOIDED
addNote         | {"text":"x"} | REPORTED>REPORTED ESTABLISHED>ESTABLISHED DISPATCHED>DISPATCHED IN_PROGRESS>IN_PROGRESS VERIFYING>VERIFYING VERIFIED>VERIFYING CLOSED>CLOSED SUSPENDED>SUSPENDED VOIDED>VOIDED
"#;

/// Command | a state it is possible in | fields | who may give it.
const GIVERS: &str = r#"
acknowledgeCase | REPORTED    | {} | operator supervisor
assignUnit      | ESTABLISHED | {"unit":"e2"} | operator supervisor
transferCase    | ESTABLISHED | {"department":"power","reason":"x"} | operator supervisor responsible
markEnRoute     | DISPATCHED  | {"assignment":"<case>.1"} | operator supervisor responsible
markOnScene     | DISPATCHED  | {"assignment":"<case>.1"} | operator supervisor responsible
resolveCase     | DISPATCHED  | {"outcome":"x"} | operator supervisor responsible
verifyCase      | VERIFYING   | {"passed":true,"note":"x"} | operator supervisor
closeCase       | VERIFIED    | {} | operator supervisor
reopenCase      | CLOSED      | {"reason":"x"} | supervisor
suspendCase     | ESTABLISHED | {"reason":"x","until":"2024-02-06T00:00:00Z"} | supervisor
resumeCase      | SUSPENDED   | {} | supervisor
voidCase        | REPORTED    | {"reason":"x"} | supervisor
addNote         | REPORTED    | {"text":"x"} | operator supervisor responsible foreign
"#;

fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.split('|').map(str::trim).collect())
}

/// A command's fields and the states it leads from and to.
fn course_of(command: &str) -> Option<(&'static str, Vec<(&'static str, &'static str)>)> {
    let row = rows(COURSE).find(|row| row[0] == command)?;
    let steps = row[2].split(' ').filter_map(|step| step.split_once('>'));
    Some((row[1], steps.collect()))
}

fn given_for(case: &str, given: &str) -> Value {
    serde_json::from_str(&given.replace("<case>", case)).unwrap()
}

#[test]
fn each_command_is_possible_in_its_states_alone_and_leads_where_the_table_says() {
    for row in rows(COURSE) {
        let command = row[0];
        let (given, steps) = course_of(command).unwrap();
        for state in STATES {
            let mut desk = Desk::new();
            let id = desk.case_in(state);
            let given = given_for(&id, given);
            let before = desk.case(&id).version;
            if let Some((_, to)) = steps.iter().find(|(from, _)| *from == state) {
                let case = desk.does(supervisor("wang"), command, &id, &given);
                assert_eq!(case.state, *to, "{command} from {state}");
                assert_eq!(case.version, before + 1, "{command} from {state}");
            } else {
                let code = desk.refuses(supervisor("wang"), command, &id, &given);
                let expected = if command == "closeCase" && state == "VERIFYING" {
                    RefusalCode::NotVerified
                } else {
                    RefusalCode::WrongState
                };
                assert_eq!(code, expected, "{command} from {state}");
            }
        }
    }
}

#[test]
fn a_unit_sets_out_once_and_arrives_once() {
    let mut desk = Desk::new();
    let id = desk.case_in("DISPATCHED");
    let given = json!({"assignment": format!("{id}.1")});
    assert_eq!(
        desk.does(operator("li"), "markEnRoute", &id, &given).state,
        "IN_PROGRESS"
    );
    assert_eq!(
        desk.refuses(operator("li"), "markEnRoute", &id, &given),
        RefusalCode::AssignmentUnknown
    );
    desk.does(operator("li"), "markOnScene", &id, &given);
    assert_eq!(
        desk.refuses(operator("li"), "markOnScene", &id, &given),
        RefusalCode::AssignmentUnknown
    );
}

/// Fire is responsible, and the unit e1 is fire's.
fn givers() -> [(&'static str, Issuer); 6] {
    [
        ("operator", operator("li")),
        ("supervisor", supervisor("wang")),
        ("responsible", department("fire")),
        ("foreign", department("roads")),
        ("developer", person("dev", &[Role::Developer], None)),
        ("administrator", person("adm", &[Role::Administrator], None)),
    ]
}

#[test]
fn each_command_is_for_those_the_table_names() {
    for row in rows(GIVERS) {
        let [command, state, given, allowed] = row[..] else {
            panic!("four columns: {row:?}");
        };
        for (who, issuer) in givers() {
            let mut desk = Desk::new();
            let id = desk.case_in_of("fire", state);
            let given = given_for(&id, given);
            let may = allowed.split(' ').any(|one| one == who);
            let listed = match &issuer {
                Issuer::Principal(principal) => desk
                    .case(&id)
                    .allowed_commands(&desk.workflows, principal, desk.now)
                    .contains(&command),
                _ => false,
            };
            assert_eq!(listed, may, "{command} listed for {who}");
            if may {
                desk.does(issuer, command, &id, &given);
            } else {
                let code = desk.refuses(issuer, command, &id, &given);
                assert_eq!(code, RefusalCode::Forbidden, "{command} by {who}");
            }
        }
    }
}

#[test]
fn the_hubs_own_commands_are_for_the_hub_alone() {
    let mut desk = Desk::new();
    let id = desk.case_in("REPORTED");
    for (command, given) in [
        ("attachAlert", json!({})),
        ("breachClock", json!({"clock": "x"})),
        ("escalateCase", json!({"clock": "x"})),
    ] {
        let code = desk.refuses(supervisor("wang"), command, &id, &given);
        assert_eq!(code, RefusalCode::Forbidden, "{command}");
    }
}

#[test]
fn each_required_field_is_asked_for_by_name_and_each_wrong_one_told() {
    for command in workflow().commands {
        let Some((given, steps)) = course_of(&command.name) else {
            continue;
        };
        for field in command.fields.iter().filter(|field| field.required) {
            let mut desk = Desk::new();
            let id = desk.case_in(steps[0].0);
            let mut given = given_for(&id, given);
            given.as_object_mut().unwrap().remove(&field.name);
            let order = desk.command(supervisor("wang"), &command.name, &id, &given);
            let Err(Refusal::Refused { code, message }) = desk.decide(&order) else {
                panic!("{} without {}", command.name, field.name);
            };
            assert_eq!(code, RefusalCode::FieldMissing);
            assert!(message.en.contains(&field.name) && message.zh.contains(&field.title.zh));
            given[&field.name] = json!([1]);
            let code = desk.refuses(supervisor("wang"), &command.name, &id, &given);
            assert_eq!(
                code,
                RefusalCode::FieldWrong,
                "{} {}",
                command.name,
                field.name
            );
        }
    }
}

#[test]
fn a_report_says_what_how_grave_and_where() {
    let mut desk = Desk::new();
    let whole =
        json!({"title": "积水", "level": 3, "lon": 122.15, "lat": 30.9, "department": "roads"});
    let case = desk.does(department("roads"), "openCase", "", &whole);
    assert_eq!(
        (case.state.as_str(), case.severity, case.version),
        ("REPORTED", 3, 1)
    );
    assert_eq!(case.number, "C-20240204-0001");
    assert_eq!(case.responsible.as_deref(), Some("roads"));
    for (given, code) in [
        (
            json!({"title": "积水", "level": 3}),
            RefusalCode::FieldMissing,
        ),
        (
            json!({"title": "积水", "level": 3, "lon": 122.15}),
            RefusalCode::FieldMissing,
        ),
        (
            json!({"title": " ", "level": 3, "place": "P1"}),
            RefusalCode::FieldMissing,
        ),
        (
            json!({"title": "积水", "level": 5, "place": "P1"}),
            RefusalCode::FieldWrong,
        ),
        (
            json!({"title": "积水", "level": 3, "place": "P9"}),
            RefusalCode::FieldWrong,
        ),
        (
            json!({"title": "积水", "level": 3, "place": "P1", "colour": 1}),
            RefusalCode::FieldWrong,
        ),
        (
            json!({"title": "长".repeat(2001), "level": 3, "place": "P1"}),
            RefusalCode::FieldWrong,
        ),
        (
            json!({"title": "积水", "level": 3, "place": "P1", "department": "navy"}),
            RefusalCode::FieldWrong,
        ),
    ] {
        assert_eq!(
            desk.refuses(operator("li"), "openCase", "", &given),
            code,
            "{given}"
        );
    }
    let dev = person("dev", &[Role::Developer], None);
    assert_eq!(
        desk.refuses(dev, "openCase", "", &whole),
        RefusalCode::Forbidden
    );
}

#[test]
fn what_does_not_exist_is_told() {
    let mut desk = Desk::new();
    let id = desk.case_in("ESTABLISHED");
    let none = json!({});
    assert_eq!(
        desk.refuses(operator("li"), "acknowledgeCase", "nowhere", &none),
        RefusalCode::CaseUnknown
    );
    assert_eq!(
        desk.refuses(operator("li"), "paintCase", &id, &none),
        RefusalCode::CommandUnknown
    );
    assert_eq!(
        desk.refuses(operator("li"), "assignUnit", &id, &json!({"unit": "x9"})),
        RefusalCode::UnitUnknown
    );
    let mut unversioned = desk.command(operator("li"), "acknowledgeCase", &id, &none);
    unversioned.expected_version = None;
    assert!(matches!(
        desk.decide(&unversioned),
        Err(Refusal::Refused {
            code: RefusalCode::VersionMissing,
            ..
        })
    ));
    let mut keyless = desk.command(operator("li"), "acknowledgeCase", &id, &none);
    keyless.key = String::from(" ");
    assert!(matches!(
        desk.decide(&keyless),
        Err(Refusal::Refused {
            code: RefusalCode::KeyWrong,
            ..
        })
    ));
    let mut kind = desk.command(operator("li"), "openCase", "", &none);
    kind.kind = Some(String::from("mediation"));
    assert!(matches!(
        desk.decide(&kind),
        Err(Refusal::Refused {
            code: RefusalCode::KindUnknown,
            ..
        })
    ));
}

#[test]
fn every_state_and_clock_named_in_the_workflow_exists() {
    use event_schemas::workflow_file::Target;
    let workflow = workflow();
    let states: BTreeSet<&str> = workflow.states.iter().map(|s| s.name.as_str()).collect();
    let commands: BTreeSet<&str> = workflow.commands.iter().map(|c| c.name.as_str()).collect();
    for command in &workflow.commands {
        for from in &command.from {
            let known = ["none", "open", "any"].contains(&from.as_str());
            assert!(
                known || states.contains(from.as_str()),
                "{}: {from}",
                command.name
            );
        }
        let targets: Vec<&String> = match &command.to {
            None => vec![],
            Some(Target::State(to)) => vec![to],
            Some(Target::ByState(map)) => map.iter().flat_map(|(from, to)| [from, to]).collect(),
            Some(Target::ByField { yes, no, .. }) => vec![yes, no],
        };
        assert!(
            targets.iter().all(|to| states.contains(to.as_str())),
            "{}",
            command.name
        );
    }
    for clock in &workflow.clocks {
        let mut starts = clock.starts.each().iter();
        assert!(starts.all(|start| commands.contains(start.command())));
        assert!(
            clock
                .stops
                .iter()
                .all(|stop| commands.contains(stop.as_str()))
        );
        assert_eq!(
            clock.limit.keys().copied().collect::<Vec<_>>(),
            [1, 2, 3, 4]
        );
    }
}
