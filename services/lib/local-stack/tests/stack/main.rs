//! The stack, on a real Kafka and a real ClickHouse: what a user may do, what survives, and who dies with whom.

mod kafka_client;
mod parents;
mod rights;
mod setting;
mod survival;
