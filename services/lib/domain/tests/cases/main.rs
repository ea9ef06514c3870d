//! Cases as operators and the hub work them: the city workflow as it stands in the catalog.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "this is all test code; a panic is how a test fails"
)]

mod command_table;
mod desk;
mod episodes;
mod fold;
mod interleavings;
mod kinds;
mod limits_anew;
mod rests;
mod routing;
mod time_limits;
mod undo;
mod work;
