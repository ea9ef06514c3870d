//! P4: from produce until a `SELECT` finds the row, at the highest rate the machine holds; beside
//! the time a batch may gather and a bare insert of the same batch, on the same busy machine.

use std::time::{Duration, Instant};

use event_recorder::Config as Recorder;
use event_store::StoreConfig;
use rdkafka::ClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord};
use tests::hub::TestHub;
use tests::stack::shared;
use tests::store::Store;

use crate::floor::insert::Insert;
use crate::goal::{Goal, judge};
use crate::load::{self, Steady};
use crate::table::{percentile, row};

/// Events per second that are tried, the highest first.
const RATES: [u64; 5] = [20_000, 10_000, 5_000, 2_000, 500];
/// Events per second of a metropolis in a storm: measured too, where more is held.
const CITY: u64 = 2_000;
/// A rate is held when the tables are no further behind than this after some seconds of it.
const BEHIND: Duration = Duration::from_secs(1);
/// How long a rate is tried.
const TRIAL: Duration = Duration::from_secs(20);
/// Runs of probes.
const RUNS: usize = 5;
/// A run's length.
const RUN: Duration = Duration::from_secs(8);
/// Between two probes.
const PROBE_EVERY: Duration = Duration::from_millis(47);
/// More probes than one run has.
const PROBES_MAX: usize = 1_000;
/// Between two looks at the table: a row counts as visible only when a look has found it.
const LOOK_EVERY: Duration = Duration::from_millis(8);
/// Between two bare inserts.
const INSERT_EVERY: Duration = Duration::from_millis(250);
/// Where events happen; probes happen in a place of the same towns, so that they share batches.
const PLACES: [&str; 4] = [
    "990101001001",
    "990101002001",
    "990101003001",
    "990101001002",
];
const PROBE_PLACE: &str = "990101002002";
/// Events the hub should have stored before anything is taken for a batch.
const WARM: u64 = 4_000;

/// Measures and prints the rows.
pub(crate) fn measure() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let hub = TestHub::start("fresh").await;
        let mut bench = Bench::new(&hub).await;
        let rate = bench.highest_rate_held().await;
        bench.at(rate).await;
        if rate > CITY {
            bench.at(CITY).await;
        }
        hub.stop().await;
    });
}

struct Bench {
    topic: String,
    store: Store,
    admin: StoreConfig,
    producer: FutureProducer,
    probes: u64,
}

