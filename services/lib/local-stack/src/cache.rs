//! The cache of fetched parts, shared by all processes of a user: one fetches, the others wait, nobody sees half a part.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::StackError;
use crate::checksums::{self, PinnedFile};
use crate::disk;
use crate::progress::Progress;

/// Where fetched parts are kept: `$XDG_CACHE_HOME/city-brain`, else `~/.cache/city-brain`.
pub fn cache_dir_default() -> Result<PathBuf, StackError> {
    let folder = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    folder("XDG_CACHE_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".cache")))
        .map(|cache| cache.join("city-brain"))
        .ok_or(StackError::NoCacheDir)
}

/// A part of pinned files that is fetched once per machine.
pub(crate) struct Artifact {
    /// What people call it, with its version.
    pub(crate) title: String,
    /// Its folder in the cache; carries the version, so that versions live side by side.
    pub(crate) folder: String,
    /// Every file that is used, with its sum.
    pub(crate) files: Vec<PinnedFile>,
    /// Room that fetching it takes.
    pub(crate) needed_mib: u64,
}

impl Artifact {
    /// The verified folder; calls `fetch` with an empty folder to fill when there is none yet.
    pub(crate) async fn ensure<F>(
        self,
        cache: &Path,
        progress: &Progress,
        fetch: F,
    ) -> Result<PathBuf, StackError>
    where
        F: AsyncFnOnce(&Path) -> Result<(), StackError>,
    {
        let dir = cache.join(&self.folder);
        if checksums::stamped(&dir, &self.files) {
            return Ok(dir);
        }
        // Held until this function returns; the system lets go of it when the process dies.
        let _lock = lock(cache, &self.folder, &self.title, progress).await?;
        if checksums::stamped(&dir, &self.files) {
            return Ok(dir);
        }
        if dir.exists() {
            match self.verify(&dir).await {
                Ok(()) => return Ok(dir),
                Err(error) => progress.line(&format!("{}: {error}; fetching it again", self.title)),
            }
            std::fs::remove_dir_all(&dir).map_err(StackError::io("removing", &dir))?;
        }
        disk::require(cache, self.needed_mib)?;
        self.remove_leftovers(cache);
        let part = cache.join(format!("{}.part-{}", self.folder, std::process::id()));
        std::fs::create_dir_all(&part).map_err(StackError::io("making", &part))?;
        fetch(&part).await?;
        self.verify(&part).await?;
        std::fs::rename(&part, &dir).map_err(StackError::io("renaming to", &dir))?;
        Ok(dir)
    }

    /// What processes left that died while they fetched. Their tools may still be writing there, so each process has a
    /// folder of its own, and what cannot be removed now is removed the next time.
    fn remove_leftovers(&self, cache: &Path) {
        let begins = format!("{}.part-", self.folder);
        let entries = std::fs::read_dir(cache)
            .into_iter()
            .flatten()
            .filter_map(Result::ok);
        for entry in
            entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&begins))
        {
            if let Err(error) = std::fs::remove_dir_all(entry.path()) {
                tracing::debug!(path = %entry.path().display(), %error, "a leftover stays for now");
            }
        }
    }

    async fn verify(&self, dir: &Path) -> Result<(), StackError> {
        let (dir, files) = (dir.to_path_buf(), self.files.clone());
        blocking(move || checksums::verify(&dir, &files)).await
    }
}

/// Waits until this process alone may change the named part of the cache.
pub(crate) async fn lock(
    cache: &Path,
    name: &str,
    title: &str,
    progress: &Progress,
) -> Result<File, StackError> {
    let path = cache.join(format!("{name}.lock"));
    std::fs::create_dir_all(cache).map_err(StackError::io("making", cache))?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(StackError::io("opening", &path))?;
    if file.try_lock().is_ok() {
        return Ok(file);
    }
    let _step = progress.step(&format!("{title}: another process is fetching it, waiting"));
    blocking(move || {
        file.lock()
            .map(|()| file)
            .map_err(StackError::io("locking", &path))
    })
    .await
}

/// Runs slow file work where it holds up nobody.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StackError> + Send + 'static,
) -> Result<T, StackError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => Err(StackError::Io {
                doing: "working on",
                path: PathBuf::from("the cache"),
                source: std::io::Error::other(cancelled),
            }),
        },
    }
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
