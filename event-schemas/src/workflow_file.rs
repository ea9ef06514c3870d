//! A case kind's life cycle as written in `workflow.yaml`: states, commands, who, what is needed, clocks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rule_file::Span;
use crate::text::Text;

/// One case kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkflowFile {
    /// The kind's name, e.g. `city`.
    pub kind: String,
    /// Counts up with every change of meaning; recorded with each decision.
    pub version: u32,
    /// Shown to people.
    pub title: Text,
    /// Prefix of case numbers, e.g. `C`.
    pub number_prefix: String,
    /// The kind's own states by name, in the order of the usual course.
    pub states: Vec<StateFile>,
    /// Its commands.
    pub commands: Vec<CommandFile>,
    /// Its clocks.
    #[serde(default)]
    pub clocks: Vec<ClockFile>,
    /// Closed cases reopen by themselves when the condition returns within this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopen_within: Option<Span>,
}

/// One state of a kind, mapped onto a common stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StateFile {
    /// The kind's own name, e.g. `ESTABLISHED`.
    pub name: String,
    /// Shown to people, e.g. 立案.
    pub title: Text,
    /// The common stage it counts as.
    pub stage: Stage,
}

/// The eight stages that all kinds share (GB/T 30428, with suspended and voided).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Stage {
    /// 上报.
    Reported,
    /// 立案.
    Established,
    /// 派遣.
    Dispatched,
    /// 处置.
    InProgress,
    /// 核查.
    Verifying,
    /// 结案.
    Closed,
    /// 挂起.
    Suspended,
    /// 作废.
    Voided,
}

impl Stage {
    /// Whether work is still to be done (neither closed nor voided).
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Voided)
    }
}

/// One command of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommandFile {
    /// Its name, e.g. `acknowledgeCase`.
    pub name: String,
    /// Shown to people.
    pub title: Text,
    /// States it may be given in; `none` for opening; `open` for every state whose stage is open; `any`.
    pub from: Vec<String>,
    /// The state it leads to; absent: unchanged. A map chooses by the present state (`REPORTED: ESTABLISHED`),
    /// states not named stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Target>,
    /// Who may give it: roles (`operator`, `supervisor`, `administrator`, `department`), `unit-department`,
    /// `responsible-department`, and the hub's own `router` and `timer`.
    pub by: Vec<String>,
    /// Fields it needs.
    #[serde(default)]
    pub fields: Vec<FieldFile>,
    /// Built-in effects, applied in order.
    #[serde(default)]
    pub effects: Vec<Effect>,
    /// Built-in conditions.
    #[serde(default)]
    pub guards: Vec<Guard>,
    /// How often it may be given in a case's life; absent: any number of times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// The command that it takes back, with the effect `undo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<Undoes>,
    /// The time limit that it makes longer, with the effect `extendClock`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<Extends>,
}

/// Which time limit a command makes longer, and to what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Extends {
    /// The clock's name.
    pub clock: String,
    /// Its limit from then on, counted from the clock's start.
    pub to: Span,
}

/// What a compensating command takes back, and how long it may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Undoes {
    /// The command it takes back, when it was the giver's own and the last that changed anything.
    pub command: String,
    /// How long after it.
    pub within: Span,
}

/// Where a command leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "to: a state, a state by present state, or field with yes and no"
)]
pub enum Target {
    /// Always there.
    State(String),
    /// By the value of a boolean field (`passed`).
    ByField {
        /// The field's name.
        field: String,
        /// State when true.
        yes: String,
        /// State when false.
        no: String,
    },
    /// By present state; a state not named stays. Last, because it would read the form above too.
    ByState(BTreeMap<String, String>),
}

/// One field of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldFile {
    /// Its name in the command's input.
    pub name: String,
    /// Shown to people.
    pub title: Text,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether the command is refused without it.
    #[serde(default)]
    pub required: bool,
    /// Whether what was given stays on the case as one of its facts; otherwise the timeline alone
    /// keeps it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep: bool,
    /// What may be chosen, for the kind `choice`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<ChoiceFile>,
}

/// One of the values a field of the kind `choice` may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChoiceFile {
    /// The value.
    pub name: String,
    /// Shown to people.
    pub title: Text,
}

/// What a command's field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FieldKind {
    /// Free text, up to 2,000 characters.
    Text,
    /// 1 to 4.
    Level,
    /// true or false.
    Flag,
    /// A unit's id.
    Unit,
    /// An assignment's id.
    Assignment,
    /// A department's name.
    Department,
    /// A place code.
    Place,
    /// A moment, RFC 3339.
    Time,
    /// A number, e.g. degrees.
    Number,
    /// One of the values in `choices`, by its name.
    Choice,
}

