//! event-admission as a process of its own: wiring only.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use event_admission::{Config, Ports, StoredEarlier, run};
use event_log::LogConfig;
use event_schemas::Catalog;
use event_schemas::city::{RuleSetMark, Topics};
use event_store::{Reader, StoreConfig};
use service_kit::identity::Identity;
use service_kit::telemetry::{LogFormat, start_logs};
use service_kit::{Clock, Health, Shutdown};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

/// Admits departments' events to the city's log.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Kafka's bootstrap servers.
    #[arg(long, env = "CITY_BRAIN_KAFKA")]
    kafka: String,
    /// Prefix of topics, groups and transactional ids.
    #[arg(long, env = "CITY_BRAIN_PREFIX", default_value = "city")]
    prefix: String,
    /// Folder of the catalog; without it the one that came with the program.
    #[arg(long, env = "CITY_BRAIN_CATALOG")]
    catalog: Option<PathBuf>,
    /// File of the key for personal fields; made at the first start.
    #[arg(long, env = "CITY_BRAIN_KEY_FILE")]
    key_file: PathBuf,
    /// A name of this process that stays over restarts.
    #[arg(long, env = "CITY_BRAIN_INSTANCE", default_value = "0")]
    instance: String,
    /// ClickHouse's HTTP interface.
    #[arg(long, env = "CITY_BRAIN_CLICKHOUSE")]
    clickhouse: String,
    /// ClickHouse's database.
    #[arg(long, env = "CITY_BRAIN_DATABASE", default_value = "city")]
    database: String,
    /// Its reading user.
    #[arg(long, env = "CITY_BRAIN_READER", default_value = "reader")]
    reader: String,
    /// The reading user's password.
    #[arg(
        long,
        env = "CITY_BRAIN_READER_PASSWORD",
        default_value = "",
        hide_env_values = true
    )]
    reader_password: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    start_logs(LogFormat::Text, "info");
    let shutdown = Shutdown::new();
    let catalog = Arc::new(match &arguments.catalog {
        Some(folder) => Catalog::load(folder)?,
        None => Catalog::embedded()?,
    });
    let log = LogConfig {
        brokers: arguments.kafka,
        topics: Topics::new(arguments.prefix),
        client_id: format!("event-admission-{}", arguments.instance),
    };
    let reader = Reader::new(&StoreConfig {
        url: arguments.clickhouse,
        database: arguments.database,
        user: arguments.reader,
        password: arguments.reader_password,
    })?;
    let identity = Identity::open(&log, shutdown.clone()).await?;
    let (told, rules) = watch::channel(None);
    let following = service_kit::supervise(
        "rule set",
        follow_rules(identity, Arc::clone(&catalog), told),
    );
    let ports = Ports {
        earlier: Arc::new(StoredEarlier::new(reader, log.clone())),
        log,
        catalog,
        clock: Clock::system(),
        health: Health::new(),
        rules,
    };
    let config = Config {
        instance: arguments.instance,
        ..Config::new(arguments.key_file)
    };
    let stopping = shutdown.clone();
    tokio::spawn(async move {
        // Without signals the process can still be killed.
        let _asked = tokio::signal::ctrl_c().await;
        stopping.cancel();
    });
    run(config, ports, shutdown).await?;
    following.abort();
    Ok(())
}

/// Tells the rule set that the control log has in force, when this catalog holds the same rules.
async fn follow_rules(
    identity: Identity,
    catalog: Arc<Catalog>,
    told: watch::Sender<Option<RuleSetMark>>,
) -> Result<(), FollowError> {
    // As it is activated: of the rules' JSON, so that the same rules give the same hash.
    let hash = hex::encode(Sha256::digest(serde_json::to_vec(catalog.rules())?));
    let mut control = identity.log().watch();
    loop {
        let active = control.borrow_and_update().state.rule_set().cloned();
        if let Some(active) = active.filter(|active| active.hash == hash) {
            let mark = RuleSetMark {
                version: active.version,
                hash: active.hash,
                rules: catalog.rules().to_vec(),
            };
            told.send_if_modified(|known| {
                let changed = known.as_ref().map(|known| known.version) != Some(mark.version);
                if changed {
                    *known = Some(mark);
                }
                changed
            });
        }
        control.changed().await?;
    }
}

/// The rule set cannot be followed.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    /// The catalog's rules are no JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The control log is closed.
    #[error("the control log is closed")]
    Closed(#[from] watch::error::RecvError),
}
