//! Where units are, by what their own departments published: asked of the store once for everybody,
//! at most every two seconds, and only when somebody asks.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use event_schemas::Catalog;
use event_schemas::city::Millis;
use event_store::{Reader, StoredEvent};
use service_kit::{Clock, Shutdown};

use crate::failure::Failure;
use crate::kept::Kept;

/// How long what was found is shown.
const FRESH: Duration = Duration::from_secs(2);
/// A position that is older says nothing about the present.
const LOOK_BACK_MS: i64 = 24 * 3_600_000;
/// A unit at work tells its position at least every few minutes: one that is older is marked.
const STALE_MS: i64 = 10 * 60_000;

/// The event that tells each unit's position, as of a moment.
#[derive(Debug, Default)]
pub(crate) struct Known {
    by_unit: HashMap<String, StoredEvent>,
    at: Millis,
}

impl Known {
    /// The event that told where a unit is.
    pub(crate) fn of(&self, unit: &str) -> Option<&StoredEvent> {
        self.by_unit.get(unit)
    }

    /// Whether what was told then is too old to be relied on.
    pub(crate) const fn is_stale(&self, told: Millis) -> bool {
        self.at.since(told) > STALE_MS
    }

    /// Of a unit's events the real one goes before a drill's; other departments' tell nothing.
    fn gather(found: Vec<StoredEvent>, catalog: &Catalog, at: Millis) -> Self {
        let mut by_unit: HashMap<String, StoredEvent> = HashMap::new();
        for one in found {
            let Some(subject) = one.event.subject.clone() else {
                continue;
            };
            let own = catalog.units().iter().any(|unit| {
                unit.id == subject && unit.department == one.event.admission.department
            });
            let drill = |event: &StoredEvent| event.event.admission.exercise;
            let better = by_unit
                .get(&subject)
                .is_none_or(|known| drill(known) && !drill(&one));
            if own && better {
                by_unit.insert(subject, one);
            }
        }
        Self { by_unit, at }
    }
}

type Answer = Result<Arc<Known>, Failure>;

/// Asks where units are.
pub(crate) type Whereabouts = Kept<Arc<Known>>;

/// Where units are, at most two seconds old.
pub(crate) fn open(
    reader: Reader,
    catalog: Arc<Catalog>,
    clock: Clock,
    shutdown: Shutdown,
) -> Whereabouts {
    Kept::open(FRESH, shutdown, move || {
        let (reader, catalog, now) = (reader.clone(), Arc::clone(&catalog), clock.now());
        async move { find(&reader, &catalog, now).await }
    })
}

async fn find(reader: &Reader, catalog: &Catalog, now: Millis) -> Answer {
    let units: Vec<String> = catalog.units().iter().map(|unit| unit.id.clone()).collect();
    let found = reader.last_located(&units, now.plus(-LOOK_BACK_MS)).await?;
    Ok(Arc::new(Known::gather(found, catalog, now)))
}

#[cfg(test)]
mod tests {
    use domain::event::Event;
    use event_schemas::city::{Admission, LogPosition, TopicId};

    use super::*;

    const NOW: Millis = Millis(1_707_051_600_000);

    fn told(unit: &str, department: &str, minutes_ago: i64, exercise: bool) -> StoredEvent {
        let position = LogPosition {
            topic_id: TopicId::nil(),
            partition: 0,
            offset: minutes_ago,
        };
        let at = NOW.plus(-minutes_ago * 60_000);
        let admission = Admission {
            department: department.to_owned(),
            event_time: at,
            recorded_time: None,
            inbox_time: at,
            place: None,
            lon: Some(122.1),
            lat: Some(30.9),
            h3: None,
            level: None,
            measure: None,
            exercise,
            catalog: String::new(),
            inbox: position,
            flags: Vec::new(),
        };
        StoredEvent {
            event: Event {
                position,
                id: format!("{department}-{minutes_ago}"),
                source: String::from("/positions"),
                event_type: format!("city.{department}.unit-located.v1"),
                subject: Some(unit.to_owned()),
                correlation_id: None,
                admission,
                data: serde_json::Value::Null,
            },
            ingest_time: at,
        }
    }

    #[test]
    fn a_units_own_department_tells_where_it_is_and_a_drill_only_where_nothing_real_is_known() {
        let catalog = Catalog::embedded().unwrap();
        let found = vec![
            told("fire-e1", "power", 0, false),
            told("fire-e1", "fire", 1, true),
            told("fire-e1", "fire", 30, false),
            told("fire-e2", "fire", 2, true),
        ];
        let known = Known::gather(found, &catalog, NOW);
        assert_eq!(known.of("fire-e1").unwrap().event.id, "fire-30");
        assert_eq!(known.of("fire-e2").unwrap().event.id, "fire-2");
        assert!(known.of("fire-e3").is_none());
    }

    #[test]
    fn a_position_of_more_than_ten_minutes_ago_is_stale() {
        let known = Known::gather(Vec::new(), &Catalog::embedded().unwrap(), NOW);
        assert!(!known.is_stale(NOW.plus(-STALE_MS)));
        assert!(known.is_stale(NOW.plus(-STALE_MS - 1)));
    }
}
