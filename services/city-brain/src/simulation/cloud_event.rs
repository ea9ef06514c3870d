//! What happens in the simulated city, as `CloudEvents`, and the queue in which it waits.

use std::cmp::Ordering;

use event_schemas::city::Millis;
use serde_json::{Value, json};

use super::Source;
use super::ground::Spot;

/// One event to publish.
#[derive(Clone, Debug)]
pub struct SimulatedEvent {
    /// When it is published; its own event time may be another.
    pub at: Millis,
    /// Whose inbox it goes to.
    pub department: String,
    /// CloudEvents `id`.
    pub id: String,
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
    /// When it happens.
    pub(super) time: Millis,
    /// How much later the department publishes it.
    pub(super) lag: i64,
    /// The incident it tells of.
    pub(super) story: Option<u64>,
    /// A machine's reading or a unit's position: lost, not sent later, while its feed is silent.
    pub(super) fleeting: bool,
    /// Its id, once it has one: an event that waited out a silence keeps it.
    pub(super) id: Option<String>,
}

impl Happening {
    /// Something a person reported, at once and about nothing greater.
    pub(super) fn new(
        event_type: &'static str,
        (subject, spot): (String, Spot),
        time: Millis,
        data: Value,
    ) -> Self {
        Self {
            event_type,
            subject,
            spot,
            data,
            time,
            lag: 0,
            story: None,
            fleeting: false,
            id: None,
        }
    }

    /// Published so much later.
    pub(super) fn late(mut self, lag: i64) -> Self {
        self.lag = lag;
        self
    }

    pub(super) fn department(&self) -> &'static str {
        self.event_type.split('.').nth(1).unwrap_or("fire")
    }

    /// The event as its department writes it, its clock wrong by `skew`.
    pub(super) fn event(
        &self,
        at: Millis,
        id: &str,
        skew: i64,
        story: Option<&str>,
    ) -> SimulatedEvent {
        let department = self.department();
        let mut json = json!({
            "specversion": "1.0",
            "id": id,
            "source": format!("/simulation/{department}"),
            "type": self.event_type,
            "subject": self.subject,
            "time": self.time.plus(skew).rfc3339(),
            "datacontenttype": "application/json",
            "exercise": true,
            "data": self.data,
        });
        if let Some((lon, lat)) = self.spot.point {
            json["lon"] = json!(lon);
            json["lat"] = json!(lat);
        }
        if let Some(place) = &self.spot.place {
            json["placecode"] = json!(place);
        }
        if self.lag > 0 {
            json["recordedtime"] = json!(self.time.plus(self.lag).plus(skew).rfc3339());
        }
        if let Some(story) = story {
            json["correlationid"] = json!(story);
        }
        SimulatedEvent {
            at,
            department: department.to_owned(),
            id: id.to_owned(),
            json: json.to_string(),
        }
    }
}

/// What waits in the queue.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// An event is published.
    Tell(Box<Happening>),
    /// An event is published once more, byte for byte.
    Again(Box<SimulatedEvent>),
    /// A source has its turn.
    Wake(Source),
}

/// Something to do at its time; the earliest comes first out of the heap.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) at: Millis,
    pub(super) order: u64,
    pub(super) what: What,
}

impl PartialEq for Task {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Task {}

impl PartialOrd for Task {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Task {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}
