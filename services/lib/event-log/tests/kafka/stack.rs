//! One real Kafka for all scenarios of this run.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use event_log::{LogConfig, OutRecord, TopicSettings, create_topics};
use event_schemas::city::{Topic, Topics};
use local_stack::{DepartmentListener, LocalStack, Progress, StackConfig};

/// A hub of its own on the shared broker: fresh topics under a prefix nobody else has.
pub(crate) async fn fresh_hub(departments: &[&str]) -> LogConfig {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let config = LogConfig {
        brokers: brokers(),
        topics: Topics::new(format!("log{number}")),
        client_id: String::from("event-log-tests"),
    };
    create_topics(&config, departments, &TopicSettings::default())
        .await
        .unwrap();
    config
}

/// A record with a short text for a topic of the hub.
pub(crate) fn text(config: &LogConfig, topic: Topic, partition: i32, value: &str) -> OutRecord {
    OutRecord {
        topic: config.topic(topic),
        partition: Some(partition),
        value: value.as_bytes().to_vec(),
        ..OutRecord::default()
    }
}

fn brokers() -> String {
    stack().kafka_brokers().unwrap()
}

/// Where departments beyond this machine sign in: every scenario's Kafka is one that checks rights.
pub(crate) fn department_brokers() -> String {
    stack().department_brokers().unwrap()
}

fn stack() -> &'static LocalStack {
    static STACK: OnceLock<(tokio::runtime::Runtime, LocalStack)> = OnceLock::new();
    let (_, stack) = STACK.get_or_init(|| {
        // Started on a runtime of its own, which outlives every scenario's.
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let data_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("event-log-stack");
            let _absent = std::fs::remove_dir_all(&data_dir);
            let departments = DepartmentListener {
                listen: "127.0.0.1:0".parse().unwrap(),
                advertise: None,
                tls: None,
            };
            let starting = local_stack::start_with(stack_config(&data_dir), Some(&departments));
            let stack = runtime.block_on(starting).unwrap();
            (runtime, stack)
        })
        .join()
        .unwrap()
    });
    stack
}

/// A Kafka in a folder.
pub(crate) fn stack_config(data_dir: &Path) -> StackConfig {
    StackConfig {
        data_dir: data_dir.to_owned(),
        cache_dir: local_stack::cache_dir_default().unwrap(),
        launcher: local_stack::launcher_for_tests().unwrap(),
        kafka: true,
        clickhouse: false,
        progress: Progress::Lines,
    }
}
