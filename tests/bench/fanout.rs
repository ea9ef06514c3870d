//! P8: deliveries per CPU-second of the live gateway, beside a program that only writes the same
//! bytes to as many sockets, and what it is worth that changes travel together.

use std::time::Duration;

use tests::hub::TestHub;
use tests::stack::shared;

use crate::crowd::{self, Crowd};
use crate::goal::{Goal, judge};
use crate::load::{PLACE, Steady};
use crate::processes::{go_on, hang};
use crate::served::Served;
use crate::table::row;

/// Clients of each comparison.
const CROWDS: [usize; 2] = [1_000, 5_000];
/// Pairs of runs.
const PAIRS: usize = 5;
/// A run's length.
const RUN: Duration = Duration::from_secs(4);
/// Before a run counts, what is on the way has arrived.
const SETTLE: Duration = Duration::from_millis(500);
/// What these clients want to hear of: three subscriptions, so that a frame of the load, which is
/// about none of them, has the 256 bytes that the goal names.
pub(crate) const TOPICS: [&str; 3] = ["alerts", "cases", "units"];
/// Changes per second: more than frames, so that every frame's turn has one.
const RATE: u64 = 200;

/// Measures both crowds and prints the rows.
pub(crate) fn measure() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let hub = runtime.block_on(TestHub::start("fanout"));
    let sessions = runtime.block_on(crowd::sessions(&hub));
    for clients in CROWDS {
        one_crowd(&hub, &sessions, clients);
    }
    together(&hub, &sessions);
    runtime.block_on(hub.stop());
}

/// What one run found.
struct Run {
    /// Frames to clients, per CPU-second of the program that sent them.
    efficiency: f64,
    /// Frames to all clients, per second.
    rate: f64,
    /// Those of them that tell changes.
    deltas: f64,
    /// Bytes of the payload of one frame.
    bytes: f64,
}

/// Lets a program and its crowd work for a while. What it sends it sends by itself.
fn run(program: &Served, crowd: &mut Crowd) -> Run {
    std::thread::sleep(SETTLE);
    crowd.heard();
    let cpu = program.cpu();
    std::thread::sleep(RUN);
    let (cpu, heard) = (program.cpu() - cpu, crowd.heard());
    Run {
        deltas: heard.deltas / RUN.as_secs_f64(),
        efficiency: heard.frames / cpu,
        rate: heard.frames / RUN.as_secs_f64(),
        bytes: heard.bytes / heard.frames,
    }
}

fn one_crowd(hub: &TestHub, sessions: &[String], clients: usize) {
    // So many frames that a core is busy with them: as many per second to all clients together.
    let frame_every = Duration::from_millis(clients as u64 / 100);
    let gateway = Served::gateway(hub, frame_every);
    let mut listeners = Crowd::start(&gateway.address, clients, &TOPICS, sessions);
    let found = with_load(hub, RATE, || run(&gateway, &mut listeners));
    assert!(found.deltas > 0.0, "changes reach the clients");
    let every = clients as f64 / found.rate;
    let floor = Served::start(&[
        "floor-fanout",
        &clients.to_string(),
        &format!("{:.0}", found.bytes),
        &format!("{:.0}", every * 1e6),
    ]);
    let mut bare = Crowd::start(&floor.address, clients, &[], &[]);
    hang(floor.id());
    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for n in 0..PAIRS {
        for first in [n % 2 == 0, n % 2 == 1] {
            if first {
                ours.push(with_load(hub, RATE, || run(&gateway, &mut listeners)));
            } else {
                go_on(floor.id());
                raw.push(run(&floor, &mut bare));
                hang(floor.id());
            }
        }
    }
    print(clients, &ours, &raw);
}

fn print(clients: usize, ours: &[Run], raw: &[Run]) {
    let name = format!("P8 {clients} clients");
    let of = |runs: &[Run], figure: fn(&Run) -> f64| runs.iter().map(figure).collect::<Vec<_>>();
    row(
        &format!("{name}: a frame"),
        "bytes",
        &of(ours, |run| run.bytes),
    );
    row(
        &format!("{name}: hub sends"),
        "frames per second",
        &of(ours, |run| run.rate),
    );
    row(
        &format!("{name}: floor sends"),
        "frames per second",
        &of(raw, |run| run.rate),
    );
    row(
        &format!("{name}: hub"),
        "deliveries per CPU-second",
        &of(ours, |run| run.efficiency),
    );
    row(
        &format!("{name}: floor"),
        "deliveries per CPU-second",
        &of(raw, |run| run.efficiency),
    );
    let ratio: Vec<f64> = ours
        .iter()
        .zip(raw)
        .map(|(ours, raw)| ours.efficiency / raw.efficiency)
        .collect();
    row(&format!("{name}: hub / floor"), "", &ratio);
    judge(
        &format!("{name}: hub / floor"),
        &ratio,
        "",
        Goal::AtLeast(0.9),
    );
}

/// Changes delivered per CPU-second when each has a frame of its own, and when those of 10 ms or
/// of the usual tenth of a second share one. The rate is lower where each needs its own frame.
fn together(hub: &TestHub, sessions: &[String]) {
    const CLIENTS: usize = 500;
    let changes = |frame_ms: u64, rate: u64| {
        let gateway = Served::gateway(hub, Duration::from_millis(frame_ms));
        let mut crowd = Crowd::start(&gateway.address, CLIENTS, &[], sessions);
        let runs: Vec<Run> = with_load(hub, rate, || {
            (0..3).map(|_| run(&gateway, &mut crowd)).collect()
        });
        let delivered = |run: &Run| {
            let per_frame = rate as f64 * CLIENTS as f64 / run.deltas;
            (
                per_frame,
                run.efficiency * run.deltas / run.rate * per_frame,
            )
        };
        runs.iter()
            .map(delivered)
            .unzip::<_, _, Vec<f64>, Vec<f64>>()
    };
    // One change at a time: so slow that admission does not gather any either.
    let (per_frame, alone) = changes(1, 25);
    row("P8 each for itself: changes in a frame", "", &per_frame);
    row(
        "P8 each for itself: changes delivered",
        "per CPU-second",
        &alone,
    );
    for (name, frame_ms, rate) in [
        ("10 ms together", 7, 800),
        ("as delivered, 100 ms", 100, 800),
    ] {
        let (per_frame, shared) = changes(frame_ms, rate);
        let ratio: Vec<f64> = shared.iter().zip(&alone).map(|(a, b)| a / b).collect();
        row(&format!("P8 {name}: changes in a frame"), "", &per_frame);
        row(
            &format!("P8 {name}: changes delivered"),
            "per CPU-second",
            &shared,
        );
        row(&format!("P8 {name} / each for itself"), "", &ratio);
        judge(
            &format!("P8 {name} / each for itself"),
            &ratio,
            "",
            Goal::AtLeast(5.0),
        );
    }
}

/// Does something while events flow.
pub(crate) fn with_load<T>(hub: &TestHub, rate: u64, work: impl FnOnce() -> T) -> T {
    let topic = format!("{}.inbox.fire", hub.namespace.topic_prefix);
    let load = Steady::start(&shared().brokers, &topic, rate, &[PLACE]);
    std::thread::sleep(SETTLE);
    let done = work();
    load.stop();
    done
}
