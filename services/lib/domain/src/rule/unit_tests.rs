//! A rule's own tests, as written in its file: events in, alerts out, through the whole engine.
//!
//! Firing alerts are compared always and completely. Pending, changed and resolved ones are compared
//! when the test names at least one of that kind, so that a test says only what it is about. After
//! the last event, time passes until everything that can end by itself has ended, or until the
//! moment the test names (`until`): what falls silent later is not its concern.

use std::sync::Arc;

use event_schemas::city::{
    Admission, InboxProgress, LogPosition, Millis, RuleSetMark, TopicId, Watermark,
};
use event_schemas::rule_file::{RuleFile, RuleTest, TestEvent, TestExpectation};

use super::compile::CompiledRule;
use crate::alert::{Alert, AlertChange};
use crate::engine::{Engine, EngineRecord, IDLE_MS, Mode, Output, Places, RecordBody};
use crate::event::Event;

/// Tests play on a Monday.
const START: Millis = Millis(1_704_096_000_000);

/// After the last event so much time passes.
const AFTERWARDS_MS: i64 = 7 * 86_400_000;

/// How one test of a rule went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestOutcome {
    /// The rule.
    pub rule: String,
    /// The test's name.
    pub test: String,
    /// What was expected and what came instead; `None`: as expected.
    pub failure: Option<String>,
}

/// Runs a rule's tests. A rule that does not compile fails all of them.
pub fn run_tests(rule: &RuleFile, places: &Arc<dyn Places>) -> Vec<TestOutcome> {
    let faults = CompiledRule::compile(rule).err().map(|errors| {
        errors
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; ")
    });
    let outcome = |test: &RuleTest| TestOutcome {
        rule: rule.id.clone(),
        test: test.name.clone(),
        failure: faults.clone().or_else(|| run(rule, test, places).err()),
    };
    rule.tests.iter().map(outcome).collect()
}

fn run(rule: &RuleFile, test: &RuleTest, places: &Arc<dyn Places>) -> Result<(), String> {
    let compiled = CompiledRule::compile(rule).map_err(|errors| format!("{errors:?}"))?;
    let mut play = Play {
        engine: Engine::new(Mode::Whole, Arc::clone(places)),
        departments: compiled.departments,
        offset: 0,
        alerts: Vec::new(),
    };
    play.fold(RecordBody::Mark(RuleSetMark {
        version: 1,
        hash: String::new(),
        rules: vec![rule.clone()],
    }));
    let mut now = START;
    for given in &test.given {
        for n in 0..given.times.unwrap_or(1) {
            let at = START
                .plus(given.at.map_or(0, |span| span.ms))
                .plus(i64::from(n) * 60_000);
            now = now.max(at);
            play.watermark(now);
            let event = play.event(given, at, now)?;
            play.fold(RecordBody::Event(Box::new(event)));
        }
    }
    let end = match test.until {
        None => now.plus(AFTERWARDS_MS),
        Some(until) if START.plus(until.ms) >= now => START.plus(until.ms),
        Some(_) => {
            return Err(String::from(
                "until: expected no moment before the last event",
            ));
        }
    };
    // An inbox counts as read up to a moment only a little after it.
    play.watermark(end.plus(IDLE_MS));
    compare(&test.expect, &play.alerts)
}

struct Play {
    engine: Engine,
    departments: Vec<String>,
    offset: i64,
    alerts: Vec<Alert>,
}

impl Play {
    fn position(&self) -> LogPosition {
        LogPosition {
            topic_id: TopicId::nil(),
            partition: 0,
            offset: self.offset,
        }
    }

    fn fold(&mut self, body: RecordBody) {
        let record = EngineRecord {
            position: self.position(),
            body,
        };
        self.offset += 1;
        for output in self.engine.fold(&record) {
            if let Output::Alert(alert) = output {
                self.alerts.push(*alert);
            }
        }
    }

