//! A hub for one scenario: in this process, or as a process of its own that can be killed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use city_brain::hub::{Addresses, Hub};
use city_brain::settings::{ConsoleSource, ExternalClickHouse, Settings};
use local_stack::Progress;

use crate::api::Api;
use crate::kafka::Department;
use crate::live::LiveClient;
use crate::stack::{Namespace, namespace, shared};

/// A folder of this run for one scenario's data, empty at first.
fn data_dir(namespace: &Namespace) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test
        .parent()
        .unwrap()
        .join("test-hubs")
        .join(&namespace.topic_prefix);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Settings of a hub on the shared stack.
pub fn settings(namespace: &Namespace) -> Settings {
    let stack = shared();
    Settings {
        data_dir: data_dir(namespace),
        cache_dir: local_stack::cache_dir_default().unwrap(),
        listen: ([127, 0, 0, 1], 0).into(),
        admin_listen: ([127, 0, 0, 1], 0).into(),
        catalog: None,
        places: None,
        kafka: Some(stack.brokers.clone()),
        clickhouse: Some(ExternalClickHouse {
            url: stack.clickhouse.url.clone(),
            admin: stack.clickhouse.admin.clone(),
            writer: Some(stack.clickhouse.writer.clone()),
            reader: Some(stack.clickhouse.reader.clone()),
        }),
        database: namespace.database.clone(),
        topic_prefix: namespace.topic_prefix.clone(),
        allowed_origins: Vec::new(),
        console: ConsoleSource::None,
        demo: false,
        alone: None,
        launcher: local_stack::launcher_for_tests().unwrap(),
    }
}

/// A hub in this process.
pub struct TestHub {
    /// The hub.
    pub hub: Hub,
    /// Its names on the shared stack.
    pub namespace: Namespace,
    /// Its settings.
    pub settings: Settings,
}

impl TestHub {
    /// Starts a hub for a scenario.
    pub async fn start(scenario: &str) -> Self {
        let namespace = namespace(scenario);
        let settings = settings(&namespace);
        Self::with(namespace, settings).await
    }

    /// Starts a hub with settings of the scenario's own.
    pub async fn with(namespace: Namespace, settings: Settings) -> Self {
        let hub = Hub::start(&settings, Progress::Silent, |_| {})
            .await
            .unwrap_or_else(|failure| panic!("{failure}"));
        Self {
            hub,
            namespace,
            settings,
        }
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.hub.addresses.http.clone()
    }

    /// Signed in as the first account.
    pub async fn api(&self) -> Api {
        let first = self.hub.first_account.as_ref().unwrap();
        Api::sign_in(&self.url(), &first.name, &first.password).await
    }

    /// A department with its own Kafka client.
    pub fn department(&self, name: &str) -> Department {
        Department::connect(&shared().brokers, &self.namespace.topic_prefix, name)
    }

    /// A live client.
    pub async fn live(&self, api: &Api) -> LiveClient {
        LiveClient::connect(&self.url(), &api.token, None).await
    }

    /// Ordered stop.
    pub async fn stop(self) {
        self.hub.stop().await;
    }
}

/// A hub as a process of its own.
pub struct HubProcess {
    child: Child,
    settings: Settings,
    /// Where it is.
    pub addresses: Addresses,
}

impl HubProcess {
    /// Starts the command and waits until it is ready.
    pub fn start(settings: &Settings, log: &Path) -> Self {
        Self::try_start(settings, log, Duration::from_secs(120)).unwrap()
    }

    fn try_start(settings: &Settings, log: &Path, limit: Duration) -> Result<Self, String> {
        let external = settings.clickhouse.as_ref().unwrap();
        let log_file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .unwrap();
        let mut child = Command::new(crate::binary::city_brain())
            .arg("up")
            .args(["--listen", &settings.listen.to_string()])
            .arg("--data-dir")
            .arg(&settings.data_dir)
            .args(["--kafka", settings.kafka.as_deref().unwrap()])
            .args(["--clickhouse", &external.url])
            .args(["--clickhouse-user", &external.admin.user])
            .args(["--topic-prefix", &settings.topic_prefix])
            .args(["--database", &settings.database])
            .args(console_arguments(&settings.console))
            .env("CITY_BRAIN_CLICKHOUSE_PASSWORD", &external.admin.password)
            .stdin(Stdio::null())
            .stdout(log_file.try_clone().unwrap())
            .stderr(log_file)
            .spawn()
            .unwrap();
        let begin = Instant::now();
        loop {
            if let Ok(addresses) = Addresses::read(&settings.data_dir)
                && addresses.pid == child.id()
            {
                return Ok(Self {
                    child,
                    settings: settings.clone(),
                    addresses,
                });
            }
            if let Ok(Some(status)) = child.try_wait() {
                return Err(format!(
                    "the hub ended with {status}; see {}",
                    log.display()
                ));
            }
            if begin.elapsed() > limit {
                child.kill().unwrap();
                child.wait().unwrap();
                return Err(format!("not ready within {limit:?}; see {}", log.display()));
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Name and password of the first account.
    pub fn first_account(&self) -> (String, String) {
        let path = self.settings.data_dir.join("run/first-password");
        let text = std::fs::read_to_string(path).unwrap();
        let (name, password) = text.trim().split_once(' ').unwrap();
        (name.to_owned(), password.to_owned())
    }

    /// Process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// kill -9, and waits for the end.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

fn console_arguments(console: &ConsoleSource) -> Vec<String> {
    match console {
        ConsoleSource::None => vec![String::from("--no-console")],
        ConsoleSource::Build => Vec::new(),
        ConsoleSource::Folder(folder) => {
            vec![String::from("--console"), folder.display().to_string()]
        }
    }
}
