//! An engine alone in a process of its own, until it is killed: for tests that kill and freeze it.
//!
//! `engine_process BROKERS PREFIX DATA_DIR INSTANCE`

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use alert_engine::{Config, Ports};
use domain::engine::FlatPlaces;
use event_log::LogConfig;
use event_schemas::city::Topics;
use service_kit::{Clock, Health, Shutdown};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [brokers, prefix, data_dir, instance] = <[String; 4]>::try_from(arguments)
        .map_err(|_| "expected: BROKERS PREFIX DATA_DIR INSTANCE")?;
    let client_id = format!("engine-{}", std::process::id());
    let config = Config {
        instance,
        // Often, so that kills meet snapshots too.
        snapshot_every: Duration::from_millis(800),
        ..Config::new(PathBuf::from(data_dir))
    };
    let ports = Ports {
        log: LogConfig {
            brokers,
            topics: Topics::new(prefix),
            client_id,
        },
        places: Arc::new(FlatPlaces),
        clock: Clock::system(),
        health: Health::new(),
    };
    alert_engine::run(config, ports, Shutdown::new()).await?;
    Ok(())
}
