//! The Java machine that runs Kafka: its memory, its logging, and an archive of loaded classes that halves its start.

use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sha2::{Digest as _, Sha256};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::child::{log_since, prepare};
use crate::kafka::{self, Folder};
use crate::{Progress, StackError, cache, launcher, spawner};

/// Making the archive takes seconds; a machine that needs longer starts without it.
const ARCHIVE_LIMIT: Duration = Duration::from_secs(120);

/// A Java with Kafka's classes.
#[derive(Clone)]
pub(crate) struct Jvm {
    java: PathBuf,
    class_path: String,
    launcher: PathBuf,
    archive: Option<PathBuf>,
}

impl Jvm {
    pub(crate) fn new(java: PathBuf, jars: &Path, launcher: &Path) -> Result<Self, StackError> {
        Ok(Self {
            java,
            class_path: class_path(jars)?,
            launcher: launcher.to_path_buf(),
            archive: None,
        })
    }

    /// A Java machine in a folder, with options of its own, about to run a main class.
    pub(crate) fn command(
        &self,
        folder: &Folder,
        options: &[String],
        main: &[&str],
    ) -> Result<Command, StackError> {
        let mut command = prepare(&self.launcher, launcher::CHILD, &folder.log, &folder.dir)?;
        command.arg(&self.java).args([
            "-Xms64m",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            // An archive that does not fit is no reason for a complaint in the log.
            "-Xlog:disable",
            "-Xlog:all=error:stderr",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
            // The port is in a line of this level.
            "-Dorg.slf4j.simpleLogger.log.kafka.network.DataPlaneAcceptor=info",
            "-Dorg.slf4j.simpleLogger.log.kafka.network.SocketServer=info",
            "-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory",
        ]);
        if let Some(archive) = &self.archive {
            command.arg(format!("-XX:SharedArchiveFile={}", archive.display()));
        }
        command
            .args(options)
            .args(["-cp", &self.class_path])
            .args(main);
        Ok(command)
    }

    /// Uses the archive of this Java and these classes; made once per machine, by a Kafka that runs for a moment.
    pub(crate) async fn with_archive(
        mut self,
        cache_dir: &Path,
        progress: &Progress,
    ) -> Result<Self, StackError> {
        let archive = cache_dir.join(format!("kafka-classes-{}.jsa", self.fingerprint().await));
        if !archive.is_file() {
            let _lock =
                cache::lock(cache_dir, "kafka-classes", "Kafka's fast start", progress).await?;
            if !archive.is_file() {
                let step = progress.step("Kafka: preparing a fast start (once)");
                if let Err(error) = self.make_archive(cache_dir, &archive).await {
                    // It only makes the start faster.
                    tracing::warn!(%error, "Kafka starts without an archive of its classes");
                    return Ok(self);
                }
                step.done("Kafka: a fast start is prepared");
            }
        }
        self.archive = Some(archive);
        Ok(self)
    }

    /// An archive fits one Java and one list of jars at their places.
    async fn fingerprint(&self) -> String {
        let java = self
            .java
            .canonicalize()
            .unwrap_or_else(|_| self.java.clone());
        let version = Command::new(&java)
            .arg("-version")
            .kill_on_drop(true)
            .output()
            .await;
        let said = version.map(|output| output.stderr).unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [
            java.as_os_str().as_encoded_bytes(),
            &said,
            self.class_path.as_bytes(),
        ] {
            hash.update(part);
            hash.update([0]);
        }
        hex::encode(&hash.finalize()[..8])
    }

    async fn make_archive(&self, cache_dir: &Path, archive: &Path) -> Result<(), StackError> {
        let scratch = tempfile::tempdir_in(cache_dir)
            .map_err(StackError::io("making a folder in", cache_dir))?;
        let folder = Folder {
            dir: scratch.path().to_path_buf(),
            log: scratch.path().join("kafka.log"),
            departments: None,
        };
        kafka::format(self, &folder).await?;
        folder.write_configuration(0)?;
        let option = "-XX:ArchiveClassesAtExit=classes.jsa".to_owned();
        let command = self.command(&folder, &[option], kafka::MAIN)?;
        let child = spawner::spawn(command)
            .await
            .map_err(StackError::io("starting", &self.launcher))?;
        let failed = |reason: &str| StackError::ChildFailed {
            child: "Kafka's first run",
            reason: reason.to_owned(),
            log: folder.log.clone(),
        };
        match timeout(ARCHIVE_LIMIT, run_for_a_moment(child, &folder)).await {
            Ok(true) => {}
            Ok(false) => return Err(failed("it ended too early")),
            Err(_) => return Err(failed("it took too long")),
        }
        std::fs::rename(folder.dir.join("classes.jsa"), archive)
            .map_err(StackError::io("renaming to", archive))
    }
}

/// Lets Kafka answer once, so that what answering needs is archived too, and ends it in its own order.
async fn run_for_a_moment(mut child: Child, folder: &Folder) -> bool {
    let answered = async {
        while kafka::answering(&log_since(&folder.log, 0), None)
            .await
            .is_none()
        {
            sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        () = answered => {}
        _ = child.wait() => return false,
    }
    let told = child
        .id()
        .and_then(|pid| i32::try_from(pid).ok())
        .map(|pid| kill(Pid::from_raw(pid), Signal::SIGTERM));
    matches!(told, Some(Ok(()))) && child.wait().await.is_ok()
}

/// In a fixed order, as the archive wants it.
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
