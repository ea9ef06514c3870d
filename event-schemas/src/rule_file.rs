//! A detection rule as written in `rules.yaml` and carried by rule-set marks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// One rule: what to look for, per what key, within what window, and what to tell the operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleFile {
    /// Identity, `<department or city>.<what-it-finds>`.
    pub id: String,
    /// Counts up with every change of meaning.
    pub version: u32,
    /// Name for lists.
    pub title: Text,
    /// Alert title; slots `{place}`, `{count}`, `{value}`, `{key}`, `{subject}`, `{minutes}` are filled.
    pub alert_title: Text,
    /// Department that answers for what the rule finds (`hub` for cross-department rules).
    pub owner: String,
    /// 1 to 4, or taken from the data.
    pub severity: Severity,
    /// What to look for.
    pub when: Condition,
    /// Per what an alert exists.
    #[serde(default)]
    pub key: Key,
    /// The condition must hold this long (event time) before the alert fires, e.g. `2m`.
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Span>,
    /// The alert stays this long after the condition ended; default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_firing: Option<Span>,
    /// Events up to this much behind the newest event time still count in their window; default 5m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lateness: Option<Span>,
    /// What the operator should do.
    pub sop: Text,
    /// Kind of unit to propose, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggested_unit: Option<String>,
    /// Labels for routing and grouping.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Unit tests of the rule, run by `city-brain rule test` and by the test command.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<RuleTest>,
}

impl RuleFile {
    /// Every event type the rule names, in selectors that raise or clear.
    pub fn event_types(&self) -> impl Iterator<Item = &str> {
        let (selectors, signs): (Vec<&Selector>, &[String]) = match &self.when {
            Condition::Match { of, clears } | Condition::Threshold { of, clears, .. } => {
                (std::iter::once(of).chain(clears).collect(), &[])
            }
            Condition::Correlation { all, clears, .. } => (all.iter().chain(clears).collect(), &[]),
            Condition::Absence { types, .. } => (Vec::new(), types),
        };
        selectors
            .into_iter()
            .flat_map(|selector| &selector.types)
            .chain(signs)
            .map(String::as_str)
    }
}

/// A constant level, or one read from the event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "severity: a level 1 to 4, steps of atLeast and level, or the word event"
)]
pub enum Severity {
    /// 1 (critical) to 4 (low).
    Level(u8),
    /// Steps by count or value: the first whose `atLeast` is reached wins; list the gravest first.
    Steps(Vec<SeverityStep>),
    /// `event`: the gravest level among the matched events.
    FromEvent(FromEvent),
}

/// The word `event`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FromEvent {
    /// The gravest level among the matched events (4 where none is given).
    Event,
}

/// One step of a graded severity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeverityStep {
    /// Reached when the count or value is at least this.
    pub at_least: f64,
    /// The level then.
    pub level: u8,
}

/// What a rule looks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Condition {
    /// Every event that matches raises (or refreshes) an alert until `clears` matches for the same key.
    Match {
        /// What raises.
        of: Selector,
        /// What ends it (same key); without it the alert resolves after `keepFiring` of silence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clears: Option<Selector>,
    },
    /// A figure over a sliding window reaches a bound.
    Threshold {
        /// What counts.
        of: Selector,
        /// Takes a subject's event out of the window again (e.g. power restored), by `subject`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clears: Option<Selector>,
        /// What is computed.
        measure: Measure,
        /// Window length, e.g. `30m`.
        within: Span,
        /// Fires when the figure is at least this.
        at_least: f64,
    },
    /// Events of several selectors, within one window, for one key.
    Correlation {
        /// At least one event of each is needed, from different subjects.
        all: Vec<Selector>,
        /// Takes a subject's event out of the window again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clears: Option<Selector>,
        /// Window length.
        within: Span,
    },
    /// What used to report does so no longer. Judged by how far the department's inbox is admitted,
    /// never by a clock: while the hub is behind, nothing counts as silent. The first event ends it.
    Absence {
        /// Event types that are a sign of life, all of one department; or else `feed`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        types: Vec<String>,
        /// A feed of the catalog; its event types are filled in as `types` when the catalog is loaded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        feed: Option<String>,
        /// Who is silent: one alert per subject, or one for the whole feed.
        of: Silent,
        /// For how long nothing came, e.g. `2h`; at least `10s`.
        after: Span,
    },
}

