//! The one-pass check against a plain, slow check over `serde_json::Value`.

use std::sync::LazyLock;

use event_schemas::{Catalog, Contract};
use proptest::prelude::*;
use regex::Regex;
use serde_json::{Map, Value, json};

/// Says whether a value matches a schema of the supported subset, in the plainest way.
fn matches(schema: &Value, value: &Value) -> bool {
    kind_matches(schema, value)
        && constants_match(schema, value)
        && match value {
            Value::Number(number) => number_matches(schema, number.as_f64().unwrap()),
            Value::String(text) => text_matches(schema, text),
            Value::Array(items) => array_matches(schema, items),
            Value::Object(members) => object_matches(schema, members),
            Value::Null | Value::Bool(_) => true,
        }
}

fn kind_matches(schema: &Value, value: &Value) -> bool {
    let is = |kind: &str| match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("the test's schema names {other}"),
    };
    match &schema["type"] {
        Value::Null => true,
        Value::String(kind) => is(kind),
        Value::Array(kinds) => kinds.iter().any(|kind| is(kind.as_str().unwrap())),
        other => panic!("the test's schema has type {other}"),
    }
}

fn constants_match(schema: &Value, value: &Value) -> bool {
    let same = |one: &Value| match (one.as_f64(), value.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < f64::EPSILON,
        _ => one == value,
    };
    schema["enum"]
        .as_array()
        .is_none_or(|all| all.iter().any(same))
        && schema.get("const").is_none_or(same)
}

fn number_matches(schema: &Value, number: f64) -> bool {
    let bound = |name: &str| schema[name].as_f64();
    bound("minimum").is_none_or(|b| number >= b)
        && bound("maximum").is_none_or(|b| number <= b)
        && bound("exclusiveMinimum").is_none_or(|b| number > b)
        && bound("exclusiveMaximum").is_none_or(|b| number < b)
}

fn text_matches(schema: &Value, text: &str) -> bool {
    let length = text.chars().count() as u64;
    schema["minLength"]
        .as_u64()
        .is_none_or(|least| length >= least)
        && schema["maxLength"]
            .as_u64()
            .is_none_or(|most| length <= most)
        && schema["pattern"]
            .as_str()
            .is_none_or(|p| Regex::new(p).unwrap().is_match(text))
        && (schema["format"].is_null() || rfc3339(text))
}

fn rfc3339(text: &str) -> bool {
    let shape = r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$";
    Regex::new(shape).unwrap().is_match(text) && text.parse::<jiff::Timestamp>().is_ok()
}

fn array_matches(schema: &Value, items: &[Value]) -> bool {
    let length = items.len() as u64;
    schema["minItems"]
        .as_u64()
        .is_none_or(|least| length >= least)
        && schema["maxItems"]
            .as_u64()
            .is_none_or(|most| length <= most)
        && schema
            .get("items")
            .is_none_or(|s| items.iter().all(|item| matches(s, item)))
}

fn object_matches(schema: &Value, members: &Map<String, Value>) -> bool {
    let none = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&none);
    let required = schema["required"].as_array().is_none_or(|names| {
        names
            .iter()
            .all(|name| members.contains_key(name.as_str().unwrap()))
    });
    required
        && members
            .iter()
            .all(|(name, value)| match properties.get(name) {
                Some(below) => matches(below, value),
                None => match &schema["additionalProperties"] {
                    Value::Null | Value::Bool(true) => true,
                    Value::Bool(false) => false,
                    below => matches(below, value),
                },
            })
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5_i64..12).prop_map(Value::from),
        prop_oneof![Just(0.5), Just(3.0), Just(7.25), Just(-2.0)].prop_map(Value::from),
        prop_oneof![
            Just("a"),
            Just("b"),
            Just("E1"),
            Just("E77"),
            Just(""),
            Just("消防车到场"),
            Just("2026-07-01T08:00:00Z"),
            Just("2026-07-01"),
        ]
        .prop_map(Value::from),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("n"),
        Just("t"),
        Just("list"),
        Just("in"),
        Just("w"),
        Just("other")
    ]
    .prop_map(String::from)
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn leaf_schema() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(true)),
        Just(json!({})),
        Just(json!({"type": ["null", "boolean"]})),
        Just(json!({"type": "integer", "minimum": 0, "exclusiveMaximum": 7})),
        Just(json!({"type": "number", "exclusiveMinimum": -2, "maximum": 7.25})),
        Just(json!({"type": "string", "minLength": 1, "maxLength": 4})),
        Just(json!({"type": "string", "pattern": "^E[0-9]+$"})),
        Just(json!({"type": "string", "format": "date-time"})),
        Just(json!({"enum": ["a", 3, null, false]})),
        Just(json!({"const": 3})),
    ]
}

fn schema() -> impl Strategy<Value = Value> {
    let below = leaf_schema().prop_recursive(3, 16, 4, |inner| {
        let additional = prop_oneof![Just(json!(false)), Just(json!(true)), inner.clone()];
        let object = (
            prop::collection::btree_map(name(), inner.clone(), 0..4),
            any::<bool>(),
            additional,
        );
        prop_oneof![
            (inner, 0_u64..3, 2_u64..5).prop_map(|(items, least, most)| {
                json!({"type": "array", "items": items, "minItems": least, "maxItems": most})
            }),
            object.prop_map(|(properties, all, additional)| {
                let required: Vec<&String> = if all {
                    properties.keys().collect()
                } else {
                    vec![]
                };
                json!({"type": "object", "required": required, "properties": properties,
                       "additionalProperties": additional})
            }),
        ]
    });
    below.prop_map(|below| json!({"type": "object", "properties": {"n": below}}))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_one_pass_agrees_with_a_plain_check_over_values(schema in schema(), value in value()) {
        let contract = Contract::of_form(&schema).unwrap();
        let data = json!({"n": value});
        let bytes = data.to_string();
        let one_pass = contract.check(bytes.as_bytes());
        prop_assert_eq!(one_pass.is_ok(), matches(&schema, &data), "{} {} {:?}", schema, data, one_pass);
    }

    #[test]
    fn no_bytes_make_it_panic_and_what_passes_is_json(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let contract = Contract::of_form(&json!({"type": "object"})).unwrap();
        if contract.check(&bytes).is_ok() {
            prop_assert!(serde_json::from_slice::<Value>(&bytes).is_ok());
        }
    }

    #[test]
    fn cutting_or_changing_a_byte_of_a_sound_event_never_panics(at in 0_usize..400, byte in any::<u8>(), cut in any::<bool>()) {
        static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::embedded().unwrap());
        for example in CATALOG.examples() {
            let mut bytes = example.event.clone().into_bytes();
            let at = at.min(bytes.len() - 1);
            if cut { bytes.truncate(at) } else { bytes[at] = byte }
            if let Ok(envelope) = event_schemas::envelope::decode_structured(&bytes) {
                let verdict = CATALOG.judge(&example.department, &envelope);
                prop_assert!(verdict.is_ok() || verdict.is_err_and(|r| !r.message.is_empty()));
            }
        }
    }
}
