//! The engine on a real Apache Kafka: one broker for the whole run, a topic prefix per scenario.
//! What is in `city.alerts` is held to a pure fold of what is in `city.events` and `city.matches`.

#![expect(
    clippy::unwrap_used,
    reason = "this is all test code; a panic is how a test fails"
)]

mod city;
mod killed;
mod stack;
mod takeover;
