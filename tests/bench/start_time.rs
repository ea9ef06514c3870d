//! Seconds from `city-brain up` to ready: a new data folder, and again on the same one.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use city_brain::hub::Addresses;
use tests::binary::city_brain;

use crate::table::row;

/// Measures and prints.
pub(crate) fn measure() {
    let (mut new, mut again) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        for seconds in [&mut new, &mut again] {
            let (hub, took) = start(folder.path(), &["--no-console"]);
            seconds.push(took.as_secs_f64());
            stop(hub);
        }
    }
    row("up to ready, new data folder, programs cached", "s", &new);
    row("up to ready, again on the same folder", "s", &again);
}

/// Starts the whole hub with its own Kafka and ClickHouse.
pub(crate) fn start(folder: &Path, more: &[&str]) -> (Child, Duration) {
    let begin = Instant::now();
    let hub = Command::new(city_brain())
        .args(["up", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder)
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while Addresses::read(folder).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(180), "not ready");
        std::thread::sleep(Duration::from_millis(10));
    }
    (hub, begin.elapsed())
}

/// Asks it to stop and waits.
pub(crate) fn stop(mut hub: Child) {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(hub.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    hub.wait().unwrap();
}
