//! The cache under what happens to caches: several processes at once, a fetch cut off, a file changed, no network.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Artifact;
use crate::checksums::PinnedFile;
use crate::{Progress, StackError};

/// `printf 'an engine' | sha256sum`
const SHA256: &str = "48189993a28ac7ea2c871d7c7c3ba80052d50958868ff560d01913094889afc8";

fn artifact() -> Artifact {
    Artifact {
        title: "An engine 1.0".to_owned(),
        folder: "engine-1.0".to_owned(),
        files: vec![PinnedFile {
            path: "lib/engine".to_owned(),
            sha256: SHA256.to_owned(),
        }],
        needed_mib: 1,
    }
}

fn write(part: &Path, content: &str) {
    std::fs::create_dir_all(part.join("lib")).unwrap();
    std::fs::write(part.join("lib/engine"), content).unwrap();
}

/// Ensures the artifact by a fetch that counts itself.
async fn ensure(cache: &Path, fetches: &AtomicUsize) -> std::path::PathBuf {
    let fetch = async |part: &Path| {
        fetches.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        write(part, "an engine");
        Ok(())
    };
    artifact()
        .ensure(cache, &Progress::Silent, fetch)
        .await
        .unwrap()
}

async fn ensure_offline(cache: &Path) -> Result<std::path::PathBuf, StackError> {
    let offline = async |_: &Path| {
        Err(StackError::FetchFailed {
            what: "An engine 1.0".to_owned(),
            reason: "no network".to_owned(),
        })
    };
    artifact().ensure(cache, &Progress::Silent, offline).await
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_at_the_same_time_fetch_once() {
    let cache = tempfile::tempdir().unwrap();
    let fetches = AtomicUsize::new(0);
    let ensure = || ensure(cache.path(), &fetches);
    tokio::join!(ensure(), ensure(), ensure());
    assert_eq!(fetches.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn after_the_first_time_no_network_is_needed() {
    let cache = tempfile::tempdir().unwrap();
    assert!(matches!(
        ensure_offline(cache.path()).await,
        Err(StackError::FetchFailed { .. })
    ));
    let dir = ensure(cache.path(), &AtomicUsize::new(0)).await;
    assert_eq!(ensure_offline(cache.path()).await.unwrap(), dir);
}

#[tokio::test]
async fn a_fetch_that_was_cut_off_is_begun_anew() {
    let cache = tempfile::tempdir().unwrap();
    for of in [1, std::process::id()] {
        let part = cache.path().join(format!("engine-1.0.part-{of}"));
        write(&part, "an eng");
        std::fs::write(part.join("half"), "").unwrap();
    }
    let dir = ensure(cache.path(), &AtomicUsize::new(0)).await;
    assert_eq!(
        std::fs::read_to_string(dir.join("lib/engine")).unwrap(),
        "an engine"
    );
    assert!(!dir.join("half").exists());
    assert!(!cache.path().join("engine-1.0.part-1").exists());
}

#[tokio::test]
async fn a_file_that_changed_is_noticed_and_fetched_again() {
    let cache = tempfile::tempdir().unwrap();
    let fetches = AtomicUsize::new(0);
    let dir = ensure(cache.path(), &fetches).await;
    write(&dir, "an enginE");
    let error = ensure_offline(cache.path()).await.unwrap_err();
    assert!(matches!(error, StackError::FetchFailed { .. }), "{error}");
    ensure(cache.path(), &fetches).await;
    assert_eq!(fetches.load(Ordering::SeqCst), 2);
    assert_eq!(
        std::fs::read_to_string(dir.join("lib/engine")).unwrap(),
        "an engine"
    );
}

#[tokio::test]
async fn a_file_that_was_only_touched_is_hashed_again_and_kept() {
    let cache = tempfile::tempdir().unwrap();
    let dir = ensure(cache.path(), &AtomicUsize::new(0)).await;
    write(&dir, "an engine");
    assert_eq!(ensure_offline(cache.path()).await.unwrap(), dir);
}

#[tokio::test]
async fn what_was_fetched_and_is_not_what_was_pinned_is_refused_with_both_sums() {
    let cache = tempfile::tempdir().unwrap();
    let other = async |part: &Path| {
        write(part, "another engine");
        Ok(())
    };
    let error = artifact()
        .ensure(cache.path(), &Progress::Silent, other)
        .await
        .unwrap_err();
    let said = error.to_string();
    assert!(
        matches!(error, StackError::ChecksumMismatch { .. }) && said.contains(SHA256),
        "{said}"
    );
    assert!(!cache.path().join("engine-1.0").exists());
}

#[tokio::test]
async fn a_full_disk_is_told_before_the_fetch_with_what_is_free_and_what_is_needed() {
    let cache = tempfile::tempdir().unwrap();
    let huge = Artifact {
        needed_mib: u64::MAX,
        ..artifact()
    };
    let never = async |_: &Path| panic!("it was fetched onto a full disk");
    let error = huge
        .ensure(cache.path(), &Progress::Silent, never)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            StackError::DiskFull {
                needed_mib: u64::MAX,
                ..
            }
        ),
        "{error}"
    );
}
