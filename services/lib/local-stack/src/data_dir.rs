//! The folder that survives: one owner at a time, a written format, credentials made once, ports remembered.

use std::fs::{File, Permissions, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::checksums::write_atomically;
use crate::{Credential, StackError, disk};

/// The format of the folder; a change that an older hub cannot read makes it one higher.
const FORMAT: u32 = 1;
/// Kafka and ClickHouse begin to fail in unclear ways below this.
const NEEDED_MIB: u64 = 512;

/// Users and passwords of its ClickHouse.
const CREDENTIALS: &str = "clickhouse/credentials.json";

/// A data directory that this process alone uses.
#[derive(Debug)]
pub(crate) struct DataDir {
    root: PathBuf,
    /// Held as long as the directory is used; the system lets go of it when the process dies.
    _lock: File,
}

/// The users of ClickHouse.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Credentials {
    pub(crate) admin: Credential,
    pub(crate) writer: Credential,
    pub(crate) reader: Credential,
}

/// The administrator and the writer of the ClickHouse that lives in a data directory, for commands that
/// work beside the hub that runs on it.
pub fn store_credentials(data_dir: &Path) -> Result<(Credential, Credential), StackError> {
    let path = data_dir.join(CREDENTIALS);
    let text = std::fs::read(&path).map_err(StackError::io("reading", &path))?;
    let known: Credentials = serde_json::from_slice(&text)
        .map_err(|error| StackError::io("understanding", &path)(error.into()))?;
    Ok((known.admin, known.writer))
}

impl DataDir {
    /// Takes the directory for this process, or says who has it.
    pub(crate) fn open(root: &Path) -> Result<Self, StackError> {
        std::fs::create_dir_all(root).map_err(StackError::io("making", root))?;
        let root = root
            .canonicalize()
            .map_err(StackError::io("looking at", root))?;
        let lock = lock(&root)?;
        check_format(&root, true)?;
        disk::require(&root, NEEDED_MIB)?;
        let dir = Self { root, _lock: lock };
        for part in ["logs", "kafka", "clickhouse"] {
            dir.folder(part)?;
        }
        Ok(dir)
    }

    /// A folder below this one, made if need be, for this user alone.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, StackError> {
        let path = self.root.join(name);
        std::fs::create_dir_all(&path).map_err(StackError::io("making", &path))?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o700))
            .map_err(StackError::io("closing to others", &path))?;
        Ok(path)
    }

    /// The credentials of this directory, made by chance the first time.
    pub(crate) fn credentials(&self) -> Result<Credentials, StackError> {
        let path = self.root.join(CREDENTIALS);
        if path.exists() {
            let text = std::fs::read(&path).map_err(StackError::io("reading", &path))?;
            return serde_json::from_slice(&text)
                .map_err(|error| StackError::io("understanding", &path)(error.into()));
        }
        let credential = |user: &str| {
            Ok(Credential {
                user: user.to_owned(),
                password: random_password(&path)?,
            })
        };
        let made = Credentials {
            admin: credential("admin")?,
            writer: credential("writer")?,
            reader: credential("reader")?,
        };
        let text = serde_json::to_vec_pretty(&made)
            .map_err(|error| StackError::io("writing", &path)(error.into()))?;
        write_private(&path, &text)?;
        Ok(made)
    }
}

/// Writes a file that no other user of the machine may read, not even for a moment.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> Result<(), StackError> {
    let beside = path.with_extension("part");
    if beside.exists() {
        std::fs::remove_file(&beside).map_err(StackError::io("removing", &beside))?;
    }
    let write = || {
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(StackError::io("writing", &beside))?;
    std::fs::rename(&beside, path).map_err(StackError::io("renaming to", path))
}

fn random_password(path: &Path) -> Result<String, StackError> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(|error| {
        StackError::io("finding chance for a password in", path)(std::io::Error::other(error))
    })?;
    Ok(hex::encode(bytes))
}

fn lock(root: &Path) -> Result<File, StackError> {
    let path = root.join("lock");
    let mut file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(StackError::io("opening", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::Error(error)) => return Err(StackError::io("locking", &path)(error)),
        Err(TryLockError::WouldBlock) => {
            let pid = std::fs::read_to_string(&path)
                .unwrap_or_default()
                .trim()
                .to_owned();
            let pid = if pid.is_empty() {
                "unknown".to_owned()
            } else {
                pid
            };
            return Err(StackError::DataDirInUse {
                dir: root.to_path_buf(),
                pid,
            });
        }
    }
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(StackError::io("writing", &path))?;
    Ok(file)
}

/// Refuses another format; writes ours into a folder that has none yet, where `make` says so.
pub(crate) fn check_format(root: &Path, make: bool) -> Result<(), StackError> {
    let path = root.join("format");
    let refuse = |found: String, advice| {
        Err(StackError::OtherFormat {
            dir: root.to_path_buf(),
            found,
            expected: FORMAT,
            advice,
        })
    };
    if !path.exists() {
        if root.join("kafka/data").exists() || root.join("clickhouse/store").exists() {
            return refuse(
                "none".to_owned(),
                "Choose another with --data-dir, or move this one away",
            );
        }
        if !make {
            return Ok(());
        }
        return write_atomically(&path, format!("{FORMAT}\n").as_bytes());
    }
    let found = std::fs::read_to_string(&path).map_err(StackError::io("reading", &path))?;
    match found.trim().parse::<u32>() {
        Ok(FORMAT) => Ok(()),
        Ok(older) if older < FORMAT => refuse(
            older.to_string(),
            "It is older: use the hub that wrote it, or choose another with --data-dir",
        ),
        Ok(newer) => refuse(
            newer.to_string(),
            "It is newer: use the newer hub, or choose another with --data-dir",
        ),
        Err(_) => refuse(
            format!("{:?}", found.trim()),
            "Choose another with --data-dir, or move this one away",
        ),
    }
}
