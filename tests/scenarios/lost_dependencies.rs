//! Kafka and ClickHouse die under load: readiness tells, nothing is lost, all goes on by itself; and
//! SIGTERM ends the hub and its children within ten seconds.

use std::time::{Duration, Instant};

use serde_json::Value;
use tests::children::{child, children};
use tests::exactly_once;
use tests::hub::settings;
use tests::load::{Load, Plan};
use tests::process::HubProcess;
use tests::stack::namespace;

const LIMIT: Duration = Duration::from_secs(90);

/// Readiness with reasons, from the administration port.
async fn readiness(admin: &str) -> (u16, Value) {
    let answer = reqwest::get(format!("{admin}/readyz")).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Waits until readiness says no and names `part` with a reason; then until it says yes again.
async fn told_and_back(admin: &str, part: &str) -> (String, Duration) {
    let begin = Instant::now();
    let reason = loop {
        let (status, report) = readiness(admin).await;
        let state = &report[part];
        if status == 503 && state["state"] == "down" {
            break state["reason"].as_str().unwrap().to_owned();
        }
        assert!(
            begin.elapsed() < LIMIT,
            "readiness tells of {part}: {status} {report}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(!reason.is_empty());
    loop {
        let (status, report) = readiness(admin).await;
        if status == 200 {
            return (reason, begin.elapsed());
        }
        assert!(
            begin.elapsed() < LIMIT,
            "ready again after {part}: {report}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_outlives_its_kafka_and_its_clickhouse_and_stops_with_them() {
    let namespace = namespace("lost");
    let mut settings = settings(&namespace);
    (settings.kafka, settings.clickhouse) = (None, None);
    let hub = HubProcess::start(&settings);
    let addresses = hub.addresses().unwrap();
    let load = Load::start(Plan {
        brokers: addresses.kafka.clone(),
        topic_prefix: namespace.topic_prefix.clone(),
        rate: 300,
        seed: 3,
    });
    tokio::time::sleep(Duration::from_secs(3)).await;
    for (part, word) in [("clickhouse", "clickhouse"), ("kafka", "kafka.Kafka")] {
        child(hub.pid(), word).kill();
        let (reason, back) = told_and_back(&addresses.admin, part).await;
        println!("{part} killed: \"{reason}\"; ready again after {back:?}");
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    let published = load.finish();
    let left = exactly_once::holds(&addresses, published, LIMIT).await;
    println!("both lost once: {published:?}, left {left:?}");

    let running = children(hub.pid());
    assert!(running.len() >= 2, "{running:?}");
    let begin = Instant::now();
    let status = hub.terminate(Duration::from_secs(10));
    println!("stopped after {:?}", begin.elapsed());
    assert!(status.success(), "{status}");
    let left: Vec<_> = running.iter().filter(|child| child.runs()).collect();
    assert!(left.is_empty(), "still running: {left:?}");
    assert!(!settings.data_dir.join("run/addresses.json").exists());
}
