//! A small city for one scenario: departments that publish, an admission, and readers of its log.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use event_admission::{Config, EarlierEvents, EarlierUnavailable, EventKey, Found, Ports, run};
use event_log::{Follower, IdempotentProducer, LogConfig, OutRecord, Record, StartAt};
use event_schemas::Catalog;
use event_schemas::city::{DeadLetter, LogCursor, RuleSetMark, Topic, headers};
use serde_json::{Value, json};
use service_kit::{Clock, Health, Shutdown};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::stack::fresh_hub;

/// Longest wait of a scenario for something that must happen.
pub(crate) const WAIT: Duration = Duration::from_secs(40);

/// A store that has nothing, for scenarios whose memory is complete: asking it is a fault.
pub(crate) struct NothingEarlier;

impl EarlierEvents for NothingEarlier {
    fn find<'f>(&'f self, keys: &'f [EventKey], _covered: &'f LogCursor) -> Found<'f> {
        let message = format!("nobody should ask for {keys:?}");
        Box::pin(async { Err(EarlierUnavailable(message)) })
    }
}

/// Topics, a key file, and a producer for the departments.
pub(crate) struct City {
    pub(crate) log: LogConfig,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) folder: tempfile::TempDir,
    producer: IdempotentProducer,
}

/// A running admission.
pub(crate) struct Running {
    pub(crate) health: Health,
    shutdown: Shutdown,
    task: JoinHandle<Result<(), event_admission::AdmissionError>>,
}

impl City {
    pub(crate) async fn new() -> Self {
        let catalog = Arc::new(Catalog::embedded().unwrap());
        let names: Vec<&str> = catalog
            .departments()
            .iter()
            .map(|department| department.name.as_str())
            .collect();
        let log = fresh_hub(&names).await;
        Self {
            producer: IdempotentProducer::new(&log).unwrap(),
            folder: tempfile::tempdir().unwrap(),
            catalog,
            log,
        }
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.folder.path().join("keys/personal.key")
    }

    pub(crate) fn admit(&self) -> Running {
        let (_, rules) = watch::channel(None);
        self.admit_with(
            Config::new(self.key_file()),
            rules,
            Arc::new(NothingEarlier),
        )
    }

    pub(crate) fn admit_with(
        &self,
        config: Config,
        rules: watch::Receiver<Option<RuleSetMark>>,
        earlier: Arc<dyn EarlierEvents>,
    ) -> Running {
        let health = Health::new();
        let shutdown = Shutdown::new();
        let ports = Ports {
            log: self.log.clone(),
            catalog: Arc::clone(&self.catalog),
            clock: Clock::system(),
            health: health.clone(),
            rules,
            earlier,
        };
        let task = tokio::spawn(run(config, ports, shutdown.clone()));
        Running {
            health,
            shutdown,
            task,
        }
    }

    pub(crate) async fn publish(&self, department: &str, event: &Value) {
        let value = serde_json::to_vec(event).unwrap();
        self.publish_bytes(department, headers::STRUCTURED, value)
            .await;
    }

    pub(crate) async fn publish_bytes(&self, department: &str, kind: &str, value: Vec<u8>) {
        let record = OutRecord {
            topic: self.log.topics.inbox(department),
            headers: vec![(headers::CONTENT_TYPE.into(), kind.as_bytes().to_vec())],
            value,
            ..OutRecord::default()
        };
        self.producer.publish(&record, WAIT).await.unwrap();
    }

    /// Records of a topic from its beginning, once `enough` of them are there.
    pub(crate) async fn read(
        &self,
        topic: Topic,
        enough: impl Fn(&[Record]) -> bool,
    ) -> Vec<Record> {
        let mut follower = Follower::open(&self.log, &[topic], StartAt::Beginning)
            .await
            .unwrap();
        let mut records = Vec::new();
        let deadline = tokio::time::Instant::now() + WAIT;
        while !enough(&records) {
            assert!(
                tokio::time::Instant::now() < deadline,
                "after {WAIT:?} {} records of {topic:?} are not enough",
                records.len()
            );
            records.extend(
                follower
                    .next(Duration::from_millis(200))
                    .await
                    .unwrap()
                    .records,
            );
        }
        records
    }

    /// The admitted events, once there are `count`.
    pub(crate) async fn events(&self, count: usize) -> Vec<Record> {
        let records = self
            .read(Topic::Events, |records| admitted(records).len() >= count)
            .await;
        admitted(&records)
    }

    /// The dead letters, once there are `count`.
    pub(crate) async fn dead_letters(&self, count: usize) -> Vec<DeadLetter> {
        let records = self
            .read(Topic::DeadLetters, |records| records.len() >= count)
            .await;
        records.iter().map(letter).collect()
    }
}

impl Running {
    /// Waits until it owns its share of the inboxes.
    pub(crate) async fn ready(&self) {
        let started = async {
            while self.health.report().is_empty() {
                assert!(!self.task.is_finished(), "admission ended at once");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            self.health.wait_ready().await;
        };
        tokio::time::timeout(WAIT, started).await.unwrap();
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        tokio::time::timeout(WAIT, self.task)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
    }
}

/// Those records that are admitted events, not the hub's own.
pub(crate) fn admitted(records: &[Record]) -> Vec<Record> {
    let events = records
        .iter()
        .filter(|record| record.header(headers::ADMISSION).is_some());
    events.cloned().collect()
}

pub(crate) fn ids(records: &[Record]) -> Vec<&str> {
    let mut ids: Vec<&str> = records
        .iter()
        .map(|record| record.header(headers::CE_ID).unwrap())
        .collect();
    ids.sort_unstable();
    ids
}

fn letter(record: &Record) -> DeadLetter {
    serde_json::from_str(record.header(headers::DEAD_LETTER).unwrap()).unwrap()
}

/// A sound event of the fire department that happens now.
pub(crate) fn fire(id: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/fire/dispatch",
        "type": "city.fire.incident-reported.v1",
        "time": Clock::system().now().rfc3339(),
        "lon": "122.17416", "lat": "30.94261",
        "data": {"incident": id, "category": "structure-fire", "caller": {"name": "王女士"}}
    })
}
