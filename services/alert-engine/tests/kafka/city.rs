//! A city for one scenario: admitted events, an engine, and what it should have written.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use alert_engine::{Config, EngineError, Ports, run};
use domain::alert::Alert;
use domain::engine::{
    Engine, EngineRecord, FlatPlaces, MATCH_TYPE, MatchRecord, Mode, Output, RecordBody,
};
use domain::event::Event;
use event_log::{Follower, IdempotentProducer, LogConfig, OutRecord, Record, StartAt};
use event_schemas::city::{
    Admission, InboxProgress, LogPosition, Millis, RuleSetMark, Topic, TopicId, Watermark, headers,
};
use event_schemas::rule_file::RuleFile;
use serde_json::{Value, json};
use service_kit::{Clock, Health, Shutdown};
use tokio::task::JoinHandle;

use crate::stack::fresh_hub;

/// Longest wait of a scenario for something that must happen.
pub(crate) const WAIT: Duration = Duration::from_secs(60);
/// Event time of the scenario's beginning.
const START: i64 = 1_790_000_000_000;
const FIRE: &str = "city.fire.incident-reported.v1";
const OUTAGE: &str = "city.power.outage-started.v1";

pub(crate) struct City {
    pub(crate) log: LogConfig,
    pub(crate) folder: tempfile::TempDir,
    producer: IdempotentProducer,
}

/// A running engine.
pub(crate) struct Running {
    pub(crate) health: Health,
    shutdown: Shutdown,
    pub(crate) task: JoinHandle<Result<(), EngineError>>,
}

impl City {
    pub(crate) async fn new() -> Self {
        let log = fresh_hub(&["fire", "power"]).await;
        let city = Self {
            producer: IdempotentProducer::new(&log).unwrap(),
            folder: tempfile::tempdir().unwrap(),
            log,
        };
        let mark = RuleSetMark {
            version: 1,
            hash: String::from("h"),
            rules: rules(),
        };
        for partition in 0..4 {
            let value = serde_json::to_value(&mark).unwrap();
            city.write(
                partition,
                &[(headers::CE_TYPE, headers::RULE_SET_TYPE)],
                &value,
            )
            .await;
        }
        city
    }

    pub(crate) fn start(&self, instance: &str) -> Running {
        let (health, shutdown) = (Health::new(), Shutdown::new());
        let config = Config {
            instance: instance.to_owned(),
            ..Config::new(self.folder.path().to_owned())
        };
        let ports = Ports {
            log: self.log.clone(),
            places: Arc::new(FlatPlaces),
            clock: Clock::system(),
            health: health.clone(),
        };
        let task = tokio::spawn(run(config, ports, shutdown.clone()));
        Running {
            health,
            shutdown,
            task,
        }
    }

    /// Starts an engine in a process of its own.
    pub(crate) fn start_apart(&self, instance: &str) -> Child {
        let child = Command::new(engine_process())
            .args([&self.log.brokers, self.log.topics.prefix()])
            .arg(self.folder.path())
            .arg(instance)
            .spawn()
            .unwrap();
        Child(child)
    }

    /// Publishes events `numbers`, spread over places and so over partitions, with a watermark after.
    pub(crate) async fn publish(&self, numbers: std::ops::Range<i64>) {
        for n in numbers.clone() {
            let kind = if n % 3 == 0 { OUTAGE } else { FIRE };
            let place = n % 8;
            let admission = serde_json::to_string(&admission(kind, n, place)).unwrap();
            let id = format!("e{n}");
            let subject = format!("s{}", n % 40);
            let attributes = [
                (headers::CE_TYPE, kind),
                (headers::CE_ID, id.as_str()),
                (headers::CE_SOURCE, "/test"),
                ("ce_subject", subject.as_str()),
                (headers::ADMISSION, admission.as_str()),
            ];
            self.write((place % 4) as i32, &attributes, &json!({"n": n}))
                .await;
        }
        let inboxes = ["fire", "power"].map(|department| InboxProgress {
            department: department.to_owned(),
            topic_id: TopicId::nil(),
            next: numbers.end,
            admitted_until: Millis(START + numbers.end * 1_000),
            latest_event_time: None,
        });
        let watermark = Watermark {
            at: Millis(START + numbers.end * 1_000),
            inboxes: inboxes.into(),
        };
        let value = serde_json::to_value(&watermark).unwrap();
        for partition in 0..4 {
            self.write(
                partition,
                &[(headers::CE_TYPE, headers::WATERMARK_TYPE)],
                &value,
            )
            .await;
        }
    }

