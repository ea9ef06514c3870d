//! Apache Kafka as a child: one node that is broker and controller, on loopback, on whatever port is free.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use tokio::process::Command;
use tokio::time::sleep;

use crate::StackError;
use crate::checksums::write_atomically;
use crate::child::{Engine, log_since};
use crate::data_dir::DataDir;
use crate::department_listener::{DepartmentListener, SettledListener};
use crate::health::Which;
use crate::jvm::Jvm;
use crate::spawner;

/// What runs Kafka.
pub(crate) const MAIN: &[&str] = &["kafka.Kafka", PROPERTIES];
/// What makes an empty folder Kafka's.
const FORMAT: &[&str] = &[
    "kafka.tools.StorageTool",
    "format",
    "--standalone",
    "--config",
    "format.properties",
    "--cluster-id",
];
const PROPERTIES: &str = "server.properties";
/// Paths in it are relative to the child's folder: a comma in a path would be two paths to Kafka.
const CONFIGURATION: &str = include_str!("../pinned/kafka/server.properties");
/// One line per listener, the controllers' and the clients'.
const LISTENING: &str = "Awaiting socket connections on 127.0.0.1:";

/// Where a Kafka lives.
#[derive(Clone)]
pub(crate) struct Folder {
    pub(crate) dir: PathBuf,
    pub(crate) log: PathBuf,
    /// The listener for departments, where one is asked for.
    pub(crate) departments: Option<SettledListener>,
}

/// A Kafka whose folder is formatted.
pub(crate) struct Kafka {
    jvm: Jvm,
    folder: Folder,
}

impl Kafka {
    /// Formats the folder the first time.
    pub(crate) async fn prepare(
        data: &DataDir,
        jvm: Jvm,
        departments: Option<&DepartmentListener>,
    ) -> Result<Self, StackError> {
        let dir = data.folder("kafka")?;
        let folder = Folder {
            departments: departments.map(|door| door.settle(&dir)).transpose()?,
            dir,
            log: data.folder("logs")?.join("kafka.log"),
        };
        if !folder.dir.join("data/meta.properties").exists() {
            format(&jvm, &folder).await?;
        }
        Ok(Self { jvm, folder })
    }

    /// What departments are told of where it is.
    pub(crate) fn department_brokers(&self) -> Option<String> {
        let departments = self.folder.departments.as_ref();
        departments.map(|listener| listener.advertised().to_owned())
    }
}

impl Folder {
    pub(crate) fn write_configuration(&self, port: u16) -> Result<(), StackError> {
        write_atomically(
            &self.dir.join(PROPERTIES),
            configuration(port, "data", self.departments.as_ref()).as_bytes(),
        )
    }
}

/// Formats beside and renames: half a format would never start, and never be formatted again.
pub(crate) async fn format(jvm: &Jvm, folder: &Folder) -> Result<(), StackError> {
    let (part, whole) = (folder.dir.join("data.part"), folder.dir.join("data"));
    for leftover in [&part, &whole] {
        if leftover.exists() {
            std::fs::remove_dir_all(leftover).map_err(StackError::io("removing", leftover))?;
        }
    }
    write_atomically(
        &folder.dir.join("format.properties"),
        configuration(0, "data.part", None).as_bytes(),
    )?;
    let cluster = cluster_id();
    // It runs for a second: the better compiler would only begin.
    let options = ["-XX:TieredStopAtLevel=1".to_owned()];
    let command = jvm.command(folder, &options, &[FORMAT, &[&cluster]].concat())?;
    let failed = |reason: String| StackError::ChildFailed {
        child: "Kafka's format tool",
        reason,
        log: folder.log.clone(),
    };
    let mut child = spawner::spawn(command)
        .await
        .map_err(|error| failed(error.to_string()))?;
    let status = child
        .wait()
        .await
        .map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(format!("it ended with {status}")));
    }
    std::fs::rename(&part, &whole).map_err(StackError::io("renaming to", &whole))
}

