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
use crate::child::{Engine, log_since, prepare};
use crate::data_dir::DataDir;
use crate::health::Which;
use crate::launcher;
use crate::spawner;

/// Paths are relative to the child's folder: a comma in a path would be two paths to Kafka.
const PROPERTIES: &str = include_str!("../pinned/kafka/server.properties");
/// One line per listener: the controller's comes first, the clients' second.
const LISTENING: &str = "Awaiting socket connections on 127.0.0.1:";

/// A Kafka whose jars are fetched and whose folder is formatted.
pub(crate) struct Kafka {
    java: PathBuf,
    class_path: String,
    launcher: PathBuf,
    dir: PathBuf,
    log: PathBuf,
}

impl Kafka {
    /// Formats the folder the first time.
    pub(crate) async fn prepare(
        data: &DataDir,
        jars: &Path,
        java: PathBuf,
        launcher: &Path,
    ) -> Result<Self, StackError> {
        let kafka = Self {
            java,
            class_path: class_path(jars)?,
            launcher: launcher.to_path_buf(),
            dir: data.folder("kafka")?,
            log: data.folder("logs")?.join("kafka.log"),
        };
        if !kafka.dir.join("data/meta.properties").exists() {
            kafka.format().await?;
        }
        Ok(kafka)
    }

    /// Formats beside and renames: half a format would never start, and never be formatted again.
    async fn format(&self) -> Result<(), StackError> {
        let (part, whole) = (self.dir.join("data.part"), self.dir.join("data"));
        for leftover in [&part, &whole] {
            if leftover.exists() {
                std::fs::remove_dir_all(leftover).map_err(StackError::io("removing", leftover))?;
            }
        }
        let properties = self.dir.join("format.properties");
        write_atomically(&properties, configuration(0, "data.part").as_bytes())?;
        let mut command = self.java()?;
        command
            .args([
                "kafka.tools.StorageTool",
                "format",
                "--standalone",
                "--config",
                "format.properties",
                "--cluster-id",
            ])
            .arg(cluster_id());
        let failed = |reason: String| StackError::ChildFailed {
            child: "Kafka's format tool",
            reason,
            log: self.log.clone(),
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

    fn java(&self) -> Result<Command, StackError> {
        let mut command = prepare(&self.launcher, launcher::CHILD, &self.log, &self.dir)?;
        command.arg(&self.java).args([
            "-Xms64m",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
            // The port is in a line of this level.
            "-Dorg.slf4j.simpleLogger.log.kafka.network.DataPlaneAcceptor=info",
            "-Dorg.slf4j.simpleLogger.log.kafka.network.SocketServer=info",
            "-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory",
            "-cp",
            &self.class_path,
        ]);
        Ok(command)
    }
}

impl Engine for Kafka {
    fn which(&self) -> Which {
        Which::Kafka
    }

    fn log(&self) -> &Path {
        &self.log
    }

    fn stop_limit(&self) -> Duration {
        Duration::from_secs(8)
    }

    fn command(&self, port: u16) -> Result<Command, StackError> {
        write_atomically(
            &self.dir.join("server.properties"),
            configuration(port, "data").as_bytes(),
        )?;
        let mut command = self.java()?;
        command.args(["kafka.Kafka", "server.properties"]);
        Ok(command)
    }

    async fn ready(&self, log_from: u64) -> Result<u16, String> {
        let port = loop {
            if let Some(port) = client_port(&log_since(&self.log, log_from)) {
                break port;
            }
            sleep(Duration::from_millis(25)).await;
        };
        while !tokio::task::spawn_blocking(move || answers(port))
            .await
            .unwrap_or(false)
        {
            sleep(Duration::from_millis(50)).await;
        }
        Ok(port)
    }
}

fn configuration(port: u16, folder: &str) -> String {
    PROPERTIES
        .replace("@PORT@", &port.to_string())
        .replace("@FOLDER@", folder)
}

fn client_port(log: &str) -> Option<u16> {
    log.lines()
        .filter_map(|line| line.split_once(LISTENING))
        .nth(1)?
        .1
        .trim_end_matches('.')
        .parse()
        .ok()
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

/// In a fixed order, as the archive of loaded classes wants it.
fn class_path(jars: &Path) -> Result<String, StackError> {
    let entries = std::fs::read_dir(jars).map_err(StackError::io("listing", jars))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.path().display().to_string()))
        .filter(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|kind| kind == "jar")
        })
        .collect();
    names.sort();
    Ok(names.join(":"))
}

/// A random cluster id, in the writing of Kafka's own tool.
fn cluster_id() -> String {
    let mut id = *uuid::Uuid::new_v4().as_bytes();
    // The first of the 22 digits must not be a dash: it would read as an option.
    id[0] &= 0x7f;
    BASE64_URL_SAFE_NO_PAD.encode(id)
}
