//! Cases, units and clocks: what people and the hub decide, and how the log settles it.
//!
//! `decide` turns a command into a [`Decision`]; the shell appends it to `city.cases`; every reader
//! folds that topic into a [`CaseBook`] and comes to the same [`Verdict`] on each record.

mod actor;
mod book;
mod clock;
mod command;
mod counted;
mod decide;
mod decision;
mod draft;
mod effects;
mod fields;
mod model;
mod opening;
mod permit;
mod register;
pub mod routing;
mod timers;
mod undo;
mod unit;
mod verdict;
mod words;
mod workflows;

pub use actor::{Actor, ActorKind, Issuer};
pub use book::{CaseBook, FoldCounts, KEYS_MAX};
pub use clock::{ClockRun, ClockState};
pub use command::{Command, Conflict, Refusal, RefusalCode, Routed};
pub use decide::decide;
pub use decision::{Aggregate, Decision, EntryText, Group, TimelineEntry};
pub use model::{
    Acknowledgement, CASE_ALERTS_MAX, Case, CaseAlert, Outcome, Suspension, Verification,
};
pub use register::register_unit;
pub use timers::{Timer, due_timers};
pub use undo::{Act, Before};
pub use unit::{Assignment, AssignmentState, Unit, UnitState};
pub use verdict::{Applied, FirstOutcome, Verdict};
pub use workflows::{CITY_KIND, CaseSettings, Workflows};
