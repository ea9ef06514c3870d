//! The hidden entries of the embedding binary: it is also the parent-death guard of Kafka and the host of ClickHouse.
//!
//! A child must die with the hub, also by kill -9. The kernel does that (`PR_SET_PDEATHSIG`), but only a process itself
//! can ask for it. So the hub starts its own executable, which asks and then becomes the child.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getppid};

use crate::engine;

/// Becomes any program: `__child PARENT PROGRAM ARGUMENTS...`.
pub(crate) const CHILD: &str = "__child";
/// Becomes ClickHouse: `__clickhouse PARENT LIBRARY CONFIG PORT_FILE`.
pub(crate) const CLICKHOUSE: &str = "__clickhouse";

/// Runs a hidden entry and never returns, if the arguments of this process name one.
///
/// Call it first thing in `main`: ClickHouse needs signals blocked before any other thread exists.
pub fn run_launcher_if_asked() {
    let mut arguments = std::env::args_os().skip(1);
    let Some(entry) = arguments.next() else {
        return;
    };
    let run: fn(&[OsString]) -> String = match entry.to_str() {
        Some(CHILD) => become_program,
        Some(CLICKHOUSE) => become_clickhouse,
        _ => return,
    };
    let given: Vec<OsString> = arguments.collect();
    let why = match given
        .split_first()
        .and_then(|(parent, rest)| Some((parent.to_str()?.parse().ok()?, rest)))
    {
        Some((parent, rest)) => {
            die_with(Pid::from_raw(parent)).map_or_else(|why| why, |()| run(rest))
        }
        None => "the process id of the parent is missing".to_owned(),
    };
    tell(&why);
    std::process::exit(3);
}

/// Asks the kernel to kill this process when the thread that spawned it ends.
fn die_with(parent: Pid) -> Result<(), String> {
    // SIGKILL, not SIGTERM: what was acknowledged is in the page cache, and a half-dead child would hold its port and
    // its folder against the next start.
    prctl::set_pdeathsig(Signal::SIGKILL)
        .map_err(|errno| format!("the parent-death signal was refused: {errno}"))?;
    // The parent may have died before the line above.
    if getppid() == parent {
        Ok(())
    } else {
        Err("the parent is gone already".to_owned())
    }
}

fn become_program(arguments: &[OsString]) -> String {
    let Some((program, arguments)) = arguments.split_first() else {
        return "the program to run is missing".to_owned();
    };
    // The parent-death signal survives exec.
    let error = Command::new(program).args(arguments).exec();
    format!("{} cannot be run: {error}", program.display())
}

fn become_clickhouse(arguments: &[OsString]) -> String {
    let [library, config, port_file] = arguments else {
        return "expected: LIBRARY CONFIG PORT_FILE".to_owned();
    };
    match engine::serve(Path::new(library), Path::new(config), Path::new(port_file)) {
        Ok(()) => std::process::exit(0),
        Err(error) => error.to_string(),
    }
}

/// Standard error of a child is its log file.
fn tell(why: &str) {
    use std::io::Write as _;
    drop(writeln!(std::io::stderr(), "city-brain child: {why}"));
}
