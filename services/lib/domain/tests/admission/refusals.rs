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

/// What is wrong; the member that is replaced, and by what (`null` removes it); reason and place.
const KINDS: &str = r#"
no id | /id | null | envelope | /id
an empty id | /id | "" | envelope | /id
no source | /source | null | envelope | /source
a source with a blank | /source | "fire dispatch" | envelope | /source
another version | /specversion | "0.3" | envelope | /specversion
no type | /type | null | envelope | /type
an unknown type | /type | "city.fire.dragon-seen.v1" | unknown_type | /type
a type of the hub | /type | "city.hub.watermark-advanced.v1" | unknown_type | /type
another department's type | /type | "city.power.outage-started.v1" | foreign_type | /type
an unknown category | /data/category | "dragon" | contract_violation | /data/category
a missing field | /data/incident | null | contract_violation | /data/incident
a field of its own | /data/mood | "bad" | contract_violation | /data/mood
a number for a text | /data/incident | 7 | contract_violation | /data/incident
a time without zone | /time | "2026-07-01T14:05:00" | wrong_time | /time
no time at all | /time | null | wrong_time | /time
an unreadable recorded time | /recordedtime | "noon" | wrong_time | /recordedtime
longitude out of range | /lon | "222.1" | wrong_coordinates | /lon
latitude missing | /lat | null | wrong_coordinates | /lat
an unknown reference system | /crs | "mars" | wrong_coordinates | /crs
an unknown place | /placecode | "123" | wrong_place | /placecode
a level out of range | /alertlevel | 5 | envelope | /alertlevel
a nested attribute | /priority | {"of": 1} | envelope | /priority
"#;

#[test]
fn every_kind_of_bad_event_is_refused_with_its_reason_and_place() {
    let kinds: Vec<Vec<&str>> = KINDS
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.split(" | ").collect())
        .collect();
    assert_eq!(kinds.len(), 22);
    for kind in kinds {
        let [kind, member, value, reason, path] = kind[..] else {
            panic!("a row has five columns: {kind:?}");
        };
        let event = with(member, serde_json::from_str(value).unwrap());
        let (found, place, message) = refused("fire", &event);
        assert_eq!(found.code(), reason, "{kind}: {message}");
        let place = place.unwrap_or_default();
        let tells = !place.is_empty() && path.starts_with(&place);
        assert!(tells, "{kind}: {place}, {message}");
        assert!(
            message.contains("expected"),
            "{kind}: nobody can act on '{message}'"
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
