//! P10: how late frames are for those who read, while one client in ten has stopped reading.

use std::time::{Duration, Instant};

use tests::hub::TestHub;

use crate::crowd::{self, Crowd};
use crate::fanout::with_load;
use crate::goal::{Goal, judge};
use crate::processes::{go_on, hang};
use crate::served::Served;
use crate::table::row;

/// Clients that read.
const HEALTHY: usize = 450;
/// Clients whose machine hangs: one in ten of all.
const STALLED: usize = 50;
/// Pairs of runs, one with all healthy and one with some stalled.
const PAIRS: usize = 3;
/// A run's length: the system's own buffers fill, the gateway waits for those who do not read, and
/// lets them go.
const RUN: Duration = Duration::from_secs(40);
/// Those who were let go come back in this time.
const BACK: Duration = Duration::from_secs(4);
/// Changes per second: large frames, so that buffers fill soon.
const RATE: u64 = 600;
/// Frames that may wait for a client.
const QUEUE: f64 = 128.0;

/// Measures and prints the rows.
pub(crate) fn measure() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let hub = runtime.block_on(TestHub::start("slow"));
    let sessions = runtime.block_on(crowd::sessions(&hub));
    let gateway = Served::gateway(&hub, Duration::from_millis(100));
    let mut healthy = Crowd::start(&gateway.address, HEALTHY, &[], &sessions);
    let stalled = Crowd::start(&gateway.address, STALLED, &[], &sessions);
    let (mut calm, mut beside, mut left) = (Vec::new(), Vec::new(), Vec::new());
    with_load(&hub, RATE, || {
        // Frames are kept for those who come back; that they gather is no growth of ours.
        std::thread::sleep(RUN / 2);
        for n in 0..PAIRS {
            for hanging in [n % 2 == 1, n % 2 == 0] {
                if !hanging {
                    calm.push(run(&gateway, &mut healthy));
                    continue;
                }
                hang(stalled.id());
                beside.push(run(&gateway, &mut healthy));
                left.push(runtime.block_on(gateway.metric("city_brain_live_gateway_clients")));
                go_on(stalled.id());
                std::thread::sleep(BACK);
            }
        }
    });
    print(&calm, &beside);
    row(
        &format!("P10 clients left of {} when some hang", HEALTHY + STALLED),
        "",
        &left,
    );
    runtime.block_on(hub.stop());
}

/// What one run found.
struct Run {
    /// Milliseconds from a frame's making to its arrival with those who read.
    p99: f64,
    /// Mean bytes of a frame.
    bytes: f64,
    /// Frames that one client got in a second.
    frames: f64,
    /// Most bytes by which the gateway's memory grew.
    growth: f64,
}

fn run(gateway: &Served, healthy: &mut Crowd) -> Run {
    healthy.heard();
    let (begin, before) = (Instant::now(), gateway.resident());
    let mut most = before;
    while begin.elapsed() < RUN {
        std::thread::sleep(Duration::from_millis(200));
        most = most.max(gateway.resident());
    }
    let heard = healthy.heard();
    assert!(heard.ended == 0.0, "nobody who reads is let go");
    Run {
        p99: heard.p99,
        bytes: heard.bytes / heard.frames,
        frames: heard.frames / HEALTHY as f64 / RUN.as_secs_f64(),
        growth: most - before,
    }
}

fn print(calm: &[Run], beside: &[Run]) {
    let of = |runs: &[Run], figure: fn(&Run) -> f64| runs.iter().map(figure).collect::<Vec<_>>();
    row("P10 a frame", "bytes", &of(calm, |run| run.bytes));
    row(
        "P10 frames to each, all read",
        "per second",
        &of(calm, |run| run.frames),
    );
    row(
        "P10 frames to each, some hang",
        "per second",
        &of(beside, |run| run.frames),
    );
    row(
        "P10 p99 of delivery, all read",
        "ms",
        &of(calm, |run| run.p99),
    );
    row(
        "P10 p99 of delivery, some hang",
        "ms",
        &of(beside, |run| run.p99),
    );
    let ratio: Vec<f64> = beside
        .iter()
        .zip(calm)
        .map(|(beside, calm)| beside.p99 / calm.p99)
        .collect();
    row("P10 some hang / all read", "", &ratio);
    judge("P10 some hang / all read", &ratio, "", Goal::AtMost(1.2));
    row(
        "P10 growth of memory, all read",
        "bytes",
        &of(calm, |run| run.growth),
    );
    row(
        "P10 growth of memory, some hang",
        "bytes",
        &of(beside, |run| run.growth),
    );
    let share: Vec<f64> = beside
        .iter()
        .map(|run| run.growth / (STALLED as f64 * QUEUE * run.bytes))
        .collect();
    judge(
        "P10 growth / (clients x queue)",
        &share,
        "",
        Goal::AtMost(1.0),
    );
}
