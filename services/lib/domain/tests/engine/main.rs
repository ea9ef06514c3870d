//! The engine as its users see it: records in, alerts out, against oracles that recompute everything.

#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "this is all test code; a panic is how a test fails, and rules are written where they are used"
)]

mod absence;
mod absence_oracle;
mod history;
mod kinds;
mod log;
mod marks;
mod oracle;
mod predicates;
mod repartition;
mod resumed;
mod time;
