//! Intake over real HTTP onto a real Kafka: one broker for the whole run, a prefix per scenario.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod stack;
#[cfg(test)]
mod unreadable;
