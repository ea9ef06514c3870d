//! Node.js and npm: npm brings ClickHouse's library, both build the console.

use std::path::{Path, PathBuf};

use crate::tools::Tool;
use crate::{Progress, StackError};

const NODE: Tool = Tool {
    title: "Node.js 20.19 or newer",
    programs: &["node", "nodejs"],
    version_argument: "--version",
    at_least: (20, 19),
    packages: &["nodejs", "npm"],
    other_line: Some(
        "curl -fsSL https://deb.nodesource.com/setup_22.x | sudo -E bash - && sudo apt-get install -y nodejs",
    ),
};

/// Any npm that reads the lockfile's format will do for fetching.
const NPM: Tool = Tool {
    title: "npm 7 or newer",
    programs: &["npm"],
    version_argument: "--version",
    at_least: (7, 0),
    packages: &["npm"],
    other_line: None,
};

/// A Node.js that can build the console.
pub async fn ensure_node(cache_dir: &Path, progress: &Progress) -> Result<PathBuf, StackError> {
    NODE.ensure(cache_dir, progress).await
}

/// An npm that can fetch from a lockfile.
pub(crate) async fn ensure_npm(
    cache_dir: &Path,
    progress: &Progress,
) -> Result<PathBuf, StackError> {
    NPM.ensure(cache_dir, progress).await
}
