//! Kinds of bad input, each with its reason and the place of the fault.

use event_schemas::city::Reason;
use serde_json::{Value, json};

use crate::inbox::{catalog, inbound, judge, sound, structured, with};

fn refused(department: &str, event: &Value) -> (Reason, Option<String>, String) {
    let bytes = serde_json::to_vec(event).unwrap();
    let refused = judge(&structured(department, &bytes)).unwrap_err();
    (
        refused.fault.reason,
        refused.fault.path,
        refused.fault.message,
    )
}

#[test]
fn every_kind_of_bad_event_is_refused_with_its_reason_and_place() {
    let kinds = [
        ("no id", with("/id", Value::Null), Reason::Envelope, "/id"),
        ("empty id", with("/id", json!("")), Reason::Envelope, "/id"),
        (
            "no source",
            with("/source", Value::Null),
            Reason::Envelope,
            "/source",
        ),
        (
            "a source with a blank",
            with("/source", json!("fire dispatch")),
            Reason::Envelope,
            "/source",
        ),
        (
            "another version",
            with("/specversion", json!("0.3")),
            Reason::Envelope,
            "/specversion",
        ),
        (
            "no type",
            with("/type", Value::Null),
            Reason::Envelope,
            "/type",
        ),
        (
            "an unknown type",
            with("/type", json!("city.fire.dragon-seen.v1")),
            Reason::UnknownType,
            "/type",
        ),
        (
            "a type of the hub",
            with("/type", json!("city.hub.watermark-advanced.v1")),
            Reason::UnknownType,
            "/type",
        ),
        (
            "another department's type",
            with("/type", json!("city.power.outage-started.v1")),
            Reason::ForeignType,
            "/type",
        ),
        (
            "an unknown category",
            with("/data/category", json!("dragon")),
            Reason::ContractViolation,
            "/data/category",
        ),
        (
            "a missing field",
            with("/data/incident", Value::Null),
            Reason::ContractViolation,
            "/data/incident",
        ),
        (
            "a field of its own",
            with("/data/mood", json!("bad")),
            Reason::ContractViolation,
            "/data/mood",
        ),
        (
            "a number for a text",
            with("/data/incident", json!(7)),
            Reason::ContractViolation,
            "/data/incident",
        ),
        (
            "a time without zone",
            with("/time", json!("2026-07-01T14:05:00")),
            Reason::WrongTime,
            "/time",
        ),
        (
            "no time at all",
            with("/time", Value::Null),
            Reason::WrongTime,
            "/time",
        ),
        (
            "an unreadable recorded time",
            with("/recordedtime", json!("noon")),
            Reason::WrongTime,
            "/recordedtime",
        ),
        (
            "longitude out of range",
            with("/lon", json!("222.1")),
            Reason::WrongCoordinates,
            "/lon",
        ),
        (
            "latitude missing",
            with("/lat", Value::Null),
            Reason::WrongCoordinates,
            "/lat",
        ),
        (
            "an unknown reference system",
            with("/crs", json!("mars")),
            Reason::WrongCoordinates,
            "/crs",
        ),
        (
            "an unknown place",
            with("/placecode", json!("123")),
            Reason::WrongPlace,
            "/placecode",
        ),
        (
            "a level out of range",
            with("/alertlevel", json!(5)),
            Reason::Envelope,
            "/alertlevel",
        ),
        (
            "a nested attribute",
            with("/priority", json!({"of": 1})),
            Reason::Envelope,
            "/priority",
        ),
    ];
    for (kind, event, reason, path) in kinds {
        let (found, place, message) = refused("fire", &event);
        assert_eq!(found, reason, "{kind}: {message}");
        let place = place.unwrap_or_default();
        assert!(
            place == path || path.starts_with(&place),
            "{kind}: {place}, {message}"
        );
        assert!(
            message.contains("expected"),
            "{kind}: a publisher cannot act on '{message}'"
        );
    }
}

#[test]
fn a_place_that_contradicts_the_coordinates_is_refused() {
    let lies_in = {
        let bytes = serde_json::to_vec(&sound()).unwrap();
        judge(&structured("fire", &bytes))
            .unwrap()
            .admission
            .place
            .unwrap()
    };
    let places = catalog().places();
    let elsewhere = places
        .iter()
        .find(|place| {
            !places.is_within(&place.code, &lies_in) && !places.is_within(&lies_in, &place.code)
        })
        .unwrap();
    let (reason, path, message) = refused("fire", &with("/placecode", json!(elsewhere.code)));
    assert_eq!(
        (reason, path.as_deref()),
        (Reason::WrongPlace, Some("/placecode")),
        "{message}"
    );
}

#[test]
fn what_is_no_cloudevent_is_malformed() {
    for bytes in [
        &b""[..],
        b"{",
        b"[]",
        b"\xff\xfe",
        b"42",
        b"{\"id\":1,\"id\":2}",
        b"null",
    ] {
        let refused = judge(&structured("fire", bytes)).unwrap_err();
        let reason = refused.fault.reason;
        let unreadable = matches!(reason, Reason::Malformed | Reason::Envelope);
        assert!(unreadable, "{bytes:?}: {reason:?}");
    }
    let bare = judge(&inbound("fire", Vec::new(), b"hello")).unwrap_err();
    assert_eq!(bare.fault.reason, Reason::Envelope);
}

#[test]
fn an_event_beyond_the_limit_is_too_large_headers_included() {
    let large = with("/data/address", json!("x".repeat(300_000)));
    assert_eq!(refused("fire", &large).0, Reason::TooLarge);
    let padding = vec![b'x'; 300_000];
    let headers = vec![("ce_id", &b"1"[..]), ("anything", &padding[..])];
    let refused = judge(&inbound("fire", headers, b"{}")).unwrap_err();
    assert_eq!(refused.fault.reason, Reason::TooLarge);
}

#[test]
fn a_department_that_does_not_own_the_type_is_told_whose_it_is() {
    let (reason, _, message) = refused("power", &sound());
    assert_eq!(reason, Reason::ForeignType);
    assert!(message.contains("fire"), "{message}");
}

#[test]
fn a_refusal_names_the_event_wherever_it_could_be_read() {
    let bytes = serde_json::to_vec(&with("/data/category", json!("dragon"))).unwrap();
    let refused = judge(&structured("fire", &bytes)).unwrap_err();
    assert_eq!(refused.source.as_deref(), Some("/fire/dispatch"));
    assert_eq!(refused.id.as_deref(), Some("F1:reported"));
    assert_eq!(
        refused.event_type.as_deref(),
        Some("city.fire.incident-reported.v1")
    );
}
