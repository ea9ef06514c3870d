//! A release build cannot be made to die at a point.

use std::path::Path;
use std::process::{Command, Output};

const FILE: &str = "services/lib/event-log/src/kill_point.rs";

/// Compiles the file by itself, with or without debug assertions.
fn compiled(debug_assertions: &str, to: &Path) -> Output {
    Command::new(Path::new(env!("CARGO")).with_file_name("rustc"))
        .arg(crate::sources::root().join(FILE))
        .args(["--edition", "2024", "--crate-type", "lib", "--emit", "obj"])
        .arg(format!("-Cdebug-assertions={debug_assertions}"))
        .arg("-o")
        .arg(to)
        .output()
        .unwrap()
}

#[test]
fn kill_points_are_in_builds_with_debug_assertions_alone() {
    let folder = tempfile::tempdir().unwrap();
    let release = folder.path().join("release.o");
    let output = compiled("off", &release);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let object = std::fs::read(&release).unwrap();
    for told in ["CITY_BRAIN_KILL_AT", "was killed at"] {
        let there = object
            .windows(told.len())
            .any(|part| part == told.as_bytes());
        assert!(!there, "a release build holds '{told}'");
    }
    // The same with assertions asks for the crate that sends signals: what is looked for is there.
    let output = compiled("on", &folder.path().join("debug.o"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("nix"), "{said}");
}
