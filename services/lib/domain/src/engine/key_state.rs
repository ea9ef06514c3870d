//! One key of one rule: its window, its open episode, and what is due when.

use std::sync::Arc;

use event_schemas::Text;
use event_schemas::city::{LogPosition, Millis};
use serde::{Deserialize, Serialize};

use super::episode::{Episode, Scene};
use super::record::Matched;
use super::window::{Reading, Window};
use crate::alert::{AlertChange, AlertStatus};
use crate::rule::UNTIL_CLEARED;

/// A key without anything to remember but its number of episodes is forgotten after this long.
const RETIRE_MS: i64 = 30 * 86_400_000;

/// A matched event on its way into a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) event: Arc<Matched>,
    pub(super) selectors: u32,
    pub(super) clears: bool,
    /// Where the folded record stands.
    pub(super) position: LogPosition,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// It counts.
    Yes,
    /// Its window was over when it came.
    Missed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct KeyState {
    window: Window,
    /// Event time this key has come to.
    time: Millis,
    /// The condition holds at `time`.
    met: bool,
    /// Since when it no longer holds, while an episode is still open.
    fell: Option<Fall>,
    episode: Option<Episode>,
    episodes: u32,
    /// When it next asks to be looked at, as it stands in the agenda.
    pub(super) due: Option<Millis>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Fall {
    at: Millis,
    /// A clearing event ended it: nothing to wait for.
    cleared: bool,
}

impl Default for KeyState {
    fn default() -> Self {
        Self {
            window: Window::default(),
            time: Millis(i64::MIN),
            met: false,
            fell: None,
            episode: None,
            episodes: 0,
            due: None,
        }
    }
}

impl KeyState {
    /// Takes an item in at its event time. Where it matches a selector and `clears` at once, clearing
    /// wins: the event tells of its own end.
    pub(super) fn observe(&mut self, scene: &mut Scene<'_>, item: &Item) -> Counted {
        let shape = &scene.rule.shape;
        let time = item.event.time;
        self.advance(scene, time);
        if item.clears {
            self.window.clear(shape, &item.event);
            let at = if shape.single { time } else { self.time };
            self.judge(scene, at, None, true);
            return Counted::Yes;
        }
        let seq = item.position.offset as u64;
        let event = Arc::clone(&item.event);
        if self
            .window
            .add(shape, event, item.selectors, seq, self.time)
        {
            let at = if shape.single { time } else { self.time };
            self.judge(scene, at, Some(item), false);
            Counted::Yes
        } else {
            self.tell_missed(scene, item);
            Counted::Missed
        }
    }

    /// A single event that is enough for an alert is told even when the alert is over already.
    fn tell_missed(&mut self, scene: &mut Scene<'_>, item: &Item) {
        let shape = &scene.rule.shape;
        let (time, ends) = (item.event.time, item.event.time.plus(shape.within));
        if !shape.single || shape.within >= UNTIL_CLEARED || self.episode.is_some() {
            return;
        }
        let reading = Reading {
            value: 1.0,
            met: true,
        };
        self.episodes += 1;
        let mut episode = Episode::open(
            scene,
            self.episodes,
            time,
            item.position,
            &self.window,
            reading,
        );
        episode.note(scene, &item.event, reading, time);
        episode.tell(scene, AlertChange::Raised, time, None);
        episode.tell(scene, AlertChange::Resolved, ends, None);
    }

    /// Lets time pass up to `now`: what matures, expires or ends by then does so at its own time.
    pub(super) fn advance(&mut self, scene: &mut Scene<'_>, now: Millis) {
        while let Some(expiry) = self.window.next_expiry(&scene.rule.shape)
            && expiry <= now
        {
            self.mature(scene, expiry);
            self.window.expire(&scene.rule.shape, expiry);
            self.time = self.time.max(expiry);
            self.judge(scene, expiry, None, false);
        }
        self.mature(scene, now);
        self.time = self.time.max(now);
        self.window.expire(&scene.rule.shape, self.time);
    }

    /// Resolves what has ended for good by `now`.
    pub(super) fn settle(&mut self, scene: &mut Scene<'_>, now: Millis) {
        if let Some(end) = self.end(scene)
            && now >= end.1
        {
            self.resolve(scene, end.0, None);
        }
    }

    /// The open episode's end and the time from which it is certain.
    fn end(&self, scene: &Scene<'_>) -> Option<(Millis, Millis)> {
        let fell = self.fell?;
        let end = fell.at.plus(scene.rule.shape.keep);
        let slack = if fell.cleared { 0 } else { scene.slack };
        Some((end, end.plus(slack + 1)))
    }

    /// A pending episode whose condition held long enough by `now` fires.
    fn mature(&mut self, scene: &mut Scene<'_>, now: Millis) {
        if let Some(episode) = &mut self.episode
            && episode.status == AlertStatus::Pending
            && self.met
        {
            let matures = episode.raised_at.plus(scene.rule.shape.hold);
            if matures <= now {
                episode.tell(scene, AlertChange::Raised, matures, None);
            }
        }
    }

    fn judge(&mut self, scene: &mut Scene<'_>, at: Millis, item: Option<&Item>, cleared: bool) {
        let reading = self.window.reading(&scene.rule.shape);
        let was_met = std::mem::replace(&mut self.met, reading.met);
        if was_met && !reading.met {
            self.fall(scene, at, cleared);
            return;
        }
        let Some(item) = item else { return };
        if let Some(fell) = self.fell {
            let end = fell.at.plus(scene.rule.shape.keep);
            match (reading.met, at > end) {
                (true, true) => self.resolve(scene, end, None),
                (true, false) => self.fell = None,
                (false, true) => return,
                (false, false) => {}
            }
        }
        match &mut self.episode {
            None if reading.met => {
                self.episodes += 1;
                let mut episode = Episode::open(
                    scene,
                    self.episodes,
                    at,
                    item.position,
                    &self.window,
                    reading,
                );
                let change = match episode.status {
                    AlertStatus::Pending => AlertChange::Pending,
                    AlertStatus::Firing | AlertStatus::Resolved => AlertChange::Raised,
                };
                episode.tell(scene, change, at, None);
                self.episode = Some(episode);
            }
            None => {}
            Some(episode) => {
                let graver = episode.note(scene, &item.event, reading, self.time);
                if graver || episode.is_news(self.time) {
                    episode.tell(scene, AlertChange::Changed, self.time, None);
                }
            }
        }
    }

    fn fall(&mut self, scene: &mut Scene<'_>, at: Millis, cleared: bool) {
        let Some(episode) = &self.episode else { return };
        let ends_now =
            episode.status == AlertStatus::Pending || (cleared && scene.rule.shape.keep == 0);
        if ends_now {
            self.resolve(scene, at, None);
        } else {
            self.fell = Some(Fall { at, cleared });
        }
    }

    /// Ends the open episode at `at`, if there is one.
    pub(super) fn resolve(&mut self, scene: &mut Scene<'_>, at: Millis, reason: Option<&Text>) {
        self.fell = None;
        if let Some(mut episode) = self.episode.take() {
            episode.tell(
                scene,
                AlertChange::Resolved,
                at.max(episode.raised_at),
                reason,
            );
        }
    }

    /// Event time this key has come to.
    pub(super) fn time(&self) -> Millis {
        self.time
    }

    /// When it must next be looked at.
    pub(super) fn next_due(&self, scene: &Scene<'_>) -> Option<Millis> {
        let matures = self.episode.as_ref().and_then(|episode| {
            (episode.status == AlertStatus::Pending && self.met)
                .then(|| episode.raised_at.plus(scene.rule.shape.hold))
        });
        let ends = self.end(scene).map(|(_, certain)| certain);
        let expires = self.window.next_expiry(&scene.rule.shape);
        let retires =
            (self.window.is_empty() && self.episode.is_none()).then(|| self.time.plus(RETIRE_MS));
        [matures, ends, expires, retires]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether there is nothing left to remember at `now`.
    pub(super) fn is_over(&self, now: Millis) -> bool {
        self.window.is_empty() && self.episode.is_none() && now.since(self.time) >= RETIRE_MS
    }
}
