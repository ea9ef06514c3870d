//! The sentence a timeline shows of a decision, made from the workflow's own titles.

use std::collections::BTreeMap;

use event_schemas::Text;
use event_schemas::workflow_file::{FieldFile, FieldKind};
use serde_json::Value;

use super::draft::Draft;

impl Draft<'_> {
    /// The command's title, then what was given.
    pub(super) fn words(&self, given: &BTreeMap<String, Value>) -> Text {
        let mut parts: Vec<Text> = Vec::new();
        if let Some(alerts) = self.alert_words() {
            parts.push(alerts);
        } else {
            parts.extend(self.rule.fields.iter().filter_map(|field| {
                let value = given.get(&field.name).filter(|value| !value.is_null())?;
                Some(self.field_words(field, value))
            }));
        }
        let title = &self.rule.title;
        if parts.is_empty() {
            return title.clone();
        }
        let zh: Vec<&str> = parts.iter().map(|part| part.zh.as_str()).collect();
        let en: Vec<&str> = parts.iter().map(|part| part.en.as_str()).collect();
        Text::new(
            format!("{}:{}", title.zh, zh.join(";")),
            format!("{}: {}", title.en, en.join("; ")),
        )
    }

    fn alert_words(&self) -> Option<Text> {
        let alerts = &self.routing?.alerts;
        let first = alerts.first()?;
        Some(match alerts.len() {
            1 => first.title.clone(),
            2 => Text::new(
                format!("{}等 2 个警报", first.title.zh),
                format!("{} and one more alert", first.title.en),
            ),
            n => Text::new(
                format!("{}等 {n} 个警报", first.title.zh),
                format!("{} and {} more alerts", first.title.en, n - 1),
            ),
        })
    }

    fn field_words(&self, field: &FieldFile, value: &Value) -> Text {
        let plain = |text: &str| Text::new(text, text);
        let words = match (field.kind, value) {
            (FieldKind::Unit, Value::String(id)) => self
                .book
                .unit(id)
                .map_or_else(|| plain(id), |unit| unit.name.clone()),
            (FieldKind::Assignment, Value::String(id)) => self
                .case
                .assignments
                .iter()
                .find(|one| one.id == *id)
                .map_or_else(|| plain(id), |one| one.unit_name.clone()),
            (FieldKind::Choice, Value::String(name)) => field
                .choices
                .iter()
                .find(|choice| choice.name == *name)
                .map_or_else(|| plain(name), |choice| choice.title.clone()),
            (FieldKind::Flag, Value::Bool(true)) => Text::new("是", "yes"),
            (FieldKind::Flag, Value::Bool(false)) => Text::new("否", "no"),
            (FieldKind::Text, Value::String(text)) => self
                .workflow
                .clocks
                .iter()
                .find(|clock| field.name == "clock" && clock.name == *text)
                .map_or_else(|| plain(text), |clock| clock.title.clone()),
            (_, Value::String(text)) => plain(text),
            (_, Value::Object(_)) => {
                serde_json::from_value(value.clone()).unwrap_or_else(|_| plain(&value.to_string()))
            }
            (_, other) => plain(&other.to_string()),
        };
        Text::new(
            format!("{} {}", field.title.zh, words.zh),
            format!("{} {}", field.title.en.to_lowercase(), words.en),
        )
    }
}
