//! `run/addresses.json`: where a running hub is found by other commands on this machine.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Written when everything is ready, removed at the stop; mode 0600.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Addresses {
    /// The console and the interfaces.
    pub http: String,
    /// Kafka's bootstrap address.
    pub kafka: String,
    /// Kafka, as departments beyond this machine reach it; `null` without a listener for them.
    #[serde(rename = "kafkaDepartments", default)]
    pub kafka_departments: Option<DepartmentKafka>,
    /// ClickHouse, with a user who may only read.
    pub clickhouse: ClickHouseForReaders,
    /// The administration port.
    pub admin: String,
    /// First part of topic names.
    #[serde(rename = "topicPrefix")]
    pub topic_prefix: String,
    /// Process id of the hub.
    pub pid: u32,
    /// Its version.
    pub version: String,
}

/// Kafka as departments reach it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DepartmentKafka {
    /// Their bootstrap address.
    pub brokers: String,
    /// Whether it is encrypted (`SASL_SSL`, else `SASL_PLAINTEXT`).
    pub tls: bool,
}

impl DepartmentKafka {
    /// What a client calls it.
    pub const fn protocol(&self) -> &'static str {
        if self.tls {
            "SASL_SSL"
        } else {
            "SASL_PLAINTEXT"
        }
    }
}

/// ClickHouse as a reader sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClickHouseForReaders {
    /// HTTP address.
    pub url: String,
    /// Database.
    pub database: String,
    /// User who may only read.
    pub user: String,
    /// Its password.
    pub password: String,
}

fn path_in(data_dir: &Path) -> PathBuf {
    data_dir.join("run").join("addresses.json")
}

impl Addresses {
    /// Writes the file so that a reader sees all of it or nothing.
    pub fn write(&self, data_dir: &Path) -> std::io::Result<()> {
        let text = serde_json::to_string(self).map_err(std::io::Error::other)?;
        write_private(&path_in(data_dir), &text)
    }

    /// Reads a running hub's addresses.
    pub fn read(data_dir: &Path) -> std::io::Result<Self> {
        let text = std::fs::read_to_string(path_in(data_dir))?;
        serde_json::from_str(&text).map_err(std::io::Error::other)
    }

    /// Removes the file at the stop; a file that is gone already is fine.
    pub fn remove(data_dir: &Path) {
        if let Err(error) = std::fs::remove_file(path_in(data_dir)) {
            tracing::debug!(%error, "addresses.json was gone before the stop");
        }
    }
}

/// Writes a file that only its owner may read, atomically.
pub fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let making = path.with_extension("making");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&making)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    std::fs::rename(&making, path)
}
