//! ClickHouse refuses, is full, is slow, or has stored what it cannot say: batches go in exactly once.
//!
//! `CITY_BRAIN_FAULTS=300` breaks as many inserts, the slow ones for half a minute.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tests::exactly_once;
use tests::faulty_store::{FAULTS, FaultyStore};
use tests::hub::{TestHub, settings};
use tests::load::{Load, Plan};
use tests::number::number;
use tests::stack::{namespace, shared};
use tests::wait::until;

const SEED: u64 = 20_240_206;
/// Three of each kind.
const BROKEN: u64 = 3 * FAULTS.len() as u64;

#[tokio::test(flavor = "multi_thread")]
async fn inserts_that_break_before_or_after_they_are_stored_lose_nothing_and_double_nothing() {
    let (seed, broken) = (
        number("CITY_BRAIN_SEED", SEED),
        number("CITY_BRAIN_FAULTS", BROKEN),
    );
    let slow = Duration::from_secs(if broken > BROKEN { 35 } else { 2 });
    let namespace = namespace("faults");
    let mut settings = settings(&namespace);
    let store = FaultyStore::start(&shared().clickhouse.url, seed, slow).await;
    settings.clickhouse.as_mut().unwrap().url = store.url.clone();
    let hub = TestHub::with(namespace.clone(), settings).await;
    let load = Load::start(Plan {
        brokers: shared().brokers.clone(),
        topic_prefix: namespace.topic_prefix,
        rate: 600,
        seed,
    });
    let begin = Instant::now();
    store.break_inserts(broken as usize);
    // The recorder waits between attempts, a little longer each time.
    let limit = Duration::from_secs(60 + 6 * broken);
    until("every fault has come", limit, || async {
        (store.state().0 == 0).then_some(())
    })
    .await;
    let broken_within = begin.elapsed();
    let published = load.finish();
    let left = exactly_once::holds(&hub.hub.addresses, published, Duration::from_secs(180)).await;
    let mut met = BTreeMap::new();
    for fault in store.state().1 {
        *met.entry(fault).or_insert(0) += 1;
    }
    println!(
        "{broken} inserts broken in {broken_within:?}: {published:?}, left {left:?}, at rest after {:?}; {met:?}",
        begin.elapsed()
    );
    assert_eq!(met.len(), FAULTS.len(), "every kind came: {met:?}");
    hub.stop().await;
}
