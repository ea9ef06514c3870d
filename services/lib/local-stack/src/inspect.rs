//! Looking at the machine without changing it: for `city-brain doctor`.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;

use crate::cache::{self, Artifact};
use crate::checksums::sha256_of;
use crate::tools::Tool;
use crate::{StackError, fetch};

/// A program that we do not bring, and whether it is here.
#[derive(Clone, Debug)]
pub struct ToolSeen {
    /// What people call it, with the version it must have.
    pub title: &'static str,
    /// Where the first one lies that is new enough.
    pub found: Option<PathBuf>,
    /// The line that installs it.
    pub exact_line_to_type: String,
}

/// A part that is fetched once per user.
#[derive(Debug)]
pub struct PartSeen {
    /// What people call it, with its version.
    pub title: String,
    /// Its folder in the cache.
    pub folder: PathBuf,
    /// How it is.
    pub state: PartState,
}

/// How a fetched part is.
#[derive(Debug)]
pub enum PartState {
    /// Not fetched yet; the next start fetches it.
    Absent,
    /// Every file is the pinned one.
    Whole,
    /// A file is another one, or cannot be read.
    Wrong(StackError),
}

/// Who has a data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FolderUse {
    /// Nobody.
    Free,
    /// A live process, by its id as it has written it down.
    InUse(String),
}

async fn seen(tool: &Tool) -> ToolSeen {
    ToolSeen {
        title: tool.title,
        found: tool.find().await,
        exact_line_to_type: crate::tools::install_line(tool.packages),
    }
}

/// The Java that runs Kafka.
pub async fn java_seen() -> ToolSeen {
    seen(&fetch::JAVA).await
}

/// The Node.js of the machine that builds the console.
pub async fn node_seen() -> ToolSeen {
    seen(&fetch::NODE).await
}

/// What lacks in a processor of which `/proc/cpuinfo` says this.
pub fn processor_lacks(cpuinfo: &str) -> Option<&'static str> {
    let mut flags = cpuinfo
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.trim() == "flags");
    let avx2 = flags.any(|(_, flags)| flags.split_whitespace().any(|flag| flag == "avx2"));
    (!avx2).then_some("AVX2")
}

/// Every fetched part with its files' sums.
pub async fn parts_seen(cache_dir: &Path) -> Result<Vec<PartSeen>, StackError> {
    let mut seen = Vec::new();
    for artifact in fetch::artifacts() {
        let folder = cache_dir.join(&artifact.folder);
        let looked = folder.clone();
        let title = artifact.title.clone();
        let state = cache::blocking(move || Ok(state(&looked, &artifact))).await?;
        seen.push(PartSeen {
            title,
            folder,
            state,
        });
    }
    Ok(seen)
}

fn state(folder: &Path, artifact: &Artifact) -> PartState {
    if !folder.exists() {
        return PartState::Absent;
    }
    for file in &artifact.files {
        let path = folder.join(&file.path);
        let found = if path.is_file() {
            match sha256_of(&path) {
                Ok(sum) => sum,
                Err(error) => return PartState::Wrong(error),
            }
        } else {
            String::from("no file")
        };
        if found != file.sha256 {
            return PartState::Wrong(StackError::ChecksumMismatch {
                file: path,
                expected: file.sha256.clone(),
                found,
            });
        }
    }
    PartState::Whole
}

/// Free room on the disk of this path, or of the nearest folder above it that is there, in MiB.
pub fn free_mib(path: &Path) -> Result<u64, StackError> {
    let there = path.ancestors().find(|folder| folder.exists());
    let folder = there.unwrap_or(Path::new("/"));
    let seen = statvfs(folder)
        .map_err(|errno| StackError::io("looking at the disk of", folder)(errno.into()))?;
    Ok(seen.blocks_available() * seen.fragment_size() / (1 << 20))
}

/// Whether a process has the data folder now.
pub fn folder_use(data_dir: &Path) -> Result<FolderUse, StackError> {
    let path = data_dir.join("lock");
    if !path.exists() {
        return Ok(FolderUse::Free);
    }
    let file = File::open(&path).map_err(StackError::io("opening", &path))?;
    match file.try_lock_shared() {
        Ok(()) => Ok(FolderUse::Free),
        Err(TryLockError::Error(error)) => Err(StackError::io("locking", &path)(error)),
        Err(TryLockError::WouldBlock) => {
            let pid = std::fs::read_to_string(&path).unwrap_or_default();
            Ok(FolderUse::InUse(pid.trim().to_owned()))
        }
    }
}

/// Whether this version can use the data folder; one that is not there yet can be made.
pub fn folder_format(data_dir: &Path) -> Result<(), StackError> {
    if data_dir.exists() {
        crate::data_dir::check_format(data_dir, false)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::processor_lacks;

    #[test]
    fn a_processor_is_known_by_its_flags_and_not_by_its_name() {
        let with = "model name\t: avx2 machine\nflags\t\t: fpu sse4_2 avx avx2 bmi2\n";
        let without = "model name\t: avx2 machine\nflags\t\t: fpu sse4_2 avx\n";
        assert_eq!(processor_lacks(with), None);
        assert_eq!(processor_lacks(without), Some("AVX2"));
        assert_eq!(processor_lacks(""), Some("AVX2"));
    }
}
