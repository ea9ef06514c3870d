//! `city-brain simulate`, and the demo of `up`: publishes the simulated city as time passes.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use event_log::LogConfig;
use event_schemas::Catalog;
use event_schemas::city::Millis;
use event_schemas::rule_file::Span;
use service_kit::{Clock, Shutdown};

use super::connect::{catalog, log_config};
use super::sender::{Outgoing, Sender};
use crate::cli::{CityArgs, SimulateAction, SimulateArgs};
use crate::failure::Failure;
use crate::print;
use crate::simulation::truth::TruthLine;
use crate::simulation::{Behaviour, Simulation};

/// Runs the command until its time is over or it is interrupted.
pub async fn run(args: SimulateArgs) -> Result<(), Failure> {
    if let Some(SimulateAction::Score(score)) = args.action {
        return super::simulate_score::run(score).await;
    }
    let behaviour = behaviour(&args.city)?;
    let span = span(&args.city)?;
    let catalog = catalog(args.hub.catalog.as_deref())?;
    let truth = args.truth.as_deref().map(TruthFile::create).transpose()?;
    if args.print {
        return write_out(behaviour, &catalog, span, truth);
    }
    let log = log_config(&args.hub, "city-brain-simulate")?;
    let shutdown = Shutdown::new();
    let stop = shutdown.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.cancel();
        }
    });
    let course = Course {
        clock: Clock::system(),
        span_ms: span,
        shutdown,
        truth,
    };
    let published = publish(&log, &catalog, behaviour, course).await?;
    print::line(&format!("published {published}"));
    Ok(())
}

/// How the city of these arguments behaves.
pub(super) fn behaviour(args: &CityArgs) -> Result<Behaviour, Failure> {
    if !(args.rate > 0.0 && args.rate.is_finite()) {
        return Err(Failure::usage(format!(
            "--rate: expected events per second above 0, found {}",
            args.rate
        )));
    }
    Ok(Behaviour {
        storm: args.storm,
        ..Behaviour::ordinary(args.seed, args.rate)
    })
}

/// How long, in milliseconds.
pub(super) fn span(args: &CityArgs) -> Result<Option<i64>, Failure> {
    let span: Option<Span> = args
        .duration
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|error| Failure::usage(format!("--for: {error}")))?;
    Ok(span.map(|span| span.ms))
}

/// What is printed or scored without a hub begins here, a Thursday in Shanghai, so that the same
/// seed writes the same lines.
pub(super) const FIXED_START: Millis = Millis(1_767_225_600_000);

fn write_out(
    behaviour: Behaviour,
    catalog: &Catalog,
    span_ms: Option<i64>,
    mut truth: Option<TruthFile>,
) -> Result<(), Failure> {
    let until = FIXED_START.plus(span_ms.unwrap_or(600_000));
    let mut city = city(behaviour, catalog, FIXED_START)?;
    while let Some(event) = city.next().filter(|event| event.at < until) {
        print::line(&event.json);
        note(&mut truth, &city.take_truth())?;
    }
    note(&mut truth, &city.finish(until))
}

fn note(truth: &mut Option<TruthFile>, lines: &[TruthLine]) -> Result<(), Failure> {
    truth.as_mut().map_or(Ok(()), |file| file.write(lines))
}

/// The file of what really happened.
pub struct TruthFile {
    path: PathBuf,
    file: File,
}

impl TruthFile {
    fn create(path: &Path) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|error| {
            Failure::usage(format!("--truth: {}: {error}", path.display()))
                .remedy("name a file in a folder that exists and may be written")
        })?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Writes whole lines, so that a run that is broken off leaves a file that can be read.
    fn write(&mut self, lines: &[TruthLine]) -> Result<(), Failure> {
        let mut text = String::new();
        for line in lines {
            let json = serde_json::to_string(line)
                .map_err(|error| Failure::problems(format!("writing the truth: {error}")))?;
            text.push_str(&json);
            text.push('\n');
        }
        self.file.write_all(text.as_bytes()).map_err(|error| {
            Failure::dependency(format!("writing {}: {error}", self.path.display()))
        })
    }
}

fn city(behaviour: Behaviour, catalog: &Catalog, start: Millis) -> Result<Simulation, Failure> {
    Simulation::new(behaviour, catalog, start).ok_or_else(|| {
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
    /// Where to write what really happened.
    pub truth: Option<TruthFile>,
}

/// Publishes the city from now on; returns how many events were acknowledged.
pub async fn publish(
    log: &LogConfig,
    catalog: &Catalog,
    behaviour: Behaviour,
    mut course: Course,
) -> Result<u64, Failure> {
    let start = course.clock.now();
    let mut sender = Sender::open(log)?;
    let mut city = city(behaviour, catalog, start)?;
    let end = course.span_ms.map(|span| start.plus(span));
    while let Some(event) = city.next() {
        note(&mut course.truth, &city.take_truth())?;
        if end.is_some_and(|end| event.at >= end) {
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
    let left = end
        .unwrap_or_else(|| course.clock.now())
        .min(course.clock.now());
    note(&mut course.truth, &city.finish(left))?;
    let finishing = tokio::time::timeout(Duration::from_secs(5), sender.finish()).await;
    match finishing {
        Ok(finished) => finished,
        Err(_) => Ok(sender.acknowledged),
    }
}
