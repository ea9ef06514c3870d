//! Reads one department's file: csv, csv.zst or ndjson.

use std::io::Read as _;
use std::path::Path;

use event_schemas::city::Millis;
use event_schemas::feed::{FeedTable, KnownBy, LineFault, MappedEvent, TableRow};
use event_schemas::{Catalog, Feed};
use serde_json::Value;

use super::replay::Window;
use super::sender::department_of;
use crate::failure::Failure;

/// What a file packed by zstd begins with.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The byte order mark of UTF-8.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

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
    /// What the department should know of the file as a whole.
    pub note: Option<String>,
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
    let bytes = bytes(path)?;
    if name.ends_with(".ndjson") {
        return Ok(read_ndjson(&bytes, window));
    }
    let feed = known_feed(catalog, feed)?;
    read_table(feed, (path, &bytes), label, window)
}

/// The feed of this name.
pub fn known_feed<'c>(catalog: &'c Catalog, name: &str) -> Result<&'c Feed, Failure> {
    catalog.feed(name).ok_or_else(|| {
        let feeds = catalog.feeds().iter();
        let names: Vec<&str> = feeds.map(|feed| feed.name.as_str()).collect();
        Failure::usage(format!(
            "feed '{name}': expected one of {}",
            names.join(", ")
        ))
    })
}

/// All of a file, unpacked.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = path.display();
    let failed = |error: std::io::Error| Failure::usage(format!("{name}: {error}"));
    if ![".ndjson", ".csv", ".csv.zst"]
        .iter()
        .any(|end| name.to_string().ends_with(end))
    {
        return Err(Failure::usage(format!(
            "{name}: expected a file ending in .csv, .csv.zst or .ndjson"
        )));
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    if bytes.starts_with(&ZSTD) {
        let mut plain = Vec::new();
        zstd::Decoder::new(&bytes[..])
            .and_then(|mut packed| packed.read_to_end(&mut plain))
            .map_err(|error| Failure::usage(format!("{name}: unpacking: {error}")))?;
        return Ok(plain);
    }
    if path.extension().is_some_and(|end| end == "zst") {
        return Err(Failure::usage(format!(
            "{name}: expected a file packed by zstd, as its name says; found {}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(20)]).escape_debug()
        )));
    }
    Ok(bytes)
}

/// What is to be said about a file's encoding, if it is not what the mapping says.
pub fn encoding_note(table: &FeedTable<'_>) -> Option<String> {
    match table.encoding() {
        (_, KnownBy::Mapping) | ("UTF-8", KnownBy::Mark) => None,
        (name, KnownBy::Mark) => Some(format!("read as {name}, by its byte order mark")),
        (name, KnownBy::Trial) => Some(format!(
            "read as {name}, because it is not UTF-8; declare `encoding: {name}` in the mapping"
        )),
    }
}

fn read_table(
    feed: &Feed,
    (path, bytes): (&Path, &[u8]),
    label: &str,
    window: Window,
) -> Result<Input, Failure> {
    let table = feed
        .open(path, bytes, label)
        .map_err(|fault| Failure::usage(format!("{}: {fault}", path.display())))?;
    let mut input = Input {
        note: encoding_note(&table),
        ..Input::default()
    };
    for TableRow { line, events } in table {
        input.rows += 1;
        match events {
            Ok(events) if events.is_empty() => input.skipped += 1,
            Ok(events) => {
                let wanted = events
                    .into_iter()
                    .filter(|event| window.holds(event.known_time));
                input.events.extend(wanted.map(|event| Known {
                    known: event.known_time,
                    department: feed.department.clone(),
                    event: Event::Mapped(Box::new(event)),
                }));
            }
            Err(fault) => input.faults.push(LineFault { line, fault }.to_string()),
        }
    }
    Ok(input)
}

fn read_ndjson(bytes: &[u8], window: Window) -> Input {
    let mut input = Input::default();
    let bytes = bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes);
    for line in bytes.split(|byte| *byte == b'\n') {
        input.rows += 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        match read_line(line) {
            Ok(event) if window.holds(event.known) => input.events.push(event),
            Ok(_) => {}
            Err(reason) => input.faults.push(format!("line {}: {reason}", input.rows)),
        }
    }
    // What follows the last end of line is no row.
    input.rows -= u64::from(bytes.last().is_none_or(|byte| *byte == b'\n'));
    input
}

fn read_line(line: &[u8]) -> Result<Known, String> {
    let text = std::str::from_utf8(line).map_err(|error| format!("expected UTF-8: {error}"))?;
    let event: Value = serde_json::from_str(text)
        .map_err(|error| format!("expected one event as JSON: {error}"))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_one_a_line_are_read_with_a_mark_and_empty_lines_and_faults_are_told_by_line() {
        let lines = "\u{feff}{\"type\":\"city.fire.x.v1\",\"time\":\"2026-07-01T14:05:00+08:00\"}\n\n\
            {\"type\":\"city.fire.x.v1\"}\r\nnot json\n{\"type\":7,\"time\":\"2026-07-01T14:05:00Z\"}\n";
        let mut bytes = lines.as_bytes().to_vec();
        bytes.extend(b"\xff\xff\n");
        let window = Window {
            from: None,
            to: None,
        };
        let input = read_ndjson(&bytes, window);
        assert_eq!((input.events.len(), input.rows), (1, 6));
        let begins = [
            "line 3: /time",
            "line 4: expected one event",
            "line 5: /type",
            "line 6: expected UTF-8",
        ];
        assert_eq!(input.faults.len(), begins.len());
        for (fault, begin) in input.faults.iter().zip(begins) {
            assert!(fault.starts_with(begin), "{fault}");
        }
    }

    #[test]
    fn a_packed_file_is_unpacked_whatever_it_is_called_and_one_that_only_says_so_is_told() {
        let folder = std::env::temp_dir().join(format!("city-brain-packed-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let packed = zstd::encode_all(&b"a,b\n1,2\n"[..], 1).unwrap();
        let (plain, torn, said) = (
            folder.join("x.csv"),
            folder.join("torn.csv"),
            folder.join("x.csv.zst"),
        );
        std::fs::write(&plain, &packed).unwrap();
        std::fs::write(&torn, &packed[..packed.len() - 4]).unwrap();
        std::fs::write(&said, "a,b\n1,2\n").unwrap();
        assert_eq!(bytes(&plain).unwrap(), b"a,b\n1,2\n");
        assert!(bytes(&torn).unwrap_err().what.contains("unpacking"));
        assert!(bytes(&said).unwrap_err().what.contains("found a,b"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
