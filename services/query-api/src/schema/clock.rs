//! Time limits of a case.

use async_graphql::{Context, Object};
use domain::case::ClockRun;

use super::enums::{ClockCounts, ClockState};
use super::scalars::DateTime;
use super::words::{BothTexts, Language, say};

/// One run of a time limit.
pub(crate) struct ClockView {
    pub(crate) run: ClockRun,
}

/// One run of a time limit; it stands still while the case is suspended.
#[Object(name = "Clock")]
impl ClockView {
    /// Its name in the workflow, e.g. `acknowledge`.
    async fn name(&self) -> &str {
        &self.run.name
    }

    /// Shown to people.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> String {
        say(ctx, &self.run.title, lang)
    }

    /// Shown to people, both languages.
    async fn titles(&self) -> BothTexts {
        BothTexts::from(&self.run.title)
    }

    /// RUNNING, PAUSED, MET or BREACHED.
    async fn state(&self) -> ClockState {
        self.run.state().into()
    }

    /// What it counts.
    async fn counts(&self) -> ClockCounts {
        self.run.counts.into()
    }

    /// When it started.
    async fn started_at(&self) -> DateTime {
        DateTime(self.run.started_at)
    }

    /// When the limit passes if nothing happens; absent while paused or at its end.
    async fn due_at(&self) -> Option<DateTime> {
        self.run.due_at().map(DateTime)
    }

    /// From when a breach is predicted; absent while paused or at its end.
    async fn at_risk_at(&self) -> Option<DateTime> {
        self.run.at_risk_at().map(DateTime)
    }

    /// Its limit reaches into a year whose days off are not settled yet: weekends alone were left out.
    async fn unsettled(&self) -> bool {
        self.run.unsettled
    }

    /// When its limit was made longer; `dueAt` is by the longer one then.
    async fn extended_at(&self) -> Option<DateTime> {
        self.run.extended_at.map(DateTime)
    }

    /// When what was asked for was done.
    async fn stopped_at(&self) -> Option<DateTime> {
        self.run.stopped_at.map(DateTime)
    }

    /// When the limit passed.
    async fn breached_at(&self) -> Option<DateTime> {
        self.run.breached_at.map(DateTime)
    }
}
