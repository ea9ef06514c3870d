//! One frame of changes, written once per audience.

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

/// A sent frame, kept for clients that come back.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The frame leads from here (exclusive) ...
    pub(crate) from: u64,
    /// ... to here.
    pub(crate) to: u64,
    ts: String,
    alerts: String,
    cases: String,
    units: String,
    entities: String,
    events: String,
    events_skipped: u64,
    gone_alerts: String,
    gone_cases: String,
    gone_entities: String,
}

impl Frame {
    /// Writes the parts of a frame once.
    pub(crate) fn new(changes: &Changes, from: u64, now: Millis) -> Self {
        Self {
            from,
            to: from + 1,
            ts: now.rfc3339(),
            alerts: list(&changes.alerts, |alert| to_json(&AlertView(alert))),
            cases: list(&changes.cases, |case| to_json(&CaseView(case))),
            units: list(&changes.units, |unit| to_json(&UnitView(unit))),
            entities: to_json(&changes.entities.values().collect::<Vec<_>>()),
            events: to_json(&changes.events),
            events_skipped: changes.events_skipped,
            gone_alerts: to_json(&changes.gone_alerts),
            gone_cases: to_json(&changes.gone_cases),
            gone_entities: to_json(&changes.gone_entities),
        }
    }

    /// Bytes held.
    pub(crate) fn size(&self) -> usize {
        self.alerts.len()
            + self.cases.len()
            + self.units.len()
            + self.entities.len()
            + self.events.len()
            + self.gone_entities.len()
            + 200
    }

    /// The frame as an audience gets it.
    pub(crate) fn encode(&self, epoch: &str, audience: Audience) -> Utf8Bytes {
        let part = |topic, text: &'_ str| -> String {
            String::from(if audience.wants(topic) { text } else { "[]" })
        };
        let skipped = if audience.wants(LiveTopic::Events) {
            self.events_skipped
        } else {
            0
        };
        format!(
            concat!(
                r#"{{"type":"delta","epoch":"{epoch}","from":"{from}","to":"{to}","ts":"{ts}","#,
                r#""upsert":{{"alerts":{alerts},"cases":{cases},"units":{units},"entities":{entities}}},"#,
                r#""remove":{{"alerts":{gone_alerts},"cases":{gone_cases},"units":[],"entities":{gone_entities}}},"#,
                r#""events":{events},"eventsSkipped":{skipped}}}"#
            ),
            epoch = epoch,
            from = self.from,
            to = self.to,
            ts = self.ts,
            alerts = part(LiveTopic::Alerts, &self.alerts),
            cases = part(LiveTopic::Cases, &self.cases),
            units = part(LiveTopic::Units, &self.units),
            entities = part(LiveTopic::Entities, &self.entities),
            gone_alerts = part(LiveTopic::Alerts, &self.gone_alerts),
            gone_cases = part(LiveTopic::Cases, &self.gone_cases),
            gone_entities = part(LiveTopic::Entities, &self.gone_entities),
            events = part(LiveTopic::Events, &self.events),
            skipped = skipped,
        )
        .into()
    }
}
