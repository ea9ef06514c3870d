//! A recorder alone in a process of its own, until it is killed: for tests that kill and freeze it.
//!
//! `recorder_process BROKERS PREFIX CLICKHOUSE_URL DATABASE USER PASSWORD`

use event_log::LogConfig;
use event_recorder::{Config, Ports};
use event_schemas::city::Topics;
use event_store::StoreConfig;
use service_kit::{Clock, Health};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [brokers, prefix, url, database, user, password] = <[String; 6]>::try_from(arguments)
        .map_err(|_| "expected: BROKERS PREFIX CLICKHOUSE_URL DATABASE USER PASSWORD")?;
    let client_id = format!("recorder-{}", std::process::id());
    let ports = Ports {
        log: LogConfig {
            brokers,
            topics: Topics::new(prefix),
            client_id,
        },
        store: StoreConfig {
            url,
            database,
            user,
            password,
        },
        clock: Clock::system(),
        health: Health::new(),
    };
    event_recorder::run(Config::default(), ports, CancellationToken::new()).await?;
    Ok(())
}
