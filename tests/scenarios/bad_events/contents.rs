//! Data that do not match their contract.

use serde_json::{Value, json};

use super::kind::Kind;
use crate::story::{COMMUNITY, event, outage};

const VIOLATION: &str = "contract_violation";

pub(super) fn kinds() -> Vec<Kind> {
    let mut kinds = kinds_of_values();
    kinds.extend(bounds());
    kinds.extend(numbers());
    kinds.extend(personal());
    kinds
}

fn kinds_of_values() -> Vec<Kind> {
    let told = |path, says| [VIOLATION, path, says];
    vec![
        Kind::without(
            "a missing field",
            "/data/incident",
            told("/data/incident", "required"),
        ),
        Kind::with(
            "an unknown field",
            "/data/mood",
            json!("bad"),
            told("/data/mood", "only "),
        ),
        Kind::with(
            "a value beside the table",
            "/data/category",
            json!("dragon"),
            told("/data/category", "one of"),
        ),
        Kind::with(
            "an array as data",
            "/data",
            json!([1]),
            told("/data", "object"),
        ),
        Kind::with(
            "null as data",
            "/data",
            Value::Null,
            told("/data", "object"),
        ),
        Kind::with(
            "a text as data",
            "/data",
            json!("{}"),
            told("/data", "object"),
        ),
        Kind::with(
            "an array for a text",
            "/data/address",
            json!(["8"]),
            told("/data/address", "string"),
        ),
        Kind::with(
            "a text for an array",
            "/data/units",
            json!("E1"),
            told("/data/units", "array"),
        ),
        Kind::with(
            "an object in an array",
            "/data/units",
            json!(["E1", {}]),
            told("/data/units/1", "string"),
        ),
        Kind::with(
            "null for a text",
            "/data/category",
            Value::Null,
            told("/data/category", "string"),
        ),
        Kind::with(
            "a number for a text",
            "/data/incident",
            json!(7),
            told("/data/incident", "string"),
        ),
    ]
}

fn bounds() -> Vec<Kind> {
    let told = |path, says| [VIOLATION, path, says];
    let units = vec!["E1"; 101];
    let long = "长".repeat(201);
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let bomb = format!(
        "\"B-1\",\"address\":{}{}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    vec![
        Kind::with(
            "a text too long",
            "/data/address",
            json!(long),
            told("/data/address", "at most 200"),
        ),
        Kind::with(
            "an empty text",
            "/data/address",
            json!(""),
            told("/data/address", "at least 1"),
        ),
        Kind::with(
            "a text of another form",
            "/data/incident",
            json!("F 1"),
            told("/data/incident", "text like"),
        ),
        Kind::with(
            "an array too long",
            "/data/units",
            json!(units),
            told("/data/units", "at most 100"),
        ),
        Kind::with(
            "nesting without end",
            "/data/units",
            deep,
            told("/data/units/0", "32 levels"),
        ),
        Kind::text(
            "a depth bomb",
            ("\"B-1\"", &bomb),
            told("/data/address", "32 levels"),
        ),
    ]
}

fn numbers() -> Vec<Kind> {
    let told = |says| [VIOLATION, "/data/customers", says];
    let power = |name: &'static str, customers: &str, told| {
        let mut event = outage(name, COMMUNITY, 5);
        event["data"]["outage"] = json!("O-1");
        let text = event.to_string();
        let changed = text.replacen("\"customers\":5", &format!("\"customers\":{customers}"), 1);
        assert_ne!(text, changed);
        let kind = Kind::bytes(name, changed.as_bytes(), told);
        Kind {
            department: "power",
            ..kind
        }
    };
    let reading = json!({ "station": "S-1", "aqi": 501 });
    let reading = event(
        "city.air.station-reading.v1",
        "a measure out of range",
        COMMUNITY,
        reading,
    );
    vec![
        power("half a customer", "5.5", told("integer")),
        power("a number as a text", "\"5\"", told("integer")),
        power("a number below its bound", "-1", told("at least 0")),
        power(
            "a number above its bound",
            "99999999999",
            told("at most 50000000"),
        ),
        power(
            "a number beyond all numbers",
            "1e999",
            told("number out of range"),
        ),
        power(
            "a number in hexadecimal",
            "0x10",
            ["malformed", "", "CloudEvent"],
        ),
        power("a flag for a number", "true", told("integer")),
        Kind::of_department(
            "a measure out of range",
            "air",
            &reading,
            [VIOLATION, "/data/aqi", "at most 500"],
        ),
    ]
}

fn personal() -> Vec<Kind> {
    let request = |id: &'static str, reporter: Value| {
        let data = json!({ "request": "B-1", "category": "noise", "summary": "夜间施工", "reporter": reporter });
        event("city.hotline.request-received.v1", id, COMMUNITY, data)
    };
    let phone = request(
        "a personal value of another form",
        json!({ "phone": "call me" }),
    );
    let more = request(
        "a personal value of another kind",
        json!({ "name": ["某先生"] }),
    );
    vec![
        Kind::of_department(
            "a personal value of another form",
            "hotline",
            &phone,
            [VIOLATION, "/data/reporter/phone", "not repeated here"],
        ),
        Kind::of_department(
            "a personal value of another kind",
            "hotline",
            &more,
            [VIOLATION, "/data/reporter/name", "not repeated here"],
        ),
    ]
}
