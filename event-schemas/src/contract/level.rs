//! How a level 1 to 4 is read from a field of the data.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `{of, table, default}` or `{of, steps, default}` in `x-city.level`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LevelNote {
    /// JSON pointer of the field.
    pub(crate) of: String,
    /// Level by the field's value.
    #[serde(default)]
    pub(crate) table: BTreeMap<String, u8>,
    /// Level by the field's number: the first step reached wins.
    #[serde(default)]
    pub(crate) steps: Vec<LevelStep>,
    /// Level by holding the field's number against other fields of the same event: the gravest of
    /// those it reaches.
    #[serde(default)]
    pub(crate) against: Vec<Bound>,
    /// Level of any other value, and where the field is absent.
    #[serde(default)]
    pub(crate) default: Option<u8>,
}

/// One bound of a level that stands in the event itself.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Bound {
    /// JSON pointer of the bound.
    pub(crate) field: String,
    /// The level where the number reaches it.
    pub(crate) level: u8,
}

/// One step of a level by number.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LevelStep {
    /// Reached from this number on.
    pub(crate) at_least: f64,
    /// The level then.
    pub(crate) level: u8,
}

/// The compiled rule of a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LevelRule {
    pub(crate) table: Vec<(String, u8)>,
    pub(crate) steps: Vec<LevelStep>,
    /// The field holds the level itself.
    pub(crate) direct: bool,
}

impl LevelRule {
    pub(crate) fn of_text(&self, text: &str) -> Option<u8> {
        self.table
            .iter()
            .find(|(value, _)| value == text)
            .map(|(_, level)| *level)
    }

    pub(crate) fn of_number(&self, number: f64) -> Option<u8> {
        if self.direct {
            return [1_u8, 2, 3, 4]
                .into_iter()
                .find(|level| (f64::from(*level) - number).abs() < f64::EPSILON);
        }
        self.steps
            .iter()
            .find(|step| number >= step.at_least)
            .map(|step| step.level)
    }
}