/// Whose silence an absence rule tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Silent {
    /// Each subject that reported before, by itself (the rule's `key` is the subject).
    Subject,
    /// All of them together (the rule has one key).
    Feed,
}

/// Which events: types, and a CEL predicate over `event` (attributes: `type`, `department`,
/// `subject`, `level`, `measure`, `place`, `exercise`, and `data` with the payload).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Selector {
    /// Event types; at least one.
    pub types: Vec<String>,
    /// CEL expression of type bool, e.g. `event.data.customers >= 500`; absent: all.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
    /// At least this many events of the selector (correlation only); default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
}

/// What a threshold computes over its window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Measure {
    /// Number of events (one per subject where `distinctSubjects`).
    Count {
        /// Count each subject once.
        #[serde(default)]
        distinct_subjects: bool,
        /// Count occasions: the most events, one per subject, of which no two lie closer together than
        /// this. What comes close together is one thing seen several times.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        apart: Option<Span>,
    },
    /// Sum of the events' main measures, the latest per subject.
    Sum,
    /// Greatest main measure.
    Max,
}

/// Per what an alert exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Key {
    /// The event's place, raised to the partition level of the place tree.
    #[default]
    Place,
    /// The event's place as given.
    ExactPlace,
    /// The event's `subject` (with source and type's department).
    Subject,
    /// One alert for the whole city.
    City,
}

/// A length of time as written in files: `90s`, `30m`, `2h`, `1d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Length in milliseconds.
    pub ms: i64,
}

impl std::str::FromStr for Span {
    type Err = MalformedSpan;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || MalformedSpan(text.to_owned());
        let unit = text.chars().last().ok_or_else(malformed)?;
        let scale = match unit {
            's' => 1_000,
            'm' => 60_000,
            'h' => 3_600_000,
            'd' => 86_400_000,
            _ => return Err(malformed()),
        };
        let number: i64 = text[..text.len() - 1].parse().map_err(|_| malformed())?;
        match number.checked_mul(scale) {
            Some(ms) if ms > 0 => Ok(Self { ms }),
            _ => Err(malformed()),
        }
    }
}

/// The text is not a length of time.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not a length of time: expected a whole number and s, m, h or d, such as 30m")]
pub struct MalformedSpan(String);

impl Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (number, unit) = match self.ms {
            ms if ms % 86_400_000 == 0 => (ms / 86_400_000, 'd'),
            ms if ms % 3_600_000 == 0 => (ms / 3_600_000, 'h'),
            ms if ms % 60_000 == 0 => (ms / 60_000, 'm'),
            ms => (ms / 1_000, 's'),
        };
        serializer.collect_str(&format_args!("{number}{unit}"))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A unit test in a rule file: events in, alerts out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleTest {
    /// The rule it shows, as a sentence.
    pub name: String,
    /// Events in order of arrival.
    pub given: Vec<TestEvent>,
    /// Time since the test's start up to which the hub has read on when the test ends, e.g. `3h`;
    /// absent: a week after the last event, so that everything that can end by itself has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Span>,
    /// Alerts expected, in order.
    pub expect: Vec<TestExpectation>,
}

/// One event of a rule test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestEvent {
    /// Time since the test's start, e.g. `5m` (`0s` is written without: absent means the start).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Span>,
    /// Event type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The subject; default: one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Place code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Level 1 to 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// Main measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<f64>,
    /// Payload.
    #[serde(default)]
    pub data: serde_json::Value,
    /// How many such events (each a minute part), default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

/// What a rule test expects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestExpectation {
    /// `firing`, `changed` or `resolved`.
    pub change: String,
    /// Time since the test's start at which the log shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Span>,
    /// Level of the alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<u8>,
    /// Place of the alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_back_as_written_and_nonsense_is_refused() {
        for text in ["90s", "30m", "2h", "1d"] {
            let span: Span = text.parse().unwrap();
            assert_eq!(serde_json::to_string(&span).unwrap(), format!("\"{text}\""));
        }
        for text in [
            "",
            "0m",
            "-1m",
            "5",
            "m",
            "5w",
            "99999999999999999999d",
            "5分",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
