//! Sound JSON whose attributes are not those of a CloudEvent, or not the department's to give.

use serde_json::{Map, Value, json};

use super::kind::{Kind, sound};
use crate::story::{COMMUNITY, outage};

const ENVELOPE: &str = "envelope";

pub(super) fn kinds() -> Vec<Kind> {
    let mut kinds = required();
    kinds.extend(attributes());
    kinds.extend(owners());
    kinds
}

fn required() -> Vec<Kind> {
    let says = "requires";
    vec![
        Kind::without("no source", "/source", [ENVELOPE, "/source", says]),
        Kind::without(
            "no version",
            "/specversion",
            [ENVELOPE, "/specversion", says],
        ),
        Kind::with(
            "version 0.3",
            "/specversion",
            json!("0.3"),
            [ENVELOPE, "/specversion", "1.0"],
        ),
        Kind::with(
            "an empty id",
            "/id",
            json!(""),
            [ENVELOPE, "/id", "not empty"],
        ),
        Kind::with(
            "a number as id",
            "/id",
            json!(17),
            [ENVELOPE, "/id", "a text"],
        ),
        Kind::with(
            "null as type",
            "/type",
            Value::Null,
            [ENVELOPE, "/type", says],
        ),
        Kind::with(
            "a blank in source",
            "/source",
            json!("fire desk"),
            [ENVELOPE, "/source", "URI"],
        ),
    ]
}

fn attributes() -> Vec<Kind> {
    let mut kinds = own_attributes();
    kinds.extend(known_attributes());
    kinds
}

fn own_attributes() -> Vec<Kind> {
    let told = |path, says| [ENVELOPE, path, says];
    let mut many = sound("too many attributes");
    let own: Map<String, Value> = (100..400).map(|n| (format!("a{n}"), json!(1))).collect();
    many.as_object_mut().unwrap().extend(own);
    vec![
        Kind::with(
            "a nested attribute",
            "/unit",
            json!({ "of": 1 }),
            told("/unit", "data"),
        ),
        Kind::with(
            "a fraction",
            "/weight",
            json!(1.5),
            told("/weight", "32 bits"),
        ),
        Kind::with(
            "a long number",
            "/serial",
            json!(1_u64 << 53),
            told("/serial", "32 bits"),
        ),
        Kind::with(
            "a name with a dash",
            "/my-field",
            json!("1"),
            told("/my-field", "a-z and 0-9"),
        ),
        Kind::bytes(
            "too many attributes",
            many.to_string().as_bytes(),
            told("/a164", "at most 64"),
        ),
    ]
}

fn known_attributes() -> Vec<Kind> {
    let told = |path, says| [ENVELOPE, path, says];
    let long = "x".repeat(1_025);
    let base64 = "eyJpbmNpZGVudCI6IkItMSJ9";
    let later = "urn:city-brain:fire:incident-reported:v2";
    vec![
        Kind::with(
            "a control character",
            "/subject",
            json!("F\u{7}1"),
            told("/subject", "control"),
        ),
        Kind::with(
            "no character",
            "/subject",
            json!("F\u{ffff}1"),
            told("/subject", "control"),
        ),
        Kind::with(
            "an endless id",
            "/id",
            json!(long),
            told("/id", "1024 characters"),
        ),
        Kind::with(
            "binary data",
            "/data_base64",
            json!(base64),
            told("/data_base64", "JSON"),
        ),
        Kind::with(
            "data in XML",
            "/datacontenttype",
            json!("application/xml"),
            told("/datacontenttype", "json"),
        ),
        Kind::with(
            "a level of 5",
            "/alertlevel",
            json!(5),
            told("/alertlevel", "1 (gravest"),
        ),
        Kind::with(
            "a drill perhaps",
            "/exercise",
            json!("perhaps"),
            told("/exercise", "true or false"),
        ),
        Kind::with(
            "another contract",
            "/dataschema",
            json!(later),
            told("/dataschema", "reported:v1"),
        ),
    ]
}

fn owners() -> Vec<Kind> {
    let unknown = |says| ["unknown_type", "/type", says];
    let mut foreign = outage("B-1", COMMUNITY, 5);
    foreign["source"] = json!("/fire/dispatch");
    let typed = |name, event_type: &str, told| Kind::with(name, "/type", json!(event_type), told);
    vec![
        typed(
            "an unknown type",
            "city.fire.dragon-seen.v1",
            unknown("city.fire.incident-closed.v1"),
        ),
        typed(
            "a version to come",
            "city.fire.incident-reported.v9",
            unknown("(city.fire.incident-reported.v1)"),
        ),
        typed(
            "a type of the hub",
            "city.hub.watermark-advanced.v1",
            unknown("catalog"),
        ),
        typed("a type without form", "incident", unknown("catalog")),
        Kind::bytes(
            "another department's type",
            foreign.to_string().as_bytes(),
            ["foreign_type", "/type", "'power'"],
        ),
        Kind::with(
            "another department's source",
            "/source",
            json!("/power/outage-map"),
            [ENVELOPE, "/source", "another department's"],
        ),
        Kind::with(
            "the hub's source",
            "/source",
            json!("/city-brain"),
            [ENVELOPE, "/source", "the hub's"],
        ),
    ]
}
