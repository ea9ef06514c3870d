//! One run of a time limit on a case: wall time, stopped while the case is suspended.

use event_schemas::Text;
use event_schemas::city::Millis;
use serde::{Deserialize, Serialize};

/// What a clock run shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClockState {
    /// Time is passing, within the limit.
    Running,
    /// The case is suspended; time stands still.
    Paused,
    /// What was asked for was done within the limit.
    Met,
    /// The limit passed (also when it was done later).
    Breached,
}

/// One run of a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockRun {
    /// The clock's name in the workflow, e.g. `acknowledge`.
    pub name: String,
    /// Shown to people.
    pub title: Text,
    /// The limit in milliseconds.
    pub limit_ms: i64,
    /// When it started.
    pub started_at: Millis,
    /// Milliseconds used up before the last pause.
    #[serde(default)]
    pub used_ms: i64,
    /// Since when it runs; absent while paused or after its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running_since: Option<Millis>,
    /// When what was asked for was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Millis>,
    /// When the limit passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breached_at: Option<Millis>,
}

impl ClockRun {
    /// A run that starts now.
    pub fn start(name: &str, title: &Text, limit_ms: i64, now: Millis) -> Self {
        Self {
            name: name.to_owned(),
            title: title.clone(),
            limit_ms,
            started_at: now,
            used_ms: 0,
            running_since: Some(now),
            stopped_at: None,
            breached_at: None,
        }
    }

    /// When the limit passes if nothing happens; absent while paused, stopped or breached.
    pub fn due_at(&self) -> Option<Millis> {
        match (self.running_since, self.breached_at) {
            (Some(since), None) => Some(since.plus(self.limit_ms - self.used_ms)),
            _ => None,
        }
    }

    /// What it shows.
    pub fn state(&self) -> ClockState {
        if self.breached_at.is_some() {
            ClockState::Breached
        } else if self.stopped_at.is_some() {
            ClockState::Met
        } else if self.running_since.is_some() {
            ClockState::Running
        } else {
            ClockState::Paused
        }
    }

    /// Whether what was asked for is still to be done.
    pub fn is_open(&self) -> bool {
        self.stopped_at.is_none()
    }

    pub(super) fn pause(&mut self, now: Millis) {
        if let Some(since) = self.running_since.take() {
            self.used_ms += now.since(since).max(0);
        }
    }

    pub(super) fn resume(&mut self, now: Millis) {
        if self.is_open() && self.running_since.is_none() {
            self.running_since = Some(now);
        }
    }

    pub(super) fn stop(&mut self, now: Millis) {
        if self.is_open() {
            // Done late, before the timer noticed: late all the same.
            if let Some(due) = self.due_at()
                && due < now
            {
                self.breached_at = Some(due);
            }
            self.pause(now);
            self.stopped_at = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> ClockRun {
        ClockRun::start(
            "acknowledge",
            &Text::new("受理", "Acknowledge"),
            1_000,
            Millis(100),
        )
    }

    #[test]
    fn a_suspended_clock_stands_still_and_goes_on_where_it_was() {
        let mut clock = run();
        assert_eq!(clock.due_at(), Some(Millis(1_100)));
        clock.pause(Millis(400));
        assert_eq!((clock.due_at(), clock.state()), (None, ClockState::Paused));
        clock.resume(Millis(5_000));
        assert_eq!(clock.due_at(), Some(Millis(5_700)));
        clock.stop(Millis(5_600));
        assert_eq!((clock.due_at(), clock.state()), (None, ClockState::Met));
    }

    #[test]
    fn what_is_done_after_the_limit_is_late_even_if_no_timer_noticed() {
        let mut clock = run();
        clock.stop(Millis(1_101));
        assert_eq!(clock.state(), ClockState::Breached);
        let mut exact = run();
        exact.stop(Millis(1_100));
        assert_eq!(exact.state(), ClockState::Met);
    }
}
