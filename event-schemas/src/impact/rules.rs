//! Rules that a change of contracts breaks: by the fields and attributes that their predicates name,
//! by what they compute, and per what.

use super::predicate::{Names, names};
use super::{Broken, Kind};
use crate::catalog::Catalog;
use crate::diff::{Change, ChangeRule};
use crate::rule_file::{Condition, Key, Measure, RuleFile, Selector, Severity, Silent};

/// Rules that break.
pub(super) fn broken(old: &Catalog, new: &Catalog, changes: &[Change]) -> Vec<Broken> {
    let mut broken = Vec::new();
    for (rule, file) in new.rules_with_files() {
        for use_of in uses(rule) {
            for change in changes {
                if !use_of.types.contains(&change.event_type) {
                    continue;
                }
                if let Some(because) = use_of.breaks_by(change, old) {
                    broken.push(Broken {
                        kind: Kind::Rule,
                        name: rule.id.clone(),
                        file: file.to_owned(),
                        because,
                    });
                }
            }
        }
    }
    broken.sort();
    broken.dedup();
    broken
}

/// What a rule takes from an event beside the fields that its predicates name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lean {
    Measure,
    Level,
    Subject,
    Place,
    Time,
}

impl Lean {
    const ALL: [Self; 5] = [
        Self::Measure,
        Self::Level,
        Self::Subject,
        Self::Place,
        Self::Time,
    ];

    /// The attribute by which predicates name it.
    const fn attribute(self) -> &'static str {
        match self {
            Self::Measure => "measure",
            Self::Level => "level",
            Self::Subject => "subject",
            Self::Place => "place",
            Self::Time => "time",
        }
    }
}

/// How a rule leans on the events of some types.
struct Use<'r> {
    types: &'r [String],
    predicate: Names,
    leans: Vec<Lean>,
}

/// What any rule leans on, whatever its predicates name.
fn by_key<'r>(rule: &RuleFile, types: &'r [String]) -> Use<'r> {
    let leans = [
        (Lean::Level, matches!(rule.severity, Severity::FromEvent(_))),
        (Lean::Subject, rule.key == Key::Subject),
        (
            Lean::Place,
            matches!(rule.key, Key::Place | Key::ExactPlace),
        ),
        (Lean::Time, !matches!(rule.when, Condition::Match { .. })),
    ];
    Use {
        types,
        predicate: Names::default(),
        leans: leans
            .into_iter()
            .filter(|one| one.1)
            .map(|one| one.0)
            .collect(),
    }
}

fn by_selector<'r>(rule: &RuleFile, selector: &'r Selector) -> Use<'r> {
    let predicate = names(selector.predicate.as_deref().unwrap_or_default());
    let mut one = by_key(rule, &selector.types);
    let attributes = &predicate.attributes;
    let named = |lean: &Lean| attributes.contains(lean.attribute());
    one.leans.extend(Lean::ALL.into_iter().filter(named));
    one.predicate = predicate;
    one
}

fn uses(rule: &RuleFile) -> Vec<Use<'_>> {
    let of = |selector, more: &[Lean]| {
        let mut one = by_selector(rule, selector);
        one.leans.extend(more);
        one
    };
    match &rule.when {
        Condition::Match { of: raises, clears } => {
            let selectors = std::iter::once(raises).chain(clears);
            selectors.map(|selector| of(selector, &[])).collect()
        }
        Condition::Threshold {
            of: counts,
            clears,
            measure,
            ..
        } => {
            // Latest per subject, once per subject, or taken out by subject.
            let more: &[Lean] = match (measure, clears) {
                (Measure::Sum | Measure::Max, _) => &[Lean::Measure, Lean::Subject],
                (
                    Measure::Count {
                        distinct_subjects: false,
                        apart: None,
                    },
                    None,
                ) => &[],
                _ => &[Lean::Subject],
            };
            let selectors = std::iter::once(counts).chain(clears);
            selectors.map(|selector| of(selector, more)).collect()
        }
        Condition::Correlation { all, clears, .. } => {
            let selectors = all.iter().chain(clears);
            selectors
                .map(|selector| of(selector, &[Lean::Subject]))
                .collect()
        }
        Condition::Absence { types, of, .. } => {
            let mut one = by_key(rule, types);
            if *of == Silent::Subject {
                one.leans.push(Lean::Subject);
            }
            vec![one]
        }
    }
}

impl Use<'_> {
    fn breaks_by(&self, change: &Change, old: &Catalog) -> Option<String> {
        let (lean, what) = match change.rule {
            ChangeRule::TypeRemoved => {
                return Some(format!("names {}, which is gone", change.event_type));
            }
            ChangeRule::SubjectChanged => (Lean::Subject, "the subject"),
            ChangeRule::TimeChanged => (Lean::Time, "the event time"),
            ChangeRule::PlaceChanged => (Lean::Place, "the place"),
            ChangeRule::LevelChanged => (Lean::Level, "the level"),
            ChangeRule::MeasureChanged => (Lean::Measure, "the main measure"),
            ChangeRule::UnitChanged if change.path.starts_with("/x-city") => {
                (Lean::Measure, "the main measure")
            }
            _ => return self.breaks_by_field(change, old),
        };
        let leans = self.leans.contains(&lean);
        leans.then(|| format!("uses {what} of {change}"))
    }

    fn breaks_by_field(&self, change: &Change, old: &Catalog) -> Option<String> {
        let field = self.predicate.fields.iter().find(|one| change.touches(one));
        let breaks = match change.rule {
            ChangeRule::FieldRemoved
            | ChangeRule::FieldUnnamed
            | ChangeRule::KindChanged
            | ChangeRule::KindWidened
            | ChangeRule::PatternChanged
            | ChangeRule::UnitChanged
            | ChangeRule::PersonalAdded => true,
            ChangeRule::RequiredRemoved => {
                field.is_some_and(|field| !self.predicate.guarded.contains(field))
            }
            ChangeRule::EnumNarrowed => self.waits_in_vain(change),
            _ => false,
        };
        if !breaks {
            return None;
        }
        if let Some(field) = field {
            let field = field.replace('/', ".");
            return Some(format!("its predicate reads event.data{field} of {change}"));
        }
        let measured = self.leans.contains(&Lean::Measure) && is_measure(old, change);
        measured.then(|| format!("uses the main measure of {change}"))
    }

    /// Whether the predicate names a value that no longer comes.
    fn waits_in_vain(&self, change: &Change) -> bool {
        self.predicate.texts.iter().any(|text| {
            let quoted = format!("\"{text}\"");
            if change.now.is_empty() {
                change.was.contains(&quoted)
            } else {
                !change.now.contains(&quoted)
            }
        })
    }
}

/// Whether the change is of the field that was the main measure.
fn is_measure(old: &Catalog, change: &Change) -> bool {
    let event_type = old.event_type(&change.event_type);
    let of = event_type.and_then(|one| one.schema.pointer("/x-city/measure/of")?.as_str());
    of == Some(change.path.as_str())
}
