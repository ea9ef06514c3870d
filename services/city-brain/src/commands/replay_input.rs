//! Reads one department's file: csv, csv.zst or ndjson.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use event_schemas::Catalog;
use event_schemas::city::Millis;
use event_schemas::feed::MappedEvent;
use serde_json::Value;

use super::replay::Window;
use super::sender::department_of;
use crate::failure::Failure;

/// An event, and when its department knew of it.
pub struct Known {
    /// The order of a replay.
    pub known: Millis,
    /// Whose inbox.
    pub department: String,
    event: Event,
}

enum Event {
    Mapped(Box<MappedEvent>),
    Written(Value),
}

impl Known {
    /// Moves it, and every moment in it, by `ms`.
    pub fn shift(&mut self, ms: i64) {
        self.known = self.known.plus(ms);
        match &mut self.event {
            Event::Mapped(event) => event.shift(ms),
            Event::Written(event) => {
                let time = event["time"].as_str().and_then(Millis::parse);
                if let Some(time) = time {
                    event["time"] = Value::String(time.plus(ms).rfc3339());
                }
            }
        }
    }

    /// Marks it as an exercise.
    pub fn mark_as_exercise(&mut self) {
        match &mut self.event {
            Event::Mapped(event) => event.event["exercise"] = Value::Bool(true),
            Event::Written(event) => event["exercise"] = Value::Bool(true),
        }
    }

    /// The whole event, structured JSON.
    pub fn into_json(self) -> String {
        match self.event {
            Event::Mapped(event) => event.to_json(),
            Event::Written(event) => event.to_string(),
        }
    }
}

/// What a file held.
#[derive(Default)]
pub struct Input {
    /// Its events within the window.
    pub events: Vec<Known>,
    /// Its rows.
    pub rows: u64,
    /// Rows that are no events by the mapping's own rule.
    pub skipped: u64,
    /// Rows that could not be read: line, column, reason.
    pub faults: Vec<String>,
}

/// Reads a file through its feed's mapping.
pub fn read_input(
    catalog: &Catalog,
    feed: &str,
    path: &Path,
    label: &str,
    window: Window,
) -> Result<Input, Failure> {
    let name = path.to_string_lossy();
    let file = File::open(path).map_err(|error| Failure::usage(format!("{name}: {error}")))?;
    let file = BufReader::new(file);
    if name.ends_with(".ndjson") {
        return read_ndjson(file, &name, window);
    }
    if name.ends_with(".csv.zst") {
        let plain = zstd::Decoder::with_buffer(file)
            .map_err(|error| Failure::usage(format!("{name}: {error}")))?;
        return read_csv(catalog, feed, (plain, &name), label, window);
    }
    if name.ends_with(".csv") {
        return read_csv(catalog, feed, (file, &name), label, window);
    }
    Err(Failure::usage(format!(
        "{name}: expected a file ending in .csv, .csv.zst or .ndjson"
    )))
}

fn read_csv(
    catalog: &Catalog,
    feed: &str,
    (content, name): (impl Read, &str),
    label: &str,
    window: Window,
) -> Result<Input, Failure> {
    let known_feed = catalog.feed(feed).ok_or_else(|| {
        let names: Vec<&str> = catalog
            .feeds()
            .iter()
            .map(|feed| feed.name.as_str())
            .collect();
        Failure::usage(format!(
            "feed '{feed}': expected one of {}",
            names.join(", ")
        ))
    })?;
    let mut table = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(content);
    let header = table
        .headers()
        .map_err(|error| Failure::usage(format!("{name}: {error}")))?
        .clone();
    let columns: Vec<&str> = header.iter().collect();
    let reader = known_feed
        .reader(&columns, label)
        .map_err(|fault| Failure::usage(format!("{name}: {fault}")))?
        .of_file(Path::new(name));
    let mut input = Input::default();
    for row in table.records() {
        input.rows += 1;
        let line = input.rows + 1;
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                input.faults.push(format!("line {line}: {error}"));
                continue;
            }
        };
        let fields: Vec<&str> = row.iter().collect();
        match reader.map_row(input.rows - 1, &fields) {
            Ok(events) if events.is_empty() => input.skipped += 1,
            Ok(events) => {
                let wanted = events
                    .into_iter()
                    .filter(|event| window.holds(event.known_time));
                input.events.extend(wanted.map(|event| Known {
                    known: event.known_time,
                    department: known_feed.department.clone(),
                    event: Event::Mapped(Box::new(event)),
                }));
            }
            Err(fault) => input.faults.push(format!("line {line}: {fault}")),
        }
    }
    Ok(input)
}

fn read_ndjson(
    content: impl std::io::BufRead,
    name: &str,
    window: Window,
) -> Result<Input, Failure> {
    let mut input = Input::default();
    for line in content.lines() {
        input.rows += 1;
        let line = line.map_err(|error| Failure::usage(format!("{name}: {error}")))?;
        match read_line(&line) {
            Ok(event) if window.holds(event.known) => input.events.push(event),
            Ok(_) => {}
            Err(reason) => input.faults.push(format!("line {}: {reason}", input.rows)),
        }
    }
    Ok(input)
}

fn read_line(line: &str) -> Result<Known, String> {
    let event: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let moment = |name: &str| event[name].as_str().and_then(Millis::parse);
    let known = moment("recordedtime")
        .or_else(|| moment("time"))
        .ok_or("/time: expected an RFC 3339 time")?;
    let department = event["type"]
        .as_str()
        .and_then(department_of)
        .ok_or("/type: expected city.<department>.<what-happened>.v1")?
        .to_owned();
    Ok(Known {
        known,
        department,
        event: Event::Written(event),
    })
}
