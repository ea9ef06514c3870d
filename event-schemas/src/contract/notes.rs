//! `x-city`: what a contract tells the hub beside the form of the data.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::compile::SchemaFault;
use super::level::{LevelNote, LevelRule};
use super::node::{Meaning, Node};
use crate::text::Text;

/// The `x-city` object at the root of a contract.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CityNotes {
    /// Name of the event type.
    pub(crate) title: Text,
    /// One event in a line; `{subject}` and `{pointer/into/data}` are filled.
    pub(crate) summary: Text,
    #[serde(default)]
    pub(crate) subject: Option<String>,
    #[serde(default)]
    pub(crate) event_time: Option<String>,
    #[serde(default)]
    pub(crate) recorded_time: Option<String>,
    #[serde(default)]
    pub(crate) place: Option<String>,
    #[serde(default)]
    pub(crate) lon: Option<String>,
    #[serde(default)]
    pub(crate) lat: Option<String>,
    #[serde(default)]
    pub(crate) crs: Option<String>,
    #[serde(default)]
    pub(crate) level: Option<LevelNote>,
    #[serde(default)]
    pub(crate) measure: Option<MeasureNote>,
    #[serde(default)]
    pub(crate) personal: Vec<String>,
    /// The type whose events this one brings up to date.
    #[serde(default)]
    pub(crate) updates: Option<String>,
    /// The type whose events this one ends.
    #[serde(default)]
    pub(crate) ends: Option<String>,
}

/// The main measure.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MeasureNote {
    /// JSON pointer of a number, or of an array that is counted.
    pub(crate) of: String,
    /// Unit as a symbol or a word: `customers`, `mm`, `kW`.
    pub(crate) unit: String,
    /// What is measured, for people.
    pub(crate) title: Text,
    /// The standard by which it follows from other fields.
    #[serde(default)]
    pub(crate) scale: Option<MeasureScale>,
}

/// How a main measure follows from other fields of the event.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MeasureScale {
    /// JSON pointer of the field that chooses the scale.
    pub of: String,
    /// Name of the scale by that field's value.
    pub table: BTreeMap<String, String>,
    /// Name of the scale for any other value, and without one.
    pub default: String,
    /// JSON pointers of the fields, by the scale's inputs.
    pub inputs: BTreeMap<String, String>,
    /// A published measure may differ by this much before the event is flagged.
    pub tolerance: f64,
}

impl MeasureScale {
    /// Names of the scales it may choose.
    pub(crate) fn scales(&self) -> impl Iterator<Item = &str> {
        self.table
            .values()
            .chain([&self.default])
            .map(String::as_str)
    }
}

/// Reads the notes of a schema.
pub(crate) fn read(schema: &Value) -> Result<CityNotes, Vec<SchemaFault>> {
    let one = |expected: String| {
        vec![SchemaFault {
            path: String::from("/x-city"),
            expected,
        }]
    };
    let Some(notes) = schema.get("x-city") else {
        return Err(one(String::from(
            "the notes for the hub: title and summary in zh and en, and what the fields mean",
        )));
    };
    CityNotes::deserialize(notes)
        .map_err(|error| one(format!("notes in the described form ({error})")))
}

/// The rule by which the level follows from the main measure, where both are of one field.
pub(crate) fn level_of_measure(notes: &CityNotes) -> Option<LevelRule> {
    let (level, measure) = (notes.level.as_ref()?, notes.measure.as_ref()?);
    (level.of == measure.of && !level.steps.is_empty()).then(|| LevelRule {
        table: Vec::new(),
        steps: level.steps.clone(),
        direct: false,
    })
}

/// Writes the notes' meanings into the tree of checks.
pub(crate) fn apply(notes: &CityNotes, root: &mut Node) -> Result<(), Vec<SchemaFault>> {
    let mut faults = Vec::new();
    let plain = [
        ("subject", &notes.subject, Meaning::Subject),
        ("eventTime", &notes.event_time, Meaning::EventTime),
        ("recordedTime", &notes.recorded_time, Meaning::RecordedTime),
        ("place", &notes.place, Meaning::Place),
        ("lon", &notes.lon, Meaning::Lon),
        ("lat", &notes.lat, Meaning::Lat),
        ("crs", &notes.crs, Meaning::Crs),
    ];
    for (name, pointer, meaning) in plain {
        if let Some(pointer) = pointer {
            mean(root, pointer, meaning, name, &mut faults);
        }
    }
    if let Some(level) = &notes.level {
        check_levels(level, &mut faults);
        let rule = LevelRule {
            table: level.table.clone().into_iter().collect(),
            steps: level.steps.clone(),
            direct: level.table.is_empty() && level.steps.is_empty() && level.against.is_empty(),
        };
        if !level.against.is_empty() {
            mean(root, &level.of, Meaning::Compared, "level/of", &mut faults);
        }
        for (index, bound) in level.against.iter().enumerate() {
            let name = format!("level/against/{index}/field");
            let meaning = Meaning::Bound(bound.level);
            mean(root, &bound.field, meaning, &name, &mut faults);
        }
        mean(
            root,
            &level.of,
            Meaning::Level(rule),
            "level/of",
            &mut faults,
        );
    }
    if let Some(measure) = &notes.measure {
        mean(
            root,
            &measure.of,
            Meaning::Measure,
            "measure/of",
            &mut faults,
        );
    }
    for (index, pointer) in notes.personal.iter().enumerate() {
        match root.at_mut(pointer) {
            Some(node) => node.personal = true,
            None => faults.push(unknown_field(&format!("personal/{index}"), pointer)),
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

fn mean(
    root: &mut Node,
    pointer: &str,
    meaning: Meaning,
    name: &str,
    faults: &mut Vec<SchemaFault>,
) {
    match root.at_mut(pointer) {
        Some(node) => node.meanings.push(meaning),
        None => faults.push(unknown_field(name, pointer)),
    }
}

fn unknown_field(name: &str, pointer: &str) -> SchemaFault {
    SchemaFault {
        path: format!("/x-city/{name}"),
        expected: format!("JSON pointer of a field in this contract's properties, not '{pointer}'"),
    }
}

fn check_levels(level: &LevelNote, faults: &mut Vec<SchemaFault>) {
    let levels = level
        .table
        .values()
        .chain(level.steps.iter().map(|step| &step.level))
        .chain(level.against.iter().map(|bound| &bound.level))
        .chain(&level.default);
    if levels.into_iter().any(|level| !(1..=4).contains(level)) {
        faults.push(SchemaFault {
            path: String::from("/x-city/level"),
            expected: String::from("levels from 1 (gravest) to 4"),
        });
    }
    let descending = level
        .steps
        .windows(2)
        .all(|pair| pair[0].at_least > pair[1].at_least);
    if !descending {
        faults.push(SchemaFault {
            path: String::from("/x-city/level/steps"),
            expected: String::from("steps with the greatest atLeast first"),
        });
    }
}
