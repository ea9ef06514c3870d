//! A hub for one scenario, in this process.

use std::path::PathBuf;

use city_brain::hub::Hub;
use city_brain::settings::{ConsoleSource, ExternalClickHouse, Settings};
use local_stack::Progress;

use crate::api::Api;
use crate::kafka::Department;
use crate::live::LiveClient;
use crate::stack::{Namespace, namespace, shared};

/// A folder of this run for one scenario's data, empty at first.
pub fn data_dir(namespace: &Namespace) -> PathBuf {
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
    let data_dir = data_dir(namespace);
    Settings {
        personal_key: data_dir.join("keys/personal.key"),
        data_dir,
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
        console_operations_only: false,
        connections_per_address: city_brain::settings::CONNECTIONS_PER_ADDRESS,
        collect: event_log::CollectTimes::default(),
        doors: city_brain::settings::Doors::default(),
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

/// Settings of one instance: its own folder, the same city.
pub fn instance(city: &Settings, name: &str) -> Settings {
    let data_dir = city.data_dir.join(name);
    std::fs::create_dir_all(&data_dir).unwrap();
    Settings {
        data_dir,
        ..city.clone()
    }
}
