//! One frame of changes, written once per audience.

use std::ops::Range;
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use domain::alert::Alert;
use domain::case::{Case, Unit};
use event_schemas::city::Millis;

use crate::audience::{Audience, LiveTopic};
use crate::entity::Entity;
use crate::views::{AlertView, CaseView, EventView, UnitView, list, to_json};

/// Events shown in one frame's ticker; more are counted, not shown.
pub(crate) const TICKER_MAX: usize = 100;

/// Changes since the last frame. Alerts and cases keep every change in order; things on the map
/// keep the latest.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) alerts: Vec<Arc<Alert>>,
    pub(crate) cases: Vec<Arc<Case>>,
    pub(crate) units: Vec<Arc<Unit>>,
    pub(crate) entities: std::collections::HashMap<String, Entity>,
    pub(crate) events: Vec<EventView>,
    pub(crate) events_skipped: u64,
    pub(crate) gone_alerts: Vec<String>,
    pub(crate) gone_cases: Vec<String>,
    pub(crate) gone_entities: Vec<String>,
}

impl Changes {
    /// Whether there is nothing to send.
    pub(crate) fn is_empty(&self) -> bool {
        self.alerts.is_empty()
            && self.cases.is_empty()
            && self.units.is_empty()
            && self.entities.is_empty()
            && self.events.is_empty()
            && self.events_skipped == 0
            && self.gone_alerts.is_empty()
            && self.gone_cases.is_empty()
            && self.gone_entities.is_empty()
    }

    /// Whether there is something that people wait for.
    pub(crate) fn is_urgent(&self) -> bool {
        !(self.alerts.is_empty() && self.cases.is_empty())
    }

    /// Shows an event in the ticker, or counts it.
    pub(crate) fn show(&mut self, event: EventView) {
        if self.events.len() < TICKER_MAX {
            self.events.push(event);
        } else {
            self.events_skipped += 1;
        }
    }
}

/// A sent frame, kept for clients that come back: written once as those get it who want everything,
/// with the places of what others do not want.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The frame leads from here (exclusive) ...
    pub(crate) from: u64,
    /// ... to here.
    pub(crate) to: u64,
    whole: Utf8Bytes,
    slots: Vec<Slot>,
}

/// A part of a frame that belongs to one topic.
#[derive(Debug)]
struct Slot {
    topic: LiveTopic,
    place: Range<usize>,
    /// What stands there for those who do not want it.
    blank: &'static str,
}

impl Frame {
    /// Writes a frame once.
    pub(crate) fn new(changes: &Changes, epoch: &str, from: u64, now: Millis) -> Self {
        let to = from + 1;
        let ts = now.rfc3339();
        let mut writing = Writing::default();
        writing.literal(&format!(
            r#"{{"type":"delta","epoch":"{epoch}","from":"{from}","to":"{to}","ts":"{ts}","upsert":{{"alerts":"#
        ));
        let alerts = list(&changes.alerts, |alert| to_json(&AlertView(alert)));
        writing.slot(LiveTopic::Alerts, &alerts, "[]");
        writing.literal(r#","cases":"#);
        let cases = list(&changes.cases, |case| to_json(&CaseView(case)));
        writing.slot(LiveTopic::Cases, &cases, "[]");
        writing.literal(r#","units":"#);
        let units = list(&changes.units, |unit| to_json(&UnitView(unit)));
        writing.slot(LiveTopic::Units, &units, "[]");
        writing.literal(r#","entities":"#);
        let entities = to_json(&changes.entities.values().collect::<Vec<_>>());
        writing.slot(LiveTopic::Entities, &entities, "[]");
        writing.literal(r#"},"remove":{"alerts":"#);
        writing.slot(LiveTopic::Alerts, &to_json(&changes.gone_alerts), "[]");
        writing.literal(r#","cases":"#);
        writing.slot(LiveTopic::Cases, &to_json(&changes.gone_cases), "[]");
        writing.literal(r#","units":[],"entities":"#);
        writing.slot(LiveTopic::Entities, &to_json(&changes.gone_entities), "[]");
        writing.literal(r#"},"events":"#);
        writing.slot(LiveTopic::Events, &to_json(&changes.events), "[]");
        writing.literal(r#","eventsSkipped":"#);
        writing.slot(LiveTopic::Events, &changes.events_skipped.to_string(), "0");
        writing.literal("}");
        Self {
            from,
            to,
            whole: writing.text.into(),
            slots: writing.slots,
        }
    }

    /// Bytes held.
    pub(crate) fn size(&self) -> usize {
        self.whole.len() + self.slots.len() * size_of::<Slot>()
    }

    /// The frame as an audience gets it; who wants everything shares the one that is kept.
    pub(crate) fn encode(&self, audience: Audience) -> Utf8Bytes {
        if audience == Audience::ALL {
            return self.whole.clone();
        }
        let whole = self.whole.as_str();
        let mut text = String::with_capacity(256);
        let mut copied = 0;
        for slot in self.slots.iter().filter(|slot| !audience.wants(slot.topic)) {
            text.push_str(&whole[copied..slot.place.start]);
            text.push_str(slot.blank);
            copied = slot.place.end;
        }
        text.push_str(&whole[copied..]);
        text.into()
    }
}

/// A frame being written.
#[derive(Default)]
struct Writing {
    text: String,
    slots: Vec<Slot>,
}

impl Writing {
    fn literal(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn slot(&mut self, topic: LiveTopic, text: &str, blank: &'static str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.slots.push(Slot {
            topic,
            place: start..self.text.len(),
            blank,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn who_wants_less_gets_the_same_frame_with_empty_lists() {
        let changes = Changes {
            gone_alerts: vec![String::from("a")],
            gone_entities: vec![String::from("e")],
            events_skipped: 7,
            ..Changes::default()
        };
        let frame = Frame::new(&changes, "epoch", 4, Millis(0));
        let of = |audience| -> Value { serde_json::from_str(&frame.encode(audience)).unwrap() };
        let mut whole = of(Audience::ALL);
        assert_eq!(whole["remove"]["alerts"], json!(["a"]));
        assert_eq!((&whole["from"], &whole["to"]), (&json!("4"), &json!("5")));
        assert_eq!(whole["eventsSkipped"], 7);
        whole["remove"]["entities"] = json!([]);
        whole["eventsSkipped"] = json!(0);
        assert_eq!(of(Audience::of(&[LiveTopic::Alerts])), whole);
    }
}
