//! Where units are: the newest position that a unit's own department published. An event tells a
//! unit's position when its subject is a unit of its department and it has a location.

use std::collections::HashMap;
use std::sync::Arc;

use domain::case::Unit;
use domain::event::Event;
use event_schemas::catalog::Catalog;
use event_schemas::city::Millis;

/// Positions by unit. There are as many as the catalog has units.
#[derive(Debug, Default)]
pub(crate) struct Whereabouts {
    by_unit: HashMap<String, Position>,
}

#[derive(Clone, Copy, Debug)]
struct Position {
    at: Millis,
    lon: f64,
    lat: f64,
    exercise: bool,
}

impl Whereabouts {
    /// Notes a position. `None`: the event tells of no unit; else which unit, and whether it moved.
    /// A drill never moves a unit whose real position is known.
    pub(crate) fn note<'e>(
        &mut self,
        event: &'e Event,
        catalog: &Catalog,
    ) -> Option<(&'e str, bool)> {
        let (subject, admission) = (event.subject.as_deref()?, &event.admission);
        let (lon, lat) = admission.lon.zip(admission.lat)?;
        catalog
            .units()
            .iter()
            .find(|unit| unit.id == subject && unit.department == admission.department)?;
        let told = Position {
            at: admission.event_time,
            lon,
            lat,
            exercise: admission.exercise,
        };
        let newer = self.by_unit.get(subject).is_none_or(|known| {
            let drill = told.exercise && !known.exercise;
            let real = !told.exercise && known.exercise;
            real || (!drill && told.at >= known.at)
        });
        if newer {
            self.by_unit.insert(subject.to_owned(), told);
        }
        Some((subject, newer))
    }

    /// The unit where it is now; at home while nobody said.
    pub(crate) fn place(&self, unit: &Arc<Unit>) -> Arc<Unit> {
        match self.by_unit.get(&unit.id) {
            None => Arc::clone(unit),
            Some(position) => Arc::new(Unit {
                lon: Some(position.lon),
                lat: Some(position.lat),
                ..Unit::clone(unit)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use event_schemas::city::{Admission, LogPosition, TopicId};

    use super::*;

    fn event(unit: &str, department: &str, at: i64, lon: f64, exercise: bool) -> Event {
        let position = LogPosition {
            topic_id: TopicId::nil(),
            partition: 0,
            offset: 0,
        };
        Event {
            position,
            id: String::from("p"),
            source: String::from("/positions"),
            event_type: format!("city.{department}.unit-located.v1"),
            subject: Some(unit.to_owned()),
            correlation_id: None,
            admission: Admission {
                department: department.to_owned(),
                event_time: Millis(at),
                recorded_time: None,
                inbox_time: Millis(at),
                place: None,
                lon: Some(lon),
                lat: Some(30.9),
                h3: None,
                level: None,
                measure: None,
                exercise,
                catalog: String::new(),
                inbox: position,
                flags: Vec::new(),
            },
            data: serde_json::Value::Null,
        }
    }

    fn moved(whereabouts: &mut Whereabouts, event: &Event) -> Option<bool> {
        let catalog = Catalog::embedded().unwrap();
        let noted = whereabouts.note(event, &catalog);
        noted.map(|(_, moved)| moved)
    }

    #[test]
    fn the_newest_position_of_its_own_department_moves_a_unit() {
        let mut known = Whereabouts::default();
        assert_eq!(
            moved(&mut known, &event("fire-e1", "fire", 10, 122.1, false)),
            Some(true)
        );
        assert_eq!(
            moved(&mut known, &event("fire-e1", "fire", 9, 122.2, false)),
            Some(false)
        );
        assert_eq!(
            moved(&mut known, &event("fire-e1", "power", 11, 122.3, false)),
            None
        );
        assert_eq!(
            moved(&mut known, &event("F-1", "fire", 11, 122.3, false)),
            None
        );
        assert!((known.by_unit["fire-e1"].lon - 122.1).abs() < f64::EPSILON);
    }

    #[test]
    fn a_drill_does_not_move_a_unit_that_is_really_somewhere() {
        let mut known = Whereabouts::default();
        assert_eq!(
            moved(&mut known, &event("fire-e1", "fire", 10, 122.1, true)),
            Some(true)
        );
        assert_eq!(
            moved(&mut known, &event("fire-e1", "fire", 5, 122.2, false)),
            Some(true)
        );
        assert_eq!(
            moved(&mut known, &event("fire-e1", "fire", 20, 122.3, true)),
            Some(false)
        );
        assert!((known.by_unit["fire-e1"].lon - 122.2).abs() < f64::EPSILON);
    }
}
