//! The file that holds the key for personal fields.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use domain::admission::Sealer;

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
        "the key for personal fields {path} is damaged: expected 64 hexadecimal digits; \
         restore it from its backup, for without it no personal field can be opened again"
    )]
    Damaged {
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

/// Reads the key, or makes one at the first start. The key's id is taken from its hash, so that a
/// field tells which key it needs.
pub fn load_or_create(path: &Path) -> Result<Sealer, KeyFileError> {
    match read(path) {
        Ok(key) => Ok(Sealer::named_by_hash(&key)),
        Err(KeyFileError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            make(path)?;
            // Read back: of two first starts at once, one has made it.
            read(path).map(|key| Sealer::named_by_hash(&key))
        }
        Err(error) => Err(error),
    }
}

fn read(path: &Path) -> Result<[u8; 32], KeyFileError> {
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
    let mut key = [0; 32];
    hex::decode_to_slice(text.trim(), &mut key).map_err(|_| KeyFileError::Damaged {
        path: path.to_owned(),
    })?;
    Ok(key)
}

/// Written whole under another name first: a file with half a key must never exist.
fn make(path: &Path) -> Result<(), KeyFileError> {
    let fault = |source| io(path, "made", source);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fault)?;
    }
    let key: [u8; 32] = service_kit::random::bytes();
    let unfinished = path.with_extension(format!("new-{}", service_kit::random::token::<6>()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)
        .map_err(fault)?;
    writeln!(file, "{}", hex::encode(key)).map_err(fault)?;
    file.sync_all().map_err(fault)?;
    // A hard link fails where a key exists already: an existing key is never replaced.
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
        let first = load_or_create(&path).unwrap();
        let again = load_or_create(&path).unwrap();
        assert_eq!(first.look(b"\"x\""), again.look(b"\"x\""));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            load_or_create(&path),
            Err(KeyFileError::Open { .. })
        ));
    }

    #[test]
    fn a_damaged_key_is_told_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("personal.key");
        std::fs::write(&path, "half a key").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(
            load_or_create(&path),
            Err(KeyFileError::Damaged { .. })
        ));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "half a key");
    }
}
