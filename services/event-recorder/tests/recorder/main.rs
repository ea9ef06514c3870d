//! The recorder between a real Kafka and a real ClickHouse: every record once, whatever dies when.

mod away;
mod city;
mod killed;
mod poison;
mod proxy;
mod real_stack;
mod streams;
mod takeover;
