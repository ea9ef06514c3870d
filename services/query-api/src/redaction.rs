//! What a refused event looked like, without what it said: the names of the fields beside the fault, and
//! of each value only its kind and size. A publisher finds the mistake by it; nobody learns a telephone number.

use serde_json::{Map, Value};

/// Members that one sample shows.
const MEMBERS_MAX: usize = 30;
/// Longest name of a field; a longer one is more likely something that was said.
const NAME_MAX: usize = 40;

/// The surroundings of `path` in an original, in structured or binary mode.
pub(crate) fn sample(original: &[u8], path: &str) -> String {
    let Ok(event) = serde_json::from_slice::<Value>(original) else {
        return format!("‹{} bytes, no JSON›", original.len());
    };
    // In binary mode the value is the data itself, and attributes are headers.
    let structured = event.get("specversion").is_some() || event.get("data").is_some();
    let pointer = match path.strip_prefix("/data") {
        Some(inner) if !structured => inner,
        _ => path,
    };
    let around = around(&event, pointer).unwrap_or(&event);
    shape(around).to_string()
}

/// What holds the value at the pointer: the nearest that there is.
fn around<'v>(event: &'v Value, pointer: &str) -> Option<&'v Value> {
    let mut at = pointer;
    while let Some((parent, _)) = at.rsplit_once('/') {
        if let Some(found) = event.pointer(parent)
            && (found.is_object() || found.is_array())
        {
            return Some(found);
        }
        at = parent;
    }
    None
}

/// One level of names with kinds; deeper values are only counted.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let shown = members.iter().take(MEMBERS_MAX);
            let mut shape: Map<String, Value> = shown
                .map(|(name, value)| (named(name), kind(value).into()))
                .collect();
            if members.len() > MEMBERS_MAX {
                let more = format!("{} more", members.len() - MEMBERS_MAX);
                shape.insert(String::from("…"), more.into());
            }
            Value::Object(shape)
        }
        Value::Array(items) => {
            let shown = items.iter().take(3).map(|item| Value::from(kind(item)));
            shown.collect()
        }
        other => kind(other).into(),
    }
}

/// A field's name; what is no usual name may be a value in the wrong place.
fn named(name: &str) -> String {
    let usual = name.len() <= NAME_MAX
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if usual {
        name.to_owned()
    } else {
        format!("‹name of {} characters›", name.chars().count())
    }
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => String::from("null"),
        Value::Bool(_) => String::from("‹boolean›"),
        Value::Number(number) if number.is_f64() => String::from("‹number›"),
        Value::Number(_) => String::from("‹integer›"),
        Value::String(text) => format!("‹text of {}›", text.chars().count()),
        Value::Array(items) => format!("‹list of {}›", items.len()),
        Value::Object(members) => format!("‹object of {}›", members.len()),
    }
}

/// What a message expected, without what was found: that is what the publisher said.
pub(crate) fn expected(message: &str) -> String {
    let end = message.find(", found").unwrap_or(message.len());
    message[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sample_shows_names_and_kinds_and_no_value() {
        let event = r#"{"specversion":"1.0","id":"secret-id","data":{"caller":{"phone":"13800000000","age":41},
            "units":[1,2.5],"13900000000":true,"note":null}}"#;
        let shown = sample(event.as_bytes(), "/data/units");
        assert_eq!(
            shown,
            r#"{"caller":"‹object of 2›","note":"null","units":"‹list of 2›","‹name of 11 characters›":"‹boolean›"}"#
        );
        let deeper = sample(event.as_bytes(), "/data/caller/phone");
        assert_eq!(deeper, r#"{"age":"‹integer›","phone":"‹text of 11›"}"#);
        assert_eq!(sample(b"{\"x\":[1]}", "/data/x/0"), r#"["‹integer›"]"#);
        assert_eq!(sample(b"hello", ""), "‹5 bytes, no JSON›");
    }

    #[test]
    fn what_was_found_is_cut_off_a_message() {
        let message =
            "/data/phone: expected at most 24 characters, found \"138…\"; /x: expected y, found z";
        assert_eq!(
            expected(message),
            "/data/phone: expected at most 24 characters"
        );
        assert_eq!(expected("not JSON"), "not JSON");
    }

    proptest! {
        #[test]
        fn no_text_of_an_event_comes_through(text in "[a-z]{8,20}", number in 10_000_000_i64..) {
            let event = serde_json::json!({"specversion": "1.0", "data": {"a": text, "b": number, "c": [text], "d": {"e": text}}});
            for path in ["", "/data", "/data/a", "/data/c/0", "/data/d/e", "/nowhere/at/all"] {
                let shown = sample(event.to_string().as_bytes(), path);
                prop_assert!(!shown.contains(&text) && !shown.contains(&number.to_string()), "{path}: {shown}");
            }
        }
    }
}
