//! One real ClickHouse for all tests of this binary; every test takes a database of its own.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use event_store::{Reader, StoreConfig, Writer, migrate};
use local_stack::{ClickHouseAddress, Progress, StackConfig};

/// A migrated database of one test.
pub(crate) struct Store {
    pub(crate) admin: StoreConfig,
    pub(crate) writer: Writer,
    pub(crate) reader: Reader,
}

impl Store {
    /// An empty database with all tables.
    pub(crate) async fn fresh() -> Self {
        let admin = admin();
        migrate(&admin).await.unwrap();
        let address = clickhouse();
        let of = |who: &local_stack::Credential| StoreConfig {
            user: who.user.clone(),
            password: who.password.clone(),
            ..admin.clone()
        };
        Self {
            writer: Writer::new(&of(&address.writer)).unwrap(),
            reader: Reader::new(&of(&address.reader)).unwrap(),
            admin,
        }
    }
}

/// The administrator of a database that does not exist yet.
pub(crate) fn admin() -> StoreConfig {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let address = clickhouse();
    StoreConfig {
        url: address.url.clone(),
        database: format!("city_{number}"),
        user: address.admin.user.clone(),
        password: address.admin.password.clone(),
    }
}

/// The running ClickHouse; it dies with this process.
pub(crate) fn clickhouse() -> &'static ClickHouseAddress {
    static ADDRESS: OnceLock<ClickHouseAddress> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let (send, receive) = std::sync::mpsc::channel();
        // The children live as long as the thread that spawned them: this one never ends.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let stack = local_stack::start(config()).await.unwrap();
                send.send(stack.clickhouse().unwrap()).unwrap();
                std::future::pending::<()>().await;
            });
        });
        receive
            .recv()
            .expect("ClickHouse did not start; its reason is above")
    })
}

fn config() -> StackConfig {
    let data_dir =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(concat!(env!("CARGO_CRATE_NAME"), "-stack"));
    if data_dir.exists() {
        std::fs::remove_dir_all(&data_dir).unwrap();
    }
    StackConfig {
        data_dir,
        cache_dir: local_stack::cache_dir_default().unwrap(),
        launcher: local_stack::launcher_for_tests().unwrap(),
        kafka: false,
        clickhouse: true,
        progress: Progress::Lines,
    }
}
