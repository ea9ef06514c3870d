//! What happens in the simulated city, as `CloudEvents`.

use std::cmp::Ordering;

use event_schemas::city::Millis;
use serde_json::{Value, json};

use super::Spot;

/// One event to publish.
#[derive(Clone, Debug)]
pub struct SimulatedEvent {
    /// When it happens.
    pub at: Millis,
    /// Whose inbox it goes to.
    pub department: String,
    /// The whole event, structured JSON.
    pub json: String,
}

/// What happens, before it gets its envelope.
#[derive(Clone, Debug)]
pub(super) struct Happening {
    pub(super) event_type: &'static str,
    pub(super) subject: String,
    pub(super) spot: Spot,
    pub(super) data: Value,
    /// `everyday`, or the storyline it belongs to.
    pub(super) story: Option<String>,
}

impl Happening {
    fn department(&self) -> &'static str {
        self.event_type.split('.').nth(1).unwrap_or("fire")
    }
}

/// A happening at its time; the earliest comes first out of the heap.
#[derive(Clone, Debug)]
pub(super) struct Scheduled {
    pub(super) at: Millis,
    pub(super) order: u64,
    pub(super) event: Happening,
}

impl Scheduled {
    pub(super) fn into_event(self, run: &str) -> SimulatedEvent {
        let Happening {
            event_type,
            subject,
            spot,
            data,
            story,
        } = &self.event;
        let department = self.event.department();
        let mut json = json!({
            "specversion": "1.0",
            "id": format!("{run}-{}", self.order),
            "source": format!("/simulation/{department}"),
            "type": event_type,
            "subject": subject,
            "time": self.at.rfc3339(),
            "datacontenttype": "application/json",
            "placecode": spot.place,
            "lon": spot.lon,
            "lat": spot.lat,
            "exercise": true,
            "data": data,
        });
        if let Some(story) = story {
            json["correlationid"] = Value::String(story.clone());
        }
        SimulatedEvent {
            at: self.at,
            department: department.to_owned(),
            json: json.to_string(),
        }
    }
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Scheduled {}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}
