//! What a contract's check costs beside a bare parse into a struct: the ratio that admission lives by.
//!
//! `cargo run --profile bench -p event-schemas --example check_cost`
#![expect(clippy::print_stdout, reason = "an example prints what it found")]

use std::borrow::Cow;
use std::hint::black_box;
use std::time::Instant;

use event_schemas::Catalog;
use event_schemas::envelope::decode_structured;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The bare parse: every field of an outage's data, borrowed, nothing checked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "parsed to be measured, not to be read")]
struct Outage<'d> {
    outage: &'d str,
    customers: i64,
    cause: Option<&'d str>,
    crew: Option<&'d str>,
    estimated_restoration: Option<&'d str>,
    hazard: Option<bool>,
    #[serde(borrow)]
    area: Option<Cow<'d, str>>,
}

/// The bare parse of an envelope.
#[derive(Deserialize)]
#[expect(dead_code, reason = "parsed to be measured, not to be read")]
struct Bare<'e> {
    specversion: &'e str,
    id: &'e str,
    source: &'e str,
    #[serde(rename = "type")]
    event_type: &'e str,
    time: &'e str,
    lon: &'e str,
    lat: &'e str,
    #[serde(borrow)]
    data: &'e RawValue,
}

const ROUNDS: u32 = 200_000;
const PAIRS: usize = 7;

fn seconds(mut run: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..ROUNDS {
        run();
    }
    start.elapsed().as_secs_f64()
}

/// Median ratio bare / ours over interleaved pairs, with the nanoseconds of the last pair.
fn compare(name: &str, mut bare: impl FnMut(), mut ours: impl FnMut()) {
    let mut ratios = Vec::new();
    let mut last = (0.0, 0.0);
    for _ in 0..PAIRS {
        let (floor, checked) = (seconds(&mut bare), seconds(&mut ours));
        ratios.push(floor / checked);
        last = (floor, checked);
    }
    ratios.sort_by(f64::total_cmp);
    let ns = |seconds: f64| seconds * 1e9 / f64::from(ROUNDS);
    println!(
        "{name}: ratio {:.2} (bare {:.0} ns, checked {:.0} ns)",
        ratios[PAIRS / 2],
        ns(last.0),
        ns(last.1)
    );
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let catalog = Catalog::embedded()?;
    let example = "power/examples/outage-started.json";
    let example = catalog.examples().iter().find(|e| e.file == example);
    let event: serde_json::Value = serde_json::from_str(&example.ok_or("no example")?.event)?;
    let mut event = event;
    event["lon"] = event["lon"].to_string().into();
    event["lat"] = event["lat"].to_string().into();
    let data = event["data"].to_string();
    let text = event.to_string();
    let outage = catalog
        .event_type("city.power.outage-started.v1")
        .ok_or("no such type")?;
    compare(
        "data",
        || {
            drop(black_box(serde_json::from_str::<Outage<'_>>(black_box(
                &data,
            ))))
        },
        || drop(black_box(outage.contract.check(black_box(data.as_bytes())))),
    );
    compare(
        "envelope",
        || {
            drop(black_box(serde_json::from_str::<Bare<'_>>(black_box(
                &text,
            ))))
        },
        || drop(black_box(decode_structured(black_box(text.as_bytes())))),
    );
    compare(
        "whole judgement",
        || {
            let bare = serde_json::from_str::<Bare<'_>>(black_box(&text)).ok();
            let parsed = bare.map(|bare| serde_json::from_str::<Outage<'_>>(bare.data.get()));
            drop(black_box(parsed));
        },
        || {
            let envelope = decode_structured(black_box(text.as_bytes()));
            drop(black_box(envelope.map(|event| {
                catalog
                    .judge("power", &event)
                    .map(|judged| judged.event_time)
            })));
        },
    );
    Ok(())
}
