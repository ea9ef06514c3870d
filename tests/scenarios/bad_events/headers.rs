//! Faults of binary mode: attributes in headers.

use serde_json::Value;

use super::kind::{Kind, Raw, STRUCTURED, sound, structured};

pub(super) fn kinds() -> Vec<Kind> {
    let mut kinds = attributes();
    kinds.extend(content_types());
    kinds
}

/// The headers of a sound event in binary mode, and its data.
fn binary(name: &str) -> Raw {
    let event = sound(name);
    let mut headers = vec![(
        String::from("content-type"),
        Some(b"application/json".to_vec()),
    )];
    for (member, value) in event.as_object().unwrap() {
        if let Some(text) = value.as_str().filter(|_| member != "datacontenttype") {
            headers.push((format!("ce_{member}"), Some(text.as_bytes().to_vec())));
        }
    }
    Raw {
        headers,
        value: Some(event["data"].to_string().into_bytes()),
        ..Raw::default()
    }
}

fn changed(name: &'static str, change: impl FnOnce(&mut Raw), told: [&'static str; 3]) -> Kind {
    let mut record = binary(name);
    change(&mut record);
    Kind::raw(name, record, told)
}

fn add(name: &str, value: Option<&[u8]>) -> impl FnOnce(&mut Raw) {
    let header = (name.to_owned(), value.map(<[u8]>::to_vec));
    move |record| record.headers.push(header)
}

fn drop_header(name: &'static str) -> impl FnOnce(&mut Raw) {
    move |record| record.headers.retain(|(known, _)| known != name)
}

fn attributes() -> Vec<Kind> {
    let mut text: Value = sound("a text of data in GBK")["data"].clone();
    text["address"] = "@".into();
    let gbk = text.to_string().replace('@', "\u{1}").into_bytes();
    let gbk: Vec<u8> = gbk
        .into_iter()
        .flat_map(|byte| {
            if byte == 1 {
                vec![0xb6, 0xc9]
            } else {
                vec![byte]
            }
        })
        .collect();
    vec![
        changed(
            "no ce_id",
            drop_header("ce_id"),
            ["envelope", "/id", "requires"],
        ),
        changed(
            "ce_id twice",
            add("ce_id", Some(b"2")),
            ["malformed", "/id", "twice"],
        ),
        changed(
            "a header in Latin-1",
            add("ce_subject", Some(b"caf\xe9")),
            ["malformed", "/subject", "UTF-8"],
        ),
        changed(
            "a null header",
            add("ce_subject", None),
            ["envelope", "/subject", "not empty"],
        ),
        changed(
            "data as a header",
            add("ce_data", Some(b"{}")),
            ["envelope", "/data", "a-z"],
        ),
        changed(
            "an attribute's name in capitals",
            add("ce_Priority", Some(b"1")),
            ["envelope", "/Priority", "a-z and 0-9"],
        ),
        changed(
            "no data",
            |record| record.value = None,
            ["contract_violation", "/data", "sound JSON"],
        ),
        changed(
            "a text of data in GBK",
            |record| record.value = Some(gbk),
            ["contract_violation", "/data/address", "sound JSON"],
        ),
    ]
}

fn content_types() -> Vec<Kind> {
    let typed = |name: &str, kind: &str| {
        let mut record = structured(sound(name).to_string().as_bytes());
        record.headers = vec![(String::from("content-type"), Some(kind.as_bytes().to_vec()))];
        record
    };
    let bare = Raw {
        headers: Vec::new(),
        ..structured(sound("no headers").to_string().as_bytes())
    };
    let batch = "application/cloudevents-batch+json";
    let gbk = "application/cloudevents+json; charset=gbk";
    let avro = "application/cloudevents+avro";
    vec![
        Kind::raw("no headers", bare, ["envelope", "/specversion", STRUCTURED]),
        Kind::raw(
            "a batch's content type",
            typed("batch", batch),
            ["malformed", "", "one event"],
        ),
        Kind::raw(
            "a charset that is not UTF-8",
            typed("gbk", gbk),
            ["malformed", "", "UTF-8"],
        ),
        Kind::raw(
            "another event format",
            typed("avro", avro),
            ["malformed", "", STRUCTURED],
        ),
        changed(
            "data in CSV",
            |record| record.headers[0].1 = Some(b"text/csv".to_vec()),
            ["envelope", "/datacontenttype", "application/json"],
        ),
        changed(
            "two content types",
            add("Content-Type", Some(STRUCTURED.as_bytes())),
            ["malformed", "/datacontenttype", "one content-type"],
        ),
    ]
}
