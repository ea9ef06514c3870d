//! The stack, on a real Kafka and a real ClickHouse: what a user may do, what survives, and who dies with whom.

#[cfg(test)]
mod folder;
#[cfg(test)]
mod kafka_client;
#[cfg(test)]
mod parents;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod setting;
#[cfg(test)]
mod survival;