impl Bench {
    async fn new(hub: &TestHub) -> Self {
        let stack = shared();
        let producer = ClientConfig::new()
            .set("bootstrap.servers", &stack.brokers)
            .set("acks", "all")
            .set("linger.ms", "0")
            .create()
            .unwrap();
        let this = Self {
            topic: format!("{}.inbox.fire", hub.namespace.topic_prefix),
            store: Store::new(&hub.hub.addresses.clickhouse),
            admin: StoreConfig {
                url: stack.clickhouse.url.clone(),
                database: hub.namespace.database.clone(),
                user: stack.clickhouse.admin.user.clone(),
                password: stack.clickhouse.admin.password.clone(),
            },
            producer,
            probes: 0,
        };
        let warm = this.load(1_000);
        while this.rows().await < WARM {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        warm.stop();
        this
    }

    fn load(&self, rate: u64) -> Steady {
        Steady::start(&shared().brokers, &self.topic, rate, &PLACES)
    }

    async fn rows(&self) -> u64 {
        self.store.numbers("SELECT count() FROM events").await[0]
    }

    /// Tries rates from the highest; the first that the hub keeps up with.
    async fn highest_rate_held(&self) -> u64 {
        for rate in RATES {
            let (load, before) = (self.load(rate), self.rows().await);
            tokio::time::sleep(TRIAL).await;
            let published = tokio::task::spawn_blocking(move || load.stop())
                .await
                .unwrap();
            let behind = published.saturating_sub(self.rows().await - before);
            // Whether held or not: the next rate begins with nothing waiting.
            while self.rows().await - before < published {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            let seconds = behind as f64 / rate as f64;
            row(
                &format!("P4 at {rate}/s for {} s: behind", TRIAL.as_secs()),
                "s",
                &[seconds],
            );
            let sent = published as f64 >= 0.95 * rate as f64 * TRIAL.as_secs_f64();
            if sent && seconds < BEHIND.as_secs_f64() {
                return rate;
            }
        }
        RATES[RATES.len() - 1]
    }

    async fn at(&mut self, rate: u64) {
        let gather = Recorder::default().batch_age;
        let load = self.load(rate);
        tokio::time::sleep(Duration::from_secs(2)).await;
        let batch = self.rows_of_a_batch().await;
        let floor = Insert::open(&self.admin, batch).await;
        let (mut ours, mut median, mut bare, mut ratio) = (vec![], vec![], vec![], vec![]);
        for _ in 0..RUNS {
            let inserts = async {
                let (begin, mut found) = (Instant::now(), Vec::new());
                while begin.elapsed() < RUN {
                    found.push(floor.probe().await);
                    tokio::time::sleep(INSERT_EVERY).await;
                }
                found
            };
            let (mut seen, mut inserts) = (self.run().await, inserts.await);
            seen.sort_by(f64::total_cmp);
            inserts.sort_by(f64::total_cmp);
            let p99 = percentile(&seen, 99.0);
            let least = gather.as_secs_f64() * 1_000.0 + percentile(&inserts, 99.0);
            ours.push(p99);
            median.push(percentile(&seen, 50.0));
            bare.push(least);
            ratio.push(p99 / least);
        }
        load.stop();
        let name = format!("P4 at {rate}/s");
        row(&format!("{name}: rows of a batch"), "", &[batch as f64]);
        row(&format!("{name}: p50, produce to SELECT"), "ms", &median);
        row(&format!("{name}: p99, produce to SELECT"), "ms", &ours);
        row(
            &format!("{name}: gathering + p99 of a bare insert"),
            "ms",
            &bare,
        );
        row(&format!("{name}: hub / floor"), "", &ratio);
        judge(
            &format!("{name}: hub / floor"),
            &ratio,
            "",
            Goal::AtMost(1.25),
        );
        judge(&format!("{name}: p99"), &ours, "ms", Goal::AtMost(250.0));
    }

    /// How many rows one insert of the recorder has, of late.
    async fn rows_of_a_batch(&self) -> usize {
        let metrics = service_kit::telemetry::metrics();
        let count = || {
            let text = metrics.render();
            let of = |name: &str| -> f64 {
                text.lines()
                    .filter(|line| line.starts_with(name) && line.contains("table=\"events\""))
                    .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
                    .sum()
            };
            (
                of("city_brain_event_recorder_rows_total"),
                of("city_brain_event_recorder_batches_total"),
            )
        };
        let before = count();
        tokio::time::sleep(Duration::from_secs(2)).await;
        let after = count();
        let batches = (after.1 - before.1).max(1.0);
        (((after.0 - before.0) / batches) as usize).max(1)
    }

    /// Milliseconds from produce to visible, of each probe of one run.
    async fn run(&mut self) -> Vec<f64> {
        let first = self.probes;
        let (told, mut produced) = tokio::sync::mpsc::channel(PROBES_MAX);
        let publishing = async {
            let begin = Instant::now();
            while begin.elapsed() < RUN {
                let (number, at) = (self.probes, Instant::now());
                let id = format!("fresh-{number:08}");
                let (payload, now) = (load::payload(0), service_kit::Clock::system().now());
                let record: FutureRecord<'_, (), str> = FutureRecord::to(&self.topic)
                    .payload(payload.as_str())
                    .headers(load::headers(&id, PROBE_PLACE, &now.rfc3339()));
                let sent = self.producer.send(record, Duration::from_secs(10)).await;
                sent.map_err(|(error, _)| error).unwrap();
                told.try_send(at).unwrap();
                self.probes += 1;
                tokio::time::sleep(PROBE_EVERY).await;
            }
            drop(told);
        };
        let store = &self.store;
        let looking = async move {
            let (mut waiting, mut found) = (std::collections::VecDeque::new(), Vec::new());
            let (mut seen, mut more) = (0, true);
            let look = format!(
                "SELECT count() FROM events WHERE place = '{PROBE_PLACE}' AND id >= 'fresh-{first:08}'"
            );
            while more || !waiting.is_empty() {
                let visible = usize::try_from(store.numbers(&look).await[0]).unwrap();
                let now = Instant::now();
                loop {
                    match produced.try_recv() {
                        Ok(at) => waiting.push_back(at),
                        Err(error) => {
                            more = error == tokio::sync::mpsc::error::TryRecvError::Empty;
                            break;
                        }
                    }
                }
                // Probes have one history: the first so many are the visible ones.
                while seen < visible
                    && let Some(at) = waiting.pop_front()
                {
                    found.push(now.saturating_duration_since(at).as_secs_f64() * 1_000.0);
                    seen += 1;
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
            found
        };
        let ((), found) = tokio::join!(publishing, looking);
        found
    }
}
