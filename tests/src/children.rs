//! Kafka and ClickHouse as a hub's own child processes: found by the hub's process id, never by name alone.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use crate::process::pid;

/// A child of a hub.
#[derive(Clone, Debug)]
pub struct ChildProcess {
    /// Its process id.
    pub pid: u32,
    /// Its command line.
    pub line: String,
}

/// The present children of this process and theirs.
pub fn children(parent: u32) -> Vec<ChildProcess> {
    let mut found = Vec::new();
    let tasks = std::fs::read_dir(format!("/proc/{parent}/task")).into_iter();
    for task in tasks.flatten().flatten() {
        let text = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for number in text.split_whitespace().filter_map(|text| text.parse().ok()) {
            let line = std::fs::read(PathBuf::from(format!("/proc/{number}/cmdline")))
                .map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " "))
                .unwrap_or_default();
            found.push(ChildProcess { pid: number, line });
            found.extend(children(number));
        }
    }
    found
}

/// The child whose command line holds `word`; waits for it a little.
pub fn child(parent: u32, word: &str) -> ChildProcess {
    let begin = Instant::now();
    loop {
        let all = children(parent);
        if let Some(found) = all.iter().find(|child| child.line.contains(word)) {
            return found.clone();
        }
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "no child with {word}: {all:?}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

impl ChildProcess {
    /// kill -9.
    pub fn kill(&self) {
        self.signal(Signal::SIGKILL);
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill(pid(self.pid), signal).unwrap();
    }

    /// Whether it still runs (a zombie does not).
    pub fn runs(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap_or_default();
        let state = stat.rsplit(')').next().unwrap_or_default().trim_start();
        !(state.is_empty() || state.starts_with('Z') || state.starts_with('X'))
    }
}
