//! Pinned files: a full sha256 once, then a cheap look at size and time of change at every start.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::StackError;

/// The file beside the pinned ones that says what they looked like when they were last hashed.
const STAMP: &str = "verified.json";

/// A file below an artifact's folder, and the sum it must have.
#[derive(Clone, Debug)]
pub(crate) struct PinnedFile {
    pub(crate) path: String,
    pub(crate) sha256: String,
}

/// What a file looked like when it was hashed.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    sha256: String,
    size: u64,
    changed_s: i64,
    changed_ns: i64,
}

/// Reads a list in the format of `sha256sum`, the paths below `folder`.
pub(crate) fn parse_list(list: &str, folder: &str) -> Vec<PinnedFile> {
    list.lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sha256, name)| PinnedFile {
            path: format!("{folder}/{name}"),
            sha256: sha256.to_owned(),
        })
        .collect()
}

/// Whether every file is as it was when it was last hashed, against the same sums.
pub(crate) fn stamped(dir: &Path, files: &[PinnedFile]) -> bool {
    let Ok(text) = std::fs::read(dir.join(STAMP)) else {
        return false;
    };
    let Ok(stamps) = serde_json::from_slice::<BTreeMap<String, Stamp>>(&text) else {
        return false;
    };
    files.iter().all(|file| {
        stamps
            .get(&file.path)
            .is_some_and(|stamp| look(dir, file).is_ok_and(|seen| seen == *stamp))
    })
}

/// Hashes every file, and stamps the folder when all are the pinned ones.
pub(crate) fn verify(dir: &Path, files: &[PinnedFile]) -> Result<(), StackError> {
    let mut stamps = BTreeMap::new();
    for file in files {
        let path = dir.join(&file.path);
        let found = if path.is_file() {
            sha256_of(&path)?
        } else {
            "no file".to_owned()
        };
        if found != file.sha256 {
            return Err(StackError::ChecksumMismatch {
                file: path,
                expected: file.sha256.clone(),
                found,
            });
        }
        stamps.insert(
            file.path.clone(),
            look(dir, file).map_err(StackError::io("looking at", &path))?,
        );
    }
    let path = dir.join(STAMP);
    let text = serde_json::to_vec_pretty(&stamps).unwrap_or_default();
    write_atomically(&path, &text)
}

/// Writes beside and renames, so that nobody ever reads half a file.
pub(crate) fn write_atomically(path: &Path, content: &[u8]) -> Result<(), StackError> {
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    std::fs::write(&beside, content).map_err(StackError::io("writing", &beside))?;
    std::fs::rename(&beside, path).map_err(StackError::io("renaming to", path))
}

/// The sha256 of a file, in hexadecimal digits.
pub(crate) fn sha256_of(path: &Path) -> Result<String, StackError> {
    let mut file = File::open(path).map_err(StackError::io("opening", path))?;
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 20];
    loop {
        let n = file
            .read(&mut block)
            .map_err(StackError::io("reading", path))?;
        if n == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(&block[..n]);
    }
}

fn look(dir: &Path, file: &PinnedFile) -> std::io::Result<Stamp> {
    let seen = std::fs::metadata(dir.join(&file.path))?;
    Ok(Stamp {
        sha256: file.sha256.clone(),
        size: seen.size(),
        changed_s: seen.mtime(),
        changed_ns: seen.mtime_nsec(),
    })
}
