//! The measured programs, each run as a process of its own by `pairs`.

use std::sync::Arc;
use std::time::Duration;

use event_log::LogConfig;
use event_schemas::Catalog;
use event_schemas::city::Topics;
use event_store::{Reader, StoreConfig};
use service_kit::{Clock, Health, Shutdown, telemetry};

use crate::{crowd, floor, served};

/// Runs the program named by the arguments.
pub(crate) fn run(arguments: &[String]) {
    let text = |index: usize| arguments[index].as_str();
    let count = || text(arguments.len() - 1).parse().unwrap();
    match text(0) {
        "floor-admission" => floor::admission::run(text(1), text(2), text(3), count()),
        "floor-recorder" => {
            floor::recorder::run(text(1), text(2), &table(&arguments[3..7]), count());
        }
        "admission" => block_on(admission(text(1), text(2), &arguments[3..7], count())),
        "recorder" => block_on(recorder(text(1), text(2), &arguments[3..7], count())),
        "floor-fanout" => {
            let number = |index: usize| text(index).parse::<usize>().unwrap();
            let every = Duration::from_micros(number(3) as u64);
            floor::fanout::run(number(1), number(2), every);
        }
        "gateway" => {
            let frame_every = Duration::from_millis(text(3).parse().unwrap());
            block_on(served::serve_gateway(text(1), text(2), frame_every));
        }
        "query" => {
            let store = store(&arguments[3..7]);
            block_on(served::serve_query(text(1), text(2), &store));
        }
        "crowd" => {
            let [address, topics, token] = [1, 2, 3].map(|index| text(index).to_owned());
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(crowd::run(address, topics, token, count()));
        }
        other => panic!("no such program: {other}"),
    }
}

fn table(words: &[String]) -> floor::recorder::Table {
    floor::recorder::Table {
        url: words[0].clone(),
        database: words[1].clone(),
        user: words[2].clone(),
        password: words[3].clone(),
    }
}

fn store(words: &[String]) -> StoreConfig {
    StoreConfig {
        url: words[0].clone(),
        database: words[1].clone(),
        user: words[2].clone(),
        password: words[3].clone(),
    }
}

fn block_on(task: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(task);
    runtime.shutdown_timeout(Duration::from_millis(500));
}

/// The log of a child.
pub(crate) fn log(brokers: &str, prefix: &str) -> LogConfig {
    LogConfig {
        brokers: brokers.to_owned(),
        topics: Topics::new(prefix),
        client_id: String::from("bench"),
    }
}

/// Waits until a counter of this process has reached `count`.
async fn until_counted(name: &str, count: usize) {
    let metrics = telemetry::metrics();
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let sum: f64 = metrics
            .render()
            .lines()
            .filter(|line| line.starts_with(name))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum();
        if sum >= count as f64 {
            return;
        }
    }
}

async fn admission(brokers: &str, prefix: &str, words: &[String], count: usize) {
    let metrics = telemetry::metrics();
    drop(metrics);
    let log = log(brokers, prefix);
    let folder = tempfile::tempdir().unwrap();
    let shutdown = Shutdown::new();
    let (_rules, told) = tokio::sync::watch::channel(None);
    let ports = event_admission::Ports {
        log: log.clone(),
        catalog: Arc::new(Catalog::embedded().unwrap()),
        clock: Clock::system(),
        health: Health::new(),
        rules: told,
        earlier: Arc::new(event_admission::StoredEarlier::new(
            Reader::new(&store(words)).unwrap(),
            log,
        )),
    };
    let config = event_admission::Config::new(folder.path().join("personal.key"));
    let running = tokio::spawn(event_admission::run(config, ports, shutdown.clone()));
    until_counted("city_brain_event_admission_events_accepted_total", count).await;
    shutdown.cancel();
    running.await.unwrap().unwrap();
}

async fn recorder(brokers: &str, prefix: &str, words: &[String], count: usize) {
    let metrics = telemetry::metrics();
    drop(metrics);
    let shutdown = Shutdown::new();
    let ports = event_recorder::Ports {
        log: log(brokers, prefix),
        store: store(words),
        clock: Clock::system(),
        health: Health::new(),
    };
    let running = tokio::spawn(event_recorder::run(
        event_recorder::Config::default(),
        ports,
        shutdown.clone(),
    ));
    until_counted(
        "city_brain_event_recorder_rows_total{table=\"events\"}",
        count,
    )
    .await;
    shutdown.cancel();
    running.await.unwrap().unwrap();
}
