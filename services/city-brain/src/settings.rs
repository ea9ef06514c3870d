//! Settings of `up`, merged from flags, environment, file and defaults, in this order.

mod doors;

use std::net::{Ipv4Addr, SocketAddr};
use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};
use std::time::Duration;

use event_log::CollectTimes;
use local_stack::Credential;
use serde::Deserialize;

use crate::cli::{DoorArgs, UpArgs};
use crate::failure::Failure;
use crate::hub::Service;
pub use doors::Doors;

/// The settings file; every key is optional, an unknown key is an error.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SettingsFile {
    data_dir: Option<PathBuf>,
    listen: Option<SocketAddr>,
    admin_listen: Option<SocketAddr>,
    catalog: Option<PathBuf>,
    places: Option<PathBuf>,
    kafka: Option<String>,
    clickhouse: Option<String>,
    clickhouse_user: Option<String>,
    clickhouse_password: Option<String>,
    clickhouse_writer: Option<Credential>,
    clickhouse_reader: Option<Credential>,
    database: Option<String>,
    topic_prefix: Option<String>,
    allowed_origins: Option<Vec<String>>,
    console: Option<PathBuf>,
    console_operations_only: Option<bool>,
    personal_key: Option<PathBuf>,
    connections_per_address: Option<usize>,
    commit_interval_ms: Option<u64>,
    kafka_listen: Option<SocketAddr>,
    kafka_advertise: Option<String>,
    kafka_tls_cert: Option<PathBuf>,
    kafka_tls_key: Option<PathBuf>,
    key_events_per_second: Option<NonZeroU32>,
    key_events_per_day: Option<NonZeroU64>,
    /// Log filter and format, read by the command before anything else.
    pub log: Option<String>,
    /// `text` or `json`.
    pub log_format: Option<service_kit::telemetry::LogFormat>,
}

impl SettingsFile {
    /// Whether it says which database.
    pub const fn names_database(&self) -> bool {
        self.database.is_some()
    }

    fn doors(&self) -> DoorArgs {
        DoorArgs {
            kafka_listen: self.kafka_listen,
            kafka_advertise: self.kafka_advertise.clone(),
            kafka_tls_cert: self.kafka_tls_cert.clone(),
            kafka_tls_key: self.kafka_tls_key.clone(),
            key_events_per_second: self.key_events_per_second,
            key_events_per_day: self.key_events_per_day,
        }
    }

    /// Reads a file; no path gives no settings.
    pub fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::usage(format!("settings file {}: {error}", path.display()))
        })?;
        toml::from_str(&text)
            .map_err(|error| Failure::usage(format!("settings file {}: {error}", path.display())))
    }
}

/// An existing ClickHouse.
#[derive(Clone, Debug)]
pub struct ExternalClickHouse {
    /// `http://host:port`.
    pub url: String,
    /// Creates the database and its tables.
    pub admin: Credential,
    /// Inserts; the administrator where none is given.
    pub writer: Option<Credential>,
    /// Reads; the writer where none is given.
    pub reader: Option<Credential>,
}

/// Connections of one client address, where nothing else is said: a control room behind one router.
pub const CONNECTIONS_PER_ADDRESS: usize = 4_096;

/// Everything `up` needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where all data live.
    pub data_dir: PathBuf,
    /// Where fetched programs are kept.
    pub cache_dir: PathBuf,
    /// The public address.
    pub listen: SocketAddr,
    /// The administration address.
    pub admin_listen: SocketAddr,
    /// Catalog folder, or the built-in one.
    pub catalog: Option<PathBuf>,
    /// GeoJSON of a real city.
    pub places: Option<PathBuf>,
    /// An existing Kafka.
    pub kafka: Option<String>,
    /// An existing ClickHouse.
    pub clickhouse: Option<ExternalClickHouse>,
    /// Database name.
    pub database: String,
    /// First part of topic names.
    pub topic_prefix: String,
    /// More origins for WebSockets.
    pub allowed_origins: Vec<String>,
    /// Where the console comes from.
    pub console: ConsoleSource,
    /// Pages that come by their cookie may ask GraphQL for the console's own operations alone.
    pub console_operations_only: bool,
    /// The key for personal fields; every admission of one city needs the same.
    pub personal_key: PathBuf,
    /// Connections that one client address may have open; 0: as many as there are.
    pub connections_per_address: usize,
    /// How long admission and the engine gather records before a transaction.
    pub collect: CollectTimes,
    /// Where departments beyond this machine come in, and how much they may send.
    pub doors: Doors,
    /// A simulated city publishes.
    pub demo: bool,
    /// This process runs this one service; `None`: the whole hub.
    pub alone: Option<Service>,
    /// Executable that can become the ClickHouse launcher.
    pub launcher: PathBuf,
}

