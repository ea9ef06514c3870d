//! ClickHouse as a child: the HTTP interface on loopback, three users with grants, nothing else.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::process::Command;
use tokio::time::sleep;

use crate::checksums::write_atomically;
use crate::child::{Engine, log_since, prepare, remembered_port};
use crate::data_dir::{Credentials, DataDir, write_private};
use crate::health::Which;
use crate::{StackError, launcher};

const CONFIG: &str = include_str!("../pinned/clickhouse/config.xml");
const USERS: &str = include_str!("../pinned/clickhouse/users.xml");

/// How the engine begins the report of a failed query on its terminal.
const FAILED: &str = "Received exception";

/// A ClickHouse whose library is fetched and whose users are written.
pub(crate) struct ClickHouse {
    library: PathBuf,
    launcher: PathBuf,
    dir: PathBuf,
    log: PathBuf,
    credentials: Credentials,
    http: reqwest::Client,
}

impl ClickHouse {
    pub(crate) fn prepare(
        data: &DataDir,
        library: PathBuf,
        launcher: &Path,
    ) -> Result<Self, StackError> {
        let clickhouse = Self {
            library,
            launcher: launcher.to_path_buf(),
            dir: data.folder("clickhouse")?,
            log: data.folder("logs")?.join("clickhouse.stderr.log"),
            credentials: data.credentials()?,
            // An idle connection would hold up the engine's end.
            http: reqwest::Client::builder()
                .pool_max_idle_per_host(0)
                .build()
                .unwrap_or_default(),
        };
        clickhouse.write_users()?;
        write_system_database(data)?;
        Ok(clickhouse)
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    fn write_users(&self) -> Result<(), StackError> {
        let Credentials {
            admin,
            writer,
            reader,
        } = &self.credentials;
        let users = [
            ("@ADMIN@", admin),
            ("@WRITER@", writer),
            ("@READER@", reader),
        ]
        .into_iter()
        .fold(USERS.to_owned(), |text, (mark, credential)| {
            text.replace(mark, &hex::encode(Sha256::digest(&credential.password)))
        });
        write_private(&self.dir.join("users.xml"), users.as_bytes())
    }

    fn port_file(&self) -> PathBuf {
        self.dir.join("listening")
    }

    async fn answers(&self, port: u16) -> bool {
        let admin = &self.credentials.admin;
        let answer = self
            .http
            .post(format!("http://127.0.0.1:{port}/"))
            .basic_auth(&admin.user, Some(&admin.password))
            .timeout(Duration::from_secs(5))
            .body("SELECT 1")
            .send()
            .await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }
}

impl Engine for ClickHouse {
    fn which(&self) -> Which {
        Which::ClickHouse
    }

    fn log(&self) -> &Path {
        &self.log
    }

    fn stop_limit(&self) -> Duration {
        // With a query still running the engine itself waits 5 s.
        Duration::from_secs(8)
    }

    fn command(&self, port: u16) -> Result<Command, StackError> {
        let config = self.dir.join("config.xml");
        let text = CONFIG
            .replace("@PORT@", &port.to_string())
            .replace(
                "@LOG@",
                &escaped(&self.log.with_file_name("clickhouse.log")),
            )
            .replace("@DIR@", &escaped(&self.dir));
        write_atomically(&config, text.as_bytes())?;
        let port_file = self.port_file();
        if port_file.exists() {
            std::fs::remove_file(&port_file).map_err(StackError::io("removing", &port_file))?;
        }
        let mut command = prepare(&self.launcher, launcher::CLICKHOUSE, &self.log, &self.dir)?;
        // The engine's terminal echoes there; what matters is on standard error.
        command
            .args([&self.library, &config, &port_file])
            .stdout(Stdio::null());
        Ok(command)
    }

    async fn ready(&self, log_from: u64) -> Result<u16, String> {
        loop {
            if let Some(port) = remembered_port(&self.port_file())
                && self.answers(port).await
            {
                return Ok(port);
            }
            // It has a terminal, so it would wait for a person to type something better.
            if log_since(&self.log, log_from).contains(FAILED) {
                return Err("it cannot open its port".to_owned());
            }
            sleep(Duration::from_millis(25)).await;
        }
    }
}

/// Without this file the system database lives in memory, and its tables' folders are in the way at the second start.
fn write_system_database(data: &DataDir) -> Result<(), StackError> {
    let path = data.folder("clickhouse/store/metadata")?.join("system.sql");
    if path.exists() {
        return Ok(());
    }
    let uuid = uuid::Uuid::new_v4();
    write_atomically(
        &path,
        format!("ATTACH DATABASE _ UUID '{uuid}'\nENGINE = Atomic\n").as_bytes(),
    )
}

/// A path as XML text.
fn escaped(path: &Path) -> String {
    path.display()
        .to_string()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
