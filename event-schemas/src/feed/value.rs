//! Values of the data from a row's columns: templates, tables, patterns, numbers, times, lists.

use std::collections::HashMap;

use regex::Regex;
use serde_json::Value;

use super::file::{FieldFile, MappingFile, ValueFile, ValueKind};
use super::row::{Columns, Row, RowFault};
use super::template::Template;
use super::time::Times;

/// Where the text comes from.
#[derive(Clone, Debug)]
enum Origin {
    Template(Template),
    Column(usize),
    Nowhere,
}

/// What is done with the text.
#[derive(Clone, Debug)]
enum Meaning {
    Read(ValueKind),
    Table(HashMap<String, Value>),
    Patterns(Vec<(Regex, Value)>),
}

/// A compiled value.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    origin: Origin,
    column: String,
    meaning: Meaning,
    split: String,
    strip: String,
    otherwise: Option<Value>,
}

impl Field {
    pub(crate) fn compile(
        file: &ValueFile,
        mapping: &MappingFile,
        columns: &mut Columns,
    ) -> Result<Self, String> {
        match file {
            ValueFile::Template(text) => Ok(Self {
                origin: Origin::Template(Template::compile(text, columns)?),
                column: text.clone(),
                meaning: Meaning::Read(ValueKind::Text),
                split: String::new(),
                strip: String::new(),
                otherwise: None,
            }),
            ValueFile::Field(file) => Self::compile_field(file, mapping, columns),
        }
    }

    fn compile_field(
        file: &FieldFile,
        mapping: &MappingFile,
        columns: &mut Columns,
    ) -> Result<Self, String> {
        let (origin, column) = match (&file.column, &file.template) {
            (Some(column), None) => (Origin::Column(columns.number(column)), column.clone()),
            (None, Some(text)) => {
                let template = Template::compile(text, columns)?;
                (Origin::Template(template), text.clone())
            }
            (None, None) if file.otherwise.is_some() => (Origin::Nowhere, String::new()),
            _ => return Err(String::from("column, or template, or otherwise alone")),
        };
        let meaning = match (&file.table, &file.patterns) {
            (Some(name), None) => {
                let table = mapping.tables.get(name);
                let table = table.ok_or_else(|| format!("a table of this feed, not '{name}'"))?;
                Meaning::Table(table.clone().into_iter().collect())
            }
            (None, Some(name)) => Meaning::Patterns(compile_patterns(name, mapping)?),
            (None, None) => Meaning::Read(file.kind),
            (Some(_), Some(_)) => return Err(String::from("a table or patterns, not both")),
        };
        Ok(Self {
            origin,
            column,
            meaning,
            split: file.split.clone().unwrap_or_else(|| String::from(" ")),
            strip: file.strip.clone().unwrap_or_default(),
            otherwise: file.otherwise.clone(),
        })
    }

    /// The value of a row; `None`: the member is left out.
    pub(crate) fn read(&self, row: &Row<'_>, times: &Times) -> Result<Option<Value>, RowFault> {
        let filled;
        let text = match &self.origin {
            Origin::Column(number) => row.get(*number),
            Origin::Template(template) => {
                filled = template.fill(row);
                filled.trim()
            }
            Origin::Nowhere => "",
        };
        if text.is_empty() {
            return Ok(self.otherwise.clone().filter(|value| !value.is_null()));
        }
        let text = text.trim_matches(|c| self.strip.contains(c));
        let value = match &self.meaning {
            Meaning::Read(kind) => self.read_as(*kind, text, times)?,
            Meaning::Table(table) => match table.get(text).or(self.otherwise.as_ref()) {
                Some(value) => value.clone(),
                None => return Err(self.fault("a value of the feed's table", text)),
            },
            Meaning::Patterns(patterns) => {
                let first = patterns.iter().find(|(like, _)| like.is_match(text));
                match first.map(|(_, value)| value).or(self.otherwise.as_ref()) {
                    Some(value) => value.clone(),
                    None => return Ok(None),
                }
            }
        };
        Ok((!value.is_null()).then_some(value))
    }

    fn read_as(&self, kind: ValueKind, text: &str, times: &Times) -> Result<Value, RowFault> {
        let fault = |expected: &str| self.fault(expected, text);
        match kind {
            ValueKind::Text => Ok(Value::from(text)),
            ValueKind::Integer => {
                let whole = text.parse::<i64>().map_err(|_| fault("a whole number"))?;
                Ok(Value::from(whole))
            }
            ValueKind::Number => {
                let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
                Ok(Value::from(number.ok_or_else(|| fault("a number"))?))
            }
            ValueKind::Boolean => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "y" | "1" => Ok(Value::Bool(true)),
                "false" | "no" | "n" | "0" => Ok(Value::Bool(false)),
                _ => Err(fault("true or false, yes or no, 1 or 0")),
            },
            ValueKind::Time => {
                let moment = times.read(text).ok_or_else(|| fault(&times.words()))?;
                Ok(Value::from(moment.rfc3339()))
            }
            ValueKind::List => {
                let items = text
                    .split(self.split.as_str())
                    .map(|item| item.trim().trim_matches(|c| self.strip.contains(c)))
                    .filter(|item| !item.is_empty())
                    .map(Value::from);
                Ok(Value::Array(items.collect()))
            }
        }
    }

    fn fault(&self, expected: &str, found: &str) -> RowFault {
        RowFault {
            column: self.column.clone(),
            expected: expected.to_owned(),
            found: found.chars().take(80).collect(),
        }
    }
}

fn compile_patterns(name: &str, mapping: &MappingFile) -> Result<Vec<(Regex, Value)>, String> {
    let list = mapping.patterns.get(name);
    let list = list.ok_or_else(|| format!("a pattern list of this feed, not '{name}'"))?;
    list.iter()
        .map(|pattern| {
            let like = super::condition::pattern(&pattern.like)?;
            Ok((like, pattern.gives.clone()))
        })
        .collect()
}
