//! Contracts: what the one pass finds, and that it finds what a plain check over values finds.

mod oracle;
mod rules;
mod schema_faults;
