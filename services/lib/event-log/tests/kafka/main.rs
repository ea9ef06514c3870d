//! The log on a real Apache Kafka: one broker for the whole run, a topic prefix per scenario.

#[cfg(test)]
mod console_client;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod departments;
#[cfg(test)]
mod following;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod stack;
#[cfg(test)]
mod transactions;
