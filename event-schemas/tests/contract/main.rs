//! Contracts: what the one pass finds, and that it finds what a plain check over values finds.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers may end the test"
)]

mod oracle;
mod rules;
mod schema_faults;
