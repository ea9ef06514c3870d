//! What a supervised child is: how it is started, when it is ready, where it logs, and what its log says of its death.

use std::ffi::OsStr;
use std::fs::File;
use std::future::Future;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::StackError;
use crate::health::Which;

/// A log larger than this is put aside when its child starts.
const LOG_LIMIT: u64 = 16 << 20;

/// How Kafka and ClickHouse differ.
pub(crate) trait Engine: Send + Sync + 'static {
    /// Which one this is.
    fn which(&self) -> Which;
    /// Where it logs.
    fn log(&self) -> &Path;
    /// How long an orderly end may take before it is killed.
    fn stop_limit(&self) -> Duration;
    /// Writes its configuration and says how to run it; port 0 is any free port.
    fn command(&self, port: u16) -> Result<Command, StackError>;
    /// Returns once it answers, with its port, or once it is certain that it never will. `log_from` is where its log
    /// stood before it was spawned.
    fn ready(&self, log_from: u64) -> impl Future<Output = Result<u16, String>> + Send;
}

/// A command in a group and an environment of its own, whose output goes to the log file.
pub(crate) fn prepare(
    launcher: &Path,
    entry: &str,
    log: &Path,
    dir: &Path,
) -> Result<Command, StackError> {
    if log.metadata().is_ok_and(|seen| seen.len() > LOG_LIMIT) {
        std::fs::rename(log, log.with_extension("log.1"))
            .map_err(StackError::io("putting aside", log))?;
    }
    let open = || {
        File::options()
            .create(true)
            .append(true)
            .open(log)
            .map_err(StackError::io("opening", log))
    };
    let mut command = Command::new(launcher);
    command
        .arg(entry)
        .arg(std::process::id().to_string())
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(open()?)
        .stderr(open()?)
        .kill_on_drop(true)
        // Ctrl-C in a terminal goes to the whole group: the hub must stop its services before it stops these.
        .process_group(0)
        // The hub's environment may hold secrets that are none of theirs.
        .env_clear()
        .env("TZ", "UTC")
        .env("LANG", "C.UTF-8");
    for name in ["PATH", "HOME", "JAVA_HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env::<&OsStr, _>(name.as_ref(), value);
        }
    }
    Ok(command)
}

/// How long the log is now.
pub(crate) fn log_length(log: &Path) -> u64 {
    log.metadata().map_or(0, |seen| seen.len())
}

/// What was logged since.
pub(crate) fn log_since(log: &Path, from: u64) -> String {
    let read = || {
        let mut file = File::open(log)?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(LOG_LIMIT).read_to_end(&mut bytes)?;
        std::io::Result::Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    read().unwrap_or_default()
}

/// Why a child died or does not become ready, as its log tells it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    PortTaken,
    DiskFull,
    Other(String),
}

impl Reason {
    /// Finds the reason in a log; `otherwise` is what is known without it.
    pub(crate) fn find(log: &str, otherwise: &str) -> Self {
        if log.contains("Address already in use") {
            return Self::PortTaken;
        }
        if log.contains("No space left on device") {
            return Self::DiskFull;
        }
        // The first complaint is the cause, the later ones are its consequences.
        let complaint = log.lines().find(|line| {
            [
                "ERROR",
                "FATAL",
                "<Error>",
                "<Fatal>",
                "Exception",
                "Error occurred",
                "city-brain child:",
            ]
            .iter()
            .any(|mark| line.contains(mark))
        });
        Self::Other(complaint.map_or_else(
            || otherwise.to_owned(),
            |line| {
                format!(
                    "{otherwise}: {}",
                    line.trim().chars().take(300).collect::<String>()
                )
            },
        ))
    }

    pub(crate) fn sentence(&self, port: u16) -> String {
        match self {
            Self::PortTaken => format!("port {port} is taken by another program"),
            Self::DiskFull => "the disk is full".to_owned(),
            Self::Other(text) => text.clone(),
        }
    }
}

/// The port that a file holds, if it is whole.
pub(crate) fn remembered_port(path: &PathBuf) -> Option<u16> {
    std::fs::read_to_string(path)
        .ok()?
        .strip_suffix('\n')?
        .parse()
        .ok()
        .filter(|port| *port != 0)
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn the_reason_of_a_death_is_read_from_its_log() {
        let kafka = "[main] ERROR kafka.server.BrokerServer - Fatal error\norg.apache.kafka.common.KafkaException: Socket server \
                     failed to bind to 127.0.0.1:9092: Address already in use.";
        let clickhouse = "Received exception:\nCode: 210. DB::NetException: Listen [127.0.0.1]:8123 failed: Poco::Exception. \
                          Code: 1000, e.code() = 98, Net Exception: Address already in use";
        let full = "[data-plane-1] ERROR kafka.log.LogManager - java.io.IOException: No space left on device";
        let first = "all well\n[main] ERROR kafka.Kafka$ - the cause\n[main] ERROR kafka.Kafka$ - its consequence\n";
        for (log, reason) in [
            (kafka, Reason::PortTaken),
            (clickhouse, Reason::PortTaken),
            (full, Reason::DiskFull),
            (
                first,
                Reason::Other("it ended: [main] ERROR kafka.Kafka$ - the cause".to_owned()),
            ),
            ("all well\n", Reason::Other("it ended".to_owned())),
        ] {
            assert_eq!(Reason::find(log, "it ended"), reason);
        }
        assert_eq!(
            Reason::PortTaken.sentence(9092),
            "port 9092 is taken by another program"
        );
    }
}