/// Where the console's files come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsoleSource {
    /// Built from the sources beside the command, into the cache.
    Build,
    /// A folder with a built console.
    Folder(PathBuf),
    /// No console.
    None,
}

impl Settings {
    /// Merges flags and environment (already in `args`), the file, and defaults.
    pub fn merge(args: UpArgs, file: SettingsFile, home: &Homes) -> Result<Self, Failure> {
        let own_kafka = args.kafka.is_none() && file.kafka.is_none();
        let doors = Doors::merge(args.doors.clone(), file.doors(), own_kafka)?;
        let connections = (args.connections_per_address, file.connections_per_address);
        let clickhouse_url = args.clickhouse.or(file.clickhouse);
        let clickhouse = clickhouse_url.map(|url| ExternalClickHouse {
            url,
            admin: Credential {
                user: args
                    .clickhouse_user
                    .or(file.clickhouse_user)
                    .unwrap_or_else(|| String::from("default")),
                password: args
                    .clickhouse_password
                    .or(file.clickhouse_password)
                    .unwrap_or_default(),
            },
            writer: file.clickhouse_writer,
            reader: file.clickhouse_reader,
        });
        let database = args
            .database
            .or(file.database)
            .unwrap_or_else(|| String::from("city"));
        let topic_prefix = args
            .topic_prefix
            .or(file.topic_prefix)
            .unwrap_or_else(|| String::from("city"));
        check_name("database", &database, '_')?;
        check_name("topic prefix", &topic_prefix, '-')?;
        let console = console_source(args.no_console, args.console.or(file.console));
        let data_dir = args
            .data_dir
            .or(file.data_dir)
            .unwrap_or_else(|| home.data.clone());
        Ok(Self {
            personal_key: args
                .personal_key
                .or(file.personal_key)
                .unwrap_or_else(|| data_dir.join("keys").join("personal.key")),
            data_dir,
            cache_dir: home.cache.clone(),
            listen: args
                .listen
                .or(file.listen)
                .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
            admin_listen: args
                .admin_listen
                .or(file.admin_listen)
                .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            catalog: args.catalog.or(file.catalog),
            places: args.places.or(file.places),
            kafka: args.kafka.or(file.kafka),
            clickhouse,
            database,
            topic_prefix,
            allowed_origins: given_or(args.allowed_origins, file.allowed_origins),
            console,
            console_operations_only: args.console_operations_only
                || file.console_operations_only.unwrap_or_default(),
            connections_per_address: per_address(connections),
            collect: collect_times(args.commit_interval_ms.or(file.commit_interval_ms))?,
            doors,
            demo: args.demo,
            alone: None,
            launcher: home.launcher.clone(),
        })
    }
}

/// Where the console comes from: nowhere, a folder, or a build of it.
fn console_source(none: bool, folder: Option<PathBuf>) -> ConsoleSource {
    match (none, folder) {
        (true, _) => ConsoleSource::None,
        (false, Some(folder)) => ConsoleSource::Folder(folder),
        (false, None) => ConsoleSource::Build,
    }
}

/// Connections of one address: as the command line says, or the file, or neither.
fn per_address((given, file): (Option<usize>, Option<usize>)) -> usize {
    given.or(file).unwrap_or(CONNECTIONS_PER_ADDRESS)
}

