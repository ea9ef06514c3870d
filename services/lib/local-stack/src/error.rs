//! Every way in which the stack cannot start, each with one message for a person: what, where, and what to do.

use std::path::{Path, PathBuf};

/// Why the local stack could not be started, fetched or stopped.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// A program that is needed is not here (or too old), and could not be installed by us.
    #[error("{tool} is needed and was not found. Type:\n    {exact_line_to_type}")]
    MissingTool {
        /// The program and the version it must have, as a person says it.
        tool: String,
        /// The exact line that installs it.
        exact_line_to_type: String,
    },
    /// The machine cannot run a part of the stack at all.
    #[error(
        "this machine cannot run the local stack: {reason}. Point the hub at existing ones with --kafka and --clickhouse"
    )]
    UnsupportedMachine {
        /// What is lacking.
        reason: String,
    },
    /// Another process holds the data directory.
    #[error("the data directory {} is in use by process {pid}. Stop that one first, or choose another with --data-dir", dir.display())]
    DataDirInUse {
        /// The directory.
        dir: PathBuf,
        /// The process that holds it, or `unknown`.
        pid: String,
    },
    /// The data directory was written by another version of the hub.
    #[error("the data directory {} has format {found}, this hub reads format {expected}. {advice}", dir.display())]
    OtherFormat {
        /// The directory.
        dir: PathBuf,
        /// The format found there.
        found: String,
        /// The format this version writes.
        expected: u32,
        /// What to do about it.
        advice: &'static str,
    },
    /// There is too little room on the disk.
    #[error("too little room on the disk of {}: {free_mib} MiB free, {needed_mib} MiB needed. Make room, or choose another place", path.display())]
    DiskFull {
        /// Where.
        path: PathBuf,
        /// What is free.
        free_mib: u64,
        /// What is needed.
        needed_mib: u64,
    },
    /// A part could not be fetched.
    #[error("{what} could not be fetched: {reason}")]
    FetchFailed {
        /// The part and its version.
        what: String,
        /// What the tool that fetched it said.
        reason: String,
    },
    /// A fetched file is not the one that was pinned.
    #[error("{} is not the file that was pinned: sha256 {expected} expected, {found} found", file.display())]
    ChecksumMismatch {
        /// The file.
        file: PathBuf,
        /// The pinned sum.
        expected: String,
        /// The sum found, or `no file`.
        found: String,
    },
    /// Kafka or ClickHouse does not start.
    #[error("{child} does not start: {reason}. Its log: {}", log.display())]
    ChildFailed {
        /// Which one.
        child: &'static str,
        /// The last it said.
        reason: String,
        /// Where its log is.
        log: PathBuf,
    },
    /// Kafka cannot listen for departments.
    #[error("Kafka cannot listen for departments at {address}: {reason}")]
    Listener {
        /// The address, or the file that it needs.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Neither `XDG_CACHE_HOME` nor `HOME` says where a cache may be.
    #[error("there is no place for a cache: set XDG_CACHE_HOME or HOME")]
    NoCacheDir,
    /// The operating system refused something.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was being done, as a verb phrase that the path completes.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl StackError {
    /// A closure for `map_err` that keeps what was being done, and to what.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }
}
