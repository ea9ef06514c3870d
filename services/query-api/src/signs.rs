//! The city's vital signs, computed once for everybody who asks: one task owns the figures and
//! computes them anew at most every five seconds, and only when somebody asks.

use std::sync::Arc;
use std::time::Duration;

use event_schemas::Catalog;
use event_schemas::city::Millis;
use event_schemas::sign_file::{SignFile, SignMeasure, SignState};
use event_store::{Reader, SignWindow};
use service_kit::{Clock, Shutdown};

use crate::failure::Failure;
use crate::kept::Kept;

/// How long computed signs are shown.
const FRESH: Duration = Duration::from_secs(5);
/// Windows that a trend shows, the present one last.
pub(crate) const TREND: u32 = 24;

/// A sign as of a moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    /// Which sign, by its place in the catalog.
    pub(crate) index: usize,
    /// The figure; `None`: there is none, or its events fell silent.
    pub(crate) value: Option<f64>,
    /// What it means.
    pub(crate) state: SignState,
    /// The figure at the end of each window, oldest first.
    pub(crate) trend: Vec<(Millis, Option<f64>)>,
    /// When the inbox last took an event of the sign.
    pub(crate) last_event_at: Option<Millis>,
    /// It rests on exercises alone.
    pub(crate) exercise: bool,
}

type Answer = Result<Arc<Vec<Reading>>, Failure>;

/// Asks for the signs.
pub(crate) type Signs = Kept<Arc<Vec<Reading>>>;

/// The signs, at most five seconds old.
pub(crate) fn open(
    reader: Reader,
    catalog: Arc<Catalog>,
    clock: Clock,
    shutdown: Shutdown,
) -> Signs {
    Kept::open(FRESH, shutdown, move || {
        let (reader, catalog, now) = (reader.clone(), Arc::clone(&catalog), clock.now());
        async move { compute(&reader, &catalog, now).await }
    })
}

async fn compute(reader: &Reader, catalog: &Catalog, now: Millis) -> Answer {
    let mut readings = Vec::with_capacity(catalog.signs().len());
    for (index, sign) in catalog.signs().iter().enumerate() {
        let windows = reader.sign_windows(sign, TREND, now).await?;
        readings.push(read(index, sign, &windows, now));
    }
    Ok(Arc::new(readings))
}

/// The reading of a sign from its windows. Real events count; exercises are shown only where there
/// are no real ones, so that a drill never moves a real figure.
fn read(index: usize, sign: &SignFile, windows: &[SignWindow], now: Millis) -> Reading {
    let exercise = !windows.is_empty() && windows.iter().all(|window| window.exercise);
    let of_kind = || windows.iter().filter(|one| one.exercise == exercise);
    let last_event_at = of_kind().map(|one| Millis(one.last_inbox_time)).max();
    let speaks =
        |at: Millis| last_event_at.is_some_and(|last| at.since(last) <= sign.silent_after.ms);
    let figure = |back: i64| match of_kind().find(|one| one.back == back) {
        Some(window) => window.value,
        // No event at all is a count of none, once the sign's events are heard of.
        None if sign.measure == SignMeasure::Count => last_event_at.map(|_| 0.0),
        None => None,
    };
    let value = figure(0).filter(|_| speaks(now));
    let trend = (0..i64::from(TREND)).rev();
    Reading {
        index,
        value,
        state: sign.judge(value),
        trend: trend
            .map(|back| (now.plus(-back * sign.window.ms), figure(back)))
            .collect(),
        last_event_at,
        exercise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_707_051_600_000);
    const HOUR: i64 = 3_600_000;

    fn sign(measure: &str) -> SignFile {
        serde_json::from_value(serde_json::json!({
            "id": "s", "title": {"zh": "体征", "en": "Sign"}, "unit": {"zh": "起", "en": "calls"},
            "department": "fire", "types": ["city.fire.incident-reported.v1"], "measure": measure,
            "window": "1h", "target": 4, "bad": "above", "silentAfter": "2h",
        }))
        .unwrap()
    }

    fn window(exercise: bool, back: i64, value: f64, minutes_ago: i64) -> SignWindow {
        SignWindow {
            exercise,
            back,
            value: Some(value),
            last_inbox_time: NOW.0 - minutes_ago * 60_000,
        }
    }

    #[test]
    fn a_drill_never_moves_a_real_figure_and_is_shown_as_one_where_it_is_alone() {
        let windows = [window(false, 0, 3.0, 5), window(true, 0, 90.0, 1)];
        let real = read(0, &sign("count"), &windows, NOW);
        assert_eq!((real.value, real.exercise), (Some(3.0), false));
        assert_eq!(real.state, SignState::Normal);
        let drill = read(0, &sign("count"), &windows[1..], NOW);
        assert_eq!((drill.value, drill.exercise), (Some(90.0), true));
        assert_eq!(drill.state, SignState::Bad);
    }

    #[test]
    fn silence_is_unknown_and_a_quiet_hour_of_a_living_sign_is_none() {
        let silent = read(0, &sign("count"), &[window(false, 3, 2.0, 200)], NOW);
        assert_eq!((silent.value, silent.state), (None, SignState::Unknown));
        assert_eq!(silent.last_event_at, Some(NOW.plus(-200 * 60_000)));
        let quiet = read(0, &sign("count"), &[window(false, 1, 2.0, 90)], NOW);
        assert_eq!((quiet.value, quiet.state), (Some(0.0), SignState::Normal));
        let mean = read(0, &sign("avg"), &[window(false, 1, 2.0, 90)], NOW);
        assert_eq!((mean.value, mean.state), (None, SignState::Unknown));
        assert_eq!(read(0, &sign("count"), &[], NOW).state, SignState::Unknown);
    }

    #[test]
    fn the_trend_runs_from_the_oldest_window_to_the_present() {
        let windows = [window(false, 0, 5.0, 1), window(false, 2, 7.0, 130)];
        let reading = read(0, &sign("sum"), &windows, NOW);
        assert_eq!(reading.trend.len(), TREND as usize);
        let end = &reading.trend[TREND as usize - 3..];
        assert_eq!(
            end,
            [
                (NOW.plus(-2 * HOUR), Some(7.0)),
                (NOW.plus(-HOUR), None),
                (NOW, Some(5.0)),
            ]
        );
        assert_eq!(reading.state, SignState::Bad);
    }
}
