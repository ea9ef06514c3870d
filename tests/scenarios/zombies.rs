//! A service that stands still (SIGSTOP) is replaced by a second instance and then goes on: its old
//! self must do no harm. Each service runs as a process of its own, as on a cluster.

use std::time::Duration;

use city_brain::settings::Settings;
use nix::sys::signal::Signal;
use tests::exactly_once;
use tests::hub::{instance, settings};
use tests::load::{Load, Plan};
use tests::process::HubProcess;
use tests::stack::{namespace, shared};
use tests::store::Store;
use tests::wait::until;

/// What shows that a service is at work, and how much of it proves that another has taken over.
struct Sign {
    service: &'static str,
    counts: &'static str,
    more: u64,
}

const SIGNS: [Sign; 3] = [
    Sign {
        service: "admission",
        counts: "SELECT count() FROM events",
        more: 1_000,
    },
    Sign {
        service: "recorder",
        counts: "SELECT count() FROM events",
        more: 1_000,
    },
    Sign {
        service: "engine",
        counts: "SELECT count() FROM alerts FINAL",
        more: 1,
    },
];

fn start(city: &Settings, service: &str, number: u32) -> HubProcess {
    let settings = instance(city, &format!("{service}-{number}"));
    HubProcess::start_service(&settings, service)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_was_stopped_and_replaced_does_no_harm_when_it_goes_on() {
    let namespace = namespace("zombies");
    let city = settings(&namespace);
    let _dispatch = start(&city, "dispatch", 1);
    let mut running: Vec<HubProcess> = SIGNS
        .iter()
        .map(|sign| start(&city, sign.service, 1))
        .collect();
    let addresses = running[0].addresses().unwrap();
    let store = Store::new(&addresses.clickhouse);
    let load = Load::start(Plan {
        brokers: shared().brokers.clone(),
        topic_prefix: namespace.topic_prefix.clone(),
        rate: 600,
        seed: 7,
    });
    for (place, sign) in SIGNS.iter().enumerate() {
        running[place].signal(Signal::SIGSTOP);
        // What was already on its way comes to rest.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let before = store.numbers(sign.counts).await[0];
        let second = start(&city, sign.service, 2);
        let what = format!("a second {} takes over", sign.service);
        until(&what, Duration::from_secs(60), || async {
            (store.numbers(sign.counts).await[0] >= before + sign.more).then_some(())
        })
        .await;
        running[place].signal(Signal::SIGCONT);
        tokio::time::sleep(Duration::from_secs(4)).await;
        running.push(second);
    }
    let published = load.finish();
    let left = exactly_once::holds(&addresses, published, Duration::from_secs(120)).await;
    println!("three stopped and replaced: {published:?}, left {left:?}");
}
