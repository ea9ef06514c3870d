//! One real Kafka and one real ClickHouse for a whole run; every scenario takes its own names there.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use local_stack::{ClickHouseAddress, LocalStack, Progress, StackConfig};
use tokio::runtime::Runtime;

/// The running stack.
pub struct SharedStack {
    /// Kafka's bootstrap address.
    pub brokers: String,
    /// ClickHouse with its users.
    pub clickhouse: ClickHouseAddress,
    // Kept so that the children are watched for as long as this process lives.
    _stack: LocalStack,
    _runtime: Runtime,
}

/// Starts the stack on first use; it ends with this process.
pub fn shared() -> &'static SharedStack {
    static STACK: OnceLock<SharedStack> = OnceLock::new();
    STACK.get_or_init(|| {
        // A thread of its own: the caller may be inside another runtime.
        std::thread::spawn(start).join().unwrap()
    })
}

fn start() -> SharedStack {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let test = std::env::current_exe().unwrap();
    let name = test.file_stem().unwrap().to_string_lossy().into_owned();
    let data_dir = test.parent().unwrap().join("test-stacks").join(name);
    if data_dir.exists() {
        std::fs::remove_dir_all(&data_dir).unwrap();
    }
    let config = StackConfig {
        data_dir,
        cache_dir: local_stack::cache_dir_default().unwrap(),
        launcher: crate::binary::city_brain().to_owned(),
        kafka: true,
        clickhouse: true,
        progress: Progress::Lines,
    };
    let stack = runtime.block_on(local_stack::start(config)).unwrap();
    SharedStack {
        brokers: stack.kafka_brokers().unwrap(),
        clickhouse: stack.clickhouse().unwrap(),
        _stack: stack,
        _runtime: runtime,
    }
}

/// Names of one scenario on the shared stack.
#[derive(Clone, Debug)]
pub struct Namespace {
    /// First part of its topics.
    pub topic_prefix: String,
    /// Its database.
    pub database: String,
}

/// Takes names that no other scenario has.
pub fn namespace(scenario: &str) -> Namespace {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name: String = scenario
        .chars()
        .filter(char::is_ascii_lowercase)
        .take(16)
        .collect();
    Namespace {
        topic_prefix: format!("t{number}{name}"),
        database: format!("city_t{number}{name}"),
    }
}