impl Engine for Kafka {
    fn which(&self) -> Which {
        Which::Kafka
    }

    fn log(&self) -> &Path {
        &self.folder.log
    }

    fn stop_limit(&self) -> Duration {
        Duration::from_secs(8)
    }

    fn command(&self, port: u16) -> Result<Command, StackError> {
        self.folder.write_configuration(port)?;
        self.jvm.command(&self.folder, &[], MAIN)
    }

    async fn ready(&self, log_from: u64) -> Result<u16, String> {
        let departments = self.folder.departments.as_ref();
        let not_ours = departments.map(SettledListener::port);
        loop {
            if let Some(port) = answering(&log_since(self.log(), log_from), not_ours).await
                && departments.is_none_or(SettledListener::takes_connections)
            {
                return Ok(port);
            }
            sleep(Duration::from_millis(25)).await;
        }
    }
}

/// The port at which clients are answered, once there is one; departments' is none of ours.
pub(crate) async fn answering(log: &str, departments: Option<u16>) -> Option<u16> {
    let mut ports = listening(log);
    ports.retain(|port| Some(*port) != departments);
    // The clients' listener usually comes second; until both are there none of them answers.
    if ports.len() < 2 {
        return None;
    }
    tokio::task::spawn_blocking(move || ports.into_iter().rev().find(|port| answers(*port)))
        .await
        .ok()
        .flatten()
}

fn configuration(port: u16, folder: &str, departments: Option<&SettledListener>) -> String {
    let listener = departments.map_or_else(String::new, SettledListener::listener);
    let protocol = departments.map_or("", SettledListener::protocol);
    let settings = departments.map_or_else(String::new, |listener| listener.settings(port));
    let common = CONFIGURATION
        .replace("@PORT@", &port.to_string())
        .replace("@FOLDER@", folder)
        .replace("@DEPARTMENTS_LISTENER@", &listener)
        .replace("@DEPARTMENTS_PROTOCOL@", protocol);
    common + &settings
}

/// Every port that the log tells of in whole lines.
fn listening(log: &str) -> Vec<u16> {
    log.lines()
        .filter_map(|line| {
            line.split_once(LISTENING)?
                .1
                .strip_suffix('.')?
                .parse()
                .ok()
        })
        .collect()
}

/// Whether the broker answers a metadata request, and names itself as a live broker.
fn answers(port: u16) -> bool {
    let client: Result<BaseConsumer, _> = ClientConfig::new()
        .set("bootstrap.servers", format!("127.0.0.1:{port}"))
        .set("socket.nagle.disable", "true")
        .set("log_level", "0")
        .create();
    client
        .and_then(|client| client.fetch_metadata(None, Duration::from_secs(2)))
        .is_ok_and(|seen| {
            seen.brokers()
                .iter()
                .any(|broker| broker.port() == i32::from(port))
        })
}

/// A random cluster id, in the writing of Kafka's own tool.
fn cluster_id() -> String {
    let mut id = *uuid::Uuid::new_v4().as_bytes();
    // The first of the 22 digits must not be a dash: it would read as an option.
    id[0] &= 0x7f;
    BASE64_URL_SAFE_NO_PAD.encode(id)
}

#[cfg(test)]
mod tests {
    use super::{cluster_id, listening};

    #[test]
    fn ports_are_read_from_whole_lines_of_the_log() {
        let line = "[main] INFO kafka.network.DataPlaneAcceptor - Awaiting socket connections on 127.0.0.1:";
        assert_eq!(
            listening(&format!("{line}38647.\nother\n{line}35593.\n")),
            [38647, 35593]
        );
        // A line that is still being written is not a port yet.
        assert_eq!(listening(&format!("{line}38647.\n{line}355")), [38647]);
    }

    #[test]
    fn a_cluster_id_never_reads_as_an_option() {
        for _ in 0..1000 {
            let id = cluster_id();
            assert!(id.len() == 22 && !id.starts_with('-'), "{id}");
        }
    }
}
