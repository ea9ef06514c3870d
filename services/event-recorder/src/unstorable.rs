//! A record that the store refuses for good becomes a dead letter, so that it never blocks the others.

use std::time::Duration;

use event_log::{IdempotentProducer, OutRecord, Record};
use event_schemas::city::{Admission, DeadLetter, Reason, headers};
use service_kit::Backoff;

use crate::stream::ORIGINAL;
use crate::troubles::Troubles;

/// Longest wait for one acknowledgement.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(10);

/// The dead letter of a record, for the topic of dead letters.
pub(crate) fn letter(record: &Record, message: &str, topic: &str) -> OutRecord {
    let admission: Option<Admission> = record
        .header(headers::ADMISSION)
        .and_then(|header| serde_json::from_str(header).ok());
    let letter = DeadLetter {
        reason: Reason::Unstorable,
        message: message.to_owned(),
        path: None,
        department: admission.as_ref().map_or_else(
            || "hub".to_owned(),
            |admission| admission.department.clone(),
        ),
        position: record.position,
        topic: record.topic.to_string(),
        received_at: admission
            .as_ref()
            .map_or(record.append_time, |admission| admission.inbox_time),
        source: record.header(headers::CE_SOURCE).map(str::to_owned),
        id: record.header(headers::CE_ID).map(str::to_owned),
        event_type: record.header(headers::CE_TYPE).map(str::to_owned),
    };
    // A struct of texts and numbers always has a JSON form.
    let header = serde_json::to_vec(&letter).unwrap_or_default();
    let mut out = vec![(headers::DEAD_LETTER.into(), header)];
    out.extend(
        record
            .headers
            .iter()
            .map(|(name, value)| (format!("{ORIGINAL}{name}").into(), value.to_vec())),
    );
    OutRecord {
        topic: topic.to_owned(),
        partition: Some(0),
        key: Some(letter.department.into_bytes()),
        headers: out,
        value: record.value.to_vec(),
    }
}

/// Publishes until Kafka has it; only a letter that Kafka can never take is given up, with its position told.
pub(crate) async fn publish(
    producer: &IdempotentProducer,
    letter: &OutRecord,
    troubles: &Troubles,
    what: &str,
) {
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
    loop {
        match producer.publish(letter, ACKNOWLEDGED_WITHIN).await {
            Ok(_) => return troubles.clear(what),
            Err(error @ event_log::PublishError::TooLarge { .. }) => {
                tracing::error!(%error, what, "an unstorable record is too large for a dead letter; it stays in its topic");
                return;
            }
            Err(error) => {
                troubles.tell(what, &error.to_string());
                tokio::time::sleep(backoff.next_wait()).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use event_schemas::city::{LogPosition, Millis, TopicId};

    use super::*;

    #[test]
    fn a_letter_keeps_the_original_whole_and_says_where_it_stands() {
        let record = Record {
            topic: Arc::from("city.events"),
            position: LogPosition {
                topic_id: TopicId::from_u128(1),
                partition: 2,
                offset: 3,
            },
            append_time: Millis(5),
            key: None,
            headers: vec![("ce_id".into(), Bytes::from_static(b"e1"))],
            value: Bytes::from_static(b"{}"),
        };
        let out = letter(&record, "severity 9", "city.dead-letters");
        let header: DeadLetter = serde_json::from_slice(&out.headers[0].1).unwrap();
        assert_eq!(
            (header.reason, header.position, header.id.as_deref()),
            (Reason::Unstorable, record.position, Some("e1"))
        );
        assert_eq!(out.headers[1], ("original-ce_id".into(), b"e1".to_vec()));
        assert_eq!(out.value, b"{}");
    }
}
