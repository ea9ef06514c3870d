//! Writes a partition record by record and folds it.

use std::sync::Arc;

use domain::alert::{Alert, AlertChange};
use domain::engine::{Engine, EngineRecord, FlatPlaces, Mode, Output, RecordBody};
use domain::event::Event;
use event_schemas::city::{
    Admission, InboxProgress, LogPosition, Millis, RuleSetMark, TopicId, Watermark,
};
use event_schemas::rule_file::RuleFile;
use serde_json::{Value, json};

pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// Some afternoon, as the wall clock of all tests.
pub(crate) const NOW: i64 = 1_790_000_000_000;
/// Two years and some before it.
pub(crate) const LONG_AGO: i64 = NOW - 900 * 24 * HOUR;

/// One event to be written.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub kind: &'static str,
    pub time: i64,
    pub inbox: i64,
    pub subject: String,
    pub place: Option<&'static str>,
    pub level: Option<u8>,
    pub measure: Option<f64>,
    pub exercise: bool,
    pub source: &'static str,
    pub data: Value,
}

impl Fact {
    /// An event of the present: it reaches its inbox as it happens.
    pub(crate) fn new(kind: &'static str, time: i64) -> Self {
        Self {
            kind,
            time,
            inbox: time,
            subject: format!("s{time}"),
            place: Some("p1"),
            level: None,
            measure: None,
            exercise: false,
            source: "/test",
            data: json!({}),
        }
    }

    pub(crate) fn subject(mut self, subject: &str) -> Self {
        subject.clone_into(&mut self.subject);
        self
    }

    pub(crate) fn place(mut self, place: Option<&'static str>) -> Self {
        self.place = place;
        self
    }

    pub(crate) fn measure(mut self, measure: f64) -> Self {
        self.measure = Some(measure);
        self
    }

    pub(crate) fn level(mut self, level: u8) -> Self {
        self.level = Some(level);
        self
    }

    pub(crate) fn inbox(mut self, inbox: i64) -> Self {
        self.inbox = inbox;
        self
    }

    pub(crate) fn source(mut self, source: &'static str) -> Self {
        self.source = source;
        self
    }

    pub(crate) fn exercise(mut self) -> Self {
        self.exercise = true;
        self
    }

    pub(crate) fn data(mut self, data: Value) -> Self {
        self.data = data;
        self
    }

    pub(crate) fn at(&self, position: LogPosition) -> Event {
        let department = self.kind.split('.').nth(1).unwrap();
        Event {
            position,
            id: format!("e{}", position.offset),
            source: self.source.to_owned(),
            event_type: self.kind.to_owned(),
            subject: Some(self.subject.clone()),
            correlation_id: None,
            admission: Admission {
                department: department.to_owned(),
                event_time: Millis(self.time),
                recorded_time: None,
                inbox_time: Millis(self.inbox),
                place: self.place.map(str::to_owned),
                lon: Some(122.1),
                lat: Some(30.9),
                h3: None,
                level: self.level,
                measure: self.measure,
                exercise: self.exercise,
                catalog: String::from("c"),
                inbox: position,
                flags: Vec::new(),
            },
            data: self.data.clone(),
        }
    }
}

pub(crate) fn position(partition: i32, offset: i64) -> LogPosition {
    LogPosition {
        topic_id: TopicId::from_u128(7),
        partition,
        offset,
    }
}

pub(crate) fn watermark(departments: &[&str], until: i64) -> Watermark {
    let inboxes = departments.iter().map(|department| InboxProgress {
        department: (*department).to_owned(),
        topic_id: TopicId::nil(),
        next: 0,
        admitted_until: Millis(until),
        latest_event_time: None,
    });
    Watermark {
        at: Millis(until),
        inboxes: inboxes.collect(),
    }
}

pub(crate) fn mark(version: u64, rules: &[RuleFile]) -> RuleSetMark {
    RuleSetMark {
        version,
        hash: format!("h{version}"),
        rules: rules.to_vec(),
    }
}

/// A rule from JSON: the parts that matter to a test, the rest filled in.
pub(crate) fn rule(parts: Value) -> RuleFile {
    let mut whole = json!({
        "id": "test.rule",
        "version": 1,
        "title": {"zh": "规则", "en": "Rule"},
        "alertTitle": {"zh": "{place} {count} 起", "en": "{count} in {place}"},
        "owner": "hub",
        "severity": 2,
        "sop": {"zh": "处置", "en": "Act"},
    });
    for (name, value) in parts.as_object().unwrap() {
        whole[name] = value.clone();
    }
    serde_json::from_value(whole).unwrap()
}

/// A folded partition.
pub(crate) struct Log {
    pub engine: Engine,
    pub alerts: Vec<Alert>,
    pub sent_on: Vec<Output>,
    partition: i32,
    offset: i64,
}

impl Log {
    pub(crate) fn new(rules: &[RuleFile]) -> Self {
        let mut log = Self::of(Engine::new(Mode::Whole, Arc::new(FlatPlaces)), 0);
        log.fold(RecordBody::Mark(mark(1, rules)));
        log
    }

    pub(crate) fn of(engine: Engine, partition: i32) -> Self {
        Self {
            engine,
            alerts: Vec::new(),
            sent_on: Vec::new(),
            partition,
            offset: 0,
        }
    }

    pub(crate) fn fold(&mut self, body: RecordBody) -> Vec<Output> {
        let record = EngineRecord {
            position: position(self.partition, self.offset),
            body,
        };
        self.offset += 1;
        let outputs = self.engine.fold(&record);
        for output in outputs.clone() {
            match output {
                Output::Alert(alert) => self.alerts.push(*alert),
                other => self.sent_on.push(other),
            }
        }
        outputs
    }

    pub(crate) fn event(&mut self, fact: &Fact) -> Vec<Output> {
        let event = fact.at(position(self.partition, self.offset));
        self.fold(RecordBody::Event(Box::new(event)))
    }

    pub(crate) fn drained(&mut self, departments: &[&str], until: i64) -> Vec<Output> {
        self.fold(RecordBody::Watermark {
            watermark: watermark(departments, until),
            origin: 0,
        })
    }

    /// What changed and when, in event time from `base`.
    pub(crate) fn changes(&self, base: i64) -> Vec<(AlertChange, i64)> {
        self.alerts
            .iter()
            .map(|alert| (alert.change, alert.changed_at.0 - base))
            .collect()
    }

    /// Each episode's stretch from `base`; an open one has no end.
    pub(crate) fn episodes(&self, base: i64) -> Vec<(i64, Option<i64>)> {
        let mut last: std::collections::BTreeMap<(String, u32), &Alert> =
            std::collections::BTreeMap::new();
        for alert in &self.alerts {
            last.insert((alert.fingerprint.clone(), alert.episode), alert);
        }
        let mut stretches: Vec<_> = last
            .values()
            .map(|alert| {
                (
                    alert.raised_at.0 - base,
                    alert.resolved_at.map(|end| end.0 - base),
                )
            })
            .collect();
        stretches.sort_unstable();
        stretches
    }
}
