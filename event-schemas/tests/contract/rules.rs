//! Rules of the check, one by one.

use event_schemas::{Catalog, Contract, Violation};
use serde_json::{Value, json};

fn contract(schema: &Value) -> Contract {
    Contract::of_form(schema).unwrap()
}

fn violations(schema: &Value, data: &str) -> Vec<Violation> {
    contract(schema).check(data.as_bytes()).unwrap_err()
}

fn open() -> Value {
    json!({"type": "object"})
}

#[test]
fn a_violation_names_path_expectation_and_what_was_found() {
    let schema = json!({"type": "object", "required": ["units"], "properties": {
        "units": {"type": "array", "items": {"type": "string", "maxLength": 3}}}});
    let found = violations(&schema, r#"{"units":["E1","E1234",7]}"#);
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "/units/1: expected at most 3 characters, found 5 characters",
            "/units/2: expected string, found number 7",
        ]
    );
    let told = violations(&schema, "{}")[0].to_string();
    assert_eq!(told, "/units: expected a value (required), found nothing");
}

#[test]
fn many_mistakes_are_told_at_once_but_not_without_end() {
    let schema = json!({"type": "object", "additionalProperties": {"type": "integer"}});
    let data: Value = (0..50).map(|n| (format!("f{n}"), json!("x"))).collect();
    let found = violations(&schema, &data.to_string());
    assert_eq!(found.len(), event_schemas::contract::VIOLATIONS_MAX);
}

#[test]
fn a_name_twice_is_refused_known_or_unknown_at_any_depth() {
    let schema = json!({"type": "object", "properties": {"a": {}}});
    for (data, path) in [
        (r#"{"a":1,"a":2}"#, "/a"),
        (r#"{"z":1,"z":2}"#, "/z"),
        (r#"{"z":[{"y":1,"y":1}]}"#, "/z/0/y"),
        (r#"{"a":1,"\u0061":2}"#, "/a"),
    ] {
        let found = violations(&schema, data);
        assert_eq!(
            (found[0].path.as_str(), found[0].expected.as_str()),
            (path, "each name once")
        );
    }
}

#[test]
fn nesting_beyond_the_limit_is_refused_where_it_happens_and_a_bomb_is_cheap() {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(contract(&open()).check(nested(31).as_bytes()).is_ok());
    let found = violations(&open(), &nested(32));
    assert_eq!(found[0].expected, "at most 32 levels of nesting");
    assert_eq!(violations(&open(), &nested(100_000)).len(), 1);
}

#[test]
fn numbers_beyond_f64_half_surrogates_bad_utf8_and_cut_json_are_violations() {
    for data in [
        &br#"{"a":1e999}"#[..],
        br#"{"a":"\ud800"}"#,
        br#"{"a":"\udc00x"}"#,
        b"{\"a\":\"\xff\"}",
        br#"{"a":"#,
        br#"{"a":NaN}"#,
        br#"{"a":01}"#,
        br#"{"a":1} {}"#,
        b"",
        b"[]",
        b"null",
    ] {
        let found = contract(&open()).check(data).unwrap_err();
        assert_eq!(found.len(), 1, "{}", String::from_utf8_lossy(data));
    }
    let found = violations(&open(), r#"{"deep":{"a":1e999}}"#);
    assert_eq!(found[0].path, "/deep/a");
}

#[test]
fn whole_numbers_may_be_written_with_a_fraction_of_zero() {
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
    assert!(contract(&schema).check(br#"{"n":3.0}"#).is_ok());
    assert!(contract(&schema).check(br#"{"n":3.5}"#).is_err());
}

#[test]
fn the_facts_that_the_contract_names_are_taken_out_on_the_way() {
    let catalog = Catalog::embedded().unwrap();
    let outage = catalog.event_type("city.power.outage-started.v1").unwrap();
    let data = br#"{"customers":640,"outage":"O-1","cause":"storm"}"#;
    let found = outage.contract.check(data).unwrap();
    assert_eq!(found.subject.as_deref(), Some("O-1"));
    assert_eq!((found.level, found.measure), (Some(2), Some(640.0)));
    assert_eq!(outage.measure_unit.as_deref(), Some("customers"));

    let fire = catalog
        .event_type("city.fire.incident-reported.v1")
        .unwrap();
    let data = br#"{"incident":"F1","category":"explosion","units":["E1","E2"]}"#;
    let found = fire.contract.check(data).unwrap();
    assert_eq!((found.level, found.measure), (Some(1), Some(2.0)));
    let found = fire
        .contract
        .check(br#"{"incident":"F1","category":"other"}"#)
        .unwrap();
    assert_eq!((found.level, found.measure), (Some(4), None));
}

#[test]
fn personal_values_are_found_byte_for_byte_and_never_repeated_in_a_message() {
    let catalog = Catalog::embedded().unwrap();
    let hotline = catalog
        .event_type("city.hotline.request-received.v1")
        .unwrap();
    let data = r#"{"request":"H1","category":"gas","summary":"煤气味","description":"我家 \"漏气\"","reporter":{"phone":"021-1234","name":"李"}}"#;
    let found = hotline.contract.check(data.as_bytes()).unwrap();
    let spans: Vec<(&str, &str)> = found
        .personal
        .iter()
        .map(|span| (span.path.as_str(), &data[span.start..span.end]))
        .collect();
    assert_eq!(
        spans,
        [
            ("/description", r#""我家 \"漏气\"""#),
            ("/reporter/phone", "\"021-1234\""),
            ("/reporter/name", "\"李\""),
        ]
    );
    let data = r#"{"request":"H1","category":"gas","summary":"s","reporter":{"phone":"at my mother's","name":17}}"#;
    for violation in hotline.contract.check(data.as_bytes()).unwrap_err() {
        let told = violation.to_string();
        assert!(!told.contains("mother") && !told.contains("17"), "{told}");
    }
}

#[test]
fn a_title_is_filled_in_both_languages_with_codes_in_words() {
    let catalog = Catalog::embedded().unwrap();
    let fire = catalog
        .event_type("city.fire.incident-reported.v1")
        .unwrap();
    let data = json!({"incident": "F1", "category": "gas-leak", "address": "望江路 12 号"});
    let title = fire.render_title(Some("F1"), &data);
    assert_eq!(title.zh, "燃气泄漏 望江路 12 号");
    assert_eq!(title.en, "Gas leak 望江路 12 号");
}
