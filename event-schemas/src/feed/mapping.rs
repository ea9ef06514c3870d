//! A compiled mapping: rows in, `CloudEvents` out.

use std::sync::Arc;

use regex::Regex;
use serde_json::{Map, Value, json};

use super::condition::{Condition, pattern};
use super::file::{MappingFile, RowFile};
use super::row::{Columns, Row, RowFault};
use super::template::{Template, short_hash};
use super::time::Times;
use super::value::{Field, Sources};
use crate::catalog::CatalogError;
use crate::city::Millis;
use crate::scale::Scale;

/// How rows become events.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    encoding: Option<&'static encoding_rs::Encoding>,
    separator: char,
    source: String,
    key: Template,
    known: Template,
    times: Times,
    missing: Vec<String>,
    wide: Option<Regex>,
    steps: Option<(Millis, i64)>,
    crs: String,
    lon: Option<usize>,
    lat: Option<usize>,
    optional: Vec<String>,
    columns: Columns,
    skip: Vec<Condition>,
    rows: Vec<RowRule>,
}

/// What rows of one form become.
#[derive(Clone, Debug)]
struct RowRule {
    when: Vec<Condition>,
    event_type: String,
    subject: Template,
    time: Template,
    place: Option<Field>,
    level: Option<Field>,
    data: Vec<(String, Field)>,
}

/// One event out of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct MappedEvent {
    /// CloudEvents `id`: a hash of label, feed and the row's key, the same at every run.
    pub id: String,
    /// CloudEvents `source`, with the run's label.
    pub source: String,
    /// CloudEvents `type`.
    pub event_type: String,
    /// When it happened.
    pub event_time: Millis,
    /// When it became known: the order of the file.
    pub known_time: Millis,
    /// The whole event, to be moved in time and written as structured JSON.
    pub event: Value,
}

impl MappedEvent {
    /// Moves the event in time by `ms`, every time of the envelope alike (times inside the data stay
    /// in step too).
    pub fn shift(&mut self, ms: i64) {
        self.event_time = self.event_time.plus(ms);
        self.known_time = self.known_time.plus(ms);
        shift_times(&mut self.event, ms);
    }

    /// The event as structured JSON.
    pub fn to_json(&self) -> String {
        self.event.to_string()
    }
}

