//! From a rule file to the closed form that the engine runs.

use std::collections::BTreeSet;
use std::sync::Arc;

use event_schemas::rule_file::{
    Condition, Key, Measure, RuleFile, Selector, Severity, Silent, Span,
};

use super::predicate::Predicate;

/// Without `lateness`, events up to five minutes behind still count in their window.
pub const DEFAULT_LATENESS_MS: i64 = 5 * 60_000;

/// Window of a match that only a clearing event ends: longer than any history.
pub const UNTIL_CLEARED: i64 = i64::MAX / 4;

/// Most selectors of a correlation, so that what an event matches fits one word.
const MOST_SELECTORS: usize = 16;

/// Shortest silence an absence rule may tell: watermarks come once a second, and two machines'
/// clocks may differ a little.
const SHORTEST_SILENCE_MS: i64 = 10_000;

/// A rule ready to run.
#[derive(Debug)]
pub struct CompiledRule {
    /// The rule as written.
    pub file: Arc<RuleFile>,
    /// Departments whose events it needs, sorted.
    pub departments: Vec<String>,
    /// Per what an alert exists.
    pub key: Key,
    /// What it waits for in vain, when it is an absence rule.
    pub absence: Option<Absence>,
    /// What counts, one per selector.
    pub selectors: Vec<CompiledSelector>,
    /// What takes events out again.
    pub clears: Option<CompiledSelector>,
    /// The figures of the condition.
    pub shape: Shape,
}

/// What an absence rule waits for in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Whose silence.
    pub of: Silent,
    /// How long, in milliseconds.
    pub after: i64,
    /// The key of a feed's silence: the feed's name, or the department's where types were named.
    pub feed: String,
}

/// A selector with its predicate compiled.
#[derive(Debug)]
pub struct CompiledSelector {
    /// Event types.
    pub types: Vec<String>,
    /// The predicate, where there is one.
    pub predicate: Option<Arc<Predicate>>,
}

/// A condition as figures: every kind of rule is a figure over a window, held against a bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// What is computed.
    pub figure: Figure,
    /// Met when the figure is at least this (a correlation carries its own bounds).
    pub bound: f64,
    /// Window length in milliseconds.
    pub within: i64,
    /// Whom a clearing event takes out.
    pub retract: Retract,
    /// How long the condition must hold before the alert fires.
    pub hold: i64,
    /// How long the alert stays after the condition ended.
    pub keep: i64,
    /// How far behind an event may be and still count.
    pub lateness: i64,
    /// A single event is enough, so being late is no reason to stay silent.
    pub single: bool,
}

/// The figure of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Events.
    Count,
    /// Distinct subjects.
    Subjects,
    /// Distinct subjects, of which no two lie closer together than so many milliseconds.
    Occasions(i64),
    /// Sum of the main measures, the latest per subject.
    Sum,
    /// Greatest main measure.
    Max,
    /// At least so many distinct subjects per selector, no subject twice.
    Together(Vec<u32>),
}

/// Whom a clearing event takes out of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retract {
    /// The events of its subject.
    Subject,
    /// Every event of its key.
    Key,
}

/// What is wrong with a rule, where, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule {rule}, {path}: {expectation}")]
pub struct RuleError {
    /// The rule's id.
    pub rule: String,
    /// Where in the rule, e.g. `when.threshold.of.where`.
    pub path: String,
    /// What is wrong and what was expected.
    pub expectation: String,
}

impl CompiledRule {
    /// Compiles a rule, or lists everything that is wrong with it.
    pub fn compile(file: &RuleFile) -> Result<Self, Vec<RuleError>> {
        let mut check = Check {
            rule: &file.id,
            errors: Vec::new(),
        };
        check.head(file);
        let (selectors, clears, shape) = check.condition(file);
        if !check.errors.is_empty() {
            return Err(check.errors);
        }
        let departments: BTreeSet<String> = selectors
            .iter()
            .chain(&clears)
            .flat_map(|selector| &selector.types)
            .filter_map(|name| department_of(name).map(str::to_owned))
            .collect();
        let departments: Vec<String> = departments.into_iter().collect();
        let absence = absence(file, &departments);
        Ok(Self {
            file: Arc::new(file.clone()),
            key: match &absence {
                None => file.key,
                Some(absence) if absence.of == Silent::Subject => Key::Subject,
                Some(_) => Key::City,
            },
            absence,
            departments,
            selectors,
            clears,
            shape,
        })
    }
}

