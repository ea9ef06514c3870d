//! Measures two programs in turn and compares them pair by pair.

use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};

/// What one run of a program cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// User and system seconds of the process.
    pub(crate) cpu_seconds: f64,
    /// Seconds on the wall.
    pub(crate) wall_seconds: f64,
}

/// Runs this executable as a child with these arguments and accounts for it.
pub(crate) fn cost_of(arguments: &[String]) -> Cost {
    let before = children_cpu();
    let begin = Instant::now();
    let status = Command::new(std::env::current_exe().unwrap())
        .arg("child")
        .args(arguments)
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{arguments:?} ended with {status}");
    Cost {
        cpu_seconds: children_cpu() - before,
        wall_seconds: begin.elapsed().as_secs_f64(),
    }
}

fn children_cpu() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let seconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// Runs `pairs` pairs in the order A B B A A B ...
pub(crate) fn abba(
    pairs: usize,
    mut a: impl FnMut() -> Cost,
    mut b: impl FnMut() -> Cost,
) -> Vec<(Cost, Cost)> {
    (0..pairs)
        .map(|n| {
            if n % 2 == 0 {
                let first = a();
                (first, b())
            } else {
                let first = b();
                (a(), first)
            }
        })
        .collect()
}
