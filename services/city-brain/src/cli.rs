//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod doors;
mod letters;

pub use doors::{DoorArgs, IssuerArgs, KeyCommand};
pub use letters::{DeadLettersCommand, LetterArgs, ListArgs, ReplayLettersArgs, ShowArgs};

use crate::commands::schema::SchemaCommand;

/// The city-brain hub: departments' events in, alerts, cases and answers out.
#[derive(Debug, Parser)]
#[command(name = "city-brain", version, propagate_version = true)]
pub struct Cli {
    /// How log lines are written.
    #[arg(long, global = true, env = "CITY_BRAIN_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormatArg>,
    /// What is logged, e.g. `info` or `info,event_recorder=debug`.
    #[arg(long, global = true, env = "CITY_BRAIN_LOG")]
    pub log: Option<String>,
    /// Settings file (TOML); flags and environment go before it.
    #[arg(long, global = true, env = "CITY_BRAIN_CONFIG")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogFormatArg {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the whole hub in one process.
    Up(UpArgs),
    /// Run one service of the hub, for a cluster; needs an existing Kafka and ClickHouse.
    Run {
        /// Which.
        service: crate::hub::Service,
        /// As for `up`.
        #[command(flatten)]
        args: UpArgs,
    },
    /// Publish structured CloudEvents, one per line.
    Publish(PublishArgs),
    /// Publish departments' files through the feeds' mappings, merged in event order.
    Replay(ReplayArgs),
    /// Publish the simulated city, reproducible from its seed.
    Simulate(SimulateArgs),
    /// Detection rules.
    #[command(subcommand)]
    Rule(RuleCommand),
    /// The catalog's contracts.
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Departments' feeds: which there are, and what a file becomes through one.
    #[command(subcommand)]
    Feed(FeedCommand),
    /// What was refused, and why.
    #[command(subcommand)]
    DeadLetters(DeadLettersCommand),
    /// Derive the tables again from the log into a new database, then switch to it.
    Rebuild(RebuildArgs),
    /// Check what is installed, reachable, lagging, full or skewed; each finding with what to do.
    Doctor(DoctorArgs),
    /// Local accounts.
    #[command(subcommand)]
    User(UserCommand),
    /// Departments' keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Destroy the keys of a person: everything personal about them becomes noise.
    Erase(crate::commands::erase::EraseArgs),
    /// Print the version.
    Version,
}

/// Where a running hub is found.
#[derive(Clone, Debug, Args)]
pub struct HubArgs {
    /// Data folder of the running hub (its addresses are read from `run/addresses.json`).
    #[arg(long, env = "CITY_BRAIN_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Kafka to use instead of the running hub's.
    #[arg(long, env = "CITY_BRAIN_KAFKA")]
    pub kafka: Option<String>,
    /// First part of all topic names.
    #[arg(long, env = "CITY_BRAIN_TOPIC_PREFIX")]
    pub topic_prefix: Option<String>,
    /// Catalog folder instead of the built-in one.
    #[arg(long, env = "CITY_BRAIN_CATALOG")]
    pub catalog: Option<PathBuf>,
}

