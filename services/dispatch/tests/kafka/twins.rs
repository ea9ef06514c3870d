//! Two instances at once, and a third that starts later: each case, unit and breach exists once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dispatch::{Config, Ports, open_cases, run};
use domain::alert::{Alert, AlertChange, AlertRule, AlertStatus, Explanation};
use domain::case::{ActorKind, CaseBook, Verdict, Workflows};
use event_log::{DecidedLog, IdempotentProducer, LogConfig, OutRecord};
use event_schemas::city::{Millis, Topic};
use event_schemas::{Catalog, Text};
use service_kit::{Clock, Health, Shutdown};
use tokio::task::JoinHandle;

use crate::stack::fresh_hub;

const WAIT: Duration = Duration::from_secs(30);
const NOON: Millis = Millis(1_707_022_800_000);
const PLACES: [&str; 3] = ["990101001", "990101002", "990101003"];

fn alert(n: usize) -> Alert {
    let place = PLACES[n % PLACES.len()];
    let owner = ["fire", "power"][n % 2];
    Alert {
        id: format!("{owner}.rule@{n}"),
        fingerprint: format!("fingerprint {n}"),
        version: 1,
        change: AlertChange::Raised,
        rule: AlertRule {
            id: format!("{owner}.rule"),
            version: 1,
            rule_set: 1,
            title: Text::new("规则", "Rule"),
            owner: owner.to_owned(),
            sop: Text::new("核实", "Check"),
            suggested_unit: None,
            labels: BTreeMap::new(),
        },
        severity: 2,
        status: AlertStatus::Firing,
        episode: 1,
        title: Text::new(format!("警报{n}"), format!("Alert {n}")),
        raised_at: NOON,
        // Has lasted: due at once.
        changed_at: NOON.plus(60_000),
        resolved_at: None,
        place: Some(place.to_owned()),
        lon: None,
        lat: None,
        departments: vec![owner.to_owned()],
        event_count: 1,
        events: Vec::new(),
        explanation: Explanation {
            key: place.to_owned(),
            window_from: NOON,
            window_to: NOON,
            value: None,
            bound: None,
            words: Text::default(),
        },
        exercise: true,
    }
}

async fn publish(log: &LogConfig, alerts: &[Alert]) {
    let producer = IdempotentProducer::new(log).unwrap();
    for alert in alerts {
        let record = OutRecord {
            topic: log.topic(Topic::Alerts),
            key: Some(alert.fingerprint.clone().into_bytes()),
            value: serde_json::to_vec(alert).unwrap(),
            ..OutRecord::default()
        };
        producer.publish(&record, WAIT).await.unwrap();
    }
}

struct Instance {
    cases: DecidedLog<CaseBook, Verdict>,
    health: Health,
    shutdown: Shutdown,
    task: JoinHandle<Result<(), dispatch::Error>>,
}

impl Instance {
    async fn start(log: &LogConfig, clock: &Clock) -> Self {
        let shutdown = Shutdown::new();
        let cases = open_cases(log, shutdown.clone()).await.unwrap();
        let catalog = Arc::new(Catalog::embedded().unwrap());
        let health = Health::new();
        let ports = Ports {
            log: log.clone(),
            cases: cases.clone(),
            workflows: Workflows::of_catalog(&catalog),
            catalog,
            clock: clock.clone(),
            health: health.clone(),
        };
        let config = Config {
            tick: Duration::from_millis(50),
            ..Config::default()
        };
        let task = tokio::spawn(run(config, ports, shutdown.clone()));
        Self {
            cases,
            health,
            shutdown,
            task,
        }
    }

    /// Waits until the book is as wanted.
    async fn until(&self, what: &str, wanted: impl Fn(&CaseBook) -> bool) -> CaseBook {
        let mut states = self.cases.watch();
        let reached = states.wait_for(|folded| wanted(&folded.state));
        let folded = tokio::time::timeout(WAIT, reached)
            .await
            .unwrap_or_else(|_| panic!("not in time: {what}; {:?}", self.cases.state()));
        folded.unwrap().state.clone()
    }

