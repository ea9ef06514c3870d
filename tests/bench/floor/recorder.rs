//! P1 (b): poll, parse into a struct, append to a `RowBinary` buffer, insert over HTTP.

use rdkafka::Message;
use rdkafka::message::Headers as _;

use super::{Incident, POLL, consumer};

/// Rows of one insert.
const BATCH: usize = 10_000;

/// Where rows go.
pub(crate) struct Table {
    /// `http://host:port`.
    pub(crate) url: String,
    /// Database.
    pub(crate) database: String,
    /// User.
    pub(crate) user: String,
    /// Password.
    pub(crate) password: String,
}

/// Statement that makes the floor's own table: the columns a bare loop has at hand.
pub(crate) const CREATE: &str = "CREATE TABLE IF NOT EXISTS floor_events (id String, source String, type String, \
    subject String, weight UInt32, partition Int32, offset Int64, payload String) \
    ENGINE = MergeTree ORDER BY (type, offset)";

/// Records `count` events of a topic with four partitions.
pub(crate) fn run(brokers: &str, topic: &str, table: &Table, count: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let client = reqwest::Client::new();
    let consumer = consumer(brokers, topic, 4);
    let (mut done, mut rows, mut buffer) = (0, 0, Vec::with_capacity(4 << 20));
    while done < count {
        let Some(Ok(message)) = consumer.poll(POLL) else {
            continue;
        };
        let header = |name: &str| -> &[u8] {
            message
                .headers()
                .and_then(|headers| headers.iter().find(|header| header.key == name))
                .and_then(|header| header.value)
                .unwrap_or_default()
        };
        // Watermarks and marks are no events.
        if header("admission").is_empty() {
            continue;
        }
        let payload = message.payload().unwrap_or_default();
        let incident: Incident<'_> = serde_json::from_slice(payload).unwrap();
        for text in [
            header("ce_id"),
            header("ce_source"),
            header("ce_type"),
            header("ce_subject"),
        ] {
            put(&mut buffer, text);
        }
        buffer.extend_from_slice(&u32::try_from(incident.weight()).unwrap().to_le_bytes());
        buffer.extend_from_slice(&message.partition().to_le_bytes());
        buffer.extend_from_slice(&message.offset().to_le_bytes());
        put(&mut buffer, payload);
        (done, rows) = (done + 1, rows + 1);
        if rows == BATCH || done == count {
            let body = std::mem::replace(&mut buffer, Vec::with_capacity(4 << 20));
            runtime.block_on(insert(&client, table, body));
            rows = 0;
        }
    }
}

async fn insert(client: &reqwest::Client, table: &Table, body: Vec<u8>) {
    let answer = client
        .post(format!(
            "{}/?database={}&query=INSERT%20INTO%20floor_events%20FORMAT%20RowBinary",
            table.url, table.database
        ))
        .basic_auth(&table.user, Some(&table.password))
        .body(body)
        .send()
        .await
        .unwrap();
    assert!(
        answer.status().is_success(),
        "{}",
        answer.text().await.unwrap()
    );
}

fn put(buffer: &mut Vec<u8>, text: &[u8]) {
    let mut length = text.len();
    while length >= 0x80 {
        buffer.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    buffer.push(length as u8);
    buffer.extend_from_slice(text);
}
