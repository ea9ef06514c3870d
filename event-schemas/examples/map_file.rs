//! Reads a department's file through its feed and tells what comes out: how many events of which
//! type, how many rows were skipped or refused, and what admission would say to each event.
//!
//! `cargo run -p event-schemas --example map_file -- <feed> <file.csv or .csv.zst> [places.geojson]`
#![expect(clippy::print_stdout, reason = "an example prints what it found")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use event_schemas::envelope::decode_structured;
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
    let rows = feed.reader(&header, "try")?;
    for record in reader.records() {
        let record = record?;
        let fields: Vec<&str> = record.iter().collect();
        let outcome = match rows.map_row(&fields) {
            Ok(None) => String::from("skipped"),
            Err(fault) => format!("row fault: {} {}", fault.column, fault.expected),
            Ok(Some(mapped)) => {
                let text = mapped.to_json();
                let envelope = decode_structured(text.as_bytes())?;
                match catalog.judge(&feed.department, &envelope) {
                    Ok(judged) => {
                        let place = judged.place.map_or("unplaced", |_| "placed");
                        *tally.entry(format!("  {place}")).or_default() += 1;
                        if let Some(level) = judged.level {
                            let key = format!("  level {level} {}", mapped.event_type);
                            *tally.entry(key).or_default() += 1;
                        }
                        mapped.event_type
                    }
                    Err(refusal) => format!("refused: {}", refusal.message),
                }
            }
        };
        *tally.entry(outcome).or_default() += 1;
    }
    for (what, count) in &tally {
        println!("{count:>8} {what}");
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
