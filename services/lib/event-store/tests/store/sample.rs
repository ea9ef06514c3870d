//! Events of a small city, as records of the log and as the store should give them back.

use domain::event::Event;
use event_schemas::city::{Admission, LogPosition, Millis};
use event_store::{EventRecord, InsertToken, OffsetRange, Origin, Rows, Table, Writer};
use serde_json::{Value, json};
use uuid::Uuid;

/// The topic of all sample events.
pub(crate) const TOPIC: Uuid = Uuid::from_u128(0x1234_5678_9abc_def0_1122_3344_5566_7788);
/// 2024-02-04T13:00:00Z, the day of the storm.
pub(crate) const STORM: Millis = Millis(1_707_051_600_000);

/// Event number `n`, admitted one second after its predecessor.
pub(crate) fn event(n: i64, event_type: &str, place: Option<&str>, data: Value) -> Event {
    let department = event_type.split('.').nth(1).unwrap_or("fire").to_owned();
    Event {
        position: LogPosition {
            topic_id: TOPIC,
            partition: 2,
            offset: n,
        },
        id: format!("e{n}"),
        source: format!("/{department}/dispatch"),
        event_type: event_type.to_owned(),
        subject: Some(format!("S-{n}")),
        correlation_id: None,
        admission: Admission {
            department,
            event_time: STORM.plus(n * 1_000),
            recorded_time: None,
            inbox_time: STORM.plus(n * 1_000 + 200),
            place: place.map(str::to_owned),
            lon: None,
            lat: None,
            h3: None,
            level: None,
            measure: None,
            exercise: false,
            catalog: "0123456789abcdef".to_owned(),
            inbox: LogPosition {
                topic_id: Uuid::from_u128(5),
                partition: 0,
                offset: n * 3,
            },
            flags: Vec::new(),
        },
        data,
    }
}

/// A few of each kind, in two districts.
pub(crate) fn city() -> Vec<Event> {
    let mut events = Vec::new();
    for n in 0..40 {
        let place = Some(["harbour.pier", "harbour.dock", "hill.top"][(n % 3) as usize]);
        let mut one = match n % 4 {
            0 => event(
                n,
                "city.fire.incident-reported.v1",
                place,
                json!({"nature": "structure fire", "alarm": n % 5, "units": [{"id": format!("E{n}")}]}),
            ),
            1 => event(
                n,
                "city.power.outage-started.v1",
                place,
                json!({"customers": n * 100, "cause": "tree", "crew": {"status": "on site"}, "planned": n % 8 == 1}),
            ),
            2 => event(
                n,
                "city.hotline.request-received.v1",
                place,
                json!({"text": "港湾路积水严重 Water rising", "priority": 2.5}),
            ),
            _ => event(
                n,
                "city.roads.closure-started.v1",
                None,
                json!({"road": "SR-1", "lanes": null}),
            ),
        };
        one.admission.level = (n % 5 != 0).then_some((n % 4 + 1) as u8);
        one.admission.measure = (n % 4 == 1).then_some((n * 100) as f64);
        one.admission.exercise = n % 10 == 0;
        if n % 3 != 2 {
            one.admission.lon = Some(120.0 + n as f64 / 100.0);
            one.admission.lat = Some(30.0 + n as f64 / 200.0);
        }
        events.push(one);
    }
    events
}

/// Encodes events as they stand in the log.
pub(crate) fn rows(events: &[Event], append_time: Millis) -> Rows {
    let mut rows = Rows::default();
    for event in events {
        push(
            &mut rows,
            event,
            &serde_json::to_vec(&event.data).unwrap(),
            append_time,
        );
    }
    rows
}

/// Encodes one event with these bytes as its data.
pub(crate) fn push(rows: &mut Rows, event: &Event, payload: &[u8], append_time: Millis) {
    let admission = serde_json::to_string(&event.admission).unwrap();
    rows.push_event(&EventRecord {
        origin: Origin {
            topic: "city.events",
            position: event.position,
            append_time,
        },
        id: &event.id,
        source: &event.source,
        event_type: &event.event_type,
        subject: event.subject.as_deref(),
        correlation_id: event.correlation_id.as_deref(),
        admission: &admission,
        payload,
    })
    .unwrap();
}

/// Inserts events under the token of their range.
pub(crate) async fn insert(writer: &Writer, events: &[Event]) {
    let token = InsertToken {
        range: range(events),
        attempt: 0,
    };
    writer
        .insert(Table::Events, rows(events, STORM).take(), &token)
        .await
        .unwrap();
}

/// The offsets of these events.
pub(crate) fn range(events: &[Event]) -> OffsetRange {
    OffsetRange {
        topic_id: TOPIC,
        partition: 2,
        first: events.first().unwrap().position.offset,
        last: events.last().unwrap().position.offset,
    }
}
