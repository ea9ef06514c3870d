//! An inbox and what stands in it: the records that these tests judge.

use std::sync::OnceLock;

use domain::admission::{Checked, Inbound, Limits, Refused, check};
use event_schemas::Catalog;
use event_schemas::city::{LogPosition, Millis, TopicId};

/// The catalog that comes with the program.
pub(crate) fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| Catalog::embedded().unwrap())
}

/// When the inbox of every test takes its records.
pub(crate) fn append_time() -> Millis {
    Millis::parse("2026-07-01T06:06:00Z").unwrap()
}

/// A sound event as structured JSON.
pub(crate) fn sound() -> serde_json::Value {
    serde_json::json!({
        "specversion": "1.0",
        "id": "F1:reported",
        "source": "/fire/dispatch",
        "type": "city.fire.incident-reported.v1",
        "time": "2026-07-01T14:05:00+08:00",
        "lon": "122.17416",
        "lat": "30.94261",
        "data": {
            "incident": "F1",
            "category": "structure-fire",
            "caller": {"name": "王女士", "phone": "138 0000 0000"}
        }
    })
}

/// The sound event with one member replaced (`null` removes it).
pub(crate) fn with(pointer: &str, value: serde_json::Value) -> serde_json::Value {
    let mut event = sound();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = event.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), value);
    }
    event
}

/// A structured record in the inbox of `department`.
pub(crate) fn structured<'r>(department: &'r str, bytes: &'r [u8]) -> Inbound<'r> {
    let headers = vec![(
        "content-type",
        &b"application/cloudevents+json; charset=UTF-8"[..],
    )];
    inbound(department, headers, bytes)
}

/// Any record in the inbox of `department`.
pub(crate) fn inbound<'r>(
    department: &'r str,
    headers: Vec<(&'r str, &'r [u8])>,
    value: &'r [u8],
) -> Inbound<'r> {
    Inbound {
        department,
        topic: "city.inbox.test",
        position: LogPosition {
            topic_id: TopicId::from_u128(7),
            partition: 0,
            offset: 41,
        },
        append_time: append_time(),
        headers,
        value,
    }
}

pub(crate) fn judge<'r>(inbound: &Inbound<'r>) -> Result<Checked<'r>, Box<Refused>> {
    check(catalog(), inbound, &Limits::default())
}
