//! Bytes that are no CloudEvent at all, and names or characters that JSON's readers pass over.

use super::kind::{Kind, Raw, sound, structured};

const MALFORMED: &str = "malformed";

pub(super) fn kinds() -> Vec<Kind> {
    let mut kinds = bytes();
    kinds.extend(broken_json());
    kinds.extend(doubled());
    kinds
}

fn bytes() -> Vec<Kind> {
    let tombstone = Raw {
        key: Some(b"F-1".to_vec()),
        value: None,
        ..structured(b"")
    };
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00";
    let utf16: Vec<u8> = "\u{feff}{}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let marked = format!("\u{feff}{}", sound("a byte order mark"));
    vec![
        Kind::bytes("an empty value", b"", [MALFORMED, "", "no value"]),
        Kind::raw("a tombstone", tombstone, [MALFORMED, "", "no value"]),
        Kind::bytes("no JSON", b"not json at all", [MALFORMED, "", "line 1"]),
        Kind::bytes("binary", b"\x00\x01\x02\x03", [MALFORMED, "", "CloudEvent"]),
        Kind::bytes(
            "invalid UTF-8",
            b"{\"id\":\"\xff\"}",
            [MALFORMED, "", "UTF-8"],
        ),
        Kind::bytes(
            "a byte order mark",
            marked.as_bytes(),
            [MALFORMED, "", "byte order"],
        ),
        Kind::bytes("UTF-16", &utf16, [MALFORMED, "", "UTF-16"]),
        Kind::bytes(
            "gzip by the program",
            gzip,
            [MALFORMED, "", "compression.type"],
        ),
        Kind::bytes(
            "zstd by the program",
            b"\x28\xb5\x2f\xfd\x04\x00",
            [MALFORMED, "", "zstd"],
        ),
        Kind::bytes(
            "a batch as one event",
            b"[{}, {}]",
            [MALFORMED, "", "CloudEvent"],
        ),
        Kind::bytes("a text", b"\"fire\"", [MALFORMED, "", "CloudEvent"]),
        Kind::bytes("null", b"null", [MALFORMED, "", "CloudEvent"]),
    ]
}

fn broken_json() -> Vec<Kind> {
    let text = sound("truncated").to_string();
    let two = format!("{} {}", sound("two events"), sound("two events"));
    let cut = sound("cut within a character")
        .to_string()
        .replace("B-1", "渡");
    let within = cut.find('渡').unwrap() + 1;
    let told = [MALFORMED, "", "CloudEvent"];
    vec![
        Kind::bytes("truncated", &text.as_bytes()[..text.len() / 2], told),
        Kind::bytes(
            "cut within a character",
            &cut.as_bytes()[..within],
            [MALFORMED, "", "UTF-8"],
        ),
        Kind::bytes("two events in one record", two.as_bytes(), told),
        Kind::text("a trailing comma", ("\"B-1\"", "\"B-1\","), told),
        Kind::text("single quotes", ("\"B-1\"", "'B-1'"), told),
        Kind::text("NaN", ("\"B-1\"", "NaN"), told),
        Kind::text("a comment", ("\"data\":", "/* ours */\"data\":"), told),
        Kind::text("a line break in a name", ("\"id\":", "\"i\nd\":"), told),
    ]
}

fn doubled() -> Vec<Kind> {
    let id = ("\"id\":", "\"id\":\"0\",\"id\":");
    let data = ("\"data\":", "\"data\":{},\"data\":");
    let field = ("\"incident\":", "\"incident\":\"B-0\",\"incident\":");
    let null = (
        "\"source\":",
        "\"subject\":null,\"subject\":\"F-1\",\"source\":",
    );
    let drill = ("\"id\":", "\"exercise\":true,\"exercise\":false,\"id\":");
    let lone = ("\"id\":", "\"subject\":\"\\ud83d\",\"id\":");
    let lone_in_data = ("\"B-1\"", "\"B-1\",\"address\":\"\\udd25 8\"");
    let raw_control = ("\"B-1\"", "\"B-1\",\"address\":\"8\t9\"");
    vec![
        Kind::text("an attribute twice", id, [MALFORMED, "/id", "twice"]),
        Kind::text("data twice", data, [MALFORMED, "/data", "twice"]),
        Kind::text(
            "a field twice",
            field,
            ["contract_violation", "/data/incident", "twice"],
        ),
        Kind::text("null and a value", null, [MALFORMED, "/subject", "twice"]),
        Kind::text("a flag twice", drill, [MALFORMED, "/exercise", "twice"]),
        Kind::text("half a surrogate pair", lone, [MALFORMED, "", "hex escape"]),
        Kind::text(
            "half a surrogate pair in data",
            lone_in_data,
            ["contract_violation", "/data/address", "hex escape"],
        ),
        Kind::text(
            "a bare control character in data",
            raw_control,
            [MALFORMED, "", "control character"],
        ),
    ]
}
