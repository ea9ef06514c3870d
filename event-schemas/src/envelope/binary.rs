//! Binary mode: attributes in headers (`ce_*` on Kafka, `ce-*` on HTTP), data in the value.

use std::borrow::Cow;

use super::attributes::{Gathered, Value};
use super::{Envelope, EnvelopeFault};
use crate::city::headers;

/// How attributes stand in headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// `ce_<name>`, UTF-8.
    Kafka,
    /// `ce-<name>`, percent-encoded.
    Http,
}

impl Binding {
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Kafka => headers::CE,
            Self::Http => "ce-",
        }
    }
}

/// Decodes one event in binary mode. Headers without the prefix are not part of the event.
pub fn decode_binary<'e>(
    binding: Binding,
    attributes: impl Iterator<Item = (&'e str, &'e [u8])>,
    value: Option<&'e [u8]>,
) -> Result<Envelope<'e>, EnvelopeFault> {
    let mut gathered = Gathered::default();
    let prefix = binding.prefix();
    for (header, bytes) in attributes {
        let name = if header.eq_ignore_ascii_case(headers::CONTENT_TYPE) {
            "datacontenttype"
        } else if let Some(name) = header.strip_prefix(prefix) {
            name
        } else {
            continue;
        };
        let text = std::str::from_utf8(bytes).map_err(|_| EnvelopeFault {
            path: Some(format!("/{name}")),
            ..EnvelopeFault::malformed(format!("header {header}: expected UTF-8"))
        })?;
        let text = match binding {
            Binding::Kafka => Cow::Borrowed(text),
            Binding::Http => percent_decoded(header, text)?,
        };
        gathered.take(Cow::Borrowed(name), Value::Text(text))?;
    }
    gathered.finish(value.filter(|bytes| !bytes.is_empty()))
}

fn percent_decoded<'t>(header: &str, text: &'t str) -> Result<Cow<'t, str>, EnvelopeFault> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if let (b'%', [high, low, next @ ..]) = (first, after)
            && let (Some(high), Some(low)) = (hex_digit(*high), hex_digit(*low))
        {
            bytes.push(high * 16 + low);
            rest = next;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| {
        EnvelopeFault::malformed(format!("header {header}: expected percent-encoded UTF-8"))
    })
}

const fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
