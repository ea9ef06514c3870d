//! Whether departments speak, and whether the hub keeps up with them.

use std::collections::{BTreeMap, VecDeque};

use domain::event::Event;
use event_schemas::city::{Millis, Watermark};
use serde_json::{Value, json};

use crate::views::Moment;

/// A feed is silent after this long without an event, unless its department says otherwise.
const SILENT_AFTER_MS: i64 = 15 * 60_000;
/// And dead after this long.
const DEAD_AFTER_MS: i64 = 24 * 3_600_000;
/// The hub counts as behind when an inbox's watermark is this far behind the wall clock.
const BEHIND_AFTER_MS: i64 = 5_000;

#[derive(Debug, Default)]
struct Feed {
    last_event: Option<Millis>,
    last_heard: Option<Millis>,
    lag_ms: i64,
    minute: VecDeque<Millis>,
    admitted_until: Option<Millis>,
}

/// One entry per department.
#[derive(Debug, Default)]
pub(crate) struct Feeds {
    by_department: BTreeMap<String, Feed>,
    watermark_at: Option<Millis>,
}

impl Feeds {
    /// Feeds of these departments, none heard of yet.
    pub(crate) fn of<'a>(departments: impl Iterator<Item = &'a str>) -> Self {
        Self {
            by_department: departments
                .map(|name| (name.to_owned(), Feed::default()))
                .collect(),
            watermark_at: None,
        }
    }

    /// An event was admitted.
    pub(crate) fn heard(&mut self, event: &Event) {
        let admission = &event.admission;
        let feed = self
            .by_department
            .entry(admission.department.clone())
            .or_default();
        feed.last_event = feed.last_event.max(Some(admission.event_time));
        feed.last_heard = feed.last_heard.max(Some(admission.inbox_time));
        feed.lag_ms = admission.inbox_time.since(admission.event_time);
        feed.minute.push_back(admission.inbox_time);
        if feed.minute.len() > 600_000 {
            feed.minute.pop_front();
        }
    }

    /// Admission told how far it is.
    pub(crate) fn watermark(&mut self, watermark: &Watermark) {
        self.watermark_at = self.watermark_at.max(Some(watermark.at));
        for inbox in &watermark.inboxes {
            let feed = self
                .by_department
                .entry(inbox.department.clone())
                .or_default();
            feed.admitted_until = feed.admitted_until.max(Some(inbox.admitted_until));
        }
    }

    /// Whether the hub is behind (as against: the departments are silent).
    pub(crate) fn behind(&self, now: Millis) -> bool {
        let watermark_late = self
            .watermark_at
            .is_none_or(|at| now.since(at) > BEHIND_AFTER_MS);
        watermark_late
            || self.by_department.values().any(|feed| {
                feed.admitted_until
                    .is_some_and(|until| now.since(until) > BEHIND_AFTER_MS)
            })
    }

    /// What a beat tells of each feed.
    pub(crate) fn report(&mut self, now: Millis) -> Vec<Value> {
        self.by_department
            .iter_mut()
            .map(|(department, feed)| {
                while feed
                    .minute
                    .front()
                    .is_some_and(|heard| now.since(*heard) > 60_000)
                {
                    feed.minute.pop_front();
                }
                json!({
                    "id": department,
                    "department": department,
                    "state": state(feed, now),
                    "lastEventAt": feed.last_event.map(Moment),
                    "lastHeardAt": feed.last_heard.map(Moment),
                    "lagMs": feed.lag_ms,
                    "perMinute": feed.minute.len(),
                })
            })
            .collect()
    }
}

fn state(feed: &Feed, now: Millis) -> &'static str {
    match feed.last_heard {
        Some(heard) if now.since(heard) <= SILENT_AFTER_MS => "live",
        Some(heard) if now.since(heard) <= DEAD_AFTER_MS => "silent",
        _ => "dead",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watermark_that_stands_still_is_the_hub_being_behind_not_silence() {
        let mut feeds = Feeds::of(["fire"].into_iter());
        assert!(feeds.behind(Millis(0)), "nothing known yet");
        feeds.watermark(&Watermark {
            at: Millis(10_000),
            inboxes: Vec::new(),
        });
        assert!(!feeds.behind(Millis(12_000)));
        assert!(feeds.behind(Millis(16_000)));
    }
}
