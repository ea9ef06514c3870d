//! Dispatch on a real Apache Kafka: one broker for the whole run, a topic prefix per scenario.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "this is all test code; a panic is how a test fails"
)]

mod stack;
mod twins;
