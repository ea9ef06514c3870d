//! Measures two programs in turn and compares them pair by pair.

use std::process::{Command, Stdio};
use std::time::Instant;

use crate::processes::ended_children_cpu;

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
    let before = ended_children_cpu();
    let begin = Instant::now();
    let status = Command::new(std::env::current_exe().unwrap())
        .arg("child")
        .args(arguments)
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{arguments:?} ended with {status}");
    Cost {
        cpu_seconds: ended_children_cpu() - before,
        wall_seconds: begin.elapsed().as_secs_f64(),
    }
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