/// `up`.
#[derive(Clone, Debug, Default, Args)]
pub struct UpArgs {
    /// A simulated city keeps publishing; everything it publishes is marked as an exercise.
    #[arg(long)]
    pub demo: bool,
    /// Where all data live; default `$XDG_DATA_HOME/city-brain`.
    #[arg(long, env = "CITY_BRAIN_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Address of the console and the interfaces; port 0 takes any free one.
    #[arg(long, env = "CITY_BRAIN_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Address of the administration port.
    #[arg(long, env = "CITY_BRAIN_ADMIN_LISTEN")]
    pub admin_listen: Option<SocketAddr>,
    /// Catalog folder instead of the built-in one.
    #[arg(long, env = "CITY_BRAIN_CATALOG")]
    pub catalog: Option<PathBuf>,
    /// GeoJSON of a real city's places instead of the catalog's made-up district.
    #[arg(long, env = "CITY_BRAIN_PLACES")]
    pub places: Option<PathBuf>,
    /// An existing Kafka; none is started then.
    #[arg(long, env = "CITY_BRAIN_KAFKA")]
    pub kafka: Option<String>,
    /// An existing ClickHouse (`http://user:password@host:port` or with the two variables
    /// `CITY_BRAIN_CLICKHOUSE_USER`, `CITY_BRAIN_CLICKHOUSE_PASSWORD`); none is started then.
    #[arg(long, env = "CITY_BRAIN_CLICKHOUSE")]
    pub clickhouse: Option<String>,
    /// ClickHouse user, with an existing ClickHouse.
    #[arg(long, env = "CITY_BRAIN_CLICKHOUSE_USER")]
    pub clickhouse_user: Option<String>,
    /// ClickHouse password, from the environment so that it is in no process list.
    #[arg(skip)]
    pub clickhouse_password: Option<String>,
    /// Database name.
    #[arg(long, env = "CITY_BRAIN_DATABASE")]
    pub database: Option<String>,
    /// First part of all topic names.
    #[arg(long, env = "CITY_BRAIN_TOPIC_PREFIX")]
    pub topic_prefix: Option<String>,
    /// Origins allowed on WebSockets beside the hub's own.
    #[arg(long, env = "CITY_BRAIN_ALLOWED_ORIGINS", value_delimiter = ',')]
    pub allowed_origins: Vec<String>,
    /// A built console to serve instead of building it from the sources.
    #[arg(long, env = "CITY_BRAIN_CONSOLE")]
    pub console: Option<PathBuf>,
    /// Take from pages that come by their cookie only the GraphQL operations the console was built with;
    /// API keys and bearer tokens stay free.
    #[arg(long, env = "CITY_BRAIN_CONSOLE_OPERATIONS_ONLY")]
    pub console_operations_only: bool,
    /// File of the key for personal fields (made at the first start); on a cluster every admission
    /// needs the same one. Default: `keys/personal.key` in the data folder.
    #[arg(long, env = "CITY_BRAIN_PERSONAL_KEY")]
    pub personal_key: Option<PathBuf>,
    /// Connections that one client address may have open (default 4096). Behind a reverse proxy all
    /// clients come from the proxy's address: 0 leaves the counting to it.
    #[arg(long, env = "CITY_BRAIN_CONNECTIONS_PER_ADDRESS", value_name = "N")]
    pub connections_per_address: Option<usize>,
    /// Under load, gather records for at most this long before a transaction: longer costs latency
    /// and saves CPU (1 to 1000; default 20).
    #[arg(long, env = "CITY_BRAIN_COMMIT_INTERVAL_MS", value_name = "MS")]
    pub commit_interval_ms: Option<u64>,
    /// Run without the console.
    #[arg(long)]
    pub no_console: bool,
    /// Where departments beyond this machine come in.
    #[command(flatten)]
    pub doors: DoorArgs,
}

/// `publish`.
#[derive(Debug, Args)]
pub struct PublishArgs {
    /// NDJSON file; `-` or nothing reads standard input.
    pub file: Option<PathBuf>,
    /// The hub's address, to publish over HTTP.
    #[arg(long, env = "CITY_BRAIN_URL")]
    pub url: Option<String>,
    /// The department's key, with `--url`; better given as the variable.
    #[arg(long, env = "CITY_BRAIN_KEY", hide_env_values = true)]
    pub key: Option<String>,
    /// Where the hub is, to publish by Kafka.
    #[command(flatten)]
    pub hub: HubArgs,
}

/// `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// `FEED=FILE` pairs: csv, csv.zst or ndjson.
    #[arg(required = true, value_name = "FEED=FILE")]
    pub inputs: Vec<String>,
    /// Only events at or after this (RFC 3339 or a date).
    #[arg(long)]
    pub from: Option<String>,
    /// Only events before this.
    #[arg(long)]
    pub to: Option<String>,
    /// `max`, or how many times faster than real time.
    #[arg(long, default_value = "max")]
    pub speed: String,
    /// Move all events by one shift so that the first happens now.
    #[arg(long)]
    pub shift_to_now: bool,
    /// Name of this replay; the same label again adds nothing.
    #[arg(long, default_value = "replay")]
    pub label: String,
    /// Mark everything as an exercise.
    #[arg(long)]
    pub exercise: bool,
    /// GeoJSON of the city's places, where a feed places by name.
    #[arg(long, env = "CITY_BRAIN_PLACES")]
    pub places: Option<PathBuf>,
    /// Where the hub is.
    #[command(flatten)]
    pub hub: HubArgs,
}

/// `simulate`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct SimulateArgs {
    /// Instead of publishing.
    #[command(subcommand)]
    pub action: Option<SimulateAction>,
    /// The city.
    #[command(flatten)]
    pub city: CityArgs,
    /// Write events to standard output instead of publishing them.
    #[arg(long)]
    pub print: bool,
    /// Write what really happened to this file (NDJSON): incidents with their events and the alerts
    /// expected, faults of publishers.
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
    /// Where the hub is.
    #[command(flatten)]
    pub hub: HubArgs,
}

/// What `simulate` can do beside publishing.
#[derive(Debug, Subcommand)]
pub enum SimulateAction {
    /// Hold the rules' alerts against what really happened: recall, precision, delay.
    Score(ScoreArgs),
}

/// `simulate score`.
#[derive(Debug, Args)]
pub struct ScoreArgs {
    /// The truth that `simulate --truth` wrote; alerts are read from the hub's log.
    #[arg(long, value_name = "FILE", conflicts_with = "offline")]
    pub truth: Option<PathBuf>,
    /// Run the city and the catalog's rules in this process, without a hub; a week by default.
    #[arg(long)]
    pub offline: bool,
    /// The city, with `--offline`.
    #[command(flatten)]
    pub city: CityArgs,
    /// Name also what was missed and what was raised without a reason.
    #[arg(long)]
    pub details: bool,
    /// Where the hub is.
    #[command(flatten)]
    pub hub: HubArgs,
}