    fn watermark(&mut self, now: Millis) {
        let inboxes = self.departments.iter().map(|department| InboxProgress {
            department: department.clone(),
            topic_id: TopicId::nil(),
            next: self.offset,
            admitted_until: now,
            latest_event_time: None,
        });
        let watermark = Watermark {
            at: now,
            inboxes: inboxes.collect(),
        };
        self.fold(RecordBody::Watermark {
            watermark,
            origin: 0,
        });
    }

    fn event(&self, given: &TestEvent, at: Millis, now: Millis) -> Result<Event, String> {
        let department = given.event_type.split('.').nth(1).ok_or_else(|| {
            format!(
                "'{}' is no event type: expected city.<department>.<what-happened>.v1",
                given.event_type
            )
        })?;
        Ok(Event {
            position: self.position(),
            id: format!("test-{}", self.offset),
            source: format!("/{department}/test"),
            event_type: given.event_type.clone(),
            subject: Some(
                given
                    .subject
                    .clone()
                    .unwrap_or_else(|| format!("subject-{}", self.offset)),
            ),
            correlation_id: None,
            admission: Admission {
                department: department.to_owned(),
                event_time: at,
                recorded_time: None,
                inbox_time: now,
                place: given.place.clone(),
                lon: None,
                lat: None,
                h3: None,
                level: given.level,
                measure: given.measure,
                exercise: false,
                catalog: String::from("test"),
                inbox: self.position(),
                flags: Vec::new(),
            },
            data: given.data.clone(),
        })
    }
}

fn word(change: AlertChange) -> &'static str {
    match change {
        AlertChange::Pending => "pending",
        AlertChange::Raised => "firing",
        AlertChange::Changed => "changed",
        AlertChange::Resolved => "resolved",
    }
}

fn compare(expected: &[TestExpectation], alerts: &[Alert]) -> Result<(), String> {
    if let Some(unknown) = expected
        .iter()
        .find(|one| !["pending", "firing", "changed", "resolved"].contains(&one.change.as_str()))
    {
        return Err(format!(
            "unknown change '{}': expected pending, firing, changed or resolved",
            unknown.change
        ));
    }
    let asked = |change: AlertChange| {
        change == AlertChange::Raised || expected.iter().any(|one| one.change == word(change))
    };
    let came: Vec<&Alert> = alerts.iter().filter(|alert| asked(alert.change)).collect();
    let described = || {
        came.iter()
            .map(|alert| describe(alert))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if came.len() != expected.len() {
        return Err(format!(
            "expected {} alert record(s), came {}: [{}]",
            expected.len(),
            came.len(),
            described()
        ));
    }
    for (n, (one, alert)) in expected.iter().zip(&came).enumerate() {
        let agrees = one.change == word(alert.change)
            && one
                .at
                .is_none_or(|at| alert.changed_at == START.plus(at.ms))
            && one
                .severity
                .is_none_or(|severity| alert.severity == severity)
            && one
                .place
                .as_deref()
                .is_none_or(|place| alert.place.as_deref() == Some(place));
        if !agrees {
            return Err(format!(
                "record {}: expected {}, came [{}]",
                n + 1,
                describe_expected(one),
                described()
            ));
        }
    }
    Ok(())
}

fn describe(alert: &Alert) -> String {
    format!(
        "{} at {}s, severity {}, place {}, {} event(s)",
        word(alert.change),
        alert.changed_at.since(START) / 1000,
        alert.severity,
        alert.place.as_deref().unwrap_or("none"),
        alert.event_count
    )
}

fn describe_expected(one: &TestExpectation) -> String {
    let mut words = vec![one.change.clone()];
    words.extend(one.at.map(|at| format!("at {}s", at.ms / 1000)));
    words.extend(one.severity.map(|severity| format!("severity {severity}")));
    words.extend(one.place.as_ref().map(|place| format!("place {place}")));
    words.join(", ")
}
