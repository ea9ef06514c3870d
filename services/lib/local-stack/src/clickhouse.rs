//! ClickHouse as a child: the HTTP interface on loopback, three users with grants, nothing else.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::process::Command;
use tokio::time::sleep;

use crate::checksums::write_atomically;
use crate::child::{Engine, prepare, remembered_port};
use crate::data_dir::{Credentials, DataDir, write_private};
use crate::health::Which;
use crate::{StackError, launcher};

const CONFIG: &str = include_str!("../pinned/clickhouse/config.xml");
const USERS: &str = include_str!("../pinned/clickhouse/users.xml");

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
            log: data.folder("logs")?.join("clickhouse.log"),
            credentials: data.credentials()?,
            http: reqwest::Client::new(),
        };
        clickhouse.write_users()?;
        clickhouse.write_system_database(data)?;
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

    /// Without this file the system database lives in memory, and its tables' folders are in the way at the second start.
    fn write_system_database(&self, data: &DataDir) -> Result<(), StackError> {
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
            .replace("@DIR@", &escaped(&self.dir));
        write_atomically(&config, text.as_bytes())?;
        let port_file = self.port_file();
        if port_file.exists() {
            std::fs::remove_file(&port_file).map_err(StackError::io("removing", &port_file))?;
        }
        let mut command = prepare(&self.launcher, launcher::CLICKHOUSE, &self.log, &self.dir)?;
        command.args([&self.library, &config, &port_file]);
        Ok(command)
    }

    async fn ready(&self, _log_from: u64) -> u16 {
        loop {
            if let Some(port) = remembered_port(&self.port_file())
                && self.answers(port).await
            {
                return port;
            }
            sleep(Duration::from_millis(25)).await;
        }
    }
}

/// A path as XML text.
fn escaped(path: &Path) -> String {
    path.display()
        .to_string()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
