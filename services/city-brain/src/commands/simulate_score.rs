//! `city-brain simulate score`: what the rules found of the simulated city, against the truth.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::alert::Alert;
use event_log::{Follower, LogConfig, StartAt};
use event_schemas::city::Topic;

use super::connect::{catalog, log_config};
use super::simulate::{FIXED_START, behaviour, span};
use crate::cli::ScoreArgs;
use crate::failure::{Failure, chain};
use crate::print;
use crate::simulation::offline;
use crate::simulation::score::{Found, Score, gather, score};
use crate::simulation::truth::TruthLine;

/// A week.
const WEEK_MS: i64 = 7 * 24 * 3_600_000;
/// Reading the log may stand still for so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs the command.
pub async fn run(args: ScoreArgs) -> Result<(), Failure> {
    let result = match &args.truth {
        Some(file) => {
            let truth = read_truth(file)?;
            let log = log_config(&args.hub, "city-brain-score")?;
            let alerts = of_this_run(&truth, gather(&alerts(&log).await?))?;
            score(&truth, &alerts)
        }
        None if args.offline => offline_score(&args)?,
        None => {
            return Err(Failure::usage("simulate score: the truth is missing")
                .remedy("give --truth FILE as written by `simulate --truth`, or --offline"));
        }
    };
    print::line(&result.to_string());
    if args.details {
        details(&result);
    }
    Ok(())
}

fn offline_score(args: &ScoreArgs) -> Result<Score, Failure> {
    let catalog = Arc::new(catalog(args.hub.catalog.as_deref())?);
    let span = span(&args.city)?.unwrap_or(WEEK_MS);
    let outcome = offline::run(&catalog, behaviour(&args.city)?, FIXED_START, span)
        .ok_or_else(|| Failure::problems("the catalog has no place with a location"))?;
    print::line(&format!(
        "{} events admitted, {} repeats dropped, {} refused",
        outcome.admitted,
        outcome.repeats,
        outcome.refused.len()
    ));
    Ok(score(&outcome.truth, &gather(&outcome.alerts)))
}

fn details(score: &Score) {
    for (id, rule) in &score.rules {
        for missed in &rule.missed {
            print::line(&format!("{id}: missed {missed}"));
        }
        for unfounded in &rule.unfounded {
            print::line(&format!("{id}: without a reason, {unfounded}"));
        }
    }
}

fn read_truth(file: &Path) -> Result<Vec<TruthLine>, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::usage(format!("--truth: {}: {error}", file.display())))?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| {
            serde_json::from_str(line).map_err(|error| {
                Failure::usage(format!(
                    "--truth: {}:{}: {error}",
                    file.display(),
                    number + 1
                ))
                .remedy("give a file that `simulate --truth` wrote")
            })
        })
        .collect()
}

/// Alerts that rest on events of the run which the truth is about.
fn of_this_run(truth: &[TruthLine], alerts: Vec<Found>) -> Result<Vec<Found>, Failure> {
    let run = truth.iter().find_map(|line| match line {
        TruthLine::Course(course) => Some(format!("{}-", course.run)),
        _ => None,
    });
    let Some(run) = run else {
        return Err(Failure::usage("--truth: the line of the course is missing")
            .remedy("give the whole file that `simulate --truth` wrote"));
    };
    let own = |alert: &Found| alert.events.iter().any(|event| event.starts_with(&run));
    Ok(alerts.into_iter().filter(own).collect())
}

/// Every record of `city.alerts`.
async fn alerts(log: &LogConfig) -> Result<Vec<Alert>, Failure> {
    let failed = |error| Failure::dependency(chain(&error));
    let mut follower = Follower::open(log, &[Topic::Alerts], StartAt::Beginning)
        .await
        .map_err(failed)?;
    let mut found = Vec::new();
    loop {
        let batch = follower.next(PATIENCE).await.map_err(failed)?;
        for record in &batch.records {
            found.extend(serde_json::from_slice::<Alert>(&record.value).ok());
        }
        if batch.caught_up {
            return Ok(found);
        }
        if batch.records.is_empty() {
            return Err(
                Failure::dependency("the hub's alerts cannot be read to their end")
                    .remedy("see whether Kafka runs: `city-brain doctor`"),
            );
        }
    }
}
