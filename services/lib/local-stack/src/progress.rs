//! Who hears of downloads and of the steps of starting: bars on a terminal, plain lines, nobody, or a function.

use std::fmt;
use std::io::Write as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Bars of parts that are fetched side by side must know of each other, or they overwrite each other.
static BARS: OnceLock<MultiProgress> = OnceLock::new();

/// How progress is shown.
#[derive(Clone, Default)]
pub enum Progress {
    /// Moving bars on standard error; nothing is drawn when that is not a terminal.
    Bars,
    /// One line on standard error per step.
    Lines,
    /// Nothing.
    #[default]
    Silent,
    /// Each line is given to this function.
    Callback(Arc<dyn Fn(&str) + Send + Sync>),
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bars => "Bars",
            Self::Lines => "Lines",
            Self::Silent => "Silent",
            Self::Callback(_) => "Callback",
        })
    }
}

impl Progress {
    /// Begins a step that may take a while.
    pub(crate) fn step(&self, line: &str) -> Step {
        let bar = matches!(self, Self::Bars).then(|| {
            let bar = BARS
                .get_or_init(MultiProgress::new)
                .add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
                bar.set_style(style);
            }
            bar.set_message(line.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let step = Step {
            progress: self.clone(),
            bar,
        };
        if step.bar.is_none() {
            self.line(line);
        }
        step
    }

    /// Says one line that stays.
    pub(crate) fn line(&self, line: &str) {
        match self {
            Self::Silent => {}
            Self::Callback(hear) => hear(line),
            Self::Bars | Self::Lines => {
                // A closed standard error is no reason to stop starting.
                drop(writeln!(std::io::stderr().lock(), "{line}"));
            }
        }
    }
}

/// One step under way; its bar goes when it ends.
pub(crate) struct Step {
    progress: Progress,
    bar: Option<ProgressBar>,
}

impl Step {
    /// Shows how far the step is. Only a bar shows it: as lines it would be noise.
    pub(crate) fn detail(&self, line: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(line);
        }
    }

    /// Ends the step with a line that stays.
    pub(crate) fn done(self, line: &str) {
        match &self.bar {
            Some(bar) => bar.finish_with_message(line.to_owned()),
            None => self.progress.line(line),
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar
            && !bar.is_finished()
        {
            bar.finish_and_clear();
        }
    }
}
