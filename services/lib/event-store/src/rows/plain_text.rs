//! Writes JSON's `\uXXXX` escapes as the characters they mean, so that text is found by what people type.
//!
//! Many publishers write Chinese as escapes. The JSON stays the same JSON; all else stays byte for byte.

/// The payload with needless escapes resolved, in `scratch`; the payload itself where it has none.
pub(super) fn plain<'a>(payload: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
    if !payload.windows(2).any(|pair| pair == b"\\u") {
        return payload;
    }
    scratch.clear();
    let mut at = 0;
    while at < payload.len() {
        if payload[at] != b'\\' {
            scratch.push(payload[at]);
            at += 1;
        } else if let Some((character, length)) = escaped(&payload[at..]) {
            scratch.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            at += length;
        } else {
            // Another escape: both bytes as they are, so that `\\u` is never taken for one.
            let end = payload.len().min(at + 2);
            scratch.extend_from_slice(&payload[at..end]);
            at = end;
        }
    }
    scratch
}

/// A character that needs no escape, and the bytes that spell it.
fn escaped(text: &[u8]) -> Option<(char, usize)> {
    let first = unit(text)?;
    if let Some(character) = char::from_u32(first) {
        let needs_escape = character < ' ' || matches!(character, '"' | '\\' | '\u{7f}');
        return (!needs_escape).then_some((character, 6));
    }
    let second = unit(text.get(6..)?)?;
    let pair = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let character = char::decode_utf16(pair).next()?.ok()?;
    Some((character, 12))
}

fn unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain_text(json: &str) -> String {
        let mut scratch = Vec::new();
        String::from_utf8(plain(json.as_bytes(), &mut scratch).to_vec()).unwrap()
    }

    #[test]
    fn escaped_chinese_becomes_chinese_and_needed_escapes_stay() {
        assert_eq!(
            plain_text(r#"{"a":"\u7206\u7ba1 \ud83d\ude92"}"#),
            r#"{"a":"爆管 🚒"}"#
        );
        for kept in [
            r#"{"a":"\u0022\u005c\u000a"}"#,
            r#"{"a":"\\u7206"}"#,
            r#"{"a":"\ud83d"}"#,
            r#"{"a":"\u00"#,
        ] {
            assert_eq!(plain_text(kept), kept);
        }
    }

    #[test]
    fn any_json_means_the_same_afterwards() {
        for json in [
            r#"{"x":"\u00e9\t\u4e2d\"\\","\u4e2d":[1,null]}"#,
            r#"["\u0041\u0000\\\\u0041"]"#,
        ] {
            let (before, after): (serde_json::Value, serde_json::Value) = (
                serde_json::from_str(json).unwrap(),
                serde_json::from_str(&plain_text(json)).unwrap(),
            );
            assert_eq!(before, after);
        }
    }
}