    async fn write(&self, partition: i32, attributes: &[(&str, &str)], value: &Value) {
        let text =
            |(name, value): &(&str, &str)| ((*name).to_owned().into(), value.as_bytes().to_vec());
        let record = OutRecord {
            topic: self.log.topic(Topic::Events),
            partition: Some(partition),
            key: None,
            headers: attributes.iter().map(text).collect(),
            value: serde_json::to_vec(value).unwrap(),
        };
        self.producer.publish(&record, WAIT).await.unwrap();
    }

    /// All records of a topic, as many as there are.
    pub(crate) async fn read(&self, topic: Topic) -> Vec<Record> {
        let mut follower = Follower::open(&self.log, &[topic], StartAt::Beginning)
            .await
            .unwrap();
        let mut records = Vec::new();
        loop {
            let batch = follower.next(Duration::from_millis(500)).await.unwrap();
            records.extend(batch.records);
            if batch.caught_up {
                return records;
            }
        }
    }

    /// Waits until the engine has written what a pure fold of its inputs brings, and no more.
    pub(crate) async fn holds_exactly_what_a_fold_brings(&self) -> usize {
        let deadline = tokio::time::Instant::now() + WAIT;
        let events = self.read(Topic::Events).await;
        let (mut alerts, matches) = fold(&events, Mode::Events);
        // Watermarks and marks are sent on to every partition.
        let sent_on = |record: &&Record| {
            let kind = record.header(headers::CE_TYPE);
            matches!(kind, Some(headers::WATERMARK_TYPE | headers::RULE_SET_TYPE))
        };
        let all = matches.len() + 4 * events.iter().filter(sent_on).count();
        while self.read(Topic::Matches).await.len() < all {
            assert!(
                tokio::time::Instant::now() < deadline,
                "city.matches lacks records"
            );
        }
        let found = self.matches().await;
        assert_eq!(sorted(&found), sorted(&matches), "city.matches");
        let (late, _) = fold(&self.read(Topic::Matches).await, Mode::Matches);
        alerts.extend(late);
        let found = loop {
            let found = self.alerts().await;
            if found.len() >= alerts.len() || tokio::time::Instant::now() > deadline {
                break found;
            }
        };
        assert_eq!(sorted(&found), sorted(&alerts), "city.alerts");
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(
            self.alerts().await.len(),
            alerts.len(),
            "nothing comes later"
        );
        alerts.len()
    }

    async fn alerts(&self) -> Vec<Alert> {
        let records = self.read(Topic::Alerts).await;
        records
            .iter()
            .map(|record| serde_json::from_slice(&record.value).unwrap())
            .collect()
    }

    async fn matches(&self) -> Vec<MatchRecord> {
        let records = self.read(Topic::Matches).await;
        let matched = records
            .iter()
            .filter(|record| record.header(headers::CE_TYPE) == Some(MATCH_TYPE));
        matched
            .map(|record| serde_json::from_slice(&record.value).unwrap())
            .collect()
    }
}