/// The department in an event type's name `city.<department>.<what-happened>.v1`.
fn department_of(event_type: &str) -> Option<&str> {
    let mut parts = event_type.split('.').skip(1);
    let department = parts.next()?;
    (parts.next().is_some() && !department.is_empty()).then_some(department)
}

/// The length of a silence in minutes, to the hundredth: a figure that reads back as it was written.
pub fn silent_minutes(ms: i64) -> f64 {
    (ms as f64 / 600.0).round() / 100.0
}

/// The absence of a rule that was checked.
fn absence(file: &RuleFile, departments: &[String]) -> Option<Absence> {
    let Condition::Absence {
        feed, of, after, ..
    } = &file.when
    else {
        return None;
    };
    Some(Absence {
        of: *of,
        after: after.ms,
        feed: feed.as_ref().or(departments.first())?.clone(),
    })
}

fn figure(measure: &Measure) -> Figure {
    match measure {
        Measure::Count {
            apart: Some(apart), ..
        } => Figure::Occasions(apart.ms),
        Measure::Count {
            distinct_subjects: false,
            ..
        } => Figure::Count,
        Measure::Count {
            distinct_subjects: true,
            ..
        } => Figure::Subjects,
        Measure::Sum => Figure::Sum,
        Measure::Max => Figure::Max,
    }
}

struct Check<'r> {
    rule: &'r str,
    errors: Vec<RuleError>,
}

