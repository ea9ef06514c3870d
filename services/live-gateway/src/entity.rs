//! The latest located thing per department and subject: what the map shows.

use std::collections::{BTreeSet, HashMap};

use domain::event::Event;
use event_schemas::Text;
use event_schemas::catalog::Catalog;
use event_schemas::city::Millis;
use serde::Serialize;

use crate::views::{EventView, Moment};

/// At most this many things are on the map; the oldest go first.
const ENTITIES_MAX: usize = 20_000;

/// One thing on the map.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entity {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) event_type: String,
    pub(crate) department: String,
    pub(crate) title: Text,
    pub(crate) level: Option<u8>,
    pub(crate) lon: f64,
    pub(crate) lat: f64,
    pub(crate) place: Option<String>,
    pub(crate) time: Moment,
    pub(crate) ended: bool,
    pub(crate) exercise: bool,
}

/// All things on the map, the latest state of each by event time.
#[derive(Debug, Default)]
pub(crate) struct Entities {
    by_id: HashMap<String, Entity>,
    by_age: BTreeSet<(Millis, String)>,
}

/// What an event did to the map.
pub(crate) enum MapChange {
    /// Nothing: no subject, no location, or older than what is shown.
    None,
    /// The thing is new or moved.
    Upsert(Entity),
    /// The thing ended.
    Remove(String),
}

impl Entities {
    /// Takes an event in.
    pub(crate) fn apply(&mut self, event: &Event, shown: &EventView, ends: bool) -> MapChange {
        let Some(subject) = &event.subject else {
            return MapChange::None;
        };
        let id = format!("{}:{subject}", event.admission.department);
        let time = event.admission.event_time;
        let known = self.by_id.get(&id);
        if known.is_some_and(|known| known.time.0 > time) {
            return MapChange::None;
        }
        if ends {
            return match self.take(&id) {
                Some(_) => MapChange::Remove(id),
                None => MapChange::None,
            };
        }
        let at = (event.admission.lon, event.admission.lat);
        let (lon, lat) = match (at, known) {
            ((Some(lon), Some(lat)), _) => (lon, lat),
            (_, Some(known)) => (known.lon, known.lat),
            _ => return MapChange::None,
        };
        let entity = Entity {
            id: id.clone(),
            event_type: event.event_type.clone(),
            department: event.admission.department.clone(),
            title: shown.title.clone(),
            level: event
                .admission
                .level
                .or(known.and_then(|known| known.level)),
            lon,
            lat,
            place: event.admission.place.clone(),
            time: Moment(time),
            ended: false,
            exercise: event.admission.exercise,
        };
        self.take(&id);
        self.by_age.insert((time, id.clone()));
        self.by_id.insert(id, entity.clone());
        MapChange::Upsert(entity)
    }

    fn take(&mut self, id: &str) -> Option<Entity> {
        let entity = self.by_id.remove(id)?;
        self.by_age.remove(&(entity.time.0, entity.id.clone()));
        Some(entity)
    }

    /// Lets the oldest go beyond the limit; returns their ids.
    pub(crate) fn trim(&mut self) -> Vec<String> {
        let mut gone = Vec::new();
        while self.by_id.len() > ENTITIES_MAX {
            let Some((_, id)) = self.by_age.pop_first() else {
                break;
            };
            self.by_id.remove(&id);
            gone.push(id);
        }
        gone
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entity> {
        self.by_id.values()
    }
}

/// What the ticker shows of an event.
pub(crate) fn event_view(event: &Event, catalog: &Catalog) -> EventView {
    let admission = &event.admission;
    let title = catalog.event_type(&event.event_type).map_or_else(
        || Text::new(&*event.event_type, &*event.event_type),
        |known| known.render_title(event.subject.as_deref(), &event.data),
    );
    EventView {
        id: event.key(),
        event_type: event.event_type.clone(),
        department: admission.department.clone(),
        subject: event.subject.clone(),
        title,
        level: admission.level,
        time: Moment(admission.event_time),
        place: admission.place.clone(),
        lon: admission.lon,
        lat: admission.lat,
        exercise: admission.exercise,
    }
}
