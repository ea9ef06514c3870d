//! The file that holds the master key for personal data.
//!
//! One key a line, 64 hexadecimal digits. The first is the newest; others stand there only while the
//! master key is being changed.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::random;

/// The key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It cannot be read or written.
    #[error("the key for personal fields {path} cannot be {doing}: {source}")]
    Io {
        /// Its path.
        path: PathBuf,
        /// Read, made.
        doing: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// It holds something else.
    #[error(
        "the key for personal fields {path} is damaged: expected 64 hexadecimal digits a line; \
         restore it from its backup, for without it no personal field can be opened again"
    )]
    Damaged {
        /// Its path.
        path: PathBuf,
    },
    /// It is not there, though the log holds keys that it opens.
    #[error(
        "the key for personal fields {path} is not there, and this hub's log needs it: copy it from a machine \
         of this hub or from its backup, or name another file with --personal-key"
    )]
    Missing {
        /// Its path.
        path: PathBuf,
    },
    /// Others may read it.
    #[error(
        "the key for personal fields {path} can be read by others: expected mode 0600, found {mode:o}; run chmod 600"
    )]
    Open {
        /// Its path.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
}

/// The newest key of the file; at the hub's first start one is made.
pub(super) fn first_key(path: &Path) -> Result<[u8; 32], KeyFileError> {
    let keys = match read_keys(path) {
        Err(KeyFileError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            let key = random::bytes();
            write(path, &[key], Existing::Stays)?;
            // Read back: of two first starts at once, one has made it.
            read_keys(path)?
        }
        read => read?,
    };
    keys.first().copied().ok_or_else(|| KeyFileError::Damaged {
        path: path.to_owned(),
    })
}

/// The keys of a file that must be there.
pub(super) fn present_keys(path: &Path) -> Result<Vec<[u8; 32]>, KeyFileError> {
    read_keys(path).map_err(|error| match error {
        KeyFileError::Io { source, .. } if source.kind() == ErrorKind::NotFound => {
            KeyFileError::Missing {
                path: path.to_owned(),
            }
        }
        other => other,
    })
}

/// Puts a key before those of the file.
pub(super) fn add_key(path: &Path, key: &[u8; 32]) -> Result<(), KeyFileError> {
    let mut keys = vec![*key];
    keys.extend(read_keys(path)?);
    write(path, &keys, Existing::IsReplaced)
}

/// Takes all keys but the newest out of the file.
pub(super) fn keep_first(path: &Path) -> Result<(), KeyFileError> {
    let mut keys = read_keys(path)?;
    keys.truncate(1);
    write(path, &keys, Existing::IsReplaced)
}

/// The keys of the file, newest first; at least one.
pub fn read_keys(path: &Path) -> Result<Vec<[u8; 32]>, KeyFileError> {
    let fault = |source| io(path, "read", source);
    let mut file = std::fs::File::open(path).map_err(fault)?;
    let mode = file.metadata().map_err(fault)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Open {
            path: path.to_owned(),
            mode,
        });
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(fault)?;
    let damaged = || KeyFileError::Damaged {
        path: path.to_owned(),
    };
    let mut keys = Vec::new();
    for line in text.trim().lines() {
        let mut key = [0; 32];
        hex::decode_to_slice(line.trim(), &mut key).map_err(|_| damaged())?;
        keys.push(key);
    }
    if keys.is_empty() {
        return Err(damaged());
    }
    Ok(keys)
}

/// What becomes of a file that is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Existing {
    Stays,
    IsReplaced,
}

/// Written whole under another name first: a file with half a key must never exist.
fn write(path: &Path, keys: &[[u8; 32]], existing: Existing) -> Result<(), KeyFileError> {
    let fault = |source| io(path, "made", source);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fault)?;
    }
    let unfinished = path.with_extension(format!("new-{}", random::token::<6>()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)
        .map_err(fault)?;
    for key in keys {
        writeln!(file, "{}", hex::encode(key)).map_err(fault)?;
    }
    file.sync_all().map_err(fault)?;
    if existing == Existing::IsReplaced {
        return std::fs::rename(&unfinished, path).map_err(fault);
    }
    // A hard link fails where a key exists already: it is never replaced.
    let linked = std::fs::hard_link(&unfinished, path);
    std::fs::remove_file(&unfinished).map_err(fault)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(fault(error)),
        _ => Ok(()),
    }
}

fn io(path: &Path, doing: &'static str, source: std::io::Error) -> KeyFileError {
    KeyFileError::Io {
        path: path.to_owned(),
        doing,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_kept_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/personal.key");
        let first = first_key(&path).unwrap();
        assert_eq!(first_key(&path).unwrap(), first);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(first_key(&path), Err(KeyFileError::Open { .. })));
    }

    #[test]
    fn a_new_key_stands_before_the_former_one_until_that_is_taken_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("personal.key");
        let first = first_key(&path).unwrap();
        add_key(&path, &[7; 32]).unwrap();
        assert_eq!(read_keys(&path).unwrap(), [[7; 32], first]);
        keep_first(&path).unwrap();
        assert_eq!(read_keys(&path).unwrap(), [[7; 32]]);
        let files = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files, 1, "no copy of a key stays behind");
    }

    #[test]
    fn a_damaged_key_is_told_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("personal.key");
        for text in ["half a key", ""] {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            assert!(matches!(
                first_key(&path),
                Err(KeyFileError::Damaged { .. })
            ));
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
