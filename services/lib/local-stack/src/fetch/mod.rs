//! What the stack needs and does not build: fetched by the ordinary clients of its registries, pinned, checked, kept.

mod chromium;
mod clickhouse;
mod kafka;
mod node;
mod npm;

pub use chromium::ensure_chromium;
pub use clickhouse::ensure_clickhouse;
pub use kafka::{ensure_java, ensure_kafka};
pub use node::ensure_node;
