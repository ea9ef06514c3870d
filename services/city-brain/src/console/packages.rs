//! The console's packages: fetched with npm when the lockfile asks for others than are there, and never
//! while another process works with them. `npm ci` begins by removing the folder: whoever runs a
//! browser test from it at that moment would lose the ground under their feet.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use super::build::{BUILD_LIMIT, ConsoleBuildError, file_error, npm};

/// How often a lock that another process holds is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// Says which lockfile the packages beside it come from.
const STAMP: &str = "node_modules/.fetched-for";

/// While this is kept, the packages stay as they are.
#[derive(Debug)]
pub struct PackagesInUse {
    /// Holds the shared lock, which ends with the process at the latest.
    _shared: File,
}

/// Makes sure that `folder` has the packages of its lockfile.
pub(super) async fn packages_of(
    node: &Path,
    folder: &Path,
    progress: impl Fn(&str),
) -> Result<PackagesInUse, ConsoleBuildError> {
    let until = Instant::now() + BUILD_LIMIT;
    let kept = folder.join(".vite");
    std::fs::create_dir_all(&kept).map_err(file_error(&kept))?;
    let path = kept.join("packages.lock");
    loop {
        let lock = File::create(&path).map_err(file_error(&path))?;
        taken(&path, until, || lock.try_lock_shared()).await?;
        let wanted = wanted(folder)?;
        let stamp = folder.join(STAMP);
        if std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
            return Ok(PackagesInUse { _shared: lock });
        }
        lock.unlock().map_err(file_error(&path))?;
        taken(&path, until, || lock.try_lock()).await?;
        // Another process may have fetched them while this one waited.
        if std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
            continue;
        }
        progress("console: fetching packages (npm)");
        let fetch = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
        npm(node, folder, &fetch).await?;
        std::fs::write(&stamp, wanted).map_err(file_error(&stamp))?;
    }
}

/// Takes a lock within the limit.
async fn taken(
    path: &Path,
    until: Instant,
    lock: impl Fn() -> Result<(), TryLockError>,
) -> Result<(), ConsoleBuildError> {
    loop {
        match lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(file_error(path)(error)),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                return Err(ConsoleBuildError::PackagesBusy(path.to_owned()));
            }
            Err(TryLockError::WouldBlock) => tokio::time::sleep(TRY_AGAIN).await,
        }
    }
}

/// The hash of the lockfile.
fn wanted(folder: &Path) -> Result<String, ConsoleBuildError> {
    let path = folder.join("package-lock.json");
    let content = std::fs::read(&path).map_err(file_error(&path))?;
    Ok(hex::encode(Sha256::digest(content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn packages_that_the_lockfile_asks_for_are_left_alone_and_may_be_used_by_many() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("package-lock.json"), "{}").unwrap();
        std::fs::create_dir(folder.path().join("node_modules")).unwrap();
        let stamp = hex::encode(Sha256::digest("{}"));
        std::fs::write(folder.path().join(STAMP), stamp).unwrap();
        // No such npm: were it called, this would fail.
        let nowhere = Path::new("/nowhere/node");
        let first = packages_of(nowhere, folder.path(), |_| panic!("fetches"))
            .await
            .unwrap();
        let second = packages_of(nowhere, folder.path(), |_| panic!("fetches"))
            .await
            .unwrap();
        drop((first, second));
    }

    #[tokio::test(start_paused = true)]
    async fn packages_in_use_are_not_replaced_when_the_lockfile_changes() {
        let folder = tempfile::tempdir().unwrap();
        let lockfile = folder.path().join("package-lock.json");
        std::fs::write(&lockfile, "{}").unwrap();
        std::fs::create_dir(folder.path().join("node_modules")).unwrap();
        let stamp = hex::encode(Sha256::digest("{}"));
        std::fs::write(folder.path().join(STAMP), stamp).unwrap();
        let nowhere = Path::new("/nowhere/node");
        let used = packages_of(nowhere, folder.path(), |_| ()).await.unwrap();
        std::fs::write(&lockfile, r#"{"name": "other"}"#).unwrap();
        let refused = packages_of(nowhere, folder.path(), |_| panic!("fetches")).await;
        assert!(matches!(refused, Err(ConsoleBuildError::PackagesBusy(_))));
        drop(used);
    }
}
