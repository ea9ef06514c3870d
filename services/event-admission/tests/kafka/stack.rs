//! One real Kafka for all scenarios of this run.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use event_log::{LogConfig, TopicSettings, create_topics};
use event_schemas::city::Topics;
use local_stack::{LocalStack, Progress, StackConfig};

/// A hub of its own on the shared broker: fresh topics under a prefix nobody else has.
pub(crate) async fn fresh_hub(departments: &[&str]) -> LogConfig {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let config = LogConfig {
        brokers: brokers(),
        topics: Topics::new(format!("admission{number}")),
        client_id: String::from("event-admission-tests"),
    };
    create_topics(&config, departments, &TopicSettings::default())
        .await
        .unwrap();
    config
}

fn brokers() -> String {
    static STACK: OnceLock<(tokio::runtime::Runtime, LocalStack)> = OnceLock::new();
    let (_, stack) = STACK.get_or_init(|| {
        // Started on a runtime of its own, which outlives every scenario's.
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let stack = runtime.block_on(local_stack::start(config())).unwrap();
            (runtime, stack)
        })
        .join()
        .unwrap()
    });
    stack.kafka_brokers().unwrap()
}

fn data_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("event-admission-stack")
}

/// Where the broker keeps its log.
pub(crate) fn kafka_folder() -> PathBuf {
    data_dir().join("kafka")
}

fn config() -> StackConfig {
    let data_dir = data_dir();
    let _absent = std::fs::remove_dir_all(&data_dir);
    StackConfig {
        data_dir,
        cache_dir: local_stack::cache_dir_default().unwrap(),
        launcher: local_stack::launcher_for_tests().unwrap(),
        kafka: true,
        clickhouse: false,
        progress: Progress::Lines,
    }
}
