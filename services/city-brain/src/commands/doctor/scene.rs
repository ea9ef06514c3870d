//! Where to look: the settings as `up` would have them, and a hub that runs.

use std::path::PathBuf;

use event_log::LogConfig;
use event_schemas::city::Topics;
use event_store::StoreConfig;

use crate::cli::{DoctorArgs, UpArgs};
use crate::failure::Failure;
use crate::hub::Addresses;
use crate::settings::{Homes, Settings, SettingsFile, clickhouse_password_from_environment};

/// Everything that is looked at.
#[derive(Debug)]
pub(super) struct Scene {
    /// Settings as `up` would have them.
    pub(super) settings: Settings,
    /// What the hub of this data folder has written of itself; it may be dead.
    pub(super) addresses: Option<Addresses>,
    /// Where the kernel shows its processor and processes.
    pub(super) proc: PathBuf,
    /// Less free room than this is a finding.
    pub(super) free_mib: u64,
}

impl Scene {
    pub(super) fn of(args: &DoctorArgs, file: SettingsFile) -> Result<Self, Failure> {
        let up = UpArgs {
            data_dir: args.hub.data_dir.clone(),
            kafka: args.hub.kafka.clone(),
            topic_prefix: args.hub.topic_prefix.clone(),
            catalog: args.hub.catalog.clone(),
            listen: args.listen,
            clickhouse: args.clickhouse.clone(),
            clickhouse_user: args.clickhouse_user.clone(),
            clickhouse_password: clickhouse_password_from_environment(),
            database: args.database.clone(),
            ..UpArgs::default()
        };
        let settings = Settings::merge(up, file, &Homes::from_environment()?)?;
        Ok(Self {
            addresses: Addresses::read(&settings.data_dir).ok(),
            settings,
            proc: args.proc.clone(),
            free_mib: args.free_mib,
        })
    }

    /// Whether the process that wrote the addresses lives.
    pub(super) fn hub_lives(&self) -> bool {
        let pid = self.addresses.as_ref().map(|found| found.pid);
        pid.is_some_and(|pid| PathBuf::from(format!("/proc/{pid}")).exists())
    }

    /// The log: the one that is set, or the running hub's.
    pub(super) fn log(&self) -> Option<LogConfig> {
        let (brokers, prefix) = match (&self.settings.kafka, &self.addresses) {
            (Some(brokers), _) => (brokers.clone(), self.settings.topic_prefix.clone()),
            (None, Some(found)) if self.hub_lives() => {
                (found.kafka.clone(), found.topic_prefix.clone())
            }
            _ => return None,
        };
        Some(LogConfig {
            brokers,
            topics: Topics::new(prefix),
            client_id: String::from("city-brain-doctor"),
        })
    }

    /// The store as its administrator: the one that is set, or the running hub's own.
    pub(super) fn store(&self) -> Option<StoreConfig> {
        let database = self.settings.database.clone();
        if let Some(external) = &self.settings.clickhouse {
            return Some(StoreConfig {
                url: external.url.clone(),
                database,
                user: external.admin.user.clone(),
                password: external.admin.password.clone(),
            });
        }
        let found = self.addresses.as_ref().filter(|_| self.hub_lives())?;
        let (admin, _) = local_stack::store_credentials(&self.settings.data_dir).ok()?;
        Some(StoreConfig {
            url: found.clickhouse.url.clone(),
            database,
            user: admin.user,
            password: admin.password,
        })
    }
}