impl Running {
    /// Waits until it owns partitions.
    pub(crate) async fn ready(&self) {
        let started = async {
            while self.health.report().is_empty() {
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

/// A process that is killed at the latest when the test ends.
pub(crate) struct Child(std::process::Child);

impl Child {
    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.0.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn admission(kind: &str, n: i64, place: i64) -> Admission {
    Admission {
        department: kind.split('.').nth(1).unwrap().to_owned(),
        event_time: Millis(START + n * 1_000),
        recorded_time: None,
        inbox_time: Millis(START + n * 1_000),
        place: Some(format!("p{place}")),
        lon: Some(122.1),
        lat: Some(30.9),
        h3: None,
        level: Some((n % 4 + 1) as u8),
        measure: Some((n % 7) as f64),
        exercise: false,
        catalog: String::from("c"),
        inbox: LogPosition {
            topic_id: TopicId::nil(),
            partition: 0,
            offset: n,
        },
        flags: Vec::new(),
    }
}

fn rules() -> Vec<RuleFile> {
    let rule = |id: &str, key: &str, keep: Option<&str>, when: Value| -> RuleFile {
        let mut rule = json!({
            "id": id, "version": 1, "title": {"zh": "规则", "en": "Rule"}, "key": key,
            "alertTitle": {"zh": "{place}", "en": "{place}"}, "owner": "hub", "severity": "event",
            "sop": {"zh": "处置", "en": "Act"}, "when": when, "lateness": "10s",
        });
        if let Some(keep) = keep {
            rule["keepFiring"] = json!(keep);
        }
        serde_json::from_value(rule).unwrap()
    };
    vec![
        rule(
            "a.grave",
            "place",
            Some("15s"),
            json!({"match": {"of": {"types": [FIRE], "where": "event.level == 1"}}}),
        ),
        rule(
            "b.sum",
            "place",
            None,
            json!({"threshold": {"of": {"types": [OUTAGE]}, "measure": "sum", "within": "1m", "atLeast": 5}}),
        ),
        rule(
            "c.city",
            "city",
            None,
            json!({"correlation": {"all": [{"types": [OUTAGE], "where": "event.measure == 6"}, {"types": [FIRE], "where": "event.data.n % 50 == 7"}], "within": "30s"}}),
        ),
        rule(
            "d.subject",
            "subject",
            Some("20s"),
            json!({"match": {"of": {"types": [FIRE], "where": "event.level == 2"}}}),
        ),
        // A subject's fire calls come 40 or 80 seconds apart.
        serde_json::from_value(json!({
            "id": "e.absent", "version": 1, "title": {"zh": "规则", "en": "Rule"},
            "alertTitle": {"zh": "{subject}", "en": "{subject}"}, "owner": "hub", "severity": 3,
            "sop": {"zh": "处置", "en": "Act"},
            "when": {"absence": {"types": [FIRE], "of": "subject", "after": "50s"}},
        }))
        .unwrap(),
    ]
}

/// A pure fold of a topic's partitions: the alerts and the matches it brings.
fn fold(records: &[Record], mode: Mode) -> (Vec<Alert>, Vec<MatchRecord>) {
    let (mut alerts, mut matches) = (Vec::new(), Vec::new());
    for partition in 0..4 {
        let mut engine = Engine::new(mode, Arc::new(FlatPlaces)).of_partitions(4);
        for record in records
            .iter()
            .filter(|record| record.position.partition == partition)
        {
            let position = record.position;
            for output in engine.fold(&EngineRecord {
                position,
                body: body(record),
            }) {
                match output {
                    Output::Alert(one) => alerts.push(*one),
                    Output::Match(one) => matches.push(*one),
                    Output::Watermark { .. } | Output::Mark(_) => {}
                }
            }
        }
    }
    (alerts, matches)
}

/// Reads a record by itself, not by the code under test.
fn body(record: &Record) -> RecordBody {
    let value = &record.value;
    match record.header(headers::CE_TYPE).unwrap() {
        headers::WATERMARK_TYPE => RecordBody::Watermark {
            watermark: serde_json::from_slice(value).unwrap(),
            origin: record
                .header("origin-partition")
                .map_or(0, |origin| origin.parse().unwrap()),
        },
        headers::RULE_SET_TYPE => RecordBody::Mark(serde_json::from_slice(value).unwrap()),
        MATCH_TYPE => RecordBody::Match(serde_json::from_slice(value).unwrap()),
        _ => RecordBody::Event(Box::new(
            Event::read(record.position, |name| record.header(name), value).unwrap(),
        )),
    }
}

fn sorted<T: serde::Serialize>(values: &[T]) -> Vec<String> {
    let mut texts: Vec<String> = values
        .iter()
        .map(|value| serde_json::to_string(value).unwrap())
        .collect();
    texts.sort_unstable();
    texts
}

/// The engine's process. A run of this test alone does not build it, and an old one proves nothing:
/// it is built here, once.
pub(crate) fn engine_process() -> &'static PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let build = Command::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "-p",
                "alert-engine",
                "--example",
                "engine_process",
            ])
            .status()
            .unwrap();
        assert!(
            build.success(),
            "cargo build -p alert-engine --example engine_process failed"
        );
        let test = std::env::current_exe().unwrap();
        let profile = test.parent().unwrap().parent().unwrap();
        profile.join("examples/engine_process")
    })
}
