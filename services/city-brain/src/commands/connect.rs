//! Finding a running hub, and the catalog.

use std::path::{Path, PathBuf};

use event_log::LogConfig;
use event_schemas::Catalog;
use event_schemas::city::Topics;

use crate::cli::HubArgs;
use crate::failure::Failure;
use crate::hub::Addresses;
use crate::settings::Homes;

/// The data folder of the hub meant by `args`.
pub fn data_dir(args: &HubArgs) -> Result<PathBuf, Failure> {
    match &args.data_dir {
        Some(folder) => Ok(folder.clone()),
        None => Ok(Homes::from_environment()?.data),
    }
}

/// The addresses of the running hub.
pub fn addresses(args: &HubArgs) -> Result<Addresses, Failure> {
    let folder = data_dir(args)?;
    Addresses::read(&folder).map_err(|error| {
        Failure::dependency(format!(
            "no hub is running on {}: {error}",
            folder.display()
        ))
        .remedy("start one with `city-brain up`, or name another with --data-dir or --kafka")
    })
}

/// How to reach the hub's log: the Kafka given, or the running hub's.
pub fn log_config(args: &HubArgs, client_id: &str) -> Result<LogConfig, Failure> {
    let (brokers, running_prefix) = if let Some(brokers) = &args.kafka {
        (brokers.clone(), None)
    } else {
        let found = addresses(args)?;
        (found.kafka, Some(found.topic_prefix))
    };
    let prefix = args
        .topic_prefix
        .clone()
        .or(running_prefix)
        .unwrap_or_else(|| String::from("city"));
    Ok(LogConfig {
        brokers,
        topics: Topics::new(prefix),
        client_id: client_id.to_owned(),
    })
}

/// The catalog in a folder, or the built-in one.
pub fn catalog(folder: Option<&Path>) -> Result<Catalog, Failure> {
    match folder {
        Some(folder) => Catalog::load(folder),
        None => Catalog::embedded(),
    }
    .map_err(|errors| {
        Failure::problems(format!("the catalog has errors:\n{errors}"))
            .remedy("correct them; `city-brain schema check --catalog DIR` checks again")
    })
}