/// How the simulated city behaves.
#[derive(Clone, Debug, Args)]
pub struct CityArgs {
    /// The same seed gives the same city.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Events per second of everyday life: what people report at its natural rate, the rest
    /// readings of sensors.
    #[arg(long, default_value_t = 1.0)]
    pub rate: f64,
    /// How long, e.g. `10m`; default: until stopped.
    #[arg(long = "for")]
    pub duration: Option<String>,
    /// Ten times everything, and one incident after the other.
    #[arg(long)]
    pub storm: bool,
}

/// `rule`.
#[derive(Debug, Subcommand)]
pub enum RuleCommand {
    /// List the catalog's rules.
    List(CatalogArgs),
    /// Run the rules' own tests.
    Test(CatalogArgs),
}

/// `feed`.
#[derive(Debug, Subcommand)]
pub enum FeedCommand {
    /// List the catalog's feeds, with the columns that their files must have.
    List(CatalogArgs),
    /// Say what a file would become, row by row, without publishing anything; needs no hub.
    Check(FeedCheckArgs),
    /// Tell a publisher how its events arrive: admitted, refused and why, late, silent, with which clock.
    Report(Box<crate::commands::feed_report::FeedReportArgs>),
}

/// `feed check`.
#[derive(Debug, Args)]
pub struct FeedCheckArgs {
    /// `FEED=FILE` pairs: csv or csv.zst.
    #[arg(required = true, value_name = "FEED=FILE")]
    pub inputs: Vec<String>,
    /// Print the events too, one a line.
    #[arg(long)]
    pub show: bool,
    /// Tell every row that would not become an event, not only the first 20.
    #[arg(long)]
    pub all: bool,
    /// GeoJSON of the city's places, where a feed places by name.
    #[arg(long, env = "CITY_BRAIN_PLACES")]
    pub places: Option<PathBuf>,
    /// Which catalog.
    #[command(flatten)]
    pub catalog: CatalogArgs,
}

/// Which catalog.
#[derive(Debug, Args)]
pub struct CatalogArgs {
    /// Catalog folder; default: the built-in one.
    #[arg(long, env = "CITY_BRAIN_CATALOG")]
    pub catalog: Option<PathBuf>,
}

/// `rebuild`.
#[derive(Debug, Args)]
pub struct RebuildArgs {
    /// Where the hub is.
    #[command(flatten)]
    pub hub: HubArgs,
    /// The hub's ClickHouse, where it has an existing one; its user must be allowed to make databases.
    #[arg(long, env = "CITY_BRAIN_CLICKHOUSE")]
    pub clickhouse: Option<String>,
    /// ClickHouse user, with `--clickhouse`; the password comes as `CITY_BRAIN_CLICKHOUSE_PASSWORD`.
    #[arg(long, env = "CITY_BRAIN_CLICKHOUSE_USER")]
    pub clickhouse_user: Option<String>,
    /// Database name in the hub's settings.
    #[arg(long, env = "CITY_BRAIN_DATABASE")]
    pub database: Option<String>,
    /// Put the new tables in force even where they differ from the former ones, which are kept.
    #[arg(long)]
    pub accept_differences: bool,
    /// Keep the former tables also where both are equal.
    #[arg(long)]
    pub keep_former: bool,
    /// Throw away what an interrupted rebuild has left, and begin again.
    #[arg(long)]
    pub start_over: bool,
}

/// `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Where the hub is.
    #[command(flatten)]
    pub hub: HubArgs,
    /// The hub's ClickHouse, where it has an existing one.
    #[arg(long, env = "CITY_BRAIN_CLICKHOUSE")]
    pub clickhouse: Option<String>,
    /// ClickHouse user, with `--clickhouse`; the password comes as `CITY_BRAIN_CLICKHOUSE_PASSWORD`.
    #[arg(long, env = "CITY_BRAIN_CLICKHOUSE_USER")]
    pub clickhouse_user: Option<String>,
    /// Database name in the hub's settings.
    #[arg(long, env = "CITY_BRAIN_DATABASE")]
    pub database: Option<String>,
    /// The address the hub is to listen at.
    #[arg(long, env = "CITY_BRAIN_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Less free room than so many MiB is a finding.
    #[arg(long, default_value_t = 2_048)]
    pub free_mib: u64,
    /// Where the kernel shows the processor.
    #[arg(long, default_value = "/proc")]
    pub proc: PathBuf,
    /// One JSON object instead of lines.
    #[arg(long)]
    pub json: bool,
}

/// `user`.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a local account; its password is printed once.
    Add {
        /// Name to sign in with.
        name: String,
        /// Roles: administrator, supervisor, operator, developer.
        #[arg(long, value_delimiter = ',', required = true)]
        roles: Vec<String>,
        /// The department the person works for; without it the operations centre.
        #[arg(long)]
        department: Option<String>,
        /// Where the hub is.
        #[command(flatten)]
        hub: HubArgs,
    },
}
