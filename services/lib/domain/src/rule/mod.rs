//! Rules in the form the engine runs, and their unit tests.

mod compile;
mod native;
mod predicate;
mod set;
mod unit_tests;

pub use compile::{
    Absence, CompiledRule, CompiledSelector, DEFAULT_LATENESS_MS, Figure, Retract, RuleError,
    Shape, UNTIL_CLEARED, silent_minutes,
};
pub use predicate::{ATTRIBUTES, Evaluator, Predicate};
pub use set::{RuleSet, Selected, Selection};
pub use unit_tests::{TestOutcome, run_tests};
