//! Values of the data from a row's columns: templates, tables, patterns, numbers, times, lists.

use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use super::arithmetic::Arithmetic;
use super::file::{FieldFile, MappingFile, ScalePart, ValueFile, ValueKind};
use super::row::{Columns, Row, RowFault};
use super::template::Template;
use super::time::Times;
use crate::city::Millis;
use crate::scale::Scale;

/// Where the text comes from.
#[derive(Clone, Debug)]
enum Origin {
    Template(Template),
    Column(usize),
    Nowhere,
}

/// What a value may give.
pub(crate) struct Gives<'f> {
    /// How a column's text is read.
    pub(crate) kind: Option<ValueKind>,
    /// The values that tables, patterns and `otherwise` hold.
    pub(crate) values: Vec<&'f Value>,
}

/// What is done with the text.
#[derive(Clone, Debug)]
enum Meaning {
    Read(ValueKind),
    Table(HashMap<String, Value>),
    Patterns(Vec<(Regex, Value)>),
    Scale(Measured),
}

/// A scale with the fields that are its inputs.
#[derive(Clone, Debug)]
struct Measured {
    scale: Arc<Scale>,
    inputs: Vec<(String, Field)>,
    gives: ScalePart,
}

/// What a mapping's values may name.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'m> {
    pub(crate) mapping: &'m MappingFile,
    pub(crate) scales: &'m [Arc<Scale>],
}

/// A compiled value.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    origin: Origin,
    column: String,
    meaning: Meaning,
    arithmetic: Arithmetic,
    cut: usize,
    split: String,
    strip: String,
    otherwise: Option<Value>,
}

impl Field {
    pub(crate) fn compile(
        file: &ValueFile,
        sources: Sources<'_>,
        columns: &mut Columns,
    ) -> Result<Self, String> {
        match file {
            ValueFile::Template(text) => Ok(Self {
                origin: Origin::Template(Template::compile(text, columns)?),
                column: text.clone(),
                meaning: Meaning::Read(ValueKind::Text),
                arithmetic: Arithmetic::default(),
                cut: usize::MAX,
                split: String::new(),
                strip: String::new(),
                otherwise: None,
            }),
            ValueFile::Field(file) => Self::compile_field(file, sources, columns),
        }
    }

    fn compile_field(
        file: &FieldFile,
        sources: Sources<'_>,
        columns: &mut Columns,
    ) -> Result<Self, String> {
        let (origin, column) = match (&file.column, &file.template) {
            (Some(column), None) => (Origin::Column(columns.number(column)), column.clone()),
            (None, Some(text)) => {
                let template = Template::compile(text, columns)?;
                (Origin::Template(template), text.clone())
            }
            (None, None) if file.otherwise.is_some() || file.scale.is_some() => {
                (Origin::Nowhere, String::new())
            }
            _ => return Err(String::from("column, or template, or otherwise alone")),
        };
        let meaning = match (&file.table, &file.patterns, &file.scale) {
            (None, None, Some(name)) => {
                Meaning::Scale(Measured::compile(name, file, sources, columns)?)
            }
            (Some(name), None, None) => {
                let table = sources.mapping.tables.get(name);
                let table = table.ok_or_else(|| format!("a table of this feed, not '{name}'"))?;
                Meaning::Table(table.clone().into_iter().collect())
            }
            (None, Some(name), None) => Meaning::Patterns(compile_patterns(name, sources.mapping)?),
            (None, None, None) => Meaning::Read(file.kind),
            _ => return Err(String::from("a table, patterns or a scale, one of them")),
        };
        Ok(Self {
            origin,
            column,
            meaning,
            arithmetic: Arithmetic::compile(file, columns),
            cut: file.cut.unwrap_or(usize::MAX),
            split: file.split.clone().unwrap_or_else(|| String::from(" ")),
            strip: file.strip.clone().unwrap_or_default(),
            otherwise: file.otherwise.clone(),
        })
    }

