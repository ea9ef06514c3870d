//! Intake over real HTTP onto a real Kafka: one broker for the whole run, a prefix per scenario.

mod answers;
mod desk;
mod stack;
