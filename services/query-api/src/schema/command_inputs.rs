//! The inputs of the commands: `caseId`, `expectedVersion`, `idempotencyKey`, and what each needs.

use std::collections::BTreeMap;

use async_graphql::{ID, InputObject, Json};
use serde_json::{Value, json};

use super::inputs::PointInput;
use super::node_id::{Kind, key};
use super::scalars::DateTime;
use crate::command::Given;
use crate::failure::Failure;

/// Most fields of `advanceCase`.
const FIELDS_MAX: usize = 32;
/// Most cases of one bulk command.
const CASES_MAX: usize = 200;
/// Longest key of a bulk command: each case's key is made of it and the case's id.
const BULK_KEY_MAX: usize = 200;

/// Declares an input with the three members of every command.
macro_rules! command_input {
    ($(#[$doc:meta])* $name:ident => $command:literal { $($(#[$field_doc:meta])* $field:ident: $ty:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, InputObject)]
        pub(crate) struct $name {
            /// The case.
            case_id: ID,
            /// The version you saw; another one is a conflict.
            expected_version: u64,
            /// Chosen by you, 1 to 256 bytes; the same key again gets the first outcome.
            idempotency_key: String,
            $($(#[$field_doc])* pub(super) $field: $ty,)*
        }

        impl $name {
            /// The command with these fields.
            pub(crate) fn with(self, fields: BTreeMap<String, Value>) -> Result<Given, Failure> {
                Ok(Given {
                    name: $command.to_owned(),
                    case_id: Some(key(Kind::Case, &self.case_id)?),
                    kind: None,
                    expected_version: Some(self.expected_version),
                    key: self.idempotency_key,
                    fields,
                })
            }
        }
    };
}

command_input!(
    /// Somebody has seen it and takes care.
    AcknowledgeCaseInput => "acknowledgeCase" {
        /// For the timeline.
        note: Option<String>,
    }
);
command_input!(
    /// Puts an available unit on the case.
    AssignUnitInput => "assignUnit" {
        /// The unit.
        unit_id: ID,
    }
);
command_input!(
    /// Hands the case to another department.
    TransferCaseInput => "transferCase" {
        /// Its name.
        department: String,
        /// Why.
        reason: String,
    }
);
command_input!(
    /// The unit has set out.
    MarkEnRouteInput => "markEnRoute" {
        /// The assignment.
        assignment_id: ID,
    }
);
command_input!(
    /// The unit has arrived.
    MarkOnSceneInput => "markOnScene" {
        /// The assignment.
        assignment_id: ID,
    }
);
command_input!(
    /// The work is done.
    ResolveCaseInput => "resolveCase" {
        /// What was done.
        outcome: String,
    }
);
command_input!(
    /// Somebody has checked whether it is really done.
    VerifyCaseInput => "verifyCase" {
        /// It is.
        passed: bool,
        /// What was found.
        note: Option<String>,
    }
);
command_input!(
    /// Ends the work on a verified case.
    CloseCaseInput => "closeCase" {}
);
command_input!(
    /// Takes up a closed case again.
    ReopenCaseInput => "reopenCase" {
        /// Why.
        reason: String,
    }
);
command_input!(
    /// Lets the case rest; its clocks stand still.
    SuspendCaseInput => "suspendCase" {
        /// Why.
        reason: String,
        /// Until when.
        until: DateTime,
    }
);
command_input!(
    /// Goes on with a suspended case.
    ResumeCaseInput => "resumeCase" {}
);
command_input!(
    /// Strikes out a case that is none.
    VoidCaseInput => "voidCase" {
        /// Why.
        reason: String,
    }
);
command_input!(
    /// Adds a note to the timeline.
    AddNoteInput => "addNote" {
        /// The note.
        text: String,
    }
);

/// A command of any case kind, by its name in the workflow.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AdvanceCaseInput {
    /// The case.
    case_id: ID,
    /// The version you saw; another one is a conflict.
    expected_version: u64,
    /// Chosen by you, 1 to 256 bytes; the same key again gets the first outcome.
    idempotency_key: String,
    /// The command's name, as in `Case.commands`.
    command: String,
    /// Its fields by name; ids may be global.
    fields: Option<Json<Value>>,
}

impl AdvanceCaseInput {
    /// The command as given.
    pub(crate) fn given(self) -> Result<Given, Failure> {
        let fields = members(self.fields)?;
        Ok(Given {
            name: self.command,
            case_id: Some(key(Kind::Case, &self.case_id)?),
            kind: None,
            expected_version: Some(self.expected_version),
            key: self.idempotency_key,
            fields,
        })
    }
}

/// Fields by name as given.
fn members(fields: Option<Json<Value>>) -> Result<BTreeMap<String, Value>, Failure> {
    match fields.map(|Json(value)| value) {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(Value::Object(members)) if members.len() <= FIELDS_MAX => {
            Ok(members.into_iter().collect())
        }
        Some(_) => Err(Failure::bad(format!(
            "fields: an object of at most {FIELDS_MAX} members is expected."
        ))),
    }
}

/// A case and the version of it that somebody saw.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SeenCaseInput {
    /// The case.
    case_id: ID,
    /// The version you saw; another one is a conflict.
    expected_version: u64,
}

/// Somebody has seen these cases and takes care of them.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AcknowledgeCasesInput {
    /// The cases, 1 to 200; each is decided by itself.
    cases: Vec<SeenCaseInput>,
    /// For the timeline of each.
    note: Option<String>,
    /// Chosen by you, 1 to 200 bytes; the same key again gets the first outcomes.
    idempotency_key: String,
}

