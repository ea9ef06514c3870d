//! The recorder between a real Kafka and a real ClickHouse: every record once, whatever dies when.

#[cfg(test)]
mod away;
#[cfg(test)]
mod city;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod poison;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod real_stack;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod takeover;
