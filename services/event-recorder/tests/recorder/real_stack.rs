//! One real Kafka and one real ClickHouse for all tests of this binary; every test takes a prefix and a database.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use event_log::{LogConfig, TopicSettings, create_topics};
use event_recorder::{Config, Ports, RecorderError};
use event_schemas::city::Topics;
use event_store::{Reader, StoreConfig, Writer, migrate};
use local_stack::{ClickHouseAddress, Credential, Progress, StackConfig};
use service_kit::{Clock, Health};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A city of one test: its own topics and its own database.
pub(crate) struct Scene {
    pub(crate) log: LogConfig,
    pub(crate) admin: StoreConfig,
    pub(crate) store: StoreConfig,
    pub(crate) writer: Writer,
    pub(crate) reader: Reader,
}

/// A recorder in this process.
pub(crate) struct Running {
    pub(crate) health: Health,
    pub(crate) stop: CancellationToken,
    pub(crate) task: JoinHandle<Result<(), RecorderError>>,
}

impl Scene {
    /// Empty topics and tables.
    pub(crate) async fn fresh() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (brokers, address) = stack();
        let log = LogConfig {
            brokers: brokers.clone(),
            topics: Topics::new(format!("town{number}")),
            client_id: "recorder-test".to_owned(),
        };
        create_topics(&log, &["fire"], &TopicSettings::default())
            .await
            .unwrap();
        let of = |who: &Credential| StoreConfig {
            url: address.url.clone(),
            database: format!("city_{number}"),
            user: who.user.clone(),
            password: who.password.clone(),
        };
        let admin = of(&address.admin);
        migrate(&admin).await.unwrap();
        let store = of(&address.writer);
        Self {
            log,
            writer: Writer::new(&store).unwrap(),
            reader: Reader::new(&of(&address.reader)).unwrap(),
            admin,
            store,
        }
    }

    /// Starts a recorder with these settings.
    pub(crate) fn record_with(&self, config: Config, store: StoreConfig) -> Running {
        let (health, stop) = (Health::new(), CancellationToken::new());
        let ports = Ports {
            log: self.log.clone(),
            store,
            clock: Clock::system(),
            health: health.clone(),
        };
        let task = tokio::spawn(event_recorder::run(config, ports, stop.clone()));
        Running { health, stop, task }
    }

    /// Starts a recorder.
    pub(crate) fn record(&self) -> Running {
        self.record_with(Config::default(), self.store.clone())
    }

    /// Starts a recorder in a process of its own.
    pub(crate) fn record_apart(&self) -> Child {
        let StoreConfig {
            url,
            database,
            user,
            password,
        } = &self.store;
        let child = Command::new(built("examples/recorder_process"))
            .args([
                &self.log.brokers,
                self.log.topics.prefix(),
                url,
                database,
                user,
                password,
            ])
            .spawn()
            .unwrap();
        Child(child)
    }

    /// Runs a statement as the administrator and returns its one number.
    pub(crate) async fn ask(&self, query: &str) -> u64 {
        self.client().query(query).fetch_one::<u64>().await.unwrap()
    }

    /// Runs a statement as the administrator.
    pub(crate) async fn execute(&self, statement: &str) {
        self.client().query(statement).execute().await.unwrap();
    }

    fn client(&self) -> clickhouse::Client {
        clickhouse::Client::default()
            .with_url(&self.admin.url)
            .with_database(&self.admin.database)
            .with_user(&self.admin.user)
            .with_password(&self.admin.password)
    }

    /// Waits until the query gives this number, and a little longer: it must stay there.
    pub(crate) async fn wait_for(&self, query: &str, wanted: u64) {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let found = self.ask(query).await;
            if found == wanted {
                break;
            }
            assert!(
                Instant::now() < until,
                "{query}: {found}, {wanted} were expected"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(self.ask(query).await, wanted, "{query}");
    }
}

impl Running {
    /// Stops it in order.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

/// A process that is killed at the latest when the test ends.
pub(crate) struct Child(std::process::Child);

impl Child {
    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.0.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Kills it outright.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn stack() -> &'static (String, ClickHouseAddress) {
    static ADDRESS: OnceLock<(String, ClickHouseAddress)> = OnceLock::new();
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
                send.send((stack.kafka_brokers().unwrap(), stack.clickhouse().unwrap()))
                    .unwrap();
                std::future::pending::<()>().await;
            });
        });
        receive
            .recv()
            .expect("the stack did not start; its reason is above")
    })
}

fn config() -> StackConfig {
    let data_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("event-recorder-stack");
    if data_dir.exists() {
        std::fs::remove_dir_all(&data_dir).unwrap();
    }
    StackConfig {
        data_dir,
        cache_dir: local_stack::cache_dir_default().unwrap(),
        launcher: local_stack::launcher_for_tests().unwrap(),
        kafka: true,
        clickhouse: true,
        progress: Progress::Lines,
    }
}

/// A binary of the same build as this test.
fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join(name)
}
