//! An event as it goes into the inbox: the HTTP binding of `CloudEvents` turned into Kafka's.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use event_log::{HeaderName, OutRecord};
use event_schemas::city::headers;

/// One event of a request: headers and value in Kafka's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KafkaForm {
    pub(crate) headers: Vec<(HeaderName, Vec<u8>)>,
    pub(crate) value: Vec<u8>,
}

impl KafkaForm {
    /// A structured event: its bytes as they came.
    pub(crate) fn structured(value: Vec<u8>) -> Self {
        let kind = headers::STRUCTURED.as_bytes().to_vec();
        Self {
            headers: vec![(headers::CONTENT_TYPE.into(), kind)],
            value,
        }
    }

    /// A binary event: attributes from `ce-` headers, data from the body.
    pub(crate) fn binary(request: &HeaderMap, value: Vec<u8>) -> Self {
        let attributes = request.iter().filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix("ce-")?;
            let value = percent_decoded(value.as_bytes());
            Some((format!("{}{name}", headers::CE).into(), value))
        });
        let mut record = Self {
            headers: attributes.collect(),
            value,
        };
        if let Some(kind) = request.get(CONTENT_TYPE) {
            let kind = kind.as_bytes().to_vec();
            record.headers.push((headers::CONTENT_TYPE.into(), kind));
        }
        record
    }

    /// The record for an inbox.
    pub(crate) fn into_record(self, inbox: &str) -> OutRecord {
        OutRecord {
            topic: inbox.to_owned(),
            partition: Some(0),
            key: None,
            headers: self.headers,
            value: self.value,
        }
    }
}

/// The HTTP binding writes what is not printable ASCII as `%XX`.
pub(crate) fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let escaped = match (first, after) {
            (b'%', [high, low, ..]) => hex_digit(*high).zip(hex_digit(*low)),
            _ => None,
        };
        if let Some((high, low)) = escaped {
            decoded.push(high * 16 + low);
            rest = &after[2..];
        } else {
            decoded.push(*first);
            rest = after;
        }
    }
    decoded
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ce_headers_become_kafka_headers_and_escapes_are_read() {
        let mut request = HeaderMap::new();
        request.insert("ce-id", "a%20b%E7%81%AB%".parse().unwrap());
        request.insert("content-type", "application/json".parse().unwrap());
        request.insert("accept", "*/*".parse().unwrap());
        let form = KafkaForm::binary(&request, b"{}".to_vec());
        assert_eq!(
            form.headers,
            [
                ("ce_id".into(), "a b火%".as_bytes().to_vec()),
                ("content-type".into(), b"application/json".to_vec()),
            ]
        );
    }
}
