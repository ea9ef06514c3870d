//! Admission on a real Apache Kafka: one broker for the whole run, a topic prefix per scenario.

#[cfg(test)]
mod city;
#[cfg(test)]
mod personal;
#[cfg(test)]
mod stack;
#[cfg(test)]
mod takeover;
#[cfg(test)]
mod twins;
#[cfg(test)]
mod verdicts;
#[cfg(test)]
mod waiting;