impl Check<'_> {
    fn refuse(&mut self, path: &str, expectation: impl Into<String>) {
        self.errors.push(RuleError {
            rule: self.rule.to_owned(),
            path: path.to_owned(),
            expectation: expectation.into(),
        });
    }

    fn head(&mut self, file: &RuleFile) {
        if file.id.is_empty() || file.id.contains(['|', '@']) {
            self.refuse(
                "id",
                "expected a name such as fire.grave-incident, without | or @",
            );
        }
        for (path, text) in [
            ("title", &file.title),
            ("alertTitle", &file.alert_title),
            ("sop", &file.sop),
        ] {
            if text.zh.trim().is_empty() || text.en.trim().is_empty() {
                self.refuse(path, "expected words in both zh and en");
            }
        }
        let levels: Vec<u8> = match &file.severity {
            Severity::Level(level) => vec![*level],
            Severity::Steps(steps) => {
                if steps.is_empty() {
                    self.refuse("severity", "expected at least one step");
                }
                if !steps.is_sorted_by(|a, b| a.at_least > b.at_least) {
                    self.refuse(
                        "severity",
                        "expected steps by falling `atLeast`, the gravest first",
                    );
                }
                steps.iter().map(|step| step.level).collect()
            }
            Severity::FromEvent(_) => Vec::new(),
        };
        if levels.iter().any(|level| !(1..=4).contains(level)) {
            self.refuse("severity", "expected levels from 1 (critical) to 4 (low)");
        }
    }

    fn condition(
        &mut self,
        file: &RuleFile,
    ) -> (Vec<CompiledSelector>, Option<CompiledSelector>, Shape) {
        let mut shape = Shape {
            figure: Figure::Subjects,
            bound: 1.0,
            within: UNTIL_CLEARED,
            retract: Retract::Subject,
            hold: file.hold.map_or(0, |span| span.ms),
            keep: file.keep_firing.map_or(0, |span| span.ms),
            lateness: file.lateness.map_or(DEFAULT_LATENESS_MS, |span| span.ms),
            single: false,
        };
        let selectors = match &file.when {
            Condition::Match { of, clears } => {
                self.single(file, clears.is_some(), &mut shape);
                vec![self.selector("when.match.of", of)]
            }
            Condition::Threshold {
                of,
                measure,
                within,
                at_least,
                ..
            } => {
                shape.figure = figure(measure);
                shape.bound = *at_least;
                shape.within = within.ms;
                if !(*at_least > 0.0 && at_least.is_finite()) {
                    self.refuse("when.threshold.atLeast", "expected a number above 0");
                }
                vec![self.selector("when.threshold.of", of)]
            }
            Condition::Correlation { all, within, .. } => {
                if !(2..=MOST_SELECTORS).contains(&all.len()) {
                    self.refuse("when.correlation.all", "expected 2 to 16 selectors");
                }
                let bounds = all.iter().map(|one| one.at_least.unwrap_or(1).max(1));
                shape.figure = Figure::Together(bounds.collect());
                shape.within = within.ms;
                let selectors = all.iter().enumerate();
                selectors
                    .map(|(n, one)| self.selector(&format!("when.correlation.all[{n}]"), one))
                    .collect()
            }
            Condition::Absence { types, after, .. } => {
                shape.within = after.ms;
                shape.bound = silent_minutes(after.ms);
                vec![self.absence(file, types, *after)]
            }
        };
        (selectors, self.clears(&file.when), shape)
    }

    /// A match: a single event is enough.
    fn single(&mut self, file: &RuleFile, has_clears: bool, shape: &mut Shape) {
        shape.single = true;
        shape.retract = Retract::Key;
        if has_clears {
            return;
        }
        shape.within = shape.keep;
        shape.keep = 0;
        if file.keep_firing.is_none() {
            self.refuse(
                "when.match",
                "expected `clears`, or `keepFiring`: without both the alert never ends",
            );
        }
        if file.hold.is_some() {
            self.refuse(
                "for",
                "expected no `for`, or `clears`: a single event does not last",
            );
        }
    }

    fn absence(&mut self, file: &RuleFile, types: &[String], after: Span) -> CompiledSelector {
        let departments: BTreeSet<&str> = types.iter().filter_map(|t| department_of(t)).collect();
        if departments.len() > 1 {
            self.refuse(
                "when.absence.types",
                "expected types of one department: a silence is somebody's, and one inbox tells it",
            );
        }
        if after.ms < SHORTEST_SILENCE_MS {
            self.refuse("when.absence.after", "expected 10s or more");
        }
        for (path, given) in [("for", file.hold), ("keepFiring", file.keep_firing)] {
            if given.is_some() {
                let expected = "expected none: `after` says how long, and the first event ends it";
                self.refuse(path, expected);
            }
        }
        if !matches!(file.severity, Severity::Level(_)) {
            self.refuse("severity", "expected a level 1 to 4: silence has no figure");
        }
        let selector = Selector {
            types: types.to_vec(),
            predicate: None,
            at_least: None,
        };
        self.selector("when.absence", &selector)
    }

    fn clears(&mut self, when: &Condition) -> Option<CompiledSelector> {
        let (path, selector) = match when {
            Condition::Match { clears, .. } => ("when.match.clears", clears),
            Condition::Threshold { clears, .. } => ("when.threshold.clears", clears),
            Condition::Correlation { clears, .. } => ("when.correlation.clears", clears),
            Condition::Absence { .. } => return None,
        };
        selector
            .as_ref()
            .map(|selector| self.selector(path, selector))
    }

    fn selector(&mut self, path: &str, selector: &Selector) -> CompiledSelector {
        if selector.types.is_empty() {
            self.refuse(&format!("{path}.types"), "expected at least one event type");
        }
        for name in selector
            .types
            .iter()
            .filter(|name| department_of(name).is_none())
        {
            self.refuse(
                &format!("{path}.types"),
                format!("'{name}' is no event type: expected city.<department>.<what-happened>.v1"),
            );
        }
        let predicate = selector.predicate.as_deref().and_then(|source| {
            Predicate::compile(source)
                .map_err(|expectation| self.refuse(&format!("{path}.where"), expectation))
                .ok()
                .map(Arc::new)
        });
        CompiledSelector {
            types: selector.types.clone(),
            predicate,
        }
    }
}
