//! ClickHouse's engine as a library, by npm.

use std::path::{Path, PathBuf};

use crate::fetch::npm::NpmPackage;
use crate::{Progress, StackError};

pub(crate) const CLICKHOUSE: NpmPackage = NpmPackage {
    title: "ClickHouse 26.7.3",
    folder: "clickhouse-26.7.3-stable.1",
    package: include_str!("../../pinned/clickhouse/package.json"),
    lock: include_str!("../../pinned/clickhouse/package-lock.json"),
    file: "node_modules/@chdb/lib-linux-x64-gnu/libchdb.so",
    sha256: "36ad4e999882821ef13cf2d0f52c93f48e6ee1b4498b35a201c23ce4b8d15bf5",
    mib: 543,
};

/// The library that holds ClickHouse, fetched the first time.
pub async fn ensure_clickhouse(
    cache_dir: &Path,
    progress: &Progress,
) -> Result<PathBuf, StackError> {
    check_machine()?;
    CLICKHOUSE.ensure(cache_dir, progress).await
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
