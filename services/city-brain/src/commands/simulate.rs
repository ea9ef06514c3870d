//! `city-brain simulate`, and the demo of `up`: publishes the simulated city as time passes.

use std::time::Duration;

use event_log::LogConfig;
use event_schemas::Catalog;
use event_schemas::city::Millis;
use event_schemas::rule_file::Span;
use service_kit::{Clock, Shutdown};

use super::connect::{catalog, log_config};
use super::sender::{Outgoing, Sender};
use crate::cli::SimulateArgs;
use crate::failure::Failure;
use crate::print;
use crate::simulation::{Behaviour, Simulation};

/// Runs the command until its time is over or it is interrupted.
pub async fn run(args: SimulateArgs) -> Result<(), Failure> {
    let span: Option<Span> = args
        .duration
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|error| Failure::usage(format!("--for: {error}")))?;
    let behaviour = Behaviour {
        seed: args.seed,
        rate: args.rate,
        storm: args.storm,
    };
    let catalog = catalog(args.hub.catalog.as_deref())?;
    if args.print {
        return write_out(behaviour, &catalog, span);
    }
    let log = log_config(&args.hub, "city-brain-simulate")?;
    let shutdown = Shutdown::new();
    let stop = shutdown.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.cancel();
        }
    });
    let published = publish(
        &log,
        &catalog,
        behaviour,
        Course {
            clock: Clock::system(),
            span_ms: span.map(|span| span.ms),
            shutdown,
        },
    )
    .await?;
    print::line(&format!("published {published}"));
    Ok(())
}

fn write_out(behaviour: Behaviour, catalog: &Catalog, span: Option<Span>) -> Result<(), Failure> {
    // A fixed start, so that the same seed writes the same lines.
    let start = Millis(1_767_225_600_000);
    let until = start.plus(span.map_or(600_000, |span| span.ms));
    for event in city(behaviour, catalog, start)? {
        if event.at >= until {
            break;
        }
        print::line(&event.json);
    }
    Ok(())
}

fn city(behaviour: Behaviour, catalog: &Catalog, start: Millis) -> Result<Simulation, Failure> {
    Simulation::new(behaviour, catalog.places(), start).ok_or_else(|| {
        Failure::problems("the catalog has no place with a location")
            .remedy("give places polygons, or simulate with the built-in catalog")
    })
}

/// How long, by which clock.
pub struct Course {
    /// The clock that paces it.
    pub clock: Clock,
    /// How long; `None`: until the shutdown.
    pub span_ms: Option<i64>,
    /// Ends it.
    pub shutdown: Shutdown,
}

/// Publishes the city from now on; returns how many events were acknowledged.
pub async fn publish(
    log: &LogConfig,
    catalog: &Catalog,
    behaviour: Behaviour,
    course: Course,
) -> Result<u64, Failure> {
    let start = course.clock.now();
    let mut sender = Sender::open(log)?;
    for event in city(behaviour, catalog, start)? {
        if course
            .span_ms
            .is_some_and(|span| event.at.since(start) >= span)
        {
            break;
        }
        let wait = event.at.since(course.clock.now());
        if wait > 0 {
            tokio::select! {
                () = course.shutdown.cancelled() => break,
                () = tokio::time::sleep(Duration::from_millis(wait as u64)) => {}
            }
        } else if course.shutdown.is_cancelled() {
            break;
        }
        let outgoing = Outgoing {
            department: event.department,
            json: event.json,
        };
        tokio::select! {
            () = course.shutdown.cancelled() => break,
            sent = sender.send(outgoing) => sent?,
        }
    }
    let finishing = tokio::time::timeout(Duration::from_secs(5), sender.finish()).await;
    match finishing {
        Ok(finished) => finished,
        Err(_) => Ok(sender.acknowledged),
    }
}
