//! A command's fields: checked against the workflow once, then read without surprises.

use std::collections::BTreeMap;

use event_schemas::Text;
use event_schemas::city::Millis;
use event_schemas::workflow_file::{CommandFile, FieldFile, FieldKind};
use serde_json::Value;

use super::{Refusal, RefusalCode, Workflows};

/// The longest text a field takes, in characters.
const TEXT_MAX: usize = 2_000;

/// Checked fields of one command.
pub(super) struct Fields<'c> {
    given: &'c BTreeMap<String, Value>,
}

impl<'c> Fields<'c> {
    /// Every required field is there, every given one is known and holds what it should.
    pub(super) fn check(
        command: &CommandFile,
        given: &'c BTreeMap<String, Value>,
        workflows: &Workflows,
    ) -> Result<Self, Refusal> {
        for (name, value) in given {
            let Some(field) = command.fields.iter().find(|field| field.name == *name) else {
                return Err(Refusal::new(
                    RefusalCode::FieldWrong,
                    format!("命令“{}”没有字段 {name}", command.title.zh),
                    format!("{} has no field '{name}'", command.name),
                ));
            };
            if !value.is_null() {
                check_value(field, value, workflows)?;
            }
        }
        for field in command.fields.iter().filter(|field| field.required) {
            let absent = match given.get(&field.name) {
                None | Some(Value::Null) => true,
                Some(Value::String(text)) => text.trim().is_empty(),
                Some(_) => false,
            };
            if absent {
                return Err(Refusal::new(
                    RefusalCode::FieldMissing,
                    format!("请填写“{}”", field.title.zh),
                    format!("'{}' ({}) is required", field.title.en, field.name),
                ));
            }
        }
        Ok(Self { given })
    }

    pub(super) fn text(&self, name: &str) -> Option<&'c str> {
        self.given.get(name).and_then(Value::as_str)
    }

    /// A text in both languages: as given by the hub, or one person's words in both places.
    pub(super) fn bilingual(&self, name: &str) -> Option<Text> {
        match self.given.get(name)? {
            Value::String(text) => Some(Text::new(text.trim(), text.trim())),
            other => serde_json::from_value(other.clone()).ok(),
        }
    }

    pub(super) fn level(&self, name: &str) -> Option<u8> {
        let level = self.given.get(name)?.as_u64()?;
        u8::try_from(level).ok()
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.given.get(name)?.as_bool()
    }

    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.given.get(name)?.as_f64()
    }

    pub(super) fn time(&self, name: &str) -> Option<Millis> {
        Millis::parse(self.text(name)?)
    }
}

fn check_value(field: &FieldFile, value: &Value, workflows: &Workflows) -> Result<(), Refusal> {
    if fits(field, value, workflows) {
        return Ok(());
    }
    let expected = expectation(field);
    Err(Refusal::new(
        RefusalCode::FieldWrong,
        format!("“{}”应为{}", field.title.zh, expected.zh),
        format!(
            "'{}' ({}) must be {}",
            field.title.en, field.name, expected.en
        ),
    ))
}

fn fits(field: &FieldFile, value: &Value, workflows: &Workflows) -> bool {
    match field.kind {
        FieldKind::Text => match value {
            Value::String(text) => text.chars().count() <= TEXT_MAX,
            Value::Object(_) => serde_json::from_value::<Text>(value.clone()).is_ok(),
            _ => false,
        },
        FieldKind::Level => value.as_u64().is_some_and(|level| (1..=4).contains(&level)),
        FieldKind::Flag => value.is_boolean(),
        FieldKind::Number => value.as_f64().is_some_and(f64::is_finite),
        FieldKind::Unit | FieldKind::Assignment => value.is_string(),
        FieldKind::Department => value
            .as_str()
            .is_some_and(|name| workflows.knows_department(name)),
        FieldKind::Place => value
            .as_str()
            .is_some_and(|code| workflows.knows_place(code)),
        FieldKind::Time => value.as_str().and_then(Millis::parse).is_some(),
        FieldKind::Choice => field
            .choices
            .iter()
            .any(|choice| value.as_str() == Some(choice.name.as_str())),
    }
}

fn expectation(field: &FieldFile) -> Text {
    match field.kind {
        FieldKind::Text => Text::new("文字,最多 2000 字", "a text of at most 2,000 characters"),
        FieldKind::Level => Text::new("1 到 4", "a level from 1 to 4"),
        FieldKind::Flag => Text::new("是或否", "true or false"),
        FieldKind::Number => Text::new("数字", "a number"),
        FieldKind::Unit | FieldKind::Assignment => Text::new("编号", "an id"),
        FieldKind::Department => Text::new("目录中的部门", "a department of the catalog"),
        FieldKind::Place => Text::new("目录中的地点编码", "a place code of the catalog"),
        FieldKind::Time => Text::new("带时区的时间", "a date and time with a zone (RFC 3339)"),
        FieldKind::Choice => {
            let names: Vec<&str> = field.choices.iter().map(|one| one.name.as_str()).collect();
            Text::new(
                format!("其中之一:{}", names.join("、")),
                format!("one of {}", names.join(", ")),
            )
        }
    }
}
