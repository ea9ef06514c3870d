//! Who a personal field is about.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

/// A person, as the hub knows one: a keyed hash of the value that names them. Without the hub's keys
/// it leads back to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectId(pub [u8; 16]);

/// The form in which a naming value is hashed, so that one number written in two ways is one person:
/// of a telephone number its digits, of other text its words with single spaces.
pub fn normal_form(json: &[u8]) -> Vec<u8> {
    let text = match serde_json::from_slice::<Value>(json) {
        Ok(Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => return json.to_vec(),
    };
    let number = text.chars().any(|c| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()".contains(c));
    let normal: String = if number {
        text.chars().filter(char::is_ascii_digit).collect()
    } else {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ")
    };
    normal.into_bytes()
}

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(self.0))
    }
}

impl Serialize for SubjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SubjectId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64.decode(&text).map_err(de::Error::custom)?;
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| de::Error::custom("expected 16 bytes as base64 without padding"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_telephone_number_written_in_several_ways_is_one_person() {
        for text in ["\"138 0000 0000\"", "\"138-0000-0000\"", "13800000000"] {
            assert_eq!(normal_form(text.as_bytes()), b"13800000000", "{text}");
        }
        assert_eq!(
            normal_form("\" 王  女士 \"".as_bytes()),
            "王 女士".as_bytes()
        );
        assert_ne!(normal_form(b"\"3-201\""), normal_form(b"\"A 3-201\""));
    }
}
