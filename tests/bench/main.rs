//! The table of figures: the hub beside floor programs of our own, in one run on one machine.
//!
//! Every measured program runs as a process of its own (this one, called again), so that its CPU
//! time is the system's own account. Pairs run in the order A B B A ...; the ratio is taken pair by
//! pair; the median is what counts.
//! Usage: `bench [ingest|alert|commit|replay|fresh|fanout|idle|slow|page|layouts|start] ...`, nothing: all.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measuring program: what fails ends it, what it finds it prints"
)]

mod alert_latency;
mod child;
mod crowd;
mod fanout;
mod floor;
mod fresh;
mod goal;
mod hub_memory;
mod idle;
mod ingest;
mod layouts;
mod load;
mod page;
mod pairs;
mod processes;
mod replay_rate;
mod served;
mod slow;
mod start_time;
mod table;

use std::process::ExitCode;

/// Sections that stand for one goal each, by name.
const SECTIONS: [(&str, fn()); 6] = [
    ("fresh", fresh::measure),
    ("fanout", fanout::measure),
    ("idle", idle::measure),
    ("slow", slow::measure),
    ("page", page::measure),
    ("layouts", layouts::measure),
];

fn main() -> ExitCode {
    local_stack::run_launcher_if_asked();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("child", rest)) = arguments
        .split_first()
        .map(|(first, rest)| (first.as_str(), rest))
    {
        child::run(rest);
        return ExitCode::SUCCESS;
    }
    let wanted = |name: &str| arguments.is_empty() || arguments.iter().any(|one| one == name);
    table::heading();
    if wanted("ingest") {
        ingest::measure();
    }
    if wanted("alert") {
        alert_latency::measure();
    }
    if wanted("commit") {
        alert_latency::measure_commit_intervals();
    }
    if wanted("replay") {
        replay_rate::measure();
    }
    for (name, measure) in SECTIONS {
        if wanted(name) {
            measure();
        }
    }
    if wanted("start") {
        start_time::measure();
        hub_memory::measure();
    }
    ExitCode::SUCCESS
}
