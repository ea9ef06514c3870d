//! One record of the log, read and to be written.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use event_schemas::city::{LogPosition, Millis, TopicId};
use rdkafka::Message;
use rdkafka::message::{BorrowedMessage, Header, Headers, OwnedHeaders};

use crate::header_name::{HeaderName, HeaderNames};

/// A record as read from the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Name of its topic.
    pub topic: Arc<str>,
    /// Where it stands.
    pub position: LogPosition,
    /// When the broker took it.
    pub append_time: Millis,
    /// Its key.
    pub key: Option<Bytes>,
    /// Its headers in order; a null header is empty.
    pub headers: Vec<(HeaderName, Bytes)>,
    /// Its value; a null value is empty.
    pub value: Bytes,
}

impl Record {
    /// The first header of this name, when it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(key, _)| &**key == name)?;
        std::str::from_utf8(value).ok()
    }

    /// Copies a client's message into one buffer; the client's buffers are freed with it.
    pub(crate) fn copy(message: &BorrowedMessage<'_>, topic: &Arc<str>, topic_id: TopicId) -> Self {
        let (key, value) = (message.key(), message.payload().unwrap_or_default());
        let headers = message.headers();
        let bytes: usize = headers.map_or(0, |headers| {
            let values = headers.iter().filter_map(|header| header.value);
            values.map(<[u8]>::len).sum()
        });
        let mut room = BytesMut::with_capacity(bytes + key.map_or(0, <[u8]>::len) + value.len());
        let mut keep = |part: &[u8]| {
            room.extend_from_slice(part);
            room.split().freeze()
        };
        let mut names = HeaderNames::default();
        let headers = headers.map_or_else(Vec::new, |headers| {
            let mut kept = Vec::with_capacity(headers.count());
            for header in headers.iter() {
                let value = keep(header.value.unwrap_or_default());
                kept.push((names.of(header.key), value));
            }
            kept
        });
        Self {
            topic: Arc::clone(topic),
            position: LogPosition {
                topic_id,
                partition: message.partition(),
                offset: message.offset(),
            },
            append_time: Millis(message.timestamp().to_millis().unwrap_or_default()),
            key: key.map(&mut keep),
            headers,
            value: keep(value),
        }
    }
}

/// A record to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutRecord {
    /// Full name of the topic.
    pub topic: String,
    /// Partition; without it the key's hash decides (murmur2, as Java clients do).
    pub partition: Option<i32>,
    /// Key.
    pub key: Option<Vec<u8>>,
    /// Headers in order.
    pub headers: Vec<(HeaderName, Vec<u8>)>,
    /// Value.
    pub value: Vec<u8>,
}

impl OutRecord {
    /// Bytes of key, headers and value.
    pub fn size(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(k, v)| k.len() + v.len()).sum();
        self.key.as_ref().map_or(0, Vec::len) + headers + self.value.len()
    }

    pub(crate) fn native_headers(&self) -> OwnedHeaders {
        let mut headers = OwnedHeaders::new_with_capacity(self.headers.len());
        for (key, value) in &self.headers {
            headers = headers.insert(Header {
                key,
                value: Some(value.as_slice()),
            });
        }
        headers
    }
}
