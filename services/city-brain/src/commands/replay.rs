//! `city-brain replay`: departments' own files through the feeds' mappings, merged in the order in
//! which they became known, published again.

use std::time::Duration;

use event_schemas::Catalog;
use event_schemas::city::Millis;
use indicatif::{ProgressBar, ProgressStyle};
use service_kit::Clock;

use super::connect::{catalog, log_config};
use super::replay_input::{Known, read_input};
use super::sender::{Outgoing, Sender};
use crate::cli::ReplayArgs;
use crate::failure::Failure;
use crate::print;

/// Faulty rows of a file that are told one by one.
const FAULTS_TOLD: usize = 5;

/// Runs the command.
pub async fn run(args: ReplayArgs) -> Result<(), Failure> {
    let catalog = catalog(args.hub.catalog.as_deref())?;
    let window = Window {
        from: moment("--from", args.from.as_deref())?,
        to: moment("--to", args.to.as_deref())?,
    };
    let pace = pace(&args.speed)?;
    let mut events = read_all(&args, &catalog, window)?;
    events.sort_by_key(|event| event.known);
    if args.shift_to_now
        && let Some(first) = events.first()
    {
        let shift = Clock::system().now().since(first.known);
        for event in &mut events {
            event.shift(shift);
        }
    }
    if args.exercise {
        events.iter_mut().for_each(Known::mark_as_exercise);
    }
    let mut sender = Sender::open(&log_config(&args.hub, "city-brain-replay")?)?;
    let bar = progress_bar(events.len() as u64);
    let published = publish(&mut sender, events, pace, &bar).await?;
    bar.finish_and_clear();
    print::line(&format!("published {published}"));
    Ok(())
}

/// Which events are wanted, by the time they became known.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// At or after.
    pub from: Option<Millis>,
    /// Before.
    pub to: Option<Millis>,
}

impl Window {
    /// Whether an event that became known then is wanted.
    pub fn holds(self, known: Millis) -> bool {
        self.from.is_none_or(|from| known >= from) && self.to.is_none_or(|to| known < to)
    }
}

fn moment(flag: &str, text: Option<&str>) -> Result<Option<Millis>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let whole = if text.len() == 10 {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    };
    match Millis::parse(&whole) {
        Some(moment) => Ok(Some(moment)),
        None => Err(Failure::usage(format!(
            "{flag} '{text}': expected a date such as 2024-02-04 or a time such as 2024-02-04T13:00:00-08:00"
        ))),
    }
}

/// Times faster than real time; `None`: as fast as it goes.
fn pace(speed: &str) -> Result<Option<f64>, Failure> {
    if speed == "max" {
        return Ok(None);
    }
    match speed.parse::<f64>() {
        Ok(times) if times > 0.0 && times.is_finite() => Ok(Some(times)),
        _ => Err(Failure::usage(format!(
            "--speed '{speed}': expected 'max' or a number above 0"
        ))),
    }
}

fn read_all(args: &ReplayArgs, catalog: &Catalog, window: Window) -> Result<Vec<Known>, Failure> {
    let mut events = Vec::new();
    for input in &args.inputs {
        let Some((feed, file)) = input.split_once('=') else {
            return Err(Failure::usage(format!(
                "'{input}': expected FEED=FILE, such as power.outages=outages.csv"
            )));
        };
        let read = read_input(catalog, feed, file.as_ref(), &args.label, window)?;
        print::error_line(&format!(
            "{feed}: {} events of {} rows, {} rows are no events, {} rows are faulty",
            read.events.len(),
            read.rows,
            read.skipped,
            read.faults.len()
        ));
        if let Some(note) = &read.note {
            print::error_line(&format!("  {note}"));
        }
        for fault in read.faults.iter().take(FAULTS_TOLD) {
            print::error_line(&format!("  {fault}"));
        }
        if read.faults.len() > FAULTS_TOLD {
            print::error_line(&format!(
                "  and {} more: `city-brain feed check {input} --all` tells each",
                read.faults.len() - FAULTS_TOLD
            ));
        }
        events.extend(read.events);
    }
    Ok(events)
}

fn progress_bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} events  {per_sec}  {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style);
    bar
}

async fn publish(
    sender: &mut Sender,
    events: Vec<Known>,
    pace: Option<f64>,
    bar: &ProgressBar,
) -> Result<u64, Failure> {
    let clock = Clock::system();
    let begin = clock.now();
    let first = events.first().map_or(begin, |event| event.known);
    for event in events {
        if let Some(times) = pace {
            let due = event.known.since(first) as f64 / times;
            let wait = due - clock.now().since(begin) as f64;
            if wait > 1.0 {
                tokio::time::sleep(Duration::from_millis(wait as u64)).await;
            }
        }
        let department = event.department.clone();
        let json = event.into_json();
        sender.send(Outgoing { department, json }).await?;
        bar.inc(1);
    }
    sender.finish().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_takes_its_first_moment_and_not_its_last() {
        let window = Window {
            from: moment("--from", Some("2024-02-04")).unwrap(),
            to: moment("--to", Some("2024-02-05T00:00:00Z")).unwrap(),
        };
        assert!(window.holds(Millis::parse("2024-02-04T00:00:00Z").unwrap()));
        assert!(!window.holds(Millis::parse("2024-02-05T00:00:00Z").unwrap()));
        assert!(moment("--from", Some("yesterday")).is_err());
    }

    #[test]
    fn a_speed_is_max_or_a_number_above_zero() {
        assert_eq!(pace("max").unwrap(), None);
        assert_eq!(pace("60").unwrap(), Some(60.0));
        assert!(pace("0").is_err() && pace("fast").is_err());
    }
}
