//! kill -9 of the whole hub at twenty seeded moments under load: exactly the published set, nothing twice.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tests::exactly_once;
use tests::hub::settings;
use tests::load::{Load, Plan};
use tests::process::HubProcess;
use tests::stack::{namespace, shared};
use tokio::time::sleep;

const SEED: u64 = 20_240_204;
const KILLS: u32 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_under_load_lose_nothing_and_double_nothing() {
    let namespace = namespace("kills");
    let settings = settings(&namespace);
    let mut chance = StdRng::seed_from_u64(SEED);
    // The first start makes the topics that departments publish to.
    let mut hub = HubProcess::start(&settings);
    let load = Load::start(Plan {
        brokers: shared().brokers.clone(),
        topic_prefix: namespace.topic_prefix.clone(),
        rate: 2_000,
        seed: SEED,
    });
    let mut starts = Vec::new();
    let mut started = Instant::now();
    for kill in 0..KILLS {
        // Half of them meet a hub at work, half one that is still starting or catching up.
        if kill % 2 == 0 {
            hub.wait_ready();
            starts.push(started.elapsed());
            sleep(Duration::from_millis(chance.random_range(50..1_500))).await;
        } else {
            sleep(Duration::from_millis(chance.random_range(300..4_000))).await;
        }
        hub.kill();
        started = Instant::now();
        hub = HubProcess::spawn(&settings, None);
    }
    hub.wait_ready();
    let published = load.finish();
    let begin = Instant::now();
    let addresses = hub.addresses().unwrap();
    let left = exactly_once::holds(&addresses, published, Duration::from_secs(300)).await;
    starts.sort_unstable();
    println!(
        "{KILLS} kills: {published:?}, left {left:?}, start to ready {:?} (median) to {:?}, at rest after {:?}",
        starts[starts.len() / 2],
        starts[starts.len() - 1],
        begin.elapsed()
    );
    assert!(published.grave > 10, "{published:?}");
}
