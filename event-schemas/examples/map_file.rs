//! Reads a department's file through its feed and tells what comes out: how many events of which
//! type, how many rows were skipped or refused, and what admission would say to each event.
//!
//! `cargo run -p event-schemas --example map_file -- <feed> <file.csv or .csv.zst> [places.geojson]`;
//! with `MAP_FILE_SHOW` set it prints the events too.
#![expect(clippy::print_stdout, reason = "an example prints what it found")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use event_schemas::envelope::decode_structured;
use event_schemas::feed::MappedEvent;
use event_schemas::{Catalog, PlaceTree};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(feed), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("usage: map_file <feed> <file> [places.geojson]".into());
    };
    let mut catalog = Catalog::embedded()?;
    if let Some(places) = arguments.next() {
        catalog = catalog.with_places(PlaceTree::load_geojson(Path::new(&places))?);
    }
    let feed = catalog.feed(&feed).ok_or("no such feed")?;
    let mut tally: BTreeMap<String, u64> = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(open(&path)?);
    let header = reader.headers()?.clone();
    let header: Vec<&str> = header.iter().collect();
    let rows = feed.reader(&header, "try")?.of_file(Path::new(&path));
    for (number, record) in (0..).zip(reader.records()) {
        let record = record?;
        let fields: Vec<&str> = record.iter().collect();
        match rows.map_row(number, &fields) {
            Ok(events) if events.is_empty() => note(&mut tally, "skipped"),
            Err(fault) => {
                let what = format!("row fault: {} {}", fault.column, fault.expected);
                note(&mut tally, &what);
            }
            Ok(events) => {
                for mapped in events {
                    judge(&catalog, &feed.department, &mapped, &mut tally)?;
                }
            }
        }
    }
    for (what, count) in &tally {
        println!("{count:>8} {what}");
    }
    Ok(())
}

fn note(tally: &mut BTreeMap<String, u64>, what: &str) {
    *tally.entry(what.to_owned()).or_default() += 1;
}

/// Asks admission's judgement about one event and counts what it says.
fn judge(
    catalog: &Catalog,
    department: &str,
    mapped: &MappedEvent,
    tally: &mut BTreeMap<String, u64>,
) -> Result<(), Box<dyn Error>> {
    let text = mapped.to_json();
    let envelope = decode_structured(text.as_bytes())?;
    match catalog.judge(department, &envelope) {
        Ok(judged) => {
            let place = judged.place.map_or("unplaced", |_| "placed");
            note(tally, &format!("  {place}"));
            if let Some(level) = judged.level {
                note(tally, &format!("  level {level} {}", mapped.event_type));
            }
            for flag in judged.flags {
                note(tally, &format!("  flag {flag}"));
            }
            note(tally, &mapped.event_type);
        }
        Err(refusal) => note(tally, &format!("refused: {}", refusal.message)),
    }
    if std::env::var_os("MAP_FILE_SHOW").is_some() {
        println!("{text}");
    }
    Ok(())
}

fn open(path: &str) -> Result<Box<dyn Read>, Box<dyn Error>> {
    let file = File::open(path)?;
    if Path::new(path).extension().is_some_and(|end| end == "zst") {
        return Ok(Box::new(zstd::Decoder::new(file)?));
    }
    Ok(Box::new(file))
}