impl AcknowledgeCasesInput {
    /// One command per case, in order.
    pub(crate) fn given(self) -> Result<Vec<Given>, Failure> {
        if !(1..=CASES_MAX).contains(&self.cases.len()) {
            return Err(Failure::bad(format!(
                "cases: 1 to {CASES_MAX} are expected."
            )));
        }
        let whole = self.idempotency_key;
        if whole.trim().is_empty() || whole.len() > BULK_KEY_MAX {
            return Err(Failure::bad(format!(
                "idempotencyKey: 1 to {BULK_KEY_MAX} bytes are expected."
            )));
        }
        let note = self.note.map(|note| ("note".to_owned(), json!(note)));
        let fields: BTreeMap<String, Value> = note.into_iter().collect();
        let command = |seen: SeenCaseInput| {
            let case = key(Kind::Case, &seen.case_id)?;
            Ok(Given {
                name: "acknowledgeCase".to_owned(),
                kind: None,
                expected_version: Some(seen.expected_version),
                key: format!("{whole}#{case}"),
                case_id: Some(case),
                fields: fields.clone(),
            })
        };
        self.cases.into_iter().map(command).collect()
    }
}

/// Opens a case.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct OpenCaseInput {
    /// Chosen by you, 1 to 256 bytes; the same key again gets the first outcome.
    idempotency_key: String,
    /// Whose workflow it follows; default: `city`.
    kind: Option<String>,
    /// What it is about.
    title: String,
    /// 1 (critical) to 4.
    level: u8,
    /// Where, by id or code. A place or a location is needed.
    place: Option<ID>,
    /// Where, by point.
    location: Option<PointInput>,
    /// The responsible department's name; absent: the operations centre.
    department: Option<String>,
    /// A drill.
    exercise: Option<bool>,
    /// Further fields that the kind asks for, by name; ids may be global.
    fields: Option<Json<Value>>,
}

