//! A command as given, and the ways it can be turned down.

use std::collections::BTreeMap;

use event_schemas::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Actor, CaseAlert, FirstOutcome, Issuer};

/// A command of a person or of the hub itself, not yet decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// Its name in the workflow, e.g. `acknowledgeCase`.
    pub name: String,
    /// The case; absent when one is opened.
    pub case_id: Option<String>,
    /// The kind of a case to open; ignored otherwise. Absent: `city`.
    pub kind: Option<String>,
    /// The version the giver saw; absent for the hub's own actors and for opening.
    pub expected_version: Option<u64>,
    /// The giver's idempotency key (not yet scoped).
    pub key: String,
    /// Who gives it.
    pub issuer: Issuer,
    /// Its fields by name, as JSON.
    pub fields: BTreeMap<String, Value>,
    /// Alerts that join the case: the router's, or those an operator opens a case for.
    pub routing: Option<Routed>,
}

impl Command {
    /// The key as it stands in the log.
    pub fn scoped_key(&self) -> String {
        self.issuer.actor().scoped(&self.key)
    }
}

/// Alerts that join a case with a command.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Routed {
    /// The routing group, when the router gives the command.
    pub group: Option<String>,
    /// The alerts that join the case, gravest first.
    pub alerts: Vec<CaseAlert>,
    /// Standard procedure of the gravest one's rule.
    pub sop: Option<Text>,
    /// Kind of unit that rule proposes.
    pub suggested_unit: Option<String>,
}

/// Why a command did not become a decision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It may not be given, or not now, or something is missing.
    #[error("{}: {}", code.name(), message.en)]
    Refused {
        /// What kind of refusal.
        code: RefusalCode,
        /// For the giver.
        message: Text,
    },
    /// The case has moved on since the giver looked.
    #[error("case {} was changed by {} in the meantime", .0.case, .0.winner.name)]
    Conflict(Box<Conflict>),
    /// The key was already used: the first outcome stands.
    #[error("the key was already used at offset {}", .0.offset)]
    Repeat(FirstOutcome),
}

/// Who was first, when two gave commands on one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The case.
    pub case: String,
    /// Who changed it.
    pub winner: Actor,
    /// For the giver.
    pub message: Text,
}

impl Refusal {
    pub(super) fn new(code: RefusalCode, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Refused {
            code,
            message: Text::new(zh, en),
        }
    }
}

/// Kinds of refusal; the names are part of the interface (`CommandRefused.code`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefusalCode {
    /// No such case.
    CaseUnknown,
    /// No such case kind.
    KindUnknown,
    /// The kind has no such command.
    CommandUnknown,
    /// Not in the case's present state.
    WrongState,
    /// Not by this giver.
    Forbidden,
    /// A field is absent.
    FieldMissing,
    /// A field does not hold what it should.
    FieldWrong,
    /// No version was given.
    VersionMissing,
    /// The idempotency key is empty or too long.
    KeyWrong,
    /// No such unit.
    UnitUnknown,
    /// The unit is not available.
    UnitUnavailable,
    /// No such assignment on this case, or it is past this step.
    AssignmentUnknown,
    /// The case was not verified.
    NotVerified,
    /// Whoever resolved it may not verify it.
    FourEyes,
    /// The time limit is not running or has not passed.
    ClockNotDue,
    /// The time limit is not running, or cannot be made longer any more.
    ClockNotRunning,
    /// It may be given a number of times only, and was.
    TimesUsedUp,
    /// Not the giver's last act, too long ago, or work has gone on since.
    UndoImpossible,
}

impl RefusalCode {
    /// The code as written in answers and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CaseUnknown => "CASE_UNKNOWN",
            Self::KindUnknown => "KIND_UNKNOWN",
            Self::CommandUnknown => "COMMAND_UNKNOWN",
            Self::WrongState => "WRONG_STATE",
            Self::Forbidden => "FORBIDDEN",
            Self::FieldMissing => "FIELD_MISSING",
            Self::FieldWrong => "FIELD_WRONG",
            Self::VersionMissing => "VERSION_MISSING",
            Self::KeyWrong => "KEY_WRONG",
            Self::UnitUnknown => "UNIT_UNKNOWN",
            Self::UnitUnavailable => "UNIT_UNAVAILABLE",
            Self::AssignmentUnknown => "ASSIGNMENT_UNKNOWN",
            Self::NotVerified => "NOT_VERIFIED",
            Self::FourEyes => "FOUR_EYES",
            Self::ClockNotDue => "CLOCK_NOT_DUE",
            Self::ClockNotRunning => "CLOCK_NOT_RUNNING",
            Self::TimesUsedUp => "TIMES_USED_UP",
            Self::UndoImpossible => "UNDO_IMPOSSIBLE",
        }
    }
}