    /// What it may give, as far as the mapping alone can tell: the kind of what is read from a column,
    /// and each value that is written down.
    pub(crate) fn gives(&self) -> Gives<'_> {
        let (kind, listed): (_, Vec<&Value>) = match &self.meaning {
            Meaning::Table(table) => (None, table.values().collect()),
            Meaning::Patterns(list) => (None, list.iter().map(|(_, value)| value).collect()),
            Meaning::Scale(_) => (None, Vec::new()),
            Meaning::Read(_) if matches!(self.origin, Origin::Nowhere) => (None, Vec::new()),
            Meaning::Read(kind) => (Some(*kind), Vec::new()),
        };
        let values = listed.into_iter().chain(&self.otherwise);
        Gives {
            kind,
            values: values.filter(|value| !value.is_null()).collect(),
        }
    }

    /// The value of a row; `None`: the member is left out.
    pub(crate) fn read(
        &self,
        row: &Row<'_>,
        times: &Times,
        at: Millis,
    ) -> Result<Option<Value>, RowFault> {
        if let Meaning::Scale(measured) = &self.meaning {
            let value = measured.read(row, times, at)?;
            return Ok(value.or_else(|| self.otherwise.clone().filter(|value| !value.is_null())));
        }
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
            Meaning::Read(ValueKind::Integer | ValueKind::Number) => {
                return self.read_number(row, text);
            }
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
            Meaning::Scale(_) => return Ok(None),
        };
        Ok((!value.is_null()).then_some(value))
    }

    fn read_as(&self, kind: ValueKind, text: &str, times: &Times) -> Result<Value, RowFault> {
        let fault = |expected: &str| self.fault(expected, text);
        match kind {
            ValueKind::Text | ValueKind::Integer | ValueKind::Number => {
                Ok(Value::from(text.chars().take(self.cut).collect::<String>()))
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

    /// A number after its arithmetic; none where what it is divided by is missing.
    fn read_number(&self, row: &Row<'_>, text: &str) -> Result<Option<Value>, RowFault> {
        let whole = matches!(self.meaning, Meaning::Read(ValueKind::Integer));
        if whole
            && let Ok(number) = text.parse::<i64>()
            && self.arithmetic.is_none()
        {
            return Ok(Some(Value::from(number)));
        }
        let expected = if whole { "a whole number" } else { "a number" };
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        let number = number.ok_or_else(|| self.fault(expected, text))?;
        let Some(number) = self.arithmetic.of(number, row) else {
            return Ok(None);
        };
        if !whole {
            return Ok(Some(Value::from(number)));
        }
        // Whole numbers are written as 12.0 too; beyond this a double no longer tells them apart.
        let sound = number.fract() == 0.0 && number.abs() < 9e15;
        let number = sound.then_some(number as i64);
        Ok(Some(
            number.ok_or_else(|| self.fault(expected, text))?.into(),
        ))
    }

    fn fault(&self, expected: &str, found: &str) -> RowFault {
        RowFault {
            column: self.column.clone(),
            expected: expected.to_owned(),
            found: found.chars().take(80).collect(),
        }
    }
}

impl Measured {
    fn compile(
        name: &str,
        file: &FieldFile,
        sources: Sources<'_>,
        columns: &mut Columns,
    ) -> Result<Self, String> {
        let scale = sources.scales.iter().find(|scale| scale.name == name);
        let scale = scale.ok_or_else(|| format!("a scale of scales.yaml, not '{name}'"))?;
        let mut inputs = Vec::new();
        for (input, field) in &file.inputs {
            if !scale.inputs().any(|known| known == input) {
                return Err(format!("an input of {name}, not '{input}'"));
            }
            let field = Field::compile_field(field, sources, columns)?;
            inputs.push((input.clone(), field));
        }
        Ok(Self {
            scale: Arc::clone(scale),
            inputs,
            gives: file.gives,
        })
    }

    fn read(&self, row: &Row<'_>, times: &Times, at: Millis) -> Result<Option<Value>, RowFault> {
        let mut figures = HashMap::new();
        for (name, field) in &self.inputs {
            let figure = field.read(row, times, at)?;
            figures.extend(
                figure
                    .and_then(|value| value.as_f64())
                    .map(|f| (name.as_str(), f)),
            );
        }
        let Some(reading) = self.scale.read(at, |input| figures.get(input).copied()) else {
            return Ok(None);
        };
        Ok(match self.gives {
            ScalePart::Index if reading.value.fract() == 0.0 => {
                Some(Value::from(reading.value as i64))
            }
            ScalePart::Index => Some(Value::from(reading.value)),
            ScalePart::Leading if reading.leading.is_empty() => None,
            ScalePart::Leading => Some(Value::from(reading.leading)),
            ScalePart::Band => reading.band.map(Value::from),
            ScalePart::Edition => Some(Value::from(reading.edition)),
        })
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
