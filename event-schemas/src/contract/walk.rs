//! The state of one pass over an event's data: where we are, what was found, what is wrong.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::date_time::parse_rfc3339;
use super::extract::{Extract, PersonalSpan};
use super::node::{Meaning, Node};
use super::violation::Violation;

/// Deeper nesting than this is refused: no contract needs it, and a bomb would.
pub const DEPTH_MAX: usize = 32;
/// After this many violations the rest is not told.
pub const VIOLATIONS_MAX: usize = 10;

/// One step from the data's root to the present value.
#[derive(Clone, Debug)]
pub(crate) enum Step<'c> {
    Name(&'c str),
    Other(String),
    Index(usize),
}

/// A scalar as found, for the meanings of its field.
#[derive(Clone, Debug)]
pub(crate) enum Found<'d> {
    Text(Cow<'d, str>),
    Number(f64),
    Items(usize),
}

/// The pass.
pub(crate) struct Walk<'c, 'd> {
    pub(crate) base: &'d [u8],
    pub(crate) path: Vec<Step<'c>>,
    pub(crate) depth: usize,
    pub(crate) personal: bool,
    pub(crate) extract: Extract<'d>,
    pub(crate) violations: Vec<Violation>,
}

impl<'d> Walk<'_, 'd> {
    pub(crate) fn new(base: &'d [u8]) -> Self {
        Self {
            base,
            path: Vec::with_capacity(8),
            depth: 0,
            personal: false,
            extract: Extract::default(),
            violations: Vec::new(),
        }
    }

    /// The present JSON pointer.
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.path {
            pointer.push('/');
            match step {
                Step::Name(name) => escape_into(&mut pointer, name),
                Step::Other(name) => escape_into(&mut pointer, name),
                Step::Index(index) => {
                    write!(pointer, "{index}").expect("writing to a String never fails");
                }
            }
        }
        pointer
    }

    /// Notes a mismatch at the present place.
    pub(crate) fn refuse(&mut self, expected: impl Into<String>, found: impl FnOnce() -> String) {
        if self.violations.len() >= VIOLATIONS_MAX {
            return;
        }
        let found = if self.personal {
            String::from("a personal value (not repeated here)")
        } else {
            found()
        };
        self.violations.push(Violation {
            path: self.pointer(),
            expected: expected.into(),
            found,
        });
    }

    /// Notes where a personal value stands in the bytes.
    pub(crate) fn mark_personal(&mut self, raw: &'d str) {
        let start = raw.as_ptr() as usize - self.base.as_ptr() as usize;
        let path = self.pointer();
        self.extract.personal.push(PersonalSpan {
            path,
            start,
            end: start + raw.len(),
        });
    }

    /// Keeps what the field's meanings say about a value.
    pub(crate) fn keep(&mut self, node: &Node, found: &Found<'d>) {
        for meaning in &node.meanings {
            let extract = &mut self.extract;
            match meaning {
                Meaning::Subject => extract.subject = text(found),
                Meaning::Place => extract.place = text(found),
                Meaning::Crs => extract.crs = text(found),
                Meaning::EventTime => extract.event_time = moment(found),
                Meaning::RecordedTime => extract.recorded = moment(found),
                Meaning::Lon => extract.lon = figure(found),
                Meaning::Lat => extract.lat = figure(found),
                Meaning::Measure => extract.measure = figure(found),
                Meaning::Compared => extract.compared = figure(found),
                Meaning::Bound(level) => {
                    extract
                        .bounds
                        .extend(figure(found).map(|bound| (*level, bound)));
                }
                Meaning::Level(rule) => {
                    let level = match found {
                        Found::Text(text) => rule.of_text(text),
                        Found::Number(number) => rule.of_number(*number),
                        Found::Items(_) => None,
                    };
                    extract.level = level.or(extract.level);
                }
            }
        }
    }
}

fn text<'d>(found: &Found<'d>) -> Option<Cow<'d, str>> {
    match found {
        Found::Text(text) => Some(text.clone()),
        Found::Number(number) => Some(number.to_string().into()),
        Found::Items(_) => None,
    }
}

fn figure(found: &Found<'_>) -> Option<f64> {
    match found {
        Found::Text(_) => None,
        Found::Number(number) => Some(*number),
        Found::Items(count) => Some(*count as f64),
    }
}

fn moment(found: &Found<'_>) -> Option<crate::city::Millis> {
    match found {
        Found::Text(text) => parse_rfc3339(text),
        Found::Number(_) | Found::Items(_) => None,
    }
}

fn escape_into(pointer: &mut String, name: &str) {
    for c in name.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}
