//! Detection held against the truth: what was found of what should be, what was raised without a
//! reason, and how long it took.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use domain::alert::{Alert, AlertStatus};
use event_schemas::city::Millis;

use super::truth::{Expected, TruthLine};

/// One alert, gathered from its records.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The rule's id.
    pub rule: String,
    /// Its place.
    pub place: Option<String>,
    /// The key it exists for.
    pub key: String,
    /// When it was told first, in event time.
    pub told_at: Millis,
    /// When it ended, if it did.
    pub until: Option<Millis>,
    /// Ids of events it rests on, as far as alerts name them.
    pub events: BTreeSet<String>,
}

/// Gathers alerts from the records of `city.alerts`, in the order of the log. What was pending and
/// never fired was told to nobody.
pub fn gather<'a>(records: impl IntoIterator<Item = &'a Alert>) -> Vec<Found> {
    let mut found: BTreeMap<&str, Found> = BTreeMap::new();
    for alert in records {
        if alert.status == AlertStatus::Firing {
            found.entry(&alert.id).or_insert_with(|| Found {
                rule: alert.rule.id.clone(),
                place: alert.place.clone(),
                key: alert.explanation.key.clone(),
                told_at: alert.changed_at,
                until: None,
                events: BTreeSet::new(),
            });
        }
        if let Some(one) = found.get_mut(alert.id.as_str()) {
            one.until = alert.resolved_at;
            let events = alert.events.iter().map(|event| event.id.clone());
            one.events.extend(events);
        }
    }
    found.into_values().collect()
}

/// How one rule did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleScore {
    /// Findings expected.
    pub expected: u32,
    /// Of them found.
    pub found: u32,
    /// Alerts raised.
    pub alerts: u32,
    /// Of them about something that really happened.
    pub right: u32,
    /// Of those, raised where another rule was to find it: true, but one more thing to look at.
    pub extra: u32,
    /// From an incident's beginning until it was told, of what was found, sorted.
    pub delays_ms: Vec<i64>,
    /// What was not found: the incident's kind and id.
    pub missed: Vec<String>,
    /// Alerts about nothing: their keys.
    pub unfounded: Vec<String>,
}

impl RuleScore {
    /// Share of what should be found that was; 1 where nothing was expected.
    pub fn recall(&self) -> f64 {
        share(self.found, self.expected)
    }

    /// Share of what was raised that was true; 1 where nothing was raised.
    pub fn precision(&self) -> f64 {
        share(self.right, self.alerts)
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        return 1.0;
    }
    f64::from(part) / f64::from(whole)
}

/// How all rules did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// By rule id.
    pub rules: BTreeMap<String, RuleScore>,
    /// Length of the run.
    pub hours: f64,
    /// Incidents that were over or could be known.
    pub incidents: usize,
}

/// What the truth says of one event.
#[derive(Default)]
struct Told<'t> {
    /// The incident or fault each event belongs to.
    by_event: HashMap<&'t str, usize>,
}

/// Holds alerts against the truth.
pub fn score(truth: &[TruthLine], alerts: &[Found]) -> Score {
    let (mut start, mut end) = (None, None);
    let mut told = Told::default();
    let mut score = Score::default();
    for (number, line) in truth.iter().enumerate() {
        match line {
            TruthLine::Course(course) => start = Some(course.start),
            TruthLine::End { at } => end = Some(*at),
            TruthLine::Incident(incident) => {
                score.incidents += 1;
                for event in &incident.events {
                    told.by_event.insert(event, number);
                }
            }
            TruthLine::Fault(_) => {}
        }
    }
    if let (Some(start), Some(end)) = (start, end) {
        score.hours = end.since(start) as f64 / 3_600_000.0;
    }
    for alert in alerts {
        let rule = score.rules.entry(alert.rule.clone()).or_default();
        rule.alerts += 1;
        if is_expected(truth, alert) {
            rule.right += 1;
        } else if is_told_of(&told, alert) {
            rule.right += 1;
            rule.extra += 1;
        } else {
            rule.unfounded
                .push(format!("{} at {}", alert.key, alert.told_at.rfc3339()));
        }
    }
    for line in truth {
        let (id, begin, expected) = match line {
            TruthLine::Incident(one) => (&one.id, one.begin, &one.expected),
            TruthLine::Fault(one) => (&one.department, one.begin, &one.expected),
            _ => continue,
        };
        let known = expected
            .iter()
            .filter(|one| end.is_none_or(|end| one.by <= end));
        for one in known {
            count(&mut score, one, (id, begin), alerts);
        }
    }
    for rule in score.rules.values_mut() {
        rule.delays_ms.sort_unstable();
    }
    score
}

/// At least half of the events it names tell of incidents.
fn is_told_of(told: &Told<'_>, alert: &Found) -> bool {
    let known = alert
        .events
        .iter()
        .filter(|event| told.by_event.contains_key(event.as_str()));
    let known = known.count();
    known > 0 && known * 2 >= alert.events.len()
}

/// Its rule was to find something there and then.
fn is_expected(truth: &[TruthLine], alert: &Found) -> bool {
    truth.iter().any(|line| match line {
        TruthLine::Incident(incident) => incident.expected.iter().any(|one| meets(one, alert)),
        TruthLine::Fault(fault) => fault.expected.iter().any(|one| meets(one, alert)),
        _ => false,
    })
}

