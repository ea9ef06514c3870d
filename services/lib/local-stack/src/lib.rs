//! Starts a real Apache Kafka and a real ClickHouse on one machine, without Docker: for `city-brain up` and for tests.
//!
//! Both are fetched once per user, pinned and checked; run as child processes on loopback, on ports that are free; die
//! with the process that started them, also by kill -9; and are started again on the same port when they die.
//!
//! Invariants: no unsafe code outside `engine`; one process per data directory; a client's address never changes while
//! the stack lives.

mod cache;
mod checksums;
mod child;
mod clickhouse;
mod config;
mod data_dir;
mod department_listener;
mod disk;
mod engine;
mod error;
mod fetch;
mod for_tests;
mod health;
mod inspect;
mod jvm;
mod kafka;
mod launcher;
mod progress;
mod spawner;
mod stack;
mod supervisor;
mod tools;

pub use cache::cache_dir_default;
pub use config::{ClickHouseAddress, Credential, StackConfig};
pub use data_dir::store_credentials;
pub use department_listener::{DepartmentListener, TlsFiles};
pub use error::StackError;
pub use fetch::{
    ensure_chromium, ensure_clickhouse, ensure_java, ensure_kafka, ensure_kafka_tools, ensure_node,
};
pub use for_tests::launcher_for_tests;
pub use health::{ChildHealth, Pids, StackHealth};
pub use inspect::{
    FolderUse, PartSeen, PartState, ToolSeen, folder_format, folder_use, free_mib, java_seen,
    node_seen, parts_seen, processor_lacks,
};
pub use launcher::run_launcher_if_asked;
pub use progress::Progress;
pub use stack::{LocalStack, start, start_with};
