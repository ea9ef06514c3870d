//! The log on a real Apache Kafka: one broker for the whole run, a topic prefix per scenario.

mod decisions;
mod following;
mod groups;
mod stack;
mod transactions;
