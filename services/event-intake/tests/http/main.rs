//! Intake over real HTTP onto a real Kafka: one broker for the whole run, a prefix per scenario.

#[cfg(test)]
mod again;
#[cfg(test)]
mod answers;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod files;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod open311;
#[cfg(test)]
mod packed;
#[cfg(test)]
mod stack;
#[cfg(test)]
mod unreadable;
