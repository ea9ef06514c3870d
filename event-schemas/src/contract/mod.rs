//! Contracts: JSON Schemas compiled once into a one-pass decoder-validator.
//!
//! [`Contract::check`] walks the compiled tree over the bytes of an event's data, builds no value,
//! and takes out what the hub needs (subject, times, place, level, measure, personal spans).

mod check;
mod compile;
mod date_time;
mod extract;
mod keywords;
mod level;
mod members;
pub(crate) mod node;
mod notes;
mod pattern;
mod text_check;
mod violation;
mod walk;
mod words;

pub use compile::SchemaFault;
pub use date_time::parse_rfc3339;
pub(crate) use date_time::{STORABLE, is_storable};
pub use extract::{Extract, PersonalSpan};
pub use violation::Violation;
pub use walk::{DEPTH_MAX, VIOLATIONS_MAX};
pub use words::Words;

pub(crate) use notes::CityNotes;
pub use notes::MeasureScale;
pub(crate) use violation::excerpt;

use level::LevelRule;
use node::{Kinds, Node};
use serde_json::Value;

/// Whether a value, as JSON, has the form that one place of the data asks for.
pub(crate) fn check_form(node: &Node, json: &[u8]) -> bool {
    check::run(node, json).is_ok()
}

/// A compiled contract.
#[derive(Clone, Debug)]
pub struct Contract {
    root: Node,
    default_level: Option<u8>,
    /// How the level follows from the main measure, where it does.
    measured_level: Option<LevelRule>,
}

impl Contract {
    /// Compiles a schema with its notes; all faults are told at once.
    pub(crate) fn compile(schema: &Value) -> Result<(Self, CityNotes, Words), Vec<SchemaFault>> {
        let root = compile::compile(schema);
        let notes = notes::read(schema);
        let words = Words::read(schema);
        let (mut root, notes, words) = match (root, notes, words) {
            (Ok(root), Ok(notes), Ok(words)) => (root, notes, words),
            (root, notes, words) => {
                let mut faults = root.err().unwrap_or_default();
                faults.extend(notes.err().unwrap_or_default());
                faults.extend(words.err().unwrap_or_default());
                return Err(faults);
            }
        };
        if root.kinds != Kinds(Kinds::OBJECT) {
            return Err(vec![SchemaFault {
                path: String::from("/type"),
                expected: String::from("object: an event's data is always an object"),
            }]);
        }
        notes::apply(&notes, &mut root)?;
        let default_level = notes.level.as_ref().and_then(|level| level.default);
        let contract = Self {
            root,
            default_level,
            measured_level: notes::level_of_measure(&notes),
        };
        Ok((contract, notes, words))
    }

    /// A contract that checks form alone, for the hub's own records and for tests.
    pub fn of_form(schema: &Value) -> Result<Self, Vec<SchemaFault>> {
        Ok(Self {
            root: compile::compile(schema)?,
            default_level: None,
            measured_level: None,
        })
    }

    /// Checks an event's data in one pass; up to [`VIOLATIONS_MAX`] mismatches are told.
    pub fn check<'d>(&self, data: &'d [u8]) -> Result<Extract<'d>, Vec<Violation>> {
        let mut extract = check::run(&self.root, data)?;
        let level = extract.level.or_else(|| extract.level_by_bounds());
        extract.level = level.or(self.default_level);
        Ok(extract)
    }

    /// The tree of checks, to be compared with another's.
    pub(crate) const fn root(&self) -> &Node {
        &self.root
    }

    /// The level of a main measure that is not among the data; none where the level does not follow
    /// from it.
    pub(crate) fn level_of_measure(&self, measure: f64) -> Option<u8> {
        let rule = self.measured_level.as_ref()?;
        rule.of_number(measure).or(self.default_level)
    }
}
