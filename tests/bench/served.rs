//! One service of the hub in a process of its own: its CPU time and its memory are the system's
//! own account, and nothing else is in them.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use event_log::LogConfig;
use event_schemas::Catalog;
use event_store::Reader;
use service_kit::identity::Identity;
use service_kit::{Clock, Health, Shutdown, admin, telemetry};
use tests::cpu::cpu_seconds;
use tests::hub::TestHub;

use crate::child;
use crate::processes::resident;

/// A service that serves, watched from outside.
pub(crate) struct Served {
    process: Child,
    /// `127.0.0.1:port`.
    pub(crate) address: String,
}

impl Served {
    /// The live gateway beside this hub, on the same log and with the same accounts.
    pub(crate) fn gateway(hub: &TestHub, frame_every: Duration) -> Self {
        let log = hub.hub.log();
        Self::start(&[
            "gateway",
            &log.brokers,
            &hub.namespace.topic_prefix,
            &frame_every.as_millis().to_string(),
        ])
    }

    /// The query API beside this hub, on the same log and the same tables.
    pub(crate) fn query(hub: &TestHub) -> Self {
        let (log, store) = (hub.hub.log(), &hub.hub.addresses.clickhouse);
        Self::start(&[
            "query",
            &log.brokers,
            &hub.namespace.topic_prefix,
            &store.url,
            &store.database,
            &store.user,
            &store.password,
        ])
    }

    /// A program of ours that prints its port once it serves.
    pub(crate) fn start(words: &[&str]) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg("child")
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        Self {
            process,
            address: format!("127.0.0.1:{}", line.trim()),
        }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// CPU seconds so far.
    pub(crate) fn cpu(&self) -> f64 {
        cpu_seconds(self.process.id())
    }

    /// Resident bytes.
    pub(crate) fn resident(&self) -> f64 {
        resident(self.process.id())
    }

    /// The sum of one of its metrics.
    pub(crate) async fn metric(&self, name: &str) -> f64 {
        let url = format!("http://{}/metrics", self.address);
        let text = reqwest::get(url).await.unwrap().text().await.unwrap();
        text.lines()
            .filter(|line| line.starts_with(name))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Child: the real live gateway, its own protocol and its own sign-in.
pub(crate) async fn serve_gateway(brokers: &str, prefix: &str, frame_every: Duration) {
    let (log, health, shutdown) = ports(brokers, prefix);
    let ports = live_gateway::Ports {
        cases: dispatch::open_cases(&log, shutdown.clone()).await.unwrap(),
        identity: Identity::open(&log, shutdown.clone()).await.unwrap(),
        catalog: Arc::new(Catalog::embedded().unwrap()),
        clock: Clock::system(),
        health: health.clone(),
        log,
    };
    let config = live_gateway::Config {
        frame_every,
        // A crowd of ten thousand has fewer people behind it than a city's rooms.
        clients_of_session: usize::MAX,
        ..live_gateway::Config::default()
    };
    let router = live_gateway::start(config, ports, shutdown).await.unwrap();
    serve(router, health).await;
}

/// Child: the real query API.
pub(crate) async fn serve_query(brokers: &str, prefix: &str, store: &event_store::StoreConfig) {
    let (log, health, shutdown) = ports(brokers, prefix);
    let ports = query_api::Ports {
        store: Reader::new(store).unwrap(),
        identity: Identity::open(&log, shutdown.clone()).await.unwrap(),
        catalog: Arc::new(Catalog::embedded().unwrap()),
        clock: Clock::system(),
        health: health.clone(),
        log,
    };
    let config = query_api::Config::default();
    let router = query_api::start(config, ports, shutdown).await.unwrap();
    serve(router, health).await;
}

fn ports(brokers: &str, prefix: &str) -> (LogConfig, Health, Shutdown) {
    let metrics = telemetry::metrics();
    drop(metrics);
    (child::log(brokers, prefix), Health::new(), Shutdown::new())
}

/// Serves beside the metrics, and tells the port when everything is ready.
async fn serve(router: Router, health: Health) {
    health.wait_ready().await;
    let router = router.merge(admin::admin_routes(health, telemetry::metrics()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    axum::serve(listener, router).await.unwrap();
}
