//! Events of the made-up district that scenarios tell their stories with.

use serde_json::{Value, json};

/// A street of the built-in district, and one of its communities.
pub(crate) const STREET: &str = "990101002";
/// A community in [`STREET`].
pub(crate) const COMMUNITY: &str = "990101002001";

/// An event of a department at a place, happening now.
#[expect(
    clippy::needless_pass_by_value,
    reason = "data is written where the event is told"
)]
pub(crate) fn event(event_type: &str, id: &str, place: &str, data: Value) -> Value {
    let department = event_type.split('.').nth(1).unwrap();
    json!({
        "specversion": "1.0",
        "id": id,
        "source": format!("/{department}/dispatch"),
        "type": event_type,
        "time": service_kit::Clock::system().now().rfc3339(),
        "datacontenttype": "application/json",
        "placecode": place,
        "data": data,
    })
}

/// A structure fire: level 2, enough for an alert and a case by itself.
pub(crate) fn structure_fire(id: &str, place: &str) -> Value {
    let data = json!({ "incident": id, "category": "structure-fire", "address": "渡口路 8 号", "units": ["E21"] });
    event("city.fire.incident-reported.v1", id, place, data)
}

/// A medical call: level 3, no alert.
pub(crate) fn medical_call(id: &str, place: &str) -> Value {
    let data = json!({ "incident": id, "category": "public-assist" });
    event("city.fire.incident-reported.v1", id, place, data)
}

/// A large outage.
pub(crate) fn outage(id: &str, place: &str, customers: u32) -> Value {
    let data = json!({ "outage": id, "customers": customers, "cause": "equipment" });
    event("city.power.outage-started.v1", id, place, data)
}
