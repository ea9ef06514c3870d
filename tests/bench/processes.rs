//! What this process and its children cost, by the system's own account.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tests::cpu::cpu_seconds;

/// The children of a process, by id and what they are.
pub(crate) fn children(pid: u32) -> Vec<(u32, &'static str)> {
    let mut found = Vec::new();
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let list = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in list.split_whitespace().filter_map(|word| word.parse().ok()) {
            let name = std::fs::read_to_string(format!("/proc/{child}/comm")).unwrap_or_default();
            let name = if name.trim() == "java" {
                "Kafka"
            } else {
                "ClickHouse"
            };
            found.push((child, name));
        }
    }
    found
}

/// CPU seconds so far of this process (the hub, its load and its clients).
pub(crate) fn own_cpu() -> f64 {
    cpu_of(UsageWho::RUSAGE_SELF)
}

/// CPU seconds so far of all children that ended.
pub(crate) fn ended_children_cpu() -> f64 {
    cpu_of(UsageWho::RUSAGE_CHILDREN)
}

fn cpu_of(who: UsageWho) -> f64 {
    let usage = getrusage(who).unwrap();
    let seconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// CPU seconds so far of the broker that this process started.
pub(crate) fn broker_cpu() -> f64 {
    let broker = children(std::process::id())
        .into_iter()
        .find(|(_, name)| *name == "Kafka");
    let Some((pid, _)) = broker else {
        return f64::NAN;
    };
    cpu_seconds(pid)
}

/// Resident bytes of a process.
pub(crate) fn resident(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().split(' ').next()?.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) * 1_024.0
}

/// Stops a process as a hanging machine stops: its connections stay, and nothing is read.
pub(crate) fn hang(pid: u32) {
    signal(pid, Signal::SIGSTOP);
}

/// Lets it go on.
pub(crate) fn go_on(pid: u32) {
    signal(pid, Signal::SIGCONT);
}

fn signal(pid: u32, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), signal).unwrap();
}
