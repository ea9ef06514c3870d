//! A desk to test at: the catalog's workflow, a log, and the book folded from it.

use std::collections::BTreeMap;

use domain::access::{Principal, Role};
use domain::case::{
    Applied, Case, CaseAlert, CaseBook, CaseSettings, Command, Decision, Issuer, Refusal,
    RefusalCode, Routed, Verdict, Workflows, decide, register_unit,
};
use event_schemas::Text;
use event_schemas::city::Millis;
use event_schemas::workflow_file::{UnitFile, WorkflowFile};
use serde_json::{Value, json};

/// 2024-02-04 13:00 in the city's time (UTC+8).
pub(crate) const NOON: Millis = Millis(1_707_022_800_000);

pub(crate) fn workflow() -> WorkflowFile {
    let text = include_str!("../../../../../event-schemas/catalog/workflows/city.workflow.yaml");
    serde_saphyr::from_str(text).expect("the catalog's city workflow reads")
}

pub(crate) fn workflows() -> Workflows {
    Workflows::new([workflow()])
        .with_departments(["fire", "power", "roads", "hotline"].map(String::from))
        .with_places(["P1", "P2"].map(String::from))
}

pub(crate) fn person(name: &str, roles: &[Role], department: Option<&str>) -> Issuer {
    Issuer::Principal(Principal {
        name: name.to_owned(),
        roles: roles.to_vec(),
        department: department.map(str::to_owned),
        session: None,
    })
}

pub(crate) fn operator(name: &str) -> Issuer {
    person(name, &[Role::Operator], None)
}

pub(crate) fn supervisor(name: &str) -> Issuer {
    person(name, &[Role::Supervisor], None)
}

pub(crate) fn department(name: &str) -> Issuer {
    person(&format!("{name}-desk"), &[Role::Operator], Some(name))
}

pub(crate) fn fields(value: &Value) -> BTreeMap<String, Value> {
    serde_json::from_value(value.clone()).expect("a JSON object")
}

pub(crate) fn alert(id: &str, fingerprint: &str, episode: u32, severity: u8) -> CaseAlert {
    CaseAlert {
        id: id.to_owned(),
        fingerprint: fingerprint.to_owned(),
        episode,
        rule: String::from("fire.calls"),
        title: Text::new(format!("警报{id}"), format!("Alert {id}")),
        severity,
        raised_at: NOON,
        attached_at: NOON,
    }
}

pub(crate) fn routed(group: &str, alerts: Vec<CaseAlert>) -> Routed {
    Routed {
        group: Some(group.to_owned()),
        alerts,
        ..Routed::default()
    }
}

/// Book, workflows and a log that takes whatever is appended.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) book: CaseBook,
    pub(crate) workflows: Workflows,
    pub(crate) now: Millis,
    next_offset: i64,
    next_key: u32,
}

impl Desk {
    /// A desk with two fire engines and a line crew.
    pub(crate) fn new() -> Self {
        let mut desk = Self {
            book: CaseBook::default(),
            workflows: workflows(),
            now: NOON,
            next_offset: 0,
            next_key: 0,
        };
        for (id, owner) in [("e1", "fire"), ("e2", "fire"), ("c1", "power")] {
            let file = UnitFile {
                id: id.to_owned(),
                name: Text::new(format!("{id}车"), format!("Unit {id}")),
                department: owner.to_owned(),
                kind: String::from("engine"),
                lon: None,
                lat: None,
            };
            let decision = register_unit(&desk.book, &file, desk.now).expect("a new unit");
            assert!(desk.append(&decision).is_accepted());
        }
        desk
    }

    pub(crate) fn with_four_eyes(mut self) -> Self {
        self.workflows = self.workflows.with_settings(CaseSettings {
            four_eyes: true,
            ..CaseSettings::default()
        });
        self
    }

    /// The log takes a record; the book folds it. It goes through its bytes, as in Kafka.
    pub(crate) fn append(&mut self, decision: &Decision) -> Verdict {
        let bytes = serde_json::to_vec(decision).expect("a decision is JSON");
        let offset = self.next_offset;
        self.next_offset += 1;
        self.book.apply_bytes(offset, self.now.plus(3), &bytes)
    }

