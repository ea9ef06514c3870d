//! The schemas of the hub's own records say what the Rust types write.
#![expect(clippy::unwrap_used, reason = "a test's helpers may end the test")]

use event_schemas::city::{
    Admission, DeadLetter, InboxProgress, LogPosition, Millis, Reason, RuleSetMark, SealedField,
    TopicId, Watermark, record_contract, record_contract_names,
};
use event_schemas::{Catalog, Contract};
use serde::Serialize;
use serde_json::{Value, json};

fn contract(name: &str) -> Contract {
    record_contract(name).unwrap().unwrap()
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// Accepts the sample; refuses it with any one member taken away that is required, or one too many.
fn holds(name: &str, sample: &Value) {
    let contract = contract(name);
    let text = sample.to_string();
    if let Err(violations) = contract.check(text.as_bytes()) {
        assert_eq!(violations, [], "{name}: {text}");
    }
    let mut more = sample.clone();
    more["surplus"] = json!(1);
    let more = more.to_string();
    assert!(
        contract.check(more.as_bytes()).is_err(),
        "{name} takes anything"
    );
    assert!(contract.check(b"{}").is_err(), "{name} asks for nothing");
}

fn position() -> LogPosition {
    LogPosition {
        topic_id: TopicId::from_u128(7),
        partition: 3,
        offset: 40,
    }
}

#[test]
fn every_record_schema_compiles() {
    let names = record_contract_names();
    assert!(names.len() >= 15, "{names:?}");
    for name in names {
        contract(name);
    }
}

#[test]
fn a_watermark_is_as_its_schema_says() {
    let full = Watermark {
        at: Millis(1),
        inboxes: vec![
            InboxProgress {
                department: "fire".to_owned(),
                topic_id: TopicId::from_u128(1),
                next: 5,
                admitted_until: Millis(9),
                latest_event_time: Some(Millis(8)),
            },
            InboxProgress {
                department: "power".to_owned(),
                topic_id: TopicId::from_u128(2),
                next: 0,
                admitted_until: Millis(9),
                latest_event_time: None,
            },
        ],
    };
    holds("watermark", &written(&full));
}

#[test]
fn a_rule_set_mark_with_the_catalogs_rules_is_as_its_schema_says() {
    let mark = RuleSetMark {
        version: 1,
        hash: "ab12".to_owned(),
        rules: Catalog::embedded().unwrap().rules().to_vec(),
    };
    holds("rule-set-mark", &written(&mark));
}

#[test]
fn an_admission_header_is_as_its_schema_says_full_and_bare() {
    let bare = Admission {
        department: "fire".to_owned(),
        event_time: Millis(1),
        recorded_time: None,
        inbox_time: Millis(3),
        place: None,
        lon: None,
        lat: None,
        h3: None,
        level: None,
        measure: None,
        exercise: false,
        catalog: Catalog::embedded().unwrap().version().to_owned(),
        inbox: position(),
        flags: Vec::new(),
    };
    holds("admission", &written(&bare));
    let full = Admission {
        recorded_time: Some(Millis(2)),
        place: Some("990101001".to_owned()),
        lon: Some(122.1),
        lat: Some(30.9),
        h3: event_schemas::judge::h3_cell(122.1, 30.9),
        level: Some(2),
        measure: Some(640.5),
        exercise: true,
        flags: vec!["outside_place".to_owned()],
        ..bare
    };
    holds("admission", &written(&full));
}

#[test]
fn a_dead_letter_of_every_reason_is_as_its_schema_says() {
    for reason in [
        Reason::Malformed,
        Reason::TooLarge,
        Reason::Envelope,
        Reason::UnknownType,
        Reason::ForeignType,
        Reason::ContractViolation,
        Reason::IdReused,
        Reason::WrongPlace,
        Reason::WrongCoordinates,
        Reason::WrongTime,
        Reason::Unstorable,
    ] {
        let letter = DeadLetter {
            reason,
            message: "what, where, expected".to_owned(),
            path: Some("/data".to_owned()),
            department: "fire".to_owned(),
            position: position(),
            topic: "city.inbox.fire".to_owned(),
            received_at: Millis(1),
            source: Some("/fire".to_owned()),
            id: Some("1".to_owned()),
            event_type: None,
        };
        let sample = written(&letter);
        assert_eq!(sample["reason"], reason.code());
        holds("dead-letter", &sample);
    }
}

#[test]
fn a_sealed_field_is_as_its_schema_says() {
    let field = SealedField {
        key: "k1".to_owned(),
        nonce: "AAAA".to_owned(),
        sealed: "BBBB".to_owned(),
        look: "CCCC".to_owned(),
    };
    holds("sealed-field", &json!({ "sealed": written(&field) }));
}
