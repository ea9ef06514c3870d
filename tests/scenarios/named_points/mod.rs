//! kill -9 at named points: each service runs as a process of its own under load and dies exactly
//! between two lines where exactly-once could break; its successor goes on at once. Nothing is lost,
//! nothing doubled, order stands, and no console is told a change twice.
//!
//! One round of kills visits every point at least twice. `CITY_BRAIN_KILLS=300` makes it as many rounds
//! as that takes; `CITY_BRAIN_SEED` draws other moments.

mod callers;
mod plan;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use city_brain::settings::Settings;
use nix::sys::signal::Signal;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use service_kit::kill_point::{Point, VARIABLE, last_line};
use tests::exactly_once;
use tests::hub::{TestHub, instance};
use tests::load::{Load, Plan};
use tests::number::number;
use tests::process::HubProcess;
use tests::stack::shared;

use plan::{Kill, Way};

const SEED: u64 = 20_240_204;
/// A process comes to its point within this, waiting for the session of a former instance included.
const DIES_WITHIN: Duration = Duration::from_secs(60);
/// Consoles at the live gateway.
const CONSOLES: usize = 3;

/// One service and its deaths.
struct Service {
    name: &'static str,
    settings: Settings,
    newcomer: Settings,
    chance: StdRng,
}

impl Service {
    fn new(city: &Settings, name: &'static str, seed: u64) -> Self {
        Self {
            name,
            settings: instance(city, name),
            newcomer: instance(city, &format!("{name}-newcomer")),
            chance: StdRng::seed_from_u64(seed),
        }
    }

    /// Dies by every kill of the plan, one process after another; returns the one that lives on.
    fn live_through(mut self, kills: &[Kill]) -> HubProcess {
        for kill in kills {
            self.die(kill);
        }
        HubProcess::start_service(&self.settings, self.name)
    }

    fn die(&mut self, kill: &Kill) {
        let at = format!("{}:{}", kill.point.name(), kill.times);
        let mut process =
            HubProcess::spawn_with(&self.settings, Some(self.name), &[(VARIABLE, &at)]);
        let last = last_line(kill.point, kill.times, process.pid());
        match kill.way {
            Way::Work | Way::Joining => process.wait_killed(&last, DIES_WITHIN),
            Way::Stop => {
                process.wait_ready();
                self.pause(200..1_500);
                process.signal(Signal::SIGTERM);
                process.wait_killed(&last, DIES_WITHIN);
            }
            Way::Newcomer => {
                process.wait_ready();
                let second = HubProcess::start_service(&self.newcomer, self.name);
                process.wait_killed(&last, DIES_WITHIN);
                // Sometimes it has taken over by then, sometimes it is on its way.
                self.pause(0..8_000);
                second.terminate(Duration::from_secs(30));
            }
        }
    }

    fn pause(&mut self, millis: std::ops::Range<u64>) {
        std::thread::sleep(Duration::from_millis(self.chance.random_range(millis)));
    }
}

fn count(plan: &[(&'static str, Vec<Kill>)]) -> BTreeMap<Point, usize> {
    let mut counts = BTreeMap::new();
    for kill in plan.iter().flat_map(|(_, kills)| kills) {
        *counts.entry(kill.point).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_named_point_loses_nothing_and_doubles_nothing() {
    let seed = number("CITY_BRAIN_SEED", SEED);
    let plan = plan::plan(seed, number("CITY_BRAIN_KILLS", 1) as u32);
    let counts = count(&plan);
    // Topics, tables, an account and a key; then every service by itself.
    let hub = TestHub::start("points").await;
    let (city, prefix) = (hub.settings.clone(), hub.namespace.topic_prefix.clone());
    let token = hub.api().await.token;
    let now = service_kit::Clock::system().now();
    let issued = hub.hub.identity.issue_key("fire", "scenario", now).await;
    let (_, key) = issued.unwrap();
    hub.stop().await;

    let load = Load::with_grave_fires(
        Plan {
            brokers: shared().brokers.clone(),
            topic_prefix: prefix,
            rate: 300,
            seed,
        },
        100,
    );
    let (publish_ends, watch_ends) = (Arc::default(), Arc::default());
    let (intake, gateway) = (instance(&city, "intake"), instance(&city, "live"));
    let caller = callers::publish(intake, key, seed, Arc::clone(&publish_ends));
    let caller = tokio::spawn(caller);
    let consoles: Vec<_> = (0..CONSOLES)
        .map(|_| callers::watch(gateway.clone(), token.clone(), Arc::clone(&watch_ends)))
        .map(tokio::spawn)
        .collect();

    let begin = Instant::now();
    let lives: Vec<_> = plan
        .into_iter()
        .map(|(name, kills)| (Service::new(&city, name, seed), kills))
        .map(|(service, kills)| tokio::task::spawn_blocking(move || service.live_through(&kills)))
        .collect();
    let mut running = Vec::new();
    for life in lives {
        running.push(life.await.unwrap());
    }
    let end = |flag: &Arc<AtomicBool>| flag.store(true, Ordering::Relaxed);
    end(&publish_ends);
    let over_http = caller.await.unwrap();
    let published = load.finish().and(over_http);
    let killed_within = begin.elapsed();
    let addresses = running[0].addresses().unwrap();
    let left = exactly_once::holds(&addresses, published, Duration::from_secs(300)).await;
    end(&watch_ends);
    let mut pictures = Vec::new();
    let mut connections = 0;
    for console in consoles {
        let watched = console.await.unwrap();
        connections += watched.connections;
        pictures.push(watched.picture);
    }
    assert!(!pictures[0].is_empty());
    assert!(pictures.iter().all(|picture| *picture == pictures[0]));
    let kills: usize = counts.values().sum();
    println!(
        "{kills} kills in {killed_within:?}: {published:?} ({} over HTTP), left {left:?}, {connections} live \
         connections, pictures of {} alerts and cases",
        over_http.events,
        pictures[0].len()
    );
    for (point, count) in counts {
        println!("{count:>4} {}", point.name());
    }
    assert!(published.grave > 10, "{published:?}");
}