    /// A command about a case at its present version, under a fresh key.
    pub(crate) fn command(
        &mut self,
        issuer: Issuer,
        name: &str,
        case: &str,
        given: &Value,
    ) -> Command {
        self.next_key += 1;
        Command {
            name: name.to_owned(),
            case_id: (!case.is_empty()).then(|| case.to_owned()),
            kind: None,
            expected_version: self.book.case(case).map(|case| case.version),
            key: format!("k{}", self.next_key),
            issuer,
            fields: fields(given),
            routing: None,
        }
    }

    pub(crate) fn decide(&self, command: &Command) -> Result<Decision, Refusal> {
        decide(&self.book, &self.workflows, command, self.now)
    }

    /// Decides and appends; what it applied, or the refusal.
    pub(crate) fn give(&mut self, command: &Command) -> Result<std::sync::Arc<Applied>, Refusal> {
        let decision = self.decide(command)?;
        match self.append(&decision) {
            Verdict::Accepted(applied) => Ok(applied),
            other => panic!("{} was not accepted: {other:?}", command.name),
        }
    }

    /// Gives a whole command that must be accepted; the case after it.
    pub(crate) fn case_after(&mut self, command: &Command) -> Case {
        Case::clone(&self.give(command).unwrap().cases[0])
    }

    /// Gives a command that must be accepted; the case after it.
    pub(crate) fn does(&mut self, issuer: Issuer, name: &str, case: &str, given: &Value) -> Case {
        let command = self.command(issuer, name, case, given);
        match self.give(&command) {
            Ok(applied) => Case::clone(&applied.cases[0]),
            Err(refusal) => panic!("{name} was refused: {refusal}"),
        }
    }

    /// Gives a command that must be refused; the code.
    pub(crate) fn refuses(
        &mut self,
        issuer: Issuer,
        name: &str,
        case: &str,
        given: &Value,
    ) -> RefusalCode {
        let command = self.command(issuer, name, case, given);
        match self.decide(&command) {
            Err(Refusal::Refused { code, message }) => {
                assert!(!message.zh.is_empty() && !message.en.is_empty());
                code
            }
            other => panic!("{name} was not refused: {other:?}"),
        }
    }

    /// A case opened by an operator; its id.
    fn opened_for(&mut self, responsible: &str) -> String {
        let given = json!({
            "title": "路面积水", "level": 2, "place": "P1", "department": responsible
        });
        self.does(operator("li"), "openCase", "", &given).id
    }

    /// A case brought to a state by the usual course; its id.
    pub(crate) fn case_in(&mut self, state: &str) -> String {
        self.case_in_of("roads", state)
    }

    /// The same, with a responsible department.
    pub(crate) fn case_in_of(&mut self, responsible: &str, state: &str) -> String {
        let id = self.opened_for(responsible);
        let none = json!({});
        let steps: [(&str, &str, Value); 6] = [
            ("ESTABLISHED", "acknowledgeCase", none.clone()),
            ("DISPATCHED", "assignUnit", json!({"unit": "e1"})),
            (
                "IN_PROGRESS",
                "markEnRoute",
                json!({"assignment": format!("{id}.1")}),
            ),
            ("VERIFYING", "resolveCase", json!({"outcome": "已排水"})),
            (
                "VERIFIED",
                "verifyCase",
                json!({"passed": true, "note": "到现场查看"}),
            ),
            ("CLOSED", "closeCase", none.clone()),
        ];
        match state {
            "REPORTED" => return id,
            "VOIDED" => {
                self.does(
                    supervisor("wang"),
                    "voidCase",
                    &id,
                    &json!({"reason": "误报"}),
                );
                return id;
            }
            "SUSPENDED" => {
                self.does(operator("li"), "acknowledgeCase", &id, &none);
                let given = json!({"reason": "等待材料", "until": "2024-02-05T08:00:00+08:00"});
                self.does(supervisor("wang"), "suspendCase", &id, &given);
                return id;
            }
            _ => {}
        }
        for (reached, command, given) in steps {
            self.does(operator("li"), command, &id, &given);
            if reached == state {
                return id;
            }
        }
        panic!("no course leads to {state}");
    }

    pub(crate) fn case(&self, id: &str) -> Case {
        Case::clone(self.book.case(id).expect("a case that was opened"))
    }
}