/// Texts that are moments are moved; everything else stays.
fn shift_times(value: &mut Value, ms: i64) {
    match value {
        Value::String(text) => {
            if let Some(moment) = crate::contract::parse_rfc3339(text) {
                *text = moment.plus(ms).rfc3339();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shift_times(item, ms)),
        Value::Object(members) => members.values_mut().for_each(|v| shift_times(v, ms)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Compiles one mapping; faults go to `errors` under the feed's path.
pub(crate) struct Compiler<'c> {
    pub(crate) mapping: &'c MappingFile,
    pub(crate) scales: &'c [Arc<Scale>],
    pub(crate) file: &'c str,
    pub(crate) path: String,
    pub(crate) columns: Columns,
    pub(crate) errors: &'c mut Vec<CatalogError>,
}

impl Compiler<'_> {
    fn take<T>(&mut self, at: &str, result: Result<T, String>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(expected) => {
                let path = format!("{}/{at}", self.path);
                self.errors
                    .push(CatalogError::new(self.file, path, expected));
                None
            }
        }
    }

    fn conditions(&mut self, at: &str, files: &[super::file::ConditionFile]) -> Vec<Condition> {
        files
            .iter()
            .enumerate()
            .filter_map(|(index, file)| {
                let compiled = Condition::compile(file, &mut self.columns);
                self.take(&format!("{at}/{index}"), compiled)
            })
            .collect()
    }

    pub(crate) fn compile(mut self) -> Option<Mapping> {
        let mapping = self.mapping;
        let before = self.errors.len();
        let encoding = mapping.encoding.as_deref().map(super::file_text::declared);
        let encoding = encoding.and_then(|encoding| self.take("encoding", encoding));
        let separator = mapping.separator;
        if !separator.is_ascii() || separator == '"' || separator == '\n' {
            let expected = format!("one ASCII character, such as ',' or ';', not '{separator}'");
            self.take("separator", Err::<(), _>(expected));
        }
        let key = Template::compile(&mapping.key, &mut self.columns);
        let key = self.take("key", key);
        let times = self.take("zone", Times::compile(&mapping.zone, &mapping.time_formats));
        let crs = mapping.crs.parse::<crate::coordinates::Crs>();
        self.take("crs", crs.map_err(|error| error.to_string()));
        let skip = self.conditions("skip", &mapping.skip);
        let rows: Vec<RowRule> = mapping
            .rows
            .iter()
            .enumerate()
            .filter_map(|(index, row)| self.row(&format!("rows/{index}"), row))
            .collect();
        let known = Template::column_or_template(&mapping.known, &mut self.columns);
        let known = self.take("known", known);
        let wide = mapping.wide.as_ref().map(|wide| pattern(&wide.columns));
        let wide = wide.and_then(|wide| self.take("wide/columns", wide));
        let steps = mapping.steps.as_ref().zip(times.as_ref());
        let steps = steps.map(|(steps, times)| {
            let from = times.read(&steps.from).ok_or_else(|| times.words());
            Ok((from?, steps.every.ms))
        });
        let steps = steps.and_then(|steps| self.take("steps/from", steps));
        let lon = mapping.lon.as_deref().map(|lon| self.columns.number(lon));
        let lat = mapping.lat.as_deref().map(|lat| self.columns.number(lat));
        if self.errors.len() > before {
            return None;
        }
        Some(Mapping {
            encoding,
            separator,
            source: mapping.source.clone(),
            key: key?,
            known: known?,
            times: times?,
            missing: mapping.missing.clone(),
            wide,
            steps,
            crs: mapping.crs.clone(),
            lon,
            lat,
            optional: mapping.optional_columns.clone(),
            columns: self.columns,
            skip,
            rows,
        })
    }

    fn row(&mut self, at: &str, file: &RowFile) -> Option<RowRule> {
        let subject = Template::compile(&file.subject, &mut self.columns);
        let subject = self.take(&format!("{at}/subject"), subject);
        let time = Template::column_or_template(&file.time, &mut self.columns);
        let time = self.take(&format!("{at}/time"), time);
        let sources = Sources {
            mapping: self.mapping,
            scales: self.scales,
        };
        let mut data = Vec::new();
        for (name, value) in &file.data {
            let field = Field::compile(value, sources, &mut self.columns);
            if let Some(field) = self.take(&format!("{at}/data/{name}"), field) {
                data.push((name.clone(), field));
            }
        }
        let mut optional = |name: &str, value: &Option<super::file::ValueFile>| {
            let value = value.as_ref()?;
            let field = Field::compile(value, sources, &mut self.columns);
            self.take(&format!("{at}/{name}"), field)
        };
        let place = optional("place", &file.place);
        let level = optional("level", &file.level);
        Some(RowRule {
            when: self.conditions(&format!("{at}/when"), &file.when),
            event_type: file.event_type.clone(),
            subject: subject?,
            time: time?,
            place,
            level,
            data,
        })
    }
}

impl Mapping {
    /// Event types that rows may become, with their number.
    pub(crate) fn event_types(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.event_type.as_str())
    }

    /// What rows may become: the event type, and each member of its data.
    pub(crate) fn fillings(&self) -> impl Iterator<Item = (&str, &[(String, Field)])> {
        let rows = self.rows.iter();
        rows.map(|row| (row.event_type.as_str(), row.data.as_slice()))
    }

    /// Columns the mapping reads.
    pub(crate) fn columns(&self) -> &[String] {
        self.columns.names()
    }

    /// The encoding that it declares.
    pub(crate) const fn encoding(&self) -> Option<&'static encoding_rs::Encoding> {
        self.encoding
    }

    /// The character between columns.
    pub(crate) const fn separator(&self) -> char {
        self.separator
    }

    /// Columns of a file that are things of their own.
    pub(crate) fn wide_columns(&self, header: &[&str]) -> Option<Vec<usize>> {
        let wide = self.wide.as_ref()?;
        let of = |(at, name): (usize, &&str)| wide.is_match(name).then_some(at);
        Some(header.iter().enumerate().filter_map(of).collect())
    }

    /// The time of a row by its number from 0, where rows come in steps.
    pub(crate) fn step(&self, number: u64) -> Option<Millis> {
        let (from, every) = self.steps?;
        Some(from.plus(every.saturating_mul(i64::try_from(number).ok()?)))
    }

    /// Values that stand for nothing.
    pub(crate) fn missing(&self) -> &[String] {
        &self.missing
    }

    pub(crate) fn places(&self, header: &[&str]) -> Result<Vec<Option<usize>>, RowFault> {
        self.columns
            .places(header, &self.optional)
            .map_err(|column| RowFault {
                expected: format!("a column '{column}' in the header"),
                column,
                found: header.join(","),
            })
    }

    /// Maps one row. `run` names feed and label.
    pub(crate) fn map(
        &self,
        row: &Row<'_>,
        feed: &str,
        label: &str,
    ) -> Result<Option<MappedEvent>, RowFault> {
        if self.skip.iter().any(|condition| condition.holds(row)) {
            return Ok(None);
        }
        let fits = |rule: &&RowRule| rule.when.iter().all(|condition| condition.holds(row));
        let Some(rule) = self.rows.iter().find(fits) else {
            return Ok(None);
        };
        let event_time = self.moment(row, &rule.time)?;
        let known_time = self.moment(row, &self.known)?;
        let id = short_hash(&format!("{label}\n{feed}\n{}", self.key.fill(row)));
        let source = format!("{}/replay/{label}", self.source);
        let mut event = Map::new();
        event.insert("specversion".into(), json!("1.0"));
        event.insert("id".into(), json!(id));
        event.insert("source".into(), json!(source));
        event.insert("type".into(), json!(rule.event_type));
        event.insert("subject".into(), json!(rule.subject.fill(row)));
        event.insert("time".into(), json!(event_time.rfc3339()));
        event.insert("recordedtime".into(), json!(known_time.rfc3339()));
        // A place name in a file is rougher than its coordinates: it counts only without them.
        if !self.locate(row, &mut event)?
            && let Some(place) = self.value(rule.place.as_ref(), row, event_time)?
        {
            event.insert("placecode".into(), place);
        }
        if let Some(level) = self.value(rule.level.as_ref(), row, event_time)? {
            event.insert("alertlevel".into(), level);
        }
        let mut data = Map::new();
        for (name, field) in &rule.data {
            if let Some(value) = field.read(row, &self.times, event_time)? {
                data.insert(name.clone(), value);
            }
        }
        event.insert("datacontenttype".into(), json!("application/json"));
        event.insert("data".into(), Value::Object(data));
        Ok(Some(MappedEvent {
            id,
            source,
            event_type: rule.event_type.clone(),
            event_time,
            known_time,
            event: Value::Object(event),
        }))
    }

    fn value(
        &self,
        field: Option<&Field>,
        row: &Row<'_>,
        at: Millis,
    ) -> Result<Option<Value>, RowFault> {
        field.map_or(Ok(None), |field| field.read(row, &self.times, at))
    }

    fn moment(&self, row: &Row<'_>, template: &Template) -> Result<Millis, RowFault> {
        let text = template.fill(row);
        let text = text.trim();
        self.times.read(text).ok_or_else(|| RowFault {
            column: template.columns(&self.columns),
            expected: self.times.words(),
            found: text.chars().take(80).collect(),
        })
    }

    /// Writes the row's coordinates, if it has both; tells whether it has.
    fn locate(&self, row: &Row<'_>, event: &mut Map<String, Value>) -> Result<bool, RowFault> {
        let (Some(lon), Some(lat)) = (self.lon, self.lat) else {
            return Ok(false);
        };
        let degrees = |column: usize| {
            let text = row.get(column);
            if text.is_empty() {
                return Ok(None);
            }
            let sound = text.parse::<f64>().is_ok_and(f64::is_finite);
            if sound {
                return Ok(Some(text));
            }
            Err(RowFault {
                column: self.columns.name(column).to_owned(),
                expected: String::from("decimal degrees"),
                found: text.chars().take(80).collect(),
            })
        };
        if let (Some(lon), Some(lat)) = (degrees(lon)?, degrees(lat)?) {
            event.insert("lon".into(), json!(lon));
            event.insert("lat".into(), json!(lat));
            if self.crs != "wgs84" {
                event.insert("crs".into(), json!(self.crs));
            }
            return Ok(true);
        }
        Ok(false)
    }
}
