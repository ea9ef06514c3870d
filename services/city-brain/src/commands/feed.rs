//! `city-brain feed`: a department tries its mapping on a file before anything is published.

use std::collections::BTreeMap;
use std::path::Path;

use event_schemas::envelope::decode_structured;
use event_schemas::feed::{LineFault, MappedEvent, TableRow};
use event_schemas::{Catalog, Feed, PlaceTree};

use super::connect::catalog;
use super::replay_input::{bytes, encoding_note, known_feed};
use crate::cli::{CatalogArgs, FeedCheckArgs, FeedCommand};
use crate::failure::Failure;
use crate::print;

/// Runs `feed`.
pub async fn run(command: FeedCommand) -> Result<(), Failure> {
    match command {
        FeedCommand::Report(args) => super::feed_report::run(*args).await,
        FeedCommand::List(args) => list(&args),
        FeedCommand::Check(args) => check(&args),
    }
}

fn list(args: &CatalogArgs) -> Result<(), Failure> {
    let catalog = catalog(args.catalog.as_deref())?;
    for feed in catalog.feeds() {
        let columns = feed.columns();
        let form = if columns.is_empty() {
            String::from("events only")
        } else {
            format!("files with {}", columns.join(","))
        };
        print::line(&format!("{}  {}  {form}", feed.name, feed.title.en));
    }
    Ok(())
}

/// Rows of a file that are told one by one, unless all are wanted.
const TOLD: u64 = 20;

/// What came out of a file.
#[derive(Debug, Default)]
struct Tally {
    /// Rows that may be told one by one.
    most: u64,
    rows: u64,
    skipped: u64,
    faulty: u64,
    refused: u64,
    by_type: BTreeMap<String, u64>,
    unplaced: u64,
    flags: BTreeMap<String, u64>,
}

impl Tally {
    /// Tells a row that would not become an event, or leaves it to the sum.
    fn tell(&self, row: &str) {
        if self.faulty + self.refused <= self.most {
            print::line(row);
        }
    }
}

fn check(args: &FeedCheckArgs) -> Result<(), Failure> {
    let mut catalog = catalog(args.catalog.catalog.as_deref())?;
    if let Some(places) = &args.places {
        let places = PlaceTree::load_geojson(places)
            .map_err(|errors| Failure::usage(format!("{}: {errors}", places.display())))?;
        catalog = catalog.with_places(places);
    }
    let mut wrong = 0;
    for input in &args.inputs {
        let Some((feed, path)) = input.split_once('=') else {
            return Err(Failure::usage(format!(
                "'{input}': expected FEED=FILE, such as power.outages=outages.csv"
            )));
        };
        let feed = known_feed(&catalog, feed)?;
        let tally = check_file(&catalog, feed, Path::new(path), args)?;
        tell(feed, &tally);
        wrong += tally.faulty + tally.refused;
    }
    if wrong > 0 {
        return Err(
            Failure::problems(format!("{wrong} rows would not become events"))
                .remedy("correct the rows, or the feed's mapping in feeds.yaml"),
        );
    }
    Ok(())
}

fn check_file(
    catalog: &Catalog,
    feed: &Feed,
    path: &Path,
    args: &FeedCheckArgs,
) -> Result<Tally, Failure> {
    let bytes = bytes(path)?;
    let table = feed
        .open(path, &bytes, "check")
        .map_err(|fault| Failure::problems(format!("{}: {fault}", path.display())))?;
    if let Some(note) = encoding_note(&table) {
        print::line(&format!("{}: {note}", path.display()));
    }
    let mut tally = Tally {
        most: if args.all { u64::MAX } else { TOLD },
        ..Tally::default()
    };
    for TableRow { line, events } in table {
        tally.rows += 1;
        match events {
            Err(fault) => {
                tally.faulty += 1;
                tally.tell(&LineFault { line, fault }.to_string());
            }
            Ok(events) if events.is_empty() => tally.skipped += 1,
            Ok(events) => {
                for event in events {
                    judge(catalog, feed, line, &event, &mut tally);
                    if args.show {
                        print::line(&event.to_json());
                    }
                }
            }
        }
    }
    Ok(tally)
}

/// Asks the judgement that admission will give, repeats aside.
fn judge(catalog: &Catalog, feed: &Feed, line: u64, event: &MappedEvent, tally: &mut Tally) {
    let text = event.to_json();
    let judged = decode_structured(text.as_bytes())
        .map_err(|fault| (fault.reason, fault.message))
        .and_then(|envelope| {
            let judged = catalog.judge(&feed.department, &envelope);
            let judged = judged.map_err(|refusal| (refusal.reason, refusal.message))?;
            let flags = judged.flags.iter().map(|flag| String::from(*flag));
            Ok((judged.place.is_some(), flags.collect::<Vec<_>>()))
        });
    match judged {
        Err((reason, message)) => {
            tally.refused += 1;
            tally.tell(&format!("line {line}: {}: {message}", reason.code()));
        }
        Ok((placed, flags)) => {
            *tally.by_type.entry(event.event_type.clone()).or_default() += 1;
            tally.unplaced += u64::from(!placed);
            for flag in flags {
                *tally.flags.entry(flag).or_default() += 1;
            }
        }
    }
}

fn tell(feed: &Feed, tally: &Tally) {
    let untold = (tally.faulty + tally.refused).saturating_sub(tally.most);
    if untold > 0 {
        print::line(&format!("and {untold} rows more: --all tells each"));
    }
    print::line(&format!(
        "{}: {} rows: {} events, {} rows are no events, {} are faulty, {} would be refused",
        feed.name,
        tally.rows,
        tally.by_type.values().sum::<u64>(),
        tally.skipped,
        tally.faulty,
        tally.refused,
    ));
    for (event_type, count) in &tally.by_type {
        print::line(&format!("  {count} {event_type}"));
    }
    if tally.unplaced > 0 {
        print::line(&format!("  {} of them without a place", tally.unplaced));
    }
    for (flag, count) in &tally.flags {
        print::line(&format!("  {count} flagged {flag}"));
    }
}
