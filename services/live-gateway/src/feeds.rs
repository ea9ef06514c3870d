//! Whether departments speak, and whether the hub keeps up with them.

use std::collections::{BTreeMap, VecDeque};

use domain::event::Event;
use event_schemas::Catalog;
use event_schemas::city::{Millis, Watermark};
use serde_json::{Value, json};

use crate::views::Moment;

/// A department is silent after this long without an event, where its feeds do not say.
const SILENT_AFTER_MS: i64 = 60 * 60_000;
/// And dead after this long.
const DEAD_AFTER_MS: i64 = 24 * 3_600_000;
/// The hub counts as behind when an inbox's watermark is this far behind the wall clock.
const BEHIND_AFTER_MS: i64 = 5_000;

#[derive(Debug)]
struct Feed {
    silent_after: i64,
    dead_after: i64,
    last_event: Option<Millis>,
    last_heard: Option<Millis>,
    lag_ms: i64,
    minute: VecDeque<Millis>,
    admitted_until: Option<Millis>,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            silent_after: SILENT_AFTER_MS,
            dead_after: DEAD_AFTER_MS,
            last_event: None,
            last_heard: None,
            lag_ms: 0,
            minute: VecDeque::new(),
            admitted_until: None,
        }
    }
}

/// One entry per department.
#[derive(Debug, Default)]
pub(crate) struct Feeds {
    by_department: BTreeMap<String, Feed>,
    watermark_at: Option<Millis>,
}

impl Feeds {
    /// Feeds of all departments, none heard of yet. A department is silent when all its feeds are.
    pub(crate) fn of(catalog: &Catalog) -> Self {
        let mut by_department = BTreeMap::new();
        for department in catalog.departments() {
            let own = || {
                let feeds = catalog.feeds().iter();
                feeds.filter(|feed| feed.department == department.name && !feed.is_archive())
            };
            let silent_after = own().map(|feed| feed.silent_after.map(|span| span.ms));
            let dead_after = own().map(|feed| feed.dead_after.map(|span| span.ms));
            let feed = Feed {
                silent_after: longest(silent_after, SILENT_AFTER_MS),
                dead_after: longest(dead_after, DEAD_AFTER_MS),
                ..Feed::default()
            };
            by_department.insert(department.name.clone(), feed);
        }
        Self {
            by_department,
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
        is_late(self.watermark_at, now)
            || self
                .by_department
                .values()
                .any(|feed| feed.admitted_until.is_some() && is_late(feed.admitted_until, now))
    }

    /// What a beat tells of each feed.
    pub(crate) fn report(&mut self, now: Millis) -> Vec<Value> {
        let told = self.watermark_at;
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
                // An inbox that no watermark names yet is read as far as the hub has told at all.
                let read_until = feed.admitted_until.or(told);
                let behind = is_late(read_until, now);
                json!({
                    "id": department,
                    "department": department,
                    "state": state(feed, read_until.map_or(now, |until| until.min(now))),
                    "behind": behind,
                    "behindSince": read_until.filter(|_| behind).map(Moment),
                    "lastEventAt": feed.last_event.map(Moment),
                    "lastHeardAt": feed.last_heard.map(Moment),
                    "lagMs": feed.lag_ms,
                    "perMinute": feed.minute.len(),
                })
            })
            .collect()
    }
}

/// Whether the hub has not read on for too long: then nothing can be said about silence.
fn is_late(read_until: Option<Millis>, now: Millis) -> bool {
    read_until.is_none_or(|until| now.since(until) > BEHIND_AFTER_MS)
}

/// The longest of a department's limits, each `usual` where it is not given.
fn longest(limits: impl Iterator<Item = Option<i64>>, usual: i64) -> i64 {
    limits
        .map(|limit| limit.unwrap_or(usual))
        .max()
        .unwrap_or(usual)
}

/// The feed's state as far as the hub has read: what it has not read yet is no silence.
fn state(feed: &Feed, read_until: Millis) -> &'static str {
    match feed.last_heard {
        Some(heard) if read_until.since(heard) <= feed.silent_after => "live",
        Some(heard) if read_until.since(heard) <= feed.dead_after => "silent",
        _ => "dead",
    }
}

#[cfg(test)]
mod tests {
    use event_schemas::city::{InboxProgress, TopicId};

    use super::*;

    const HOUR: i64 = 3_600_000;

    fn feeds() -> Feeds {
        let catalog = Catalog::embedded().expect("its own tests say that it is sound");
        Feeds::of(&catalog)
    }

    fn read(department: &str, until: i64) -> Watermark {
        let inbox = InboxProgress {
            department: department.to_owned(),
            topic_id: TopicId::nil(),
            next: 0,
            admitted_until: Millis(until),
            latest_event_time: None,
        };
        Watermark {
            at: Millis(until),
            inboxes: vec![inbox],
        }
    }

    fn told(feeds: &mut Feeds, department: &str, now: i64) -> (String, bool, Value) {
        let report = feeds.report(Millis(now));
        let one = report.iter().find(|one| one["id"] == department);
        let one = one.expect("every department of the catalog is told");
        let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        (
            text("state"),
            one["behind"] == true,
            one["behindSince"].clone(),
        )
    }

    #[test]
    fn a_watermark_that_stands_still_is_the_hub_being_behind_not_silence() {
        let mut feeds = feeds();
        assert!(feeds.behind(Millis(0)), "nothing known yet");
        feeds.watermark(&Watermark {
            at: Millis(10_000),
            inboxes: Vec::new(),
        });
        assert!(!feeds.behind(Millis(12_000)));
        assert!(feeds.behind(Millis(16_000)));
    }

    #[test]
    fn a_feed_is_silent_only_as_far_as_its_inbox_is_read() {
        let mut feeds = feeds();
        if let Some(fire) = feeds.by_department.get_mut("fire") {
            fire.last_heard = Some(Millis(0));
            fire.silent_after = 2 * HOUR;
        }
        feeds.watermark(&read("fire", HOUR));
        let (state, behind, since) = told(&mut feeds, "fire", 4 * HOUR);
        assert_eq!((state.as_str(), behind), ("live", true));
        assert_eq!(since, Millis(HOUR).rfc3339());
        feeds.watermark(&read("fire", 4 * HOUR));
        let (state, behind, since) = told(&mut feeds, "fire", 4 * HOUR);
        assert_eq!(
            (state.as_str(), behind, since),
            ("silent", false, Value::Null)
        );
        // What no watermark names is as late as all watermarks together.
        let (state, behind, _) = told(&mut feeds, "roads", 4 * HOUR);
        assert_eq!((state.as_str(), behind), ("dead", false));
        let (_, behind, _) = told(&mut feeds, "roads", 5 * HOUR);
        assert!(behind);
    }
}
