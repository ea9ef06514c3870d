//! Answers as JSON, with parts that a resolver has written already.

use async_graphql::{Response, Value};
use event_schemas::city::Millis;

/// Request data of a transport that takes parts as JSON that is already written. GraphQL's own
/// values have no such thing; the schema has no binary values either, so those carry them.
pub(crate) struct WrittenJson;

impl WrittenJson {
    /// A part that is written as it stands.
    pub(crate) fn value(json: Vec<u8>) -> Value {
        Value::Binary(json.into())
    }
}

/// The answer's text. `None`: it cannot be written.
pub(crate) fn write_response(response: &Response) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(1_024);
    out.extend_from_slice(b"{\"data\":");
    write_value(&mut out, &response.data)?;
    if !response.extensions.is_empty() {
        out.extend_from_slice(b",\"extensions\":");
        serde_json::to_writer(&mut out, &response.extensions).ok()?;
    }
    if !response.errors.is_empty() {
        out.extend_from_slice(b",\"errors\":");
        serde_json::to_writer(&mut out, &response.errors).ok()?;
    }
    out.push(b'}');
    Some(out)
}

fn write_value(out: &mut Vec<u8>, value: &Value) -> Option<()> {
    match value {
        Value::Binary(written) => out.extend_from_slice(written),
        Value::List(items) => {
            out.push(b'[');
            for (nth, item) in items.iter().enumerate() {
                if nth > 0 {
                    out.push(b',');
                }
                write_value(out, item)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (nth, (name, member)) in members.iter().enumerate() {
                if nth > 0 {
                    out.push(b',');
                }
                write_text(out, name);
                out.push(b':');
                write_value(out, member)?;
            }
            out.push(b'}');
        }
        Value::String(text) => write_text(out, text),
        plain => serde_json::to_writer(out, plain).ok()?,
    }
    Some(())
}

/// A string with its quotes.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) {
    let plain = |byte: &u8| *byte >= 0x20 && *byte != b'"' && *byte != b'\\';
    if text.as_bytes().iter().all(plain) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
    }
}

/// A moment as [`Millis::rfc3339`] writes it.
pub(crate) fn write_moment(out: &mut Vec<u8>, moment: Millis) {
    const DAY_MS: i64 = 86_400_000;
    let (days, rest) = (moment.0.div_euclid(DAY_MS), moment.0.rem_euclid(DAY_MS));
    // Days since 1970-01-01 to a date, by eras of 400 years that begin in March (H. Hinnant,
    // "chrono-compatible low-level date algorithms").
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    if !(0..=9_999).contains(&year) {
        return write_text(out, &moment.rfc3339());
    }
    let mut text = *b"\"0000-00-00T00:00:00.000Z\"";
    for (at, digits, value) in [
        (1, 4, year),
        (6, 2, month),
        (9, 2, day),
        (12, 2, rest / 3_600_000),
        (15, 2, rest / 60_000 % 60),
        (18, 2, rest / 1_000 % 60),
        (21, 3, rest % 1_000),
    ] {
        let mut left = value;
        for place in (at..at + digits).rev() {
            // One decimal digit fits a byte.
            text[place] = b'0' + (left % 10) as u8;
            left /= 10;
        }
    }
    out.extend_from_slice(&text);
}

#[cfg(test)]
mod tests {
    use async_graphql::{ServerError, value};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_moment_is_written_as_everywhere(ms in -65_000_000_000_000_i64..253_402_300_800_000) {
            let mut out = Vec::new();
            write_moment(&mut out, Millis(ms));
            prop_assert_eq!(String::from_utf8(out).unwrap(), format!("\"{}\"", Millis(ms).rfc3339()));
        }

        #[test]
        fn a_text_is_written_as_serde_writes_it(text in any::<String>()) {
            let mut out = Vec::new();
            write_text(&mut out, &text);
            prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&text).unwrap());
        }
    }

    #[test]
    fn an_answer_is_written_as_serde_writes_it_and_written_parts_as_they_stand() {
        let data = value!({ "a": [1, 2.5, null, true], "b": { "c": "x\"y", "d": [] } });
        let mut response = Response::new(data);
        let text =
            |response: &Response| String::from_utf8(write_response(response).unwrap()).unwrap();
        assert_eq!(text(&response), serde_json::to_string(&response).unwrap());
        response.errors.push(ServerError::new("no", None));
        assert_eq!(text(&response), serde_json::to_string(&response).unwrap());
        let written = Response::new(WrittenJson::value(b"[{}]".to_vec()));
        assert_eq!(text(&written), r#"{"data":[{}]}"#);
    }
}
