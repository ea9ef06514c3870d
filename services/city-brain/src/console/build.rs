//! Builds the console with npm into the cache, once per content of its sources.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use local_stack::Progress;
use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use super::packages::{PackagesInUse, packages_of};

/// Longest time for `npm ci` plus the build on a slow machine.
pub(super) const BUILD_LIMIT: Duration = Duration::from_secs(600);

/// The console could not be built.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleBuildError {
    /// The sources are not beside this build of the command.
    #[error(
        "the console's sources are not at {0}: give a built console with --console DIR, or --no-console"
    )]
    NoSources(PathBuf),
    /// A file could not be read or written.
    #[error("console build: {path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// npm failed; its last lines tell why.
    #[error("console build: `npm {arguments}` failed:\n{tail}")]
    Npm {
        /// What was asked.
        arguments: String,
        /// The last lines it wrote.
        tail: String,
    },
    /// Another process works with the packages of an earlier lockfile and does not end.
    #[error(
        "console build: the packages must be fetched anew, and another process has used them for {limit} s (it holds {0}): end it and try again",
        limit = BUILD_LIMIT.as_secs()
    )]
    PackagesBusy(PathBuf),
    /// Node or npm is missing.
    #[error("console build: {0}")]
    Tools(#[from] local_stack::StackError),
}

pub(super) fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> ConsoleBuildError + '_ {
    |source| ConsoleBuildError::File {
        path: path.to_owned(),
        source,
    }
}

/// The folder of the sources in the repository this command was built from.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboards/operations")
}

/// Folder with the built console: from the cache, or built now with `progress` telling the steps.
pub async fn built_console(
    cache: &Path,
    progress: impl Fn(&str),
) -> Result<PathBuf, ConsoleBuildError> {
    let sources = sources();
    if !sources.join("package-lock.json").is_file() {
        return Err(ConsoleBuildError::NoSources(sources));
    }
    let kept = cache.join("console");
    std::fs::create_dir_all(&kept).map_err(file_error(&kept))?;
    let lock_path = kept.join("lock");
    let lock = std::fs::File::create(&lock_path).map_err(file_error(&lock_path))?;
    let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock))
        .await
        .map_err(|error| file_error(&lock_path)(std::io::Error::other(error)))?
        .map_err(file_error(&lock_path))?;
    let target = kept.join(fingerprint(&sources)?);
    if !target.join("index.html").is_file() {
        build_into(cache, &sources, &target, progress).await?;
    }
    drop(lock);
    Ok(target)
}

/// The console's packages, fetched where the lockfile asks for others than are there. They stay as
/// they are for as long as the answer is kept.
pub async fn console_packages(
    cache: &Path,
    progress: impl Fn(&str),
) -> Result<PackagesInUse, ConsoleBuildError> {
    let node = local_stack::ensure_node(cache, &Progress::Lines).await?;
    packages_of(&node, &sources(), &progress).await
}

async fn build_into(
    cache: &Path,
    sources: &Path,
    target: &Path,
    progress: impl Fn(&str),
) -> Result<(), ConsoleBuildError> {
    let node = local_stack::ensure_node(cache, &Progress::Lines).await?;
    let in_use = packages_of(&node, sources, &progress).await?;
    progress("console: building");
    npm(&node, sources, &["run", "build"]).await?;
    drop(in_use);
    let making = target.with_extension("making");
    if making.exists() {
        std::fs::remove_dir_all(&making).map_err(file_error(&making))?;
    }
    copy_folder(&sources.join("dist"), &making)?;
    std::fs::rename(&making, target).map_err(file_error(target))
}

/// Runs npm with this Node.js in front of others.
pub(super) async fn npm(
    node: &Path,
    folder: &Path,
    arguments: &[&str],
) -> Result<(), ConsoleBuildError> {
    let failed = |tail: String| ConsoleBuildError::Npm {
        arguments: arguments.join(" "),
        tail,
    };
    let running = Command::new("npm")
        .args(arguments)
        .current_dir(folder)
        .env("PATH", path_with(node))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(BUILD_LIMIT, running)
        .await
        .map_err(|_| failed(format!("no end within {} s", BUILD_LIMIT.as_secs())))?
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = text.lines().collect();
    Err(failed(lines[lines.len().saturating_sub(30)..].join("\n")))
}

fn path_with(node: &Path) -> std::ffi::OsString {
    let mut folders: Vec<PathBuf> = node.parent().map(Path::to_owned).into_iter().collect();
    if let Some(path) = std::env::var_os("PATH") {
        folders.extend(std::env::split_paths(&path));
    }
    std::env::join_paths(folders).unwrap_or_default()
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), ConsoleBuildError> {
    std::fs::create_dir_all(to).map_err(file_error(to))?;
    for entry in std::fs::read_dir(from).map_err(file_error(from))? {
        let entry = entry.map_err(file_error(from))?;
        let (path, goal) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &goal)?;
        } else {
            std::fs::copy(&path, &goal).map_err(file_error(&path))?;
        }
    }
    Ok(())
}

/// Hash over everything that the built console depends on.
fn fingerprint(sources: &Path) -> Result<String, ConsoleBuildError> {
    let mut files = Vec::new();
    collect(sources, &mut files)?;
    files.push(sources.join("../../services/query-api/schema.graphql"));
    files.sort();
    let mut hash = Sha256::new();
    for path in files.iter().filter(|path| path.is_file()) {
        let mut content = Vec::new();
        std::fs::File::open(path)
            .and_then(|mut file| file.read_to_end(&mut content))
            .map_err(file_error(path))?;
        hash.update(
            path.strip_prefix(sources)
                .unwrap_or(path)
                .as_os_str()
                .as_encoded_bytes(),
        );
        hash.update((content.len() as u64).to_be_bytes());
        hash.update(&content);
    }
    Ok(hex::encode(&hash.finalize()[..8]))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), ConsoleBuildError> {
    const MADE: [&str; 6] = [
        "node_modules",
        "dist",
        "e2e",
        "test-results",
        "playwright-report",
        ".vite",
    ];
    for entry in std::fs::read_dir(folder).map_err(file_error(folder))? {
        let path = entry.map_err(file_error(folder))?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if !MADE.iter().any(|made| name == *made) {
                collect(&path, files)?;
            }
        } else {
            files.push(path);
        }
    }
    Ok(())
}