/// What a command does beyond its state change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// The giver becomes the acknowledger of the present episode.
    Acknowledge,
    /// The unit is put on the case and becomes ASSIGNED.
    AssignUnit,
    /// The assignment and its unit become EN_ROUTE.
    UnitEnRoute,
    /// The assignment and its unit become ON_SCENE.
    UnitOnScene,
    /// All units of the case are released (AVAILABLE).
    ReleaseUnits,
    /// Responsibility moves to `department`; counts a bounce.
    Transfer,
    /// Responsibility is given to `department` for the first time or anew; no bounce.
    Entrust,
    /// Responsibility returns to the operations centre; counts a bounce.
    HandBack,
    /// The outcome is kept; the resolver is remembered.
    Resolve,
    /// A passed verification is kept.
    Verify,
    /// A failed verification counts a rework and clears the outcome.
    CountRework,
    /// The present state is remembered so that resuming can return to it; clocks stop.
    Suspend,
    /// Returns to the remembered state; clocks go on.
    Resume,
    /// Verification and acknowledgement are cleared: a new episode of work.
    Reopen,
    /// The router's alerts join the case; a returning condition or a graver alert ends the
    /// acknowledgement.
    AttachAlerts,
    /// The clock named in the field `clock` is marked as breached.
    BreachClock,
    /// The case is brought before the supervisor, once, for the clock named in the field `clock`.
    Escalate,
    /// The running time limit that `extends` names gets the limit it says.
    ExtendClock,
    /// What the giver did last is taken back: state, acknowledgement, unit and clocks are as before.
    Undo,
}

/// What must hold before a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Guard {
    /// The unit is AVAILABLE.
    UnitAvailable,
    /// The assignment belongs to the case and is not yet past this step.
    AssignmentOpen,
    /// The case was verified (passed).
    Verified,
    /// Another operator than the one who resolved (where the setting asks for it).
    FourEyes,
}

/// A time limit of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClockFile {
    /// Its name, e.g. `acknowledge`.
    pub name: String,
    /// Shown to people.
    pub title: Text,
    /// What starts it: a command, one that leads to a certain state, or several of these.
    pub starts: Starts,
    /// Commands whose acceptance stops it.
    pub stops: Vec<String>,
    /// What is counted.
    #[serde(default)]
    pub counts: Counts,
    /// Limit by severity `1` to `4`; for working days a whole number of days, `5d`.
    pub limit: BTreeMap<u8, Span>,
    /// Limits by one of the case's facts, which go before those by severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_by: Option<LimitBy>,
    /// What the mean time over all cases should be at most: what the duty desk is measured by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_target: Option<Span>,
    /// From this percentage of the limit on, a breach is predicted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn: Option<u8>,
    /// What brings the case before the supervisor; absent: nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates: Option<Escalates>,
    /// Where the limit comes from: a law, a standard, the city's own agreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text>,
}

/// What starts a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "starts: a command, a command and the state it leads into, or a list of these"
)]
pub enum Starts {
    /// Any of several. First, because a list of two would read as a command and a state, too.
    WithAny(Vec<Start>),
    /// One thing.
    With(Start),
}

/// One thing that starts a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Start {
    /// A command, whatever it leads to.
    Command(String),
    /// A command, when it leads into this state: a failed check, not a passed one.
    Into(StartInto),
}

/// A command that leads into a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartInto {
    /// The command.
    pub command: String,
    /// The state of the case after it.
    pub into: String,
}

impl Starts {
    /// Each of them.
    pub fn each(&self) -> &[Start] {
        match self {
            Self::With(one) => std::slice::from_ref(one),
            Self::WithAny(several) => several,
        }
    }

    /// Whether a command that led to this state starts the clock.
    pub fn begin_with(&self, command: &str, state: &str) -> bool {
        self.each().iter().any(|start| match start {
            Start::Command(name) => name == command,
            Start::Into(one) => one.command == command && one.into == state,
        })
    }
}

impl Start {
    /// The command.
    pub fn command(&self) -> &str {
        match self {
            Self::Command(name) => name,
            Self::Into(one) => &one.command,
        }
    }
}

impl From<&str> for Starts {
    fn from(command: &str) -> Self {
        Self::With(Start::Command(command.to_owned()))
    }
}

/// Limits by a fact of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitBy {
    /// A field of kind `choice` that the case keeps.
    pub field: String,
    /// Limit by the chosen value; values not named have the limit by severity.
    pub limit: BTreeMap<String, Span>,
}

/// What a clock counts.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    /// Every hour.
    #[default]
    Wall,
    /// The working hours of working days.
    WorkingHours,
    /// Working days: the day it starts on is not counted (Civil Code, art. 201), and the last ends
    /// with its working hours (art. 203).
    WorkingDays,
}

/// What of a clock brings a case before the supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Escalates {
    /// That a breach is predicted.
    Risk,
    /// That the limit has passed.
    Breach,
}

/// A unit (crew, patrol, mediator) as listed in `units.yaml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnitFile {
    /// Identity, e.g. `fire-e1`.
    pub id: String,
    /// Shown to people.
    pub name: Text,
    /// The department it belongs to.
    pub department: String,
    /// What it can do, e.g. `engine`, `ambulance`, `line-crew`, `road-crew`.
    pub kind: String,
    /// Home longitude, WGS-84 degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// Home latitude, WGS-84 degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
}
