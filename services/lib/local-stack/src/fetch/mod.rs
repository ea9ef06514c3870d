//! What the stack needs and does not build: fetched by the ordinary clients of its registries, pinned, checked, kept.

mod chromium;
mod clickhouse;
mod kafka;
mod node;
mod npm;

pub use chromium::ensure_chromium;
pub use clickhouse::ensure_clickhouse;
pub use kafka::{ensure_java, ensure_kafka, ensure_kafka_tools};
pub use node::ensure_node;

pub(crate) use kafka::JAVA;
pub(crate) use node::NODE;

use crate::cache::Artifact;

/// Everything that is fetched into the cache, with the sums of its files.
pub(crate) fn artifacts() -> [Artifact; 3] {
    [
        kafka::artifact(),
        clickhouse::CLICKHOUSE.artifact(),
        node::PINNED.artifact(),
    ]
}
