//! The service on a real Kafka and a real ClickHouse, with real accounts, over real HTTP and WebSockets.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a step of a scenario that fails is the scenario's failure"
)]

mod access;
mod commands;
mod events_stream;
mod files;
mod hub;
mod limits;
mod opening;
mod plain_pages;
mod scorecard;
mod stored;
mod subscriptions;
mod units;
