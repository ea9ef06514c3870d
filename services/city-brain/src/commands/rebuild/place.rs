//! Where the log and the store of the hub are, and as whom they may be changed.

use event_log::LogConfig;
use event_schemas::city::Topics;
use event_store::StoreConfig;
use local_stack::Credential;

use crate::cli::{RebuildArgs, UpArgs};
use crate::failure::{Failure, chain};
use crate::hub::Addresses;
use crate::settings::{Homes, Settings, SettingsFile, clickhouse_password_from_environment};

/// The hub's backends.
#[derive(Debug)]
pub(super) struct Place {
    /// The log.
    pub(super) log: LogConfig,
    /// Makes and drops databases.
    pub(super) admin: StoreConfig,
    /// Inserts.
    pub(super) writer: StoreConfig,
    /// The database as the settings name it.
    pub(super) named: String,
    /// The data folder of a hub that runs on this machine.
    pub(super) running: Option<std::path::PathBuf>,
}

impl Place {
    /// By the flags and settings that `up` takes; what they leave open, by the running hub's addresses.
    pub(super) fn find(args: &RebuildArgs, file: SettingsFile) -> Result<Self, Failure> {
        let named_at_all = args.database.is_some() || file.names_database();
        let settings = Settings::merge(up(args), file, &Homes::from_environment()?)?;
        let folder = &settings.data_dir;
        let running = Addresses::read(folder);
        let no_hub = |error: &std::io::Error| {
            Failure::dependency(format!(
                "no hub is running on {}: {error}",
                folder.display()
            ))
            .remedy("start it with `city-brain up`, or give both --kafka and --clickhouse")
        };
        let (brokers, prefix) = match (&settings.kafka, &running) {
            (Some(brokers), _) => (brokers.clone(), settings.topic_prefix.clone()),
            (None, Ok(found)) => (found.kafka.clone(), found.topic_prefix.clone()),
            (None, Err(error)) => return Err(no_hub(error)),
        };
        let (url, admin, writer) = match (&settings.clickhouse, &running) {
            (Some(external), _) => {
                let admin = external.admin.clone();
                let writer = external.writer.clone().unwrap_or_else(|| admin.clone());
                (external.url.clone(), admin, writer)
            }
            (None, Ok(found)) => {
                let (admin, writer) = local_stack::store_credentials(folder).map_err(|error| {
                    Failure::dependency(chain(&error)).remedy(
                        "the hub has a ClickHouse of its own elsewhere: give --clickhouse, \
                         --clickhouse-user and CITY_BRAIN_CLICKHOUSE_PASSWORD",
                    )
                })?;
                (found.clickhouse.url.clone(), admin, writer)
            }
            (None, Err(error)) => return Err(no_hub(error)),
        };
        let named = match &running {
            Ok(found) if !named_at_all => {
                super::working::named_by(&found.clickhouse.database).to_owned()
            }
            _ => settings.database.clone(),
        };
        let of = |who: Credential| StoreConfig {
            url: url.clone(),
            database: named.clone(),
            user: who.user,
            password: who.password,
        };
        Ok(Self {
            log: LogConfig {
                brokers,
                topics: Topics::new(prefix),
                client_id: String::from("city-brain-rebuild"),
            },
            admin: of(admin),
            writer: of(writer),
            named,
            running: running.is_ok().then(|| folder.clone()),
        })
    }
}

fn up(args: &RebuildArgs) -> UpArgs {
    UpArgs {
        data_dir: args.hub.data_dir.clone(),
        kafka: args.hub.kafka.clone(),
        topic_prefix: args.hub.topic_prefix.clone(),
        clickhouse: args.clickhouse.clone(),
        clickhouse_user: args.clickhouse_user.clone(),
        clickhouse_password: clickhouse_password_from_environment(),
        database: args.database.clone(),
        ..UpArgs::default()
    }
}
