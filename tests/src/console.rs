//! The operator console's own tools: Node.js, npm and Chromium, brought by the same code that brings
//! them for `city-brain up`. A part that is missing fails the test with the line that brings it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use city_brain::console::{PackagesInUse, built_console, console_packages};
use local_stack::Progress;
use tokio::sync::OnceCell;

/// What the console's commands need.
pub struct ConsoleTools {
    /// The sources.
    pub folder: PathBuf,
    /// The console as the hub serves it.
    pub built: PathBuf,
    path: OsString,
    chromium: PathBuf,
    /// Nobody replaces the packages while this process may run a browser test from them.
    _packages: PackagesInUse,
}

/// Builds the console (which fetches its packages) and finds a browser, once in a run.
pub async fn tools() -> &'static ConsoleTools {
    static TOOLS: OnceCell<ConsoleTools> = OnceCell::const_new();
    TOOLS.get_or_init(prepare).await
}

async fn prepare() -> ConsoleTools {
    let cache = local_stack::cache_dir_default().unwrap();
    let folder = crate::binary::repository()
        .join("dashboards/operations")
        .canonicalize()
        .unwrap();
    let built = built_console(&cache, |_| {})
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let node = local_stack::ensure_node(&cache, &Progress::Lines)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let chromium = local_stack::ensure_chromium(&cache, &Progress::Lines)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    // The build may have come from the cache, made in another copy of the sources.
    let packages = console_packages(&cache, |_| {})
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    ConsoleTools {
        path: path_with(&node),
        folder,
        built,
        chromium,
        _packages: packages,
    }
}

fn path_with(node: &Path) -> OsString {
    let mut folders = vec![node.parent().unwrap().to_owned()];
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    std::env::join_paths(folders).unwrap()
}

impl ConsoleTools {
    /// A command in the console's folder, with Node.js and Chromium.
    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("PATH", &self.path)
            .env("CITY_BRAIN_CHROMIUM", &self.chromium)
            .env("CITY_BRAIN_DIST", &self.built);
        command
    }

    /// Runs a command to its end; what it wrote is shown when it fails.
    pub fn must_run(&self, program: &str, arguments: &[&str]) {
        let output = self
            .command(program, arguments)
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        assert!(
            output.status.success(),
            "{program} {arguments:?} in {}:\n{}\n{}",
            self.folder.display(),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
