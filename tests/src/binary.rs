//! The `city-brain` executable of this build.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Builds the command with this run's profile if needed, and returns its path. `CITY_BRAIN_TESTED`
/// names a finished command to test instead, as it comes out of a package.
pub fn city_brain() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        if let Some(finished) = std::env::var_os("CITY_BRAIN_TESTED") {
            return finished.into();
        }
        let test = std::env::current_exe().unwrap();
        // Tests lie in `deps` below the profile's folder, programs in the folder itself.
        let profile_dir = test
            .ancestors()
            .skip(1)
            .find(|folder| !folder.ends_with("deps"))
            .unwrap();
        let profile = profile_dir.file_name().unwrap().to_string_lossy();
        let mut build = Command::new(env!("CARGO"));
        build
            .args([
                "build",
                "--quiet",
                "--package",
                "city-brain",
                "--bin",
                "city-brain",
            ])
            .current_dir(repository());
        if profile != "debug" {
            build.args(["--profile", &profile]);
        }
        let built = build.output().unwrap();
        assert!(
            built.status.success(),
            "building city-brain failed:\n{}",
            String::from_utf8_lossy(&built.stderr)
        );
        profile_dir.join("city-brain")
    })
}

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Copies a folder with all below it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let goal = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &goal);
        } else {
            std::fs::copy(entry.path(), goal).unwrap();
        }
    }
}
