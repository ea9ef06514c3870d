//! Kafka stands still or dies under load, again and again: the hub waits without spinning, catches up
//! and has lost nothing.
//!
//! `CITY_BRAIN_OUTAGES=300` makes as many, of up to thirty seconds.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tests::children::{ChildProcess, child, children};
use tests::cpu::cpu_seconds;
use tests::exactly_once;
use tests::hub::settings;
use tests::load::{Load, Plan};
use tests::number::number;
use tests::process::HubProcess;
use tests::stack::namespace;
use tests::store::Store;
use tests::wait::until;

const SEED: u64 = 20_240_208;
const OUTAGES: u64 = 4;
const BROKER: &str = "kafka.Kafka";
/// Of one processor, while Kafka is away and nothing can be done.
const IDLE_CPU: f64 = 0.5;
/// How long it takes until rows come again, at most; a start of the broker is within it.
const BACK: Duration = Duration::from_secs(90);

/// What one outage cost.
struct Outage {
    away: Duration,
    /// Share of one processor that the hub took meanwhile.
    cpu: f64,
    /// From the broker's return to the first new row.
    back: Duration,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_stands_still_or_dies_costs_time_and_nothing_else() {
    let seed = number("CITY_BRAIN_SEED", SEED);
    let outages = number("CITY_BRAIN_OUTAGES", OUTAGES);
    let longest = if outages > OUTAGES { 30_000 } else { 4_000 };
    let mut chance = StdRng::seed_from_u64(seed);
    let namespace = namespace("outages");
    let mut settings = settings(&namespace);
    (settings.kafka, settings.clickhouse) = (None, None);
    let hub = HubProcess::start(&settings);
    let addresses = hub.addresses().unwrap();
    let store = Store::new(&addresses.clickhouse);
    let rows = async || store.numbers("SELECT count() FROM events").await[0];
    let load = Load::start(Plan {
        brokers: addresses.kafka.clone(),
        topic_prefix: namespace.topic_prefix.clone(),
        rate: 300,
        seed,
    });
    until("the first rows", BACK, || async {
        (rows().await > 0).then_some(())
    })
    .await;
    let mut met = Vec::new();
    for number in 0..outages {
        let away = Duration::from_millis(chance.random_range(1_000..longest));
        let broker = child(hub.pid(), BROKER);
        // One in four dies; its successor is started by the hub itself.
        let dies = number % 4 == 3;
        if dies {
            broker.kill();
        } else {
            broker.signal(Signal::SIGSTOP);
        }
        // What was on its way comes to rest before the watch begins.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (begin, before) = (Instant::now(), cpu_seconds(hub.pid()));
        tokio::time::sleep(away).await;
        let cpu = (cpu_seconds(hub.pid()) - before) / begin.elapsed().as_secs_f64();
        let (returned, count) = (Instant::now(), rows().await);
        if !dies {
            broker.signal(Signal::SIGCONT);
        }
        until("rows after an outage", BACK, || async {
            (rows().await > count).then_some(())
        })
        .await;
        let back = returned.elapsed();
        met.push(Outage { away, cpu, back });
        tokio::time::sleep(Duration::from_millis(chance.random_range(500..3_000))).await;
    }
    let published = load.finish();
    let left = exactly_once::holds(&addresses, published, Duration::from_secs(180)).await;
    for Outage { away, cpu, back } in &met {
        println!("away {away:?}: hub at {cpu:.2} of a processor, rows again after {back:?}");
    }
    println!("{outages} outages: {published:?}, left {left:?}");
    let busy = met.iter().filter(|outage| outage.cpu > IDLE_CPU).count();
    assert!(
        busy * 2 < met.len(),
        "the hub does not spin while Kafka is away"
    );
    let running = children(hub.pid());
    assert!(hub.terminate(Duration::from_secs(10)).success());
    assert!(!running.iter().any(ChildProcess::runs), "{running:?}");
}
