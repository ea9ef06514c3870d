//! What a publisher may get wrong in ways that JSON's readers pass over: each is refused, and told.
#![expect(clippy::unwrap_used, reason = "a test's helpers may end the test")]

use std::time::{Duration, Instant};

use event_schemas::city::Reason;
use event_schemas::envelope::{Binding, decode, decode_structured};
use event_schemas::{Catalog, Refusal};
use serde_json::{Value, json};

fn sound() -> Value {
    json!({
        "specversion": "1.0", "id": "1", "source": "/fire/dispatch",
        "type": "city.fire.incident-reported.v1", "time": "2026-07-01T14:05:00+08:00",
        "data": { "incident": "F1", "category": "public-assist" },
    })
}

fn with(pointer: &str, value: Value) -> String {
    let mut event = sound();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    event.pointer_mut(parent).unwrap()[name] = value;
    event.to_string()
}

fn refusal(text: &str) -> Refusal {
    let envelope = match decode_structured(text.as_bytes()) {
        Ok(envelope) => envelope,
        Err(fault) => return fault.into(),
    };
    Catalog::embedded()
        .unwrap()
        .judge("fire", &envelope)
        .unwrap_err()
}

fn told(text: &str) -> (Reason, Option<String>) {
    let refusal = refusal(text);
    (refusal.reason, refusal.path)
}

/// The sound event with a member written once more, as a careless program writes it.
fn once_more(member: &str) -> String {
    let text = sound().to_string();
    format!("{},{member}}}", text.strip_suffix('}').unwrap())
}

