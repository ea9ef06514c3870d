//! ClickHouse's engine as a library, by npm, from a pinned lockfile.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::cache::Artifact;
use crate::checksums::{PinnedFile, write_atomically};
use crate::fetch::ensure_npm;
use crate::{Progress, StackError, tools};

const VERSION: &str = "26.7.3-stable.1";
const PACKAGE: &str = include_str!("../../pinned/clickhouse/package.json");
const LOCK: &str = include_str!("../../pinned/clickhouse/package-lock.json");
const LIBRARY: &str = "node_modules/@chdb/lib-linux-x64-gnu/libchdb.so";
const SHA256: &str = "36ad4e999882821ef13cf2d0f52c93f48e6ee1b4498b35a201c23ce4b8d15bf5";

/// The library that holds ClickHouse, fetched the first time.
pub async fn ensure_clickhouse(
    cache_dir: &Path,
    progress: &Progress,
) -> Result<PathBuf, StackError> {
    check_machine()?;
    let artifact = Artifact {
        title: format!("ClickHouse {VERSION}"),
        folder: format!("clickhouse-{VERSION}"),
        files: vec![PinnedFile {
            path: LIBRARY.to_owned(),
            sha256: SHA256.to_owned(),
        }],
        needed_mib: 1200,
    };
    let fetch = async |part: &Path| {
        let npm = ensure_npm(cache_dir, progress).await?;
        let step = progress.step(&format!("ClickHouse {VERSION}: fetching by npm, 178 MB"));
        write_atomically(&part.join("package.json"), PACKAGE.as_bytes())?;
        write_atomically(&part.join("package-lock.json"), LOCK.as_bytes())?;
        let mut command = Command::new(npm);
        command
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(part)
            .kill_on_drop(true);
        tools::run(command, &format!("ClickHouse {VERSION} (by npm)")).await?;
        step.done(&format!("ClickHouse {VERSION}: fetched"));
        Ok(())
    };
    Ok(artifact
        .ensure(cache_dir, progress, fetch)
        .await?
        .join(LIBRARY))
}

/// The library is built for one kind of machine.
fn check_machine() -> Result<(), StackError> {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    let lacking = (!std::arch::is_x86_feature_detected!("avx2"))
        .then_some("ClickHouse needs a processor with AVX2");
    #[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
    let lacking = Some("ClickHouse as a library is published for Linux on x86-64 only");
    lacking.map_or(Ok(()), |reason| {
        Err(StackError::UnsupportedMachine {
            reason: reason.to_owned(),
        })
    })
}