impl OpenCaseInput {
    /// The command as given.
    pub(crate) fn given(self) -> Result<Given, Failure> {
        let further = members(self.fields)?;
        let mut fields = BTreeMap::new();
        fields.insert("title".to_owned(), json!(self.title));
        fields.insert("level".to_owned(), json!(self.level));
        if let Some(place) = self.place {
            fields.insert("place".to_owned(), json!(key(Kind::Place, &place)?));
        }
        if let Some(point) = self.location {
            fields.insert("lon".to_owned(), json!(point.lon));
            fields.insert("lat".to_owned(), json!(point.lat));
        }
        if let Some(department) = self.department {
            fields.insert("department".to_owned(), json!(department));
        }
        if let Some(exercise) = self.exercise {
            fields.insert("exercise".to_owned(), json!(exercise));
        }
        for (name, value) in further {
            if fields.contains_key(&name) {
                return Err(Failure::bad(format!(
                    "fields: '{name}' is given beside fields already."
                )));
            }
            fields.insert(name, value);
        }
        Ok(Given {
            name: "openCase".to_owned(),
            case_id: None,
            kind: self.kind,
            expected_version: None,
            key: self.idempotency_key,
            fields,
        })
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{InputType, Value as GraphValue};

    use super::super::node_id::global;
    use super::*;

    #[test]
    fn an_input_is_read_with_a_global_id_or_a_plain_key() {
        for id in [global(Kind::Case, "c1").to_string(), String::from("c1")] {
            let json = json!({"caseId": id, "expectedVersion": 3, "idempotencyKey": "k", "reason": "r",
                "until": "2026-01-01T00:00:00Z"});
            let Ok(input) = SuspendCaseInput::parse(Some(GraphValue::from_json(json).unwrap()))
            else {
                panic!("a well-formed input");
            };
            let given = input.with(BTreeMap::new()).unwrap();
            assert_eq!(given.case_id.as_deref(), Some("c1"));
            assert_eq!(
                (given.name.as_str(), given.expected_version),
                ("suspendCase", Some(3))
            );
        }
    }

    #[test]
    fn a_version_below_zero_and_the_id_of_a_unit_are_refused() {
        let read = |json| CloseCaseInput::parse(Some(GraphValue::from_json(json).unwrap()));
        assert!(
            read(json!({"caseId": "c", "expectedVersion": -1, "idempotencyKey": "k"})).is_err()
        );
        let unit = global(Kind::Unit, "u1").to_string();
        let Ok(input) = read(json!({"caseId": unit, "expectedVersion": 1, "idempotencyKey": "k"}))
        else {
            panic!("a well-formed input");
        };
        assert!(input.with(BTreeMap::new()).is_err());
    }

    #[test]
    fn a_kinds_further_fields_join_the_plain_ones_and_none_is_given_twice() {
        let read = |fields| {
            let json = json!({"idempotencyKey": "k", "kind": "micro-wish", "title": "t", "level": 4,
                "place": "p", "fields": fields});
            let Ok(input) = OpenCaseInput::parse(Some(GraphValue::from_json(json).unwrap())) else {
                panic!("a well-formed input");
            };
            input.given()
        };
        let given = read(json!({"wisher": "elder"})).unwrap();
        assert_eq!(given.kind.as_deref(), Some("micro-wish"));
        assert_eq!(
            (&given.fields["title"], &given.fields["wisher"]),
            (&json!("t"), &json!("elder"))
        );
        assert!(read(json!({"title": "other"})).is_err());
        assert!(read(json!(["title"])).is_err());
    }

    #[test]
    fn each_case_of_a_bulk_has_a_key_of_its_own_and_a_bulk_is_bounded() {
        let read = |count: usize, key: &str| {
            let cases: Vec<Value> = (0..count)
                .map(|n| json!({"caseId": format!("c{n}"), "expectedVersion": 1}))
                .collect();
            let json = json!({"cases": cases, "note": "seen", "idempotencyKey": key});
            let Ok(input) =
                AcknowledgeCasesInput::parse(Some(GraphValue::from_json(json).unwrap()))
            else {
                panic!("a well-formed input");
            };
            input.given()
        };
        let given = read(2, "k").unwrap();
        let keys: Vec<&str> = given.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["k#c0", "k#c1"]);
        assert_eq!(given[1].fields["note"], json!("seen"));
        assert!(read(200, "k").is_ok());
        for (count, key) in [(0, "k"), (201, "k"), (1, " "), (1, &"k".repeat(201))] {
            assert!(read(count, key).is_err(), "{count} {key}");
        }
    }
}
