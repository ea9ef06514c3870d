//! Envelopes: the rules of CloudEvents 1.0 in both modes, and the city's attributes.
#![expect(clippy::unwrap_used, reason = "a test's helpers may end the test")]

use event_schemas::city::Reason;
use event_schemas::coordinates::Crs;
use event_schemas::envelope::{Binding, Envelope, decode, decode_batch, decode_structured};
use proptest::prelude::*;
use serde_json::{Value, json};

fn sound() -> Value {
    json!({"specversion": "1.0", "id": "1", "source": "/fire", "type": "city.fire.x.v1"})
}

fn with(name: &str, value: Value) -> String {
    let mut event = sound();
    event[name] = value;
    event.to_string()
}

fn fault(text: &str) -> (Reason, Option<String>) {
    let fault = decode_structured(text.as_bytes()).unwrap_err();
    (fault.reason, fault.path)
}

fn binary<'e>(
    binding: Binding,
    headers: &'e [(&'e str, &'e [u8])],
    value: Option<&'e [u8]>,
) -> Result<Envelope<'e>, event_schemas::EnvelopeFault> {
    decode(binding, headers.iter().copied(), value)
}

#[test]
fn a_structured_event_borrows_its_texts_and_keeps_its_data_as_bytes() {
    let text = r#"{"specversion":"1.0","id":"1","source":"/fire","type":"t","data":{"a": [1]},"traceparent":"00-1"}"#;
    let event = decode_structured(text.as_bytes()).unwrap();
    assert!(matches!(event.id, std::borrow::Cow::Borrowed("1")));
    assert_eq!(event.data, Some(&br#"{"a": [1]}"#[..]));
    assert_eq!(event.extensions, [("traceparent".into(), "00-1".into())]);
}

#[test]
fn required_attributes_must_be_there_and_not_be_empty() {
    for name in ["specversion", "id", "source", "type"] {
        let path = Some(format!("/{name}"));
        let mut event = sound();
        event.as_object_mut().unwrap().remove(name);
        assert_eq!(fault(&event.to_string()), (Reason::Envelope, path.clone()));
        assert_eq!(
            fault(&with(name, json!(""))),
            (Reason::Envelope, path.clone())
        );
        assert_eq!(
            fault(&with(name, json!(7))),
            (Reason::Envelope, path.clone())
        );
        assert_eq!(fault(&with(name, Value::Null)), (Reason::Envelope, path));
    }
}

#[test]
fn the_citys_attributes_are_read_as_text_or_in_their_own_kind() {
    let mut event = sound();
    event["lon"] = json!("122.15");
    event["lat"] = json!(30.9);
    event["crs"] = json!("gcj02");
    event["alertlevel"] = json!("2");
    event["exercise"] = json!(true);
    event["recordedtime"] = json!("2026-07-01T08:00:00+08:00");
    event["placecode"] = json!("990101");
    let text = event.to_string();
    let city = decode_structured(text.as_bytes()).unwrap().city;
    assert_eq!(city.location, Some((122.15, 30.9)));
    assert_eq!(
        (city.crs, city.alert_level, city.exercise),
        (Some(Crs::Gcj02), Some(2), true)
    );
    assert_eq!(
        city.recorded_time.unwrap().rfc3339(),
        "2026-07-01T00:00:00.000Z"
    );
    assert_eq!(city.place_code.as_deref(), Some("990101"));
}

#[test]
fn attributes_in_the_wrong_form_are_refused_with_their_path() {
    let cases = [
        ("time", json!("2026-07-01"), Reason::WrongTime),
        ("recordedtime", json!(17), Reason::WrongTime),
        ("lon", json!("east"), Reason::WrongCoordinates),
        ("lat", json!("NaN"), Reason::WrongCoordinates),
        ("lat", json!(91), Reason::WrongCoordinates),
        ("crs", json!("mars"), Reason::WrongCoordinates),
        ("alertlevel", json!(0), Reason::Envelope),
        ("alertlevel", json!(1.5), Reason::Envelope),
        ("exercise", json!("yes"), Reason::Envelope),
        ("specversion", json!("0.3"), Reason::Envelope),
        ("source", json!("a b"), Reason::Envelope),
        ("subject", json!(""), Reason::Envelope),
        ("subject", json!("a\u{7}b"), Reason::Envelope),
        ("datacontenttype", json!("text/plain"), Reason::Envelope),
        ("data_base64", json!("e30="), Reason::Envelope),
        ("My-Field", json!("x"), Reason::Envelope),
        ("nested", json!({"a": 1}), Reason::Envelope),
    ];
    for (name, value, reason) in cases {
        assert_eq!(
            fault(&with(name, value)),
            (reason, Some(format!("/{name}"))),
            "{name}"
        );
    }
}

#[test]
fn an_attribute_twice_or_half_a_point_is_refused() {
    let twice = r#"{"specversion":"1.0","id":"1","id":"2","source":"/f","type":"t"}"#;
    assert_eq!(fault(twice), (Reason::Malformed, Some("/id".to_owned())));
    let half = with("lon", json!("122.1"));
    assert_eq!(
        fault(&half),
        (Reason::WrongCoordinates, Some("/lat".to_owned()))
    );
}

#[test]
fn what_is_no_json_object_is_malformed_whatever_else_is_wrong_in_it() {
    for text in [
        "",
        "[]",
        "7",
        "{",
        r#"{"id":7,"#,
        r#"{"id":"\ud800"}"#,
        "{} {}",
    ] {
        assert_eq!(fault(text), (Reason::Malformed, None), "{text}");
    }
}

#[test]
fn kafka_headers_carry_the_attributes_and_the_value_the_data() {
    let headers: [(&str, &[u8]); 7] = [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"1"),
        ("ce_source", b"/fire"),
        ("ce_type", b"t"),
        ("ce_subject", "望江路".as_bytes()),
        ("content-type", b"application/json; charset=utf-8"),
        ("trace", b"not an attribute"),
    ];
    let event = binary(Binding::Kafka, &headers, Some(b"{}")).unwrap();
    assert_eq!(event.subject.as_deref(), Some("望江路"));
    assert_eq!(event.data, Some(&b"{}"[..]));
    assert!(event.extensions.is_empty());
    assert_eq!(binary(Binding::Kafka, &headers, None).unwrap().data, None);
    let fault = binary(Binding::Kafka, &headers[..3], Some(b"{}")).unwrap_err();
    assert_eq!(fault.path.as_deref(), Some("/type"));
}

#[test]
fn http_headers_are_percent_encoded() {
    let headers: [(&str, &[u8]); 5] = [
        ("ce-specversion", b"1.0"),
        ("ce-id", b"100%25"),
        ("ce-source", b"/fire"),
        ("ce-type", b"t"),
        ("ce-subject", b"%E6%9C%9B%E6%B1%9F 100% 1"),
    ];
    let event = binary(Binding::Http, &headers, None).unwrap();
    assert_eq!(event.id, "100%");
    assert_eq!(event.subject.as_deref(), Some("望江 100% 1"));
    let broken: [(&str, &[u8]); 1] = [("ce-id", b"%FF")];
    let fault = binary(Binding::Http, &broken, None).unwrap_err();
    assert_eq!(fault.reason, Reason::Malformed);
}

#[test]
fn the_content_type_decides_the_mode() {
    let text = sound().to_string();
    let headers: [(&str, &[u8]); 1] = [(
        "content-type",
        b"application/cloudevents+json; charset=UTF-8",
    )];
    assert_eq!(
        binary(Binding::Kafka, &headers, Some(text.as_bytes()))
            .unwrap()
            .id,
        "1"
    );
    let batch: [(&str, &[u8]); 1] = [("content-type", b"application/cloudevents-batch+json")];
    let fault = binary(Binding::Kafka, &batch, Some(b"[]")).unwrap_err();
    assert_eq!(fault.reason, Reason::Malformed);
}

#[test]
fn a_batch_is_split_into_its_events() {
    let text = format!("[{}, {}]", sound(), with("id", json!("2")));
    let events = decode_batch(text.as_bytes()).unwrap();
    let last = decode_structured(events[1].get().as_bytes()).unwrap();
    assert_eq!((events.len(), last.id.as_ref()), (2, "2"));
    assert_eq!(decode_batch(b"{}").unwrap_err().reason, Reason::Malformed);
}

proptest! {
    #[test]
    fn both_modes_say_the_same_of_the_same_attributes(
        id in "[a-z0-9]{1,8}", source in "/[a-z]{1,8}", subject in "\\PC{1,12}", level in 0_u8..6,
    ) {
        let level_text = level.to_string();
        let structured = json!({"specversion": "1.0", "id": id, "source": source, "type": "t",
            "subject": subject, "alertlevel": level_text}).to_string();
        let headers: [(&str, &[u8]); 6] = [
            ("ce_specversion", b"1.0"), ("ce_id", id.as_bytes()), ("ce_source", source.as_bytes()),
            ("ce_type", b"t"), ("ce_subject", subject.as_bytes()),
            ("ce_alertlevel", level_text.as_bytes()),
        ];
        prop_assert_eq!(decode_structured(structured.as_bytes()), binary(Binding::Kafka, &headers, None));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let sound = decode_structured(&bytes).is_ok();
        prop_assert!(!sound || serde_json::from_slice::<Value>(&bytes).is_ok());
        let headers: [(&str, &[u8]); 2] = [("ce-id", &bytes), ("content-type", &bytes)];
        prop_assert!(binary(Binding::Http, &headers, Some(&bytes)).is_err());
    }
}