/// A list of the command line; the file's where that gives none.
fn given_or(given: Vec<String>, file: Option<Vec<String>>) -> Vec<String> {
    if given.is_empty() {
        file.unwrap_or_default()
    } else {
        given
    }
}

/// Under load records are gathered for at most `longest` milliseconds; when quiet for one.
fn collect_times(longest: Option<u64>) -> Result<CollectTimes, Failure> {
    let default = CollectTimes::default();
    match longest {
        None => Ok(default),
        Some(longest @ 1..=1_000) => Ok(CollectTimes {
            longest: Duration::from_millis(longest),
            ..default
        }),
        Some(other) => Err(Failure::usage(format!(
            "commit interval {other} ms: expected 1 to 1000"
        ))),
    }
}

fn check_name(what: &str, name: &str, joint: char) -> Result<(), Failure> {
    let mut letters = name.chars();
    let starts_well = letters.next().is_some_and(|c| c.is_ascii_lowercase());
    if starts_well && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{what} '{name}': expected lower-case letters, digits and '{joint}', starting with a letter"
    )))
}

/// Folders and files that depend on the user, found once at start.
#[derive(Clone, Debug)]
pub struct Homes {
    /// `$XDG_DATA_HOME/city-brain`.
    pub data: PathBuf,
    /// `$XDG_CACHE_HOME/city-brain`.
    pub cache: PathBuf,
    /// This executable.
    pub launcher: PathBuf,
}

impl Homes {
    /// From the environment of this process.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where settings from the environment come in"
    )]
    pub fn from_environment() -> Result<Self, Failure> {
        let folder = |variable: &str, below_home: &str| -> Option<PathBuf> {
            std::env::var(variable)
                .ok()
                .filter(|value| Path::new(value).is_absolute())
                .map(PathBuf::from)
                .or_else(|| Some(PathBuf::from(std::env::var("HOME").ok()?).join(below_home)))
        };
        let missing = || {
            Failure::usage("neither HOME nor XDG_DATA_HOME is set")
                .remedy("give --data-dir, or set HOME")
        };
        Ok(Self {
            data: folder("XDG_DATA_HOME", ".local/share")
                .ok_or_else(missing)?
                .join("city-brain"),
            cache: folder("XDG_CACHE_HOME", ".cache")
                .ok_or_else(missing)?
                .join("city-brain"),
            launcher: std::env::current_exe()
                .map_err(|error| Failure::dependency(format!("this executable: {error}")))?,
        })
    }
}

/// The ClickHouse password from the environment, so that it is in no process list.
#[expect(
    clippy::disallowed_methods,
    reason = "this is where settings from the environment come in"
)]
pub fn clickhouse_password_from_environment() -> Option<String> {
    std::env::var("CITY_BRAIN_CLICKHOUSE_PASSWORD").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn homes() -> Homes {
        Homes {
            data: "/data".into(),
            cache: "/cache".into(),
            launcher: "/bin/city-brain".into(),
        }
    }

    #[test]
    fn a_flag_goes_before_the_file_and_the_file_before_the_default() {
        let file: SettingsFile =
            toml::from_str("listen = '127.0.0.1:9000'\ndatabase = 'city_file'").unwrap();
        let args = UpArgs {
            database: Some("city_flag".into()),
            ..UpArgs::default()
        };
        let settings = Settings::merge(args, file, &homes()).unwrap();
        assert_eq!(settings.database, "city_flag");
        assert_eq!(settings.listen.port(), 9000);
        assert_eq!(settings.topic_prefix, "city");
    }

    #[test]
    fn an_unknown_key_in_the_file_is_an_error() {
        assert!(toml::from_str::<SettingsFile>("lisen = 'x'").is_err());
    }

    #[test]
    fn a_database_name_that_could_hold_more_than_a_name_is_refused() {
        let args = UpArgs {
            database: Some("city; drop".into()),
            ..UpArgs::default()
        };
        assert!(Settings::merge(args, SettingsFile::default(), &homes()).is_err());
    }
}