    async fn stop(self) {
        self.shutdown.cancel();
        tokio::time::timeout(Duration::from_secs(10), self.task)
            .await
            .expect("it stops in time")
            .unwrap()
            .unwrap();
    }
}

/// Alerts in cases, each once.
fn routed(book: &CaseBook) -> usize {
    book.cases().map(|case| case.alerts.len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_at_once_open_each_case_once_and_a_third_adds_nothing() {
    let log = fresh_hub(&[]).await;
    let clock = Clock::manual(NOON.plus(120_000));
    let alerts: Vec<Alert> = (0..24).map(alert).collect();
    let (one, other, ()) = tokio::join!(
        Instance::start(&log, &clock),
        Instance::start(&log, &clock),
        publish(&log, &alerts[..12])
    );
    publish(&log, &alerts[12..]).await;
    // The groups' interval passes.
    one.until("six cases", |book| book.cases().count() == 6)
        .await;
    clock.set(NOON.plus(160_000));
    let all = |book: &CaseBook| routed(book) == alerts.len();
    let book = one.until("all alerts are in cases", all).await;
    assert_eq!(book.cases().count(), 6, "two departments in three places");
    for alert in &alerts {
        let holding = book
            .cases()
            .filter(|case| case.has_alert(&alert.id))
            .count();
        assert_eq!(holding, 1, "{}", alert.id);
    }
    let units = Catalog::embedded().unwrap().units().len();
    assert_eq!(book.units().count(), units);
    assert!(book.units().all(|unit| unit.version == 1));
    assert_eq!(book.counts().malformed, 0);
    one.health.wait_ready().await;
    other
        .until("the other holds the same", |others| {
            others.cases().eq(book.cases())
        })
        .await;

    let third = Instance::start(&log, &clock).await;
    third.health.wait_ready().await;
    let fresh = third.cases.state();
    assert!(fresh.cases().eq(book.cases()) && fresh.units().eq(book.units()));
    assert_eq!(fresh.counts().accepted, book.counts().accepted);
    for instance in [one, other, third] {
        instance.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_passes_is_marked_and_brought_before_the_supervisor_once_by_two_instances() {
    let log = fresh_hub(&[]).await;
    let clock = Clock::manual(NOON.plus(120_000));
    publish(&log, &[alert(0)]).await;
    let (one, other) = tokio::join!(Instance::start(&log, &clock), Instance::start(&log, &clock));
    one.until("a case", |book| book.cases().count() == 1).await;
    clock.set(NOON.plus(120_000 + 24 * 3_600_000));
    let breached = |book: &CaseBook| {
        let mut cases = book.cases();
        cases.all(|case| {
            let marked = case.clocks.iter().all(|clock| clock.breached_at.is_some());
            marked && case.escalation == 1
        })
    };
    let what = "both limits are marked, and the supervisor is told";
    let book = one.until(what, breached).await;
    // Another round of both: nothing more is to be done.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let later = other.cases.state();
    let case = later.cases().next().unwrap();
    assert_eq!(Some(case), book.cases().next());
    let mut marks: Vec<String> = later
        .timeline(&case.id)
        .iter()
        .filter(|entry| entry.actor.kind == ActorKind::Timer)
        .map(|entry| entry.words.en.clone())
        .collect();
    marks.sort();
    assert_eq!(
        marks,
        [
            "Escalated to the supervisor: time limit Acknowledge",
            "Time limit passed: time limit Acknowledge",
            "Time limit passed: time limit On scene"
        ]
    );
    one.stop().await;
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_alert_is_passed_over() {
    let log = fresh_hub(&[]).await;
    let clock = Clock::manual(NOON.plus(120_000));
    let producer = IdempotentProducer::new(&log).unwrap();
    for value in [&b"not json"[..], b"{}", b""] {
        let record = OutRecord {
            topic: log.topic(Topic::Alerts),
            key: Some(b"k".to_vec()),
            value: value.to_vec(),
            ..OutRecord::default()
        };
        producer.publish(&record, WAIT).await.unwrap();
    }
    publish(&log, &[alert(0)]).await;
    let instance = Instance::start(&log, &clock).await;
    instance
        .until("a case", |book| book.cases().count() == 1)
        .await;
    instance.stop().await;
}
