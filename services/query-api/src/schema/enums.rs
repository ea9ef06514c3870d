//! The closed vocabularies of the schema, each the twin of a type of the core.

use async_graphql::Enum;
use domain::{access, alert, case, filter};
use event_schemas::workflow_file;

/// What a person or program may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "access::Role")]
pub(crate) enum Role {
    /// Runs the hub; no case work.
    Administrator,
    /// An operator who may also reopen, void and suspend.
    Supervisor,
    /// Works cases.
    Operator,
    /// Queries, no commands.
    Developer,
    /// A department's program; sees its department's scorecard alone.
    Publisher,
}

/// An alert's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "alert::AlertStatus")]
pub(crate) enum AlertStatus {
    /// The condition holds, not yet for as long as the rule asks.
    Pending,
    /// The condition holds.
    Firing,
    /// It ended.
    Resolved,
}

/// The stages that all kinds of cases share (GB/T 30428, with suspended and voided).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "workflow_file::Stage")]
pub(crate) enum CaseStatus {
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

/// What a unit is doing; follows its assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "case::UnitState")]
pub(crate) enum UnitState {
    /// Free to be assigned.
    Available,
    /// On a case, not yet moving.
    Assigned,
    /// On its way.
    EnRoute,
    /// At the scene.
    OnScene,
    /// Going home, not yet free.
    Returning,
    /// Cannot be assigned.
    OutOfService,
}

/// How far a unit's work on a case has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "case::AssignmentState")]
pub(crate) enum AssignmentState {
    /// Told to go.
    Assigned,
    /// On its way.
    EnRoute,
    /// At the scene.
    OnScene,
    /// Off the case again.
    Released,
}

/// What a time limit shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "case::ClockState")]
pub(crate) enum ClockState {
    /// Time is passing, within the limit.
    Running,
    /// The case is suspended; time stands still.
    Paused,
    /// What was asked for was done within the limit.
    Met,
    /// The limit passed (also when it was done later).
    Breached,
}

/// What kind of actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "case::ActorKind")]
pub(crate) enum ActorKind {
    /// A person of the operations centre.
    Operator,
    /// A person or program of a department.
    Department,
    /// The hub, grouping alerts into cases.
    Router,
    /// The hub, when a time limit passes.
    Timer,
    /// The hub itself.
    Hub,
}

/// What a command's field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "workflow_file::FieldKind")]
pub(crate) enum FieldKind {
    /// Free text, up to 2,000 characters.
    Text,
    /// 1 to 4.
    Level,
    /// true or false.
    Flag,
    /// A number.
    Number,
    /// A unit.
    Unit,
    /// An assignment.
    Assignment,
    /// A department's name.
    Department,
    /// A place.
    Place,
    /// A moment.
    Time,
    /// One of the field's choices, by its name.
    Choice,
}

/// What a time limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "workflow_file::Counts")]
pub(crate) enum ClockCounts {
    /// Every hour.
    Wall,
    /// The working hours of working days.
    WorkingHours,
    /// Working days, the first being the day after the start.
    WorkingDays,
}

/// How a payload field is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "filter::Comparison")]
pub(crate) enum Comparison {
    /// Equal.
    #[default]
    Eq,
    /// Not equal, or absent.
    Ne,
    /// Less.
    Lt,
    /// At most.
    Le,
    /// Greater.
    Gt,
    /// At least.
    Ge,
    /// Contains, case-insensitive.
    Contains,
    /// One of a list.
    In,
}

/// Whether a feed lives: its last event is recent, it has been silent for long, or nothing was ever heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum FeedState {
    /// Events arrive.
    Live,
    /// Nothing for longer than usual.
    Silent,
    /// Nothing for a day, or never.
    Dead,
}

/// Why a subscription missed changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum LagReason {
    /// `since` lies before the history that is kept in memory.
    TooOld,
    /// The client did not read fast enough.
    Slow,
}

/// What statistics are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum EventDimension {
    /// By publishing department.
    Department,
    /// By event type.
    Type,
    /// By place.
    Place,
    /// By level.
    Severity,
    /// By subject.
    Subject,
    /// By CloudEvents `source`.
    Source,
    /// Exercises apart from real events.
    Exercise,
    /// By hour of the day, in the zone asked for.
    HourOfDay,
    /// By day of the week, in the zone asked for.
    DayOfWeek,
    /// By month of the year, in the zone asked for.
    MonthOfYear,
}

/// A stretch of the calendar, in the zone asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "event_store::CalendarUnit")]
pub(crate) enum CalendarUnit {
    /// From midnight to midnight, be it of 23 or 25 hours.
    Day,
    /// From Monday.
    Week,
    /// From the 1st.
    Month,
    /// From the 1st of January, April, July or October.
    Quarter,
    /// From the 1st of January.
    Year,
}

/// What statistics compute of the main measure (and how many events there are).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum Measure {
    /// Number of events.
    Count,
    /// Number of different subjects.
    Subjects,
    /// Sum of the main measure.
    Sum,
    /// Its mean.
    Avg,
    /// Its least.
    Min,
    /// Its greatest.
    Max,
    /// Its median.
    Median,
    /// Its 95th percentile.
    P95,
    /// Its 99th percentile.
    P99,
}
