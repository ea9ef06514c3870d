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
    /// Command whose acceptance starts it.
    pub starts: String,
    /// Commands whose acceptance stops it.
    pub stops: Vec<String>,
    /// Limit by severity `1` to `4`, in wall time.
    pub limit: BTreeMap<u8, Span>,
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
