//! Memory of the hub's own process, at rest and in the demo.

use std::time::Duration;

use crate::processes::{children, resident};
use crate::start_time::{start, stop};
use crate::table::row;

/// Bytes of a MiB.
const MIB: f64 = 1_048_576.0;

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
            &[resident(hub.id()) / MIB],
        );
        for (child, name) in children(hub.id()) {
            row(&format!("  its {name}"), "MiB", &[resident(child) / MIB]);
        }
        stop(hub);
    }
}