#[test]
fn a_name_twice_is_refused_wherever_it_stands() {
    let malformed = |path: &str| (Reason::Malformed, Some(path.to_owned()));
    assert_eq!(told(&once_more(r#""id":"2""#)), malformed("/id"));
    assert_eq!(told(&once_more(r#""id":null"#)), malformed("/id"));
    assert_eq!(told(&once_more(r#""data":{}"#)), malformed("/data"));
    let drill = once_more(r#""exercise":false,"exercise":true"#);
    assert_eq!(told(&drill), malformed("/exercise"));
    let subject = once_more(r#""subject":null,"subject":"F1""#);
    assert_eq!(told(&subject), malformed("/subject"));
    let inside = sound()
        .to_string()
        .replace(r#""incident":"F1""#, r#""incident":"F1","incident":"F2""#);
    let violated = (
        Reason::ContractViolation,
        Some(String::from("/data/incident")),
    );
    assert_eq!(told(&inside), violated);
}

#[test]
fn half_a_surrogate_pair_is_refused_in_attributes_and_in_data() {
    let attribute = sound().to_string().replace(r#""F1""#, r#""\ud83d""#);
    let path = Some(String::from("/data/incident"));
    assert_eq!(told(&attribute), (Reason::ContractViolation, path));
    let id = sound()
        .to_string()
        .replace(r#""id":"1""#, r#""id":"\udc00""#);
    assert_eq!(told(&id).0, Reason::Malformed);
}

#[test]
fn attributes_hold_to_the_types_and_sizes_of_cloudevents() {
    let envelope = |name: &str, value: Value| {
        let fault = told(&with(&format!("/{name}"), value));
        assert_eq!(fault, (Reason::Envelope, Some(format!("/{name}"))));
    };
    envelope("priority", json!(1.5));
    envelope("priority", json!(9_007_199_254_740_993_i64));
    envelope("subject", json!("F\u{fffe}1"));
    envelope("subject", json!("x".repeat(1_025)));
    envelope("datacontenttype", json!("application/json; charset=gbk"));
    envelope(
        "dataschema",
        json!("urn:city-brain:fire:incident-reported:v2"),
    );
    assert!(decode_structured(with("/subject", json!("火".repeat(1_024))).as_bytes()).is_ok());
    let own = "https://fire.example/schemas/1";
    let own = with("/dataschema", json!(own));
    let event = decode_structured(own.as_bytes()).unwrap();
    assert!(Catalog::embedded().unwrap().judge("fire", &event).is_ok());
}

#[test]
fn more_attributes_than_anybody_needs_are_refused_without_comparing_them_all() {
    let many: Vec<String> = (0..20_000).map(|n| format!(r#""a{n}":1"#)).collect();
    let begun = Instant::now();
    let fault = told(&once_more(&many.join(",")));
    assert_eq!(fault, (Reason::Envelope, Some(String::from("/a64"))));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_source_is_the_departments_own() {
    for source in ["/power/outages", "power/outages", "/city-brain"] {
        let refusal = refusal(&with("/source", json!(source)));
        assert_eq!(refusal.path.as_deref(), Some("/source"), "{source}");
        assert!(refusal.message.contains("/fire/"), "{}", refusal.message);
    }
    for source in [
        "/fire/positions",
        "https://119.example/calls",
        "urn:uuid:6e8b",
    ] {
        let text = with("/source", json!(source));
        let event = decode_structured(text.as_bytes()).unwrap();
        let judged = Catalog::embedded().unwrap().judge("fire", &event).is_ok();
        assert!(judged, "{source}");
    }
}

#[test]
fn a_type_of_another_version_is_told_the_versions_there_are() {
    let later = refusal(&with("/type", json!("city.fire.incident-reported.v9")));
    assert_eq!(later.reason, Reason::UnknownType);
    let known = "(city.fire.incident-reported.v1)";
    assert!(later.message.contains(known), "{}", later.message);
    let unheard = refusal(&with("/type", json!("city.fire.dragon-seen.v1")));
    let types = "city.fire.incident-closed.v1, city.fire.incident-reported.v1";
    assert!(unheard.message.contains(types), "{}", unheard.message);
}

#[test]
fn moments_that_no_table_holds_are_refused() {
    for time in ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        let fault = told(&with("/time", json!(time)));
        assert_eq!(fault, (Reason::WrongTime, Some(String::from("/time"))));
    }
}

#[test]
fn exchanged_coordinates_are_guessed_in_words_only() {
    let mut event = sound();
    event["lon"] = json!("30.9");
    event["lat"] = json!("122.2");
    let refusal = refusal(&event.to_string());
    assert_eq!(refusal.path.as_deref(), Some("/lat"));
    assert!(refusal.message.contains("exchanged"), "{}", refusal.message);
}

#[test]
fn bytes_known_by_how_they_begin_are_called_by_their_name() {
    let beginnings: [(&[u8], &str); 5] = [
        (b"", "no value"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"\xff\xfe{\0}\0", "UTF-16"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
    ];
    for (bytes, name) in beginnings {
        let fault = decode_structured(bytes).unwrap_err();
        assert_eq!(fault.reason, Reason::Malformed);
        assert!(fault.message.contains(name), "{}", fault.message);
    }
}

#[test]
fn headers_that_contradict_or_miss_are_told() {
    let structured = ("content-type", &b"application/cloudevents+json"[..]);
    let event = sound().to_string();
    let fault = |headers: &[(&str, &[u8])]| {
        let headers: Vec<(&str, &[u8])> = headers.to_vec();
        decode(
            Binding::Kafka,
            headers.iter().copied(),
            Some(event.as_bytes()),
        )
        .unwrap_err()
    };
    let two = fault(&[structured, ("Content-Type", b"application/json")]);
    assert_eq!(two.path.as_deref(), Some("/datacontenttype"));
    let gbk = fault(&[("content-type", b"application/cloudevents+json; charset=GBK")]);
    assert!(gbk.message.contains("UTF-8"), "{}", gbk.message);
    let none = fault(&[]);
    assert!(none.message.contains("content-type"), "{}", none.message);
    let latin = fault(&[("ce_id", b"\xe9")]);
    assert_eq!(latin.path.as_deref(), Some("/id"));
    let attribute = fault(&[("ce_data", b"{}")]);
    assert_eq!(attribute.path.as_deref(), Some("/data"));
}
