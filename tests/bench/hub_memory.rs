//! Memory of the hub's own process, at rest and in the demo.

use std::time::Duration;

use crate::processes::children;
use crate::start_time::{start, stop};
use crate::table::row;

/// Measures and prints resident MiB.
pub(crate) fn measure() {
    for (name, more) in [
        ("at rest", ["--no-console"].as_slice()),
        ("in the demo, after 90 s", &["--no-console", "--demo"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (hub, _) = start(folder.path(), more);
        std::thread::sleep(Duration::from_secs(if more.len() > 1 { 90 } else { 10 }));
        row(
            &format!("memory of the hub's process, {name}"),
            "MiB",
            &[resident(hub.id())],
        );
        for (child, name) in children(hub.id()) {
            row(&format!("  its {name}"), "MiB", &[resident(child)]);
        }
        stop(hub);
    }
}

fn resident(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().split(' ').next()?.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1_024.0
}
