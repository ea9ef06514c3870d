//! One pinned package by npm: a lockfile with its integrity for npm, a sum of the one file that is used for us.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::cache::Artifact;
use crate::checksums::{PinnedFile, write_atomically};
use crate::tools::{self, Tool};
use crate::{Progress, StackError};

/// Any npm that reads the lockfile's format will do.
const NPM: Tool = Tool {
    title: "npm 7 or newer",
    programs: &["npm"],
    version_argument: "--version",
    at_least: (7, 0),
    packages: &["npm"],
};

/// A package of which one file is used.
pub(crate) struct NpmPackage {
    /// What people call it, with its version.
    pub(crate) title: &'static str,
    /// Its folder in the cache, with its version.
    pub(crate) folder: &'static str,
    /// `package.json`.
    pub(crate) package: &'static str,
    /// `package-lock.json`.
    pub(crate) lock: &'static str,
    /// The file, below the folder.
    pub(crate) file: &'static str,
    pub(crate) sha256: &'static str,
    /// What it takes on the disk.
    pub(crate) mib: u64,
}

impl NpmPackage {
    /// The file, fetched the first time.
    pub(crate) async fn ensure(
        &self,
        cache: &Path,
        progress: &Progress,
    ) -> Result<PathBuf, StackError> {
        let fetch = async |part: &Path| self.fetch(part, cache, progress).await;
        Ok(self
            .artifact()
            .ensure(cache, progress, fetch)
            .await?
            .join(self.file))
    }

    /// The one file, with its sum.
    pub(crate) fn artifact(&self) -> Artifact {
        Artifact {
            title: self.title.to_owned(),
            folder: self.folder.to_owned(),
            files: vec![PinnedFile {
                path: self.file.to_owned(),
                sha256: self.sha256.to_owned(),
            }],
            // npm keeps the packed package in a cache of its own.
            needed_mib: self.mib * 2,
        }
    }

    async fn fetch(
        &self,
        part: &Path,
        cache: &Path,
        progress: &Progress,
    ) -> Result<(), StackError> {
        let npm = NPM.ensure(cache, progress).await?;
        let (title, mib) = (self.title, self.mib);
        let step = progress.step(&format!(
            "{title}: fetching by npm ({mib} MB on the disk, once)"
        ));
        write_atomically(&part.join("package.json"), self.package.as_bytes())?;
        write_atomically(&part.join("package-lock.json"), self.lock.as_bytes())?;
        let mut command = Command::new(npm);
        command
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(part);
        let look = || {
            step.detail(format!(
                "{title}: fetching by npm, {} of {mib} MB",
                size_of(part) >> 20
            ));
        };
        tools::run(
            command,
            &format!("{title} (by npm)"),
            &part.join("fetch.log"),
            look,
        )
        .await?;
        step.done(&format!("{title}: fetched"));
        Ok(())
    }
}

/// What is below a folder, in bytes.
fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    entries
        .filter_map(Result::ok)
        .map(|entry| match entry.metadata() {
            Ok(seen) if seen.is_dir() => size_of(&entry.path()),
            Ok(seen) => seen.len(),
            // It was renamed or removed meanwhile.
            Err(_) => 0,
        })
        .sum()
}
