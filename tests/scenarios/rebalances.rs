//! Instances of a service come and go while departments publish: partitions move to and fro, some
//! leave in good order, some are killed, some stand still and come back to a share that is no longer
//! theirs. No gap, nothing twice, no order lost.
//!
//! `CITY_BRAIN_REBALANCES=1000` makes as many.

use std::time::{Duration, Instant};

use city_brain::settings::Settings;
use nix::sys::signal::Signal;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tests::exactly_once;
use tests::hub::{instance, settings};
use tests::load::{Load, Plan};
use tests::number::number;
use tests::process::HubProcess;
use tests::stack::{namespace, shared};

const SEED: u64 = 20_240_207;
/// Changes of membership, of all services together.
const CHANGES: u64 = 18;
const SERVICES: [&str; 3] = ["admission", "recorder", "engine"];
/// An instance that joins and leaves changes the membership twice.
const CHANGES_OF_ONE: u64 = 2;

/// How an instance leaves.
#[derive(Clone, Copy, Debug)]
enum Leaves {
    InOrder,
    Killed,
    /// Stands still past its session, and goes on afterwards; then it is ended in order.
    StoodStill,
}

/// One service: an instance that stays, and others that come and go.
struct Group {
    service: &'static str,
    city: Settings,
    chance: StdRng,
}

impl Group {
    /// Lives through so many comings and goings; returns the instance that stayed.
    fn churn(mut self, visits: u64) -> HubProcess {
        let stays = HubProcess::start_service(&self.settings(0), self.service);
        let mut beside: Option<HubProcess> = None;
        for visit in 1..=visits {
            let mut comes = HubProcess::spawn(&self.settings(1 + visit % 2), Some(self.service));
            if self.chance.random_bool(0.7) {
                comes.wait_ready();
            }
            // Two visitors for a while: the group has three members.
            self.pause(300..1_500);
            if let Some(goes) = beside.replace(comes) {
                self.leave(goes);
            }
        }
        if let Some(goes) = beside {
            self.leave(goes);
        }
        stays
    }

    fn leave(&mut self, process: HubProcess) {
        let ways = [Leaves::InOrder, Leaves::Killed, Leaves::StoodStill];
        let way = ways[self.chance.random_range(0..ways.len())];
        match way {
            Leaves::Killed => process.kill(),
            Leaves::InOrder => {
                process.terminate(Duration::from_secs(30));
            }
            Leaves::StoodStill => {
                process.signal(Signal::SIGSTOP);
                self.pause(5_000..9_000);
                process.signal(Signal::SIGCONT);
                self.pause(500..2_000);
                process.terminate(Duration::from_secs(30));
            }
        }
    }

    fn settings(&self, number: u64) -> Settings {
        instance(&self.city, &format!("{}-{number}", self.service))
    }

    fn pause(&mut self, millis: std::ops::Range<u64>) {
        std::thread::sleep(Duration::from_millis(self.chance.random_range(millis)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_that_come_and_go_leave_no_gap_and_nothing_twice() {
    let seed = number("CITY_BRAIN_SEED", SEED);
    let changes = number("CITY_BRAIN_REBALANCES", CHANGES);
    let visits = changes.div_ceil(CHANGES_OF_ONE * SERVICES.len() as u64);
    let namespace = namespace("rebalances");
    let city = settings(&namespace);
    let dispatch = HubProcess::start_service(&instance(&city, "dispatch"), "dispatch");
    let load = Load::with_grave_fires(
        Plan {
            brokers: shared().brokers.clone(),
            topic_prefix: namespace.topic_prefix.clone(),
            rate: 300,
            seed,
        },
        200,
    );
    let begin = Instant::now();
    let groups: Vec<_> = (seed..)
        .zip(SERVICES)
        .map(|(seed, service)| Group {
            service,
            city: city.clone(),
            chance: StdRng::seed_from_u64(seed),
        })
        .map(|group| tokio::task::spawn_blocking(move || group.churn(visits)))
        .collect();
    let mut stay = Vec::new();
    for group in groups {
        stay.push(group.await.unwrap());
    }
    let churned = begin.elapsed();
    let published = load.finish();
    let addresses = dispatch.addresses().unwrap();
    let left = exactly_once::holds(&addresses, published, Duration::from_secs(180)).await;
    let made = visits * CHANGES_OF_ONE * SERVICES.len() as u64;
    println!("{made} changes of membership in {churned:?}: {published:?}, left {left:?}");
    assert!(published.grave > 5, "{published:?}");
}
