//! The launcher for tests of other crates: cargo names a crate's executables to that crate's own tests only.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::StackError;

const NAME: &str = "clickhouse-launcher";

/// The launcher beside the test binary that calls this; built first if it is not there.
///
/// `cargo test --workspace` has built it before any test runs; a test of one crate alone has not.
pub fn launcher_for_tests() -> Result<PathBuf, StackError> {
    let this =
        std::env::current_exe().map_err(StackError::io("finding", Path::new("this executable")))?;
    let missing = || StackError::MissingTool {
        tool: format!("The launcher of Kafka and ClickHouse ({NAME})"),
        exact_line_to_type: format!("cargo build -p local-stack --bin {NAME}"),
    };
    // A test binary lies in `target/<profile>/deps`, an executable of tests in `target/<profile>`.
    let folder = this.parent().ok_or_else(missing)?;
    let profile = if folder.ends_with("deps") || folder.ends_with("examples") {
        folder.parent().ok_or_else(missing)?
    } else {
        folder
    };
    let launcher = profile.join(NAME);
    if !launcher.is_file() {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build
            .args([
                "build",
                "--quiet",
                "--package",
                "local-stack",
                "--bin",
                NAME,
                "--target-dir",
            ])
            .arg(profile.parent().ok_or_else(missing)?)
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        if profile.ends_with("release") {
            build.arg("--release");
        }
        build
            .status()
            .map_err(StackError::io("running", Path::new("cargo")))?;
    }
    if launcher.is_file() {
        Ok(launcher)
    } else {
        Err(missing())
    }
}
