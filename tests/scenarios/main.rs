//! The hub as its users meet it: real Kafka, real ClickHouse, real Chromium, public interfaces only.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "an expectation that fails is a scenario that fails"
)]

mod access;
mod authorization;
mod bad_events;
mod broker_outages;
mod commands;
mod console;
mod doctor;
mod documents;
mod event_to_closed_case;
mod golden;
mod graphql_clients;
mod intake;
mod kills;
mod kinds;
mod live_resume;
mod lost_dependencies;
#[cfg(debug_assertions)]
mod named_points;
mod new_department;
mod outages;
mod personal;
mod rebalances;
mod rebuild;
mod reconnect_storm;
mod records;
mod silence;
mod starting;
mod store_faults;
mod story;
mod strict_operations;
mod websocket;
mod zombies;