fn count(score: &mut Score, expected: &Expected, (id, begin): (&str, Millis), alerts: &[Found]) {
    let rule = score.rules.entry(expected.rule.clone()).or_default();
    rule.expected += 1;
    let first = alerts
        .iter()
        .filter(|alert| meets(expected, alert))
        .map(|alert| alert.told_at)
        .min();
    match first {
        None => rule.missed.push(id.to_owned()),
        Some(at) => {
            rule.found += 1;
            rule.delays_ms.push(at.since(begin).max(0));
        }
    }
}

/// Whether an alert is what was expected; one that stood already and still stands is, too.
fn meets(expected: &Expected, alert: &Found) -> bool {
    let about = match (&expected.subject, &expected.place) {
        (Some(subject), _) => alert.key.ends_with(&format!("|{subject}")) || alert.key == *subject,
        (None, Some(place)) => alert
            .place
            .as_deref()
            .is_some_and(|at| at.starts_with(place.as_str())),
        (None, None) => true,
    };
    about
        && alert.rule == expected.rule
        && alert.told_at <= expected.by
        && alert.until.is_none_or(|until| until >= expected.since)
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<28} {:>8} {:>6} {:>7} {:>7} {:>6} {:>10} {:>9} {:>9}",
            "rule",
            "expected",
            "found",
            "recall",
            "alerts",
            "true",
            "precision",
            "median",
            "slowest"
        )?;
        let (mut alerts, mut right, mut expected, mut found) = (0, 0, 0, 0);
        for (id, rule) in &self.rules {
            let delay = |at: usize| {
                rule.delays_ms
                    .get(at)
                    .map_or_else(|| String::from("-"), |ms| format!("{} s", ms / 1_000))
            };
            let last = rule.delays_ms.len().saturating_sub(1);
            writeln!(
                f,
                "{id:<28} {:>8} {:>6} {:>7.2} {:>7} {:>6} {:>6} {:>10.2} {:>9} {:>9}",
                rule.expected,
                rule.found,
                rule.recall(),
                rule.alerts,
                rule.right,
                rule.extra,
                rule.precision(),
                delay(last / 2),
                delay(last),
            )?;
            alerts += rule.alerts;
            right += rule.right;
            expected += rule.expected;
            found += rule.found;
        }
        write!(
            f,
            "{} incidents in {:.1} h; recall {:.2}, precision {:.2}; {:.1} alerts an hour",
            self.incidents,
            self.hours,
            share(found, expected),
            share(right, alerts),
            f64::from(alerts) / self.hours.max(1e-9),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use event_schemas::Text;

    use super::super::truth::IncidentTruth;
    use super::*;

    fn incident(expected: Vec<Expected>) -> TruthLine {
        TruthLine::Incident(IncidentTruth {
            id: String::from("i"),
            kind: String::from("burst-main"),
            title: Text::default(),
            begin: Millis(0),
            until: Millis(9_000_000),
            place: None,
            lon: None,
            lat: None,
            departments: BTreeSet::new(),
            events: vec![String::from("e1"), String::from("e2")],
            expected,
        })
    }

    fn expected(place: &str) -> Expected {
        Expected {
            rule: String::from("r"),
            place: Some(place.to_owned()),
            subject: None,
            since: Millis(60_000),
            by: Millis(360_000),
        }
    }

    fn found(place: &str, at: i64, events: &[&str]) -> Found {
        Found {
            rule: String::from("r"),
            place: Some(place.to_owned()),
            key: place.to_owned(),
            told_at: Millis(at),
            until: None,
            events: events.iter().map(|&event| event.to_owned()).collect(),
        }
    }

    #[test]
    fn what_is_found_in_time_counts_and_its_delay_is_told() {
        let truth = [incident(vec![expected("a"), expected("b")])];
        let score = score(
            &truth,
            &[found("a", 90_000, &["e1"]), found("b", 400_000, &["e2"])],
        );
        let rule = &score.rules["r"];
        assert_eq!((rule.expected, rule.found), (2, 1));
        assert_eq!(rule.delays_ms, [90_000]);
        assert_eq!(rule.missed, ["i"]);
        assert_eq!(
            (rule.alerts, rule.right),
            (2, 2),
            "late, but about the incident"
        );
    }

    #[test]
    fn an_alert_mostly_about_everyday_events_is_unfounded() {
        let truth = [incident(Vec::new())];
        let alerts = [
            found("a", 90_000, &["e1", "x", "y"]),
            found("a", 95_000, &["e1", "x"]),
        ];
        let score = score(&truth, &alerts);
        let rule = &score.rules["r"];
        assert_eq!((rule.alerts, rule.right, rule.extra), (2, 1, 1));
    }

    #[test]
    fn what_could_not_be_known_before_the_end_is_not_asked_for() {
        let truth = [
            incident(vec![expected("a")]),
            TruthLine::End {
                at: Millis(300_000),
            },
        ];
        assert!(score(&truth, &[]).rules.is_empty());
    }
}
