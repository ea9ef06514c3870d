//! An event type: its contract and what people call it.

use std::borrow::Cow;

use serde_json::Value;

use crate::contract::{CityNotes, Contract, MeasureScale, Words};
use crate::text::Text;

/// One event type of a department.
#[derive(Clone, Debug)]
pub struct EventType {
    /// `city.<department>.<what-happened>.v1`.
    pub name: String,
    /// The department that may publish it.
    pub department: String,
    /// Shown to people.
    pub title: Text,
    /// One event in a line, with `{slots}`.
    pub summary: Text,
    /// Unit of the main measure.
    pub measure_unit: Option<String>,
    /// What the main measure is called.
    pub measure_title: Option<Text>,
    /// The standard by which the main measure follows from other fields.
    pub measure_scale: Option<MeasureScale>,
    /// The type whose events this one brings up to date (same subject).
    pub updates: Option<String>,
    /// The type whose events this one ends (same subject).
    pub ends: Option<String>,
    /// Field pointers of personal values (`*`: each item).
    pub personal: Vec<String>,
    /// The compiled contract.
    pub contract: Contract,
    /// What coded values are called.
    pub words: Words,
    /// The contract as written.
    pub schema: Value,
}

impl EventType {
    /// A contract by itself, out of a file named like `incident-reported.v1.schema.json`.
    pub fn load(path: &std::path::Path) -> Result<Self, super::CatalogErrors> {
        super::load::contract(path)
    }

    pub(crate) fn new(
        name: String,
        department: String,
        schema: Value,
        (contract, notes, words): (Contract, CityNotes, Words),
    ) -> Self {
        let (measure_unit, measure_title, measure_scale) = match notes.measure {
            Some(measure) => (Some(measure.unit), Some(measure.title), measure.scale),
            None => (None, None, None),
        };
        Self {
            name,
            department,
            title: notes.title,
            summary: notes.summary,
            measure_unit,
            measure_title,
            measure_scale,
            updates: notes.updates,
            ends: notes.ends,
            personal: notes.personal,
            contract,
            words,
            schema,
        }
    }

    /// One event in a line, in both languages: `{subject}`, and `{field}` or `{field/below}` of the
    /// data, coded values in words. Personal (sealed) fields leave nothing.
    pub fn render_title(&self, subject: Option<&str>, data: &Value) -> Text {
        let fill = |pick: fn(&Text) -> &str, template: &Text| {
            template.fill(|slot| self.slot(slot, subject, data, pick))
        };
        Text {
            zh: fill(|words| &words.zh, &self.summary).zh,
            en: fill(|words| &words.en, &self.summary).en,
        }
    }

    fn slot(
        &self,
        slot: &str,
        subject: Option<&str>,
        data: &Value,
        pick: fn(&Text) -> &str,
    ) -> Option<Cow<'static, str>> {
        if slot == "subject" {
            return subject.map(|subject| Cow::Owned(subject.to_owned()));
        }
        let value = data.pointer(&format!("/{slot}"))?;
        let text = match value {
            Value::String(text) => {
                let words = self.words.of(slot, text).map(pick);
                words.unwrap_or(text).to_owned()
            }
            Value::Number(number) => number.to_string(),
            Value::Array(items) => items
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(", "),
            Value::Bool(_) | Value::Null | Value::Object(_) => return None,
        };
        Some(Cow::Owned(text))
    }
}
