//! House rules as tests: what ARCHITECTURE.md says of the house's shape is executed here.

#![expect(
    clippy::unwrap_used,
    reason = "a rule that cannot be checked is a failed rule"
)]

mod dependencies;
mod kill_points;
mod sources;
mod text;
