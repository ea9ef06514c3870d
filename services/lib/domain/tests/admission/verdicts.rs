//! The catalog's own examples, and what admission finds out about sound events.

use domain::admission::{CONTENT_HASH, Sealer, dead_letter_record, partition_of};
use domain::event::Event;
use event_schemas::city::{DeadLetter, Reason, headers};
use serde_json::json;

use crate::inbox::{append_time, catalog, inbound, judge, sound, structured, with};

#[test]
fn every_example_of_the_catalog_gets_the_verdict_it_names() {
    let examples = catalog().examples();
    assert!(examples.len() > 15, "{}", examples.len());
    for example in examples {
        let verdict = judge(&structured(&example.department, example.event.as_bytes()));
        match (&example.expect, verdict) {
            (None, Ok(_)) => {}
            (Some(expected), Err(refused)) => {
                let fault = &refused.fault;
                assert_eq!(
                    fault.reason, expected.reason,
                    "{}: {}",
                    example.file, fault.message
                );
                if expected.path.is_some() {
                    assert_eq!(fault.path, expected.path, "{}", example.file);
                }
            }
            (expected, verdict) => panic!("{}: {expected:?}, found {verdict:?}", example.file),
        }
    }
}

#[test]
fn a_sound_event_gets_place_cell_level_and_time() {
    let bytes = serde_json::to_vec(&sound()).unwrap();
    let checked = judge(&structured("fire", &bytes)).unwrap();
    let admission = &checked.admission;
    assert_eq!(admission.event_time.rfc3339(), "2026-07-01T06:05:00.000Z");
    assert_eq!(admission.inbox_time, append_time());
    assert_eq!(
        (admission.lon, admission.lat),
        (Some(122.174_16), Some(30.942_61))
    );
    assert_eq!(admission.level, Some(2), "by the contract's table");
    assert_eq!(
        checked.subject.as_deref(),
        Some("F1"),
        "the field that the contract names"
    );
    assert_eq!(admission.h3.as_ref().map(String::len), Some(15));
    assert_eq!(admission.catalog, catalog().version());
    assert_eq!(admission.flags, [""; 0]);
    let place = admission.place.as_deref().unwrap();
    let partition = catalog().places().partition_place(place).unwrap();
    assert_eq!(checked.partition_key, partition);
}

#[test]
fn what_only_looks_odd_is_flagged_not_refused() {
    let flags = |event: &serde_json::Value| {
        let bytes = serde_json::to_vec(event).unwrap();
        judge(&structured("fire", &bytes)).unwrap().admission.flags
    };
    assert_eq!(
        flags(&with("/time", json!("2026-07-01T16:00:00+08:00"))),
        ["future_time"]
    );
    assert_eq!(
        flags(&with("/time", json!("2026-07-01T15:00:00+08:00"))),
        [""; 0]
    );
    assert_eq!(
        flags(&with("/time", json!("2024-02-04T15:00:00+08:00"))),
        ["old_time"]
    );
    let mut nowhere = with("/lon", json!(null));
    nowhere.as_object_mut().unwrap().remove("lat");
    assert_eq!(flags(&nowhere), ["unplaced"]);
    assert_eq!(
        flags(&with("/lon", json!("10.0"))),
        ["unplaced"],
        "outside of every place"
    );
}

#[test]
fn an_unplaced_event_is_keyed_by_its_department() {
    let mut nowhere = with("/lon", json!(null));
    nowhere.as_object_mut().unwrap().remove("lat");
    let bytes = serde_json::to_vec(&nowhere).unwrap();
    let checked = judge(&structured("fire", &bytes)).unwrap();
    assert_eq!(checked.partition_key, "fire");
    let partition = partition_of(&checked.partition_key, 4);
    assert!((0..4).contains(&partition));
}

#[test]
fn coordinates_are_brought_to_wgs84_once() {
    let bytes = serde_json::to_vec(&with("/crs", json!("gcj02"))).unwrap();
    let admission = judge(&structured("fire", &bytes)).unwrap().admission;
    let shift = (admission.lon.unwrap() - 122.174_16).abs();
    assert!((0.001..0.02).contains(&shift), "{shift}");
}

#[test]
fn binary_and_structured_mode_say_the_same() {
    let mut event = sound();
    event["drill"] = json!("7");
    let bytes = serde_json::to_vec(&event).unwrap();
    let data = serde_json::to_vec(&event["data"]).unwrap();
    let headers = vec![
        ("content-type", &b"application/json"[..]),
        ("ce_drill", b"7"),
        ("ce_lat", b"30.94261"),
        ("ce_lon", b"122.17416"),
        ("ce_time", b"2026-07-01T06:05:00Z"),
        ("ce_type", b"city.fire.incident-reported.v1"),
        ("ce_source", b"/fire/dispatch"),
        ("ce_id", b"F1:reported"),
        ("ce_specversion", b"1.0"),
    ];
    let structured_event = judge(&structured("fire", &bytes)).unwrap();
    let binary = judge(&inbound("fire", headers, &data)).unwrap();
    assert_eq!(binary.identity, structured_event.identity);
    assert_eq!(binary.admission, structured_event.admission);
}

#[test]
fn an_admitted_record_reads_back_as_the_event() {
    let bytes = serde_json::to_vec(&sound()).unwrap();
    let inbound = structured("fire", &bytes);
    let checked = judge(&inbound).unwrap();
    let record = checked.record(&Sealer::new("k1", &[7; 32]), || [1; 12]);
    let header = |name: &str| {
        let (_, value) = record.headers.iter().find(|(key, _)| key == name)?;
        std::str::from_utf8(value).ok()
    };
    let event = Event::decode(inbound.position, header, &record.value).unwrap();
    assert_eq!(event.key(), "/fire/dispatch#F1:reported");
    assert_eq!(event.subject.as_deref(), Some("F1"));
    assert_eq!(event.admission, checked.admission);
    assert_eq!(event.data["category"], "structure-fire");
    assert_eq!(
        header(CONTENT_HASH),
        Some(checked.identity.content.hex().as_str())
    );
}

#[test]
fn a_dead_letter_keeps_the_original_bytes_and_headers() {
    let bytes = b"{not json";
    let inbound = structured("fire", bytes);
    let refused = judge(&inbound).unwrap_err();
    let record = dead_letter_record(&inbound, *refused);
    assert_eq!(record.value, bytes);
    let (name, letter) = &record.headers[0];
    assert_eq!(name, headers::DEAD_LETTER);
    let letter: DeadLetter = serde_json::from_slice(letter).unwrap();
    assert_eq!(letter.reason, Reason::Malformed);
    assert_eq!(letter.position, inbound.position);
    assert_eq!(letter.topic, "city.inbox.test");
    assert_eq!(record.headers[1].0, "original-content-type");
}
