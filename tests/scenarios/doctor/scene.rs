//! A prepared place for `doctor`: topics and tables as the hub makes them, and no hub.

use std::path::PathBuf;
use std::process::Command;

use city_brain::settings::Settings;
use event_log::{LogConfig, TopicSettings, create_topics};
use event_schemas::Catalog;
use event_schemas::city::Topics;
use event_store::{StoreConfig, migrate};
use serde_json::Value;
use tests::binary::city_brain;
use tests::hub::settings;
use tests::process::name_hub;
use tests::stack::{namespace, shared};

/// Names and folders of one fault.
pub(crate) struct Scene {
    pub(crate) settings: Settings,
}

/// `doctor` with these settings.
pub(crate) fn command(settings: &Settings) -> Command {
    let mut command = Command::new(city_brain());
    command.args(["doctor", "--json"]);
    name_hub(&mut command, settings);
    command
}

/// Runs it: exit code and what it said.
pub(crate) fn run(command: &mut Command) -> (i32, Value) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let said = serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!(
            "{error}: {text}\n{}",
            String::from_utf8_lossy(&output.stderr)
        )
    });
    (output.status.code().unwrap(), said)
}

impl Scene {
    /// Folders alone.
    pub(crate) fn bare(name: &str) -> Self {
        let settings = settings(&namespace(name));
        Self { settings }
    }

    /// With topics and tables.
    pub(crate) async fn prepared(name: &str) -> Self {
        let scene = Self::bare(name);
        scene.make_topics(&TopicSettings::default(), true).await;
        migrate(&scene.store()).await.unwrap();
        scene
    }

    pub(crate) async fn make_topics(&self, topics: &TopicSettings, inboxes: bool) {
        let catalog = Catalog::embedded().unwrap();
        let all = catalog.departments().iter();
        let departments: Vec<&str> = all.map(|one| one.name.as_str()).collect();
        let departments = if inboxes { &departments[..] } else { &[] };
        create_topics(&self.log(), departments, topics)
            .await
            .unwrap();
    }

    pub(crate) fn log(&self) -> LogConfig {
        LogConfig {
            brokers: shared().brokers.clone(),
            topics: Topics::new(&self.settings.topic_prefix),
            client_id: String::from("doctor-test"),
        }
    }

    pub(crate) fn store(&self) -> StoreConfig {
        let clickhouse = &shared().clickhouse;
        StoreConfig {
            url: clickhouse.url.clone(),
            database: self.settings.database.clone(),
            user: clickhouse.admin.user.clone(),
            password: clickhouse.admin.password.clone(),
        }
    }

    /// A statement as the administrator, in the scene's database or another one.
    pub(crate) async fn execute(&self, database: &str, statement: &str) {
        let store = self.store();
        let answer = reqwest::Client::new()
            .post(format!(
                "{}/?database={database}&mutations_sync=1",
                store.url
            ))
            .basic_auth(&store.user, Some(&store.password))
            .body(statement.to_owned())
            .send()
            .await
            .unwrap();
        let good = answer.status().is_success();
        let text = answer.text().await.unwrap();
        assert!(good, "{statement}: {text}");
    }

    /// A folder of the scene's own, made.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let folder = self.settings.data_dir.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// `doctor` here. The cache is an empty one: hashing the real one each time would take minutes.
    pub(crate) fn doctor(&self) -> Command {
        let mut command = command(&self.settings);
        command
            .args(["--free-mib", "1"])
            .env("XDG_CACHE_HOME", self.folder("cache"));
        command
    }
}
