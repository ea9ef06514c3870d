//! Structured mode: the whole event as one JSON object. One pass; `data` stays bytes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::attributes::{Gathered, Value};
use super::{Envelope, EnvelopeFault};
use crate::city::Reason;

/// Decodes one structured event.
pub fn decode_structured(bytes: &[u8]) -> Result<Envelope<'_>, EnvelopeFault> {
    if let Some(found) = recognized(bytes) {
        return Err(EnvelopeFault::malformed(format!(
            "expected a CloudEvent as one JSON object, found {found}"
        )));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| EnvelopeFault::malformed(format!("expected UTF-8: {error}")))?;
    let mut fault = None;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let visitor = EventVisitor { fault: &mut fault };
    let read = deserializer
        .deserialize_map(visitor)
        .and_then(|read| deserializer.end().map(|()| read));
    match (read, fault) {
        (Err(error), _) => Err(EnvelopeFault::malformed(format!(
            "expected a CloudEvent as one JSON object: {error}"
        ))),
        (Ok(_), Some(fault)) => Err(fault),
        (Ok((gathered, data)), None) => gathered.finish(data),
    }
}

/// Bytes that are no JSON, and are known by how they begin: their publisher is told what they are.
fn recognized(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [] => Some("no value at all"),
        [0xef, 0xbb, 0xbf, ..] => Some("a byte order mark before it; leave it out"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16; write UTF-8"),
        [0x1f, 0x8b, ..] => {
            Some("gzip; let the Kafka client compress (compression.type), not the program")
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            Some("zstd; let the Kafka client compress (compression.type), not the program")
        }
        _ => None,
    }
}

/// Splits a batch (a JSON array of structured events) into its events.
pub fn decode_batch(bytes: &[u8]) -> Result<Vec<&RawValue>, EnvelopeFault> {
    serde_json::from_slice(bytes).map_err(|error| {
        EnvelopeFault::malformed(format!("expected a JSON array of CloudEvents: {error}"))
    })
}

struct EventVisitor<'f> {
    fault: &'f mut Option<EnvelopeFault>,
}

impl<'e> Visitor<'e> for EventVisitor<'_> {
    type Value = (Gathered<'e>, Option<&'e [u8]>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a CloudEvent (a JSON object)")
    }

    fn visit_map<A: MapAccess<'e>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut gathered = Gathered::default();
        let mut data: Option<&'e RawValue> = None;
        while let Some(Name(name)) = map.next_key()? {
            let outcome = match name.as_ref() {
                "data" if data.is_some() => {
                    map.next_value::<IgnoredAny>()?;
                    Err(twice_data())
                }
                "data" => {
                    data = Some(map.next_value()?);
                    Ok(())
                }
                "data_base64" => {
                    map.next_value::<IgnoredAny>()?;
                    let expected = "JSON in data (binary data cannot be checked here)";
                    Err(EnvelopeFault::at(
                        Reason::Envelope,
                        "data_base64",
                        expected,
                        Some("base64"),
                    ))
                }
                _ => match map.next_value()? {
                    Attribute::Null => gathered.take_null(name),
                    Attribute::Is(value) => gathered.take(name, value),
                    Attribute::Nested => Err(EnvelopeFault::at(
                        Reason::Envelope,
                        &name,
                        "a text, a whole number, true or false (other fields belong into data)",
                        Some("an object or array"),
                    )),
                },
            };
            // The first fault is told; the rest is still read, so that broken JSON is seen as such.
            if let Err(fault) = outcome
                && self.fault.is_none()
            {
                *self.fault = Some(fault);
            }
        }
        Ok((gathered, data.map(|raw| raw.get().as_bytes())))
    }
}

fn twice_data() -> EnvelopeFault {
    EnvelopeFault::at(Reason::Malformed, "data", "data once", Some("it twice"))
}

/// A member name, borrowed unless it holds escapes.
struct Name<'e>(Cow<'e, str>);

impl<'e> Deserialize<'e> for Name<'e> {
    fn deserialize<D: Deserializer<'e>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'e> Visitor<'e> for NameVisitor {
            type Value = Name<'e>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an attribute name")
            }

            fn visit_borrowed_str<E>(self, name: &'e str) -> Result<Name<'e>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Name<'e>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// An attribute's JSON value.
enum Attribute<'e> {
    Null,
    Is(Value<'e>),
    Nested,
}

impl<'e> Deserialize<'e> for Attribute<'e> {
    fn deserialize<D: Deserializer<'e>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AttributeVisitor)
    }
}

struct AttributeVisitor;

impl<'e> Visitor<'e> for AttributeVisitor {
    type Value = Attribute<'e>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attribute value")
    }

    fn visit_unit<E>(self) -> Result<Attribute<'e>, E> {
        Ok(Attribute::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Attribute<'e>, E> {
        Ok(Attribute::Is(Value::Flag(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Attribute<'e>, E> {
        Ok(Attribute::Is(Value::Number(number as f64)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Attribute<'e>, E> {
        Ok(Attribute::Is(Value::Number(number as f64)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Attribute<'e>, E> {
        Ok(Attribute::Is(Value::Number(number)))
    }

    fn visit_borrowed_str<E>(self, text: &'e str) -> Result<Attribute<'e>, E> {
        Ok(Attribute::Is(Value::Text(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Attribute<'e>, E> {
        Ok(Attribute::Is(Value::Text(Cow::Owned(text.to_owned()))))
    }

    fn visit_seq<A: serde::de::SeqAccess<'e>>(self, mut seq: A) -> Result<Attribute<'e>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Attribute::Nested)
    }

    fn visit_map<A: MapAccess<'e>>(self, mut map: A) -> Result<Attribute<'e>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Attribute::Nested)
    }
}
