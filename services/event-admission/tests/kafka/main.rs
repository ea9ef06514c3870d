//! Admission on a real Apache Kafka: one broker for the whole run, a topic prefix per scenario.

mod city;
mod stack;
mod takeover;
mod twins;
mod verdicts;
mod waiting;
