//! Kafka and ClickHouse: started here, or existing ones by their addresses.

use event_log::{LogConfig, TopicSettings};
use event_schemas::Catalog;
use event_schemas::city::Topics;
use event_store::StoreConfig;
use local_stack::{ChildHealth, Credential, LocalStack, Progress, StackConfig};
use service_kit::{Health, Shutdown};

use crate::failure::{Failure, chain};
use crate::settings::{ExternalClickHouse, Settings};

/// Both, ready.
pub(super) struct Backends {
    /// What was started here, if anything was.
    pub(super) stack: Option<LocalStack>,
    /// The log.
    pub(super) log: LogConfig,
    /// The store, by its three users.
    pub(super) store: StoreUsers,
}

/// The store's address with each user.
#[derive(Clone, Debug)]
pub(super) struct StoreUsers {
    /// Creates tables.
    pub(super) admin: StoreConfig,
    /// Inserts.
    pub(super) writer: StoreConfig,
    /// Reads.
    pub(super) reader: StoreConfig,
}

impl StoreUsers {
    fn new(url: &str, database: &str, users: [&Credential; 3]) -> Self {
        let [admin, writer, reader] = users.map(|user| StoreConfig {
            url: url.to_owned(),
            database: database.to_owned(),
            user: user.user.clone(),
            password: user.password.clone(),
        });
        Self {
            admin,
            writer,
            reader,
        }
    }
}

/// Starts or finds both, creates topics.
pub(super) async fn open(
    settings: &Settings,
    catalog: &Catalog,
    progress: Progress,
) -> Result<Backends, Failure> {
    let stack = match &settings.alone {
        // One service of many: it shares its data folder with nobody, and starts nothing.
        Some(_) => None,
        None => start_stack(settings, progress).await?,
    };
    let missing = |what: &str| Failure::dependency(format!("{what} was not started"));
    let brokers = match (&settings.kafka, &stack) {
        (Some(brokers), _) => brokers.clone(),
        (None, Some(stack)) => stack.kafka_brokers().ok_or_else(|| missing("Kafka"))?,
        (None, None) => return Err(missing("Kafka")),
    };
    let store = match (&settings.clickhouse, &stack) {
        (Some(external), _) => external_users(external, &settings.database),
        (None, Some(stack)) => {
            let address = stack.clickhouse().ok_or_else(|| missing("ClickHouse"))?;
            let users = [&address.admin, &address.writer, &address.reader];
            StoreUsers::new(&address.url, &settings.database, users)
        }
        (None, None) => return Err(missing("ClickHouse")),
    };
    let log = LogConfig {
        brokers,
        topics: Topics::new(&settings.topic_prefix),
        client_id: String::from("city-brain"),
    };
    create_topics(&log, catalog).await?;
    Ok(Backends { stack, log, store })
}

fn external_users(external: &ExternalClickHouse, database: &str) -> StoreUsers {
    let admin = &external.admin;
    let writer = external.writer.as_ref().unwrap_or(admin);
    let reader = external.reader.as_ref().unwrap_or(writer);
    StoreUsers::new(&external.url, database, [admin, writer, reader])
}

async fn start_stack(
    settings: &Settings,
    progress: Progress,
) -> Result<Option<LocalStack>, Failure> {
    let config = StackConfig {
        data_dir: settings.data_dir.clone(),
        cache_dir: settings.cache_dir.clone(),
        launcher: settings.launcher.clone(),
        kafka: settings.kafka.is_none(),
        clickhouse: settings.clickhouse.is_none(),
        progress,
    };
    // Also with both existing: it locks the data folder against a second hub.
    local_stack::start_with(config, settings.doors.kafka.as_ref())
        .await
        .map(Some)
        .map_err(|error| Failure::dependency(chain(&error)))
}

/// Creates the tables of this database where they are missing.
pub(super) async fn create_tables(store: &StoreUsers, database: &str) -> Result<(), Failure> {
    event_store::migrate(&store.admin.in_database(database))
        .await
        .map(drop)
        .map_err(|error| Failure::dependency(chain(&error)))
}

async fn create_topics(log: &LogConfig, catalog: &Catalog) -> Result<(), Failure> {
    let departments: Vec<&str> = catalog
        .departments()
        .iter()
        .map(|department| department.name.as_str())
        .collect();
    event_log::create_topics(log, &departments, &TopicSettings::default())
        .await
        .map_err(|error| Failure::dependency(chain(&error)))
}

/// Tells readiness of the children, for as long as they are watched.
pub(super) fn watch_children(stack: &LocalStack, health: &Health, shutdown: Shutdown) {
    let mut children = stack.health();
    let kafka = health.component("kafka");
    let clickhouse = health.component("clickhouse");
    let tell = move |state: &local_stack::StackHealth| {
        for (component, child) in [(&kafka, &state.kafka), (&clickhouse, &state.clickhouse)] {
            match child {
                None | Some(ChildHealth::Ready) => component.ready(),
                Some(ChildHealth::Starting) => component.down("starting"),
                Some(ChildHealth::Stopped) => component.down("stopped"),
                Some(ChildHealth::Restarting { attempt, reason }) => {
                    component.down(format!("restarting, attempt {attempt}: {reason}"));
                }
            }
        }
    };
    tell(&children.borrow_and_update());
    service_kit::supervise("watch children", async move {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                changed = children.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    tell(&children.borrow_and_update());
                }
            }
        }
        Ok::<(), std::convert::Infallible>(())
    });
}
