//! Records as admission, the engine and people write them.

use std::time::Duration;

use event_log::{IdempotentProducer, LogConfig, OutRecord};
use event_schemas::city::{Admission, LogPosition, Millis, Topic, TopicId, headers};

/// Longest wait for Kafka.
const WAIT: Duration = Duration::from_secs(20);

/// An admitted event with this number.
pub(crate) fn event(log: &LogConfig, partition: i32, n: u64) -> OutRecord {
    event_of_level(log, partition, n, 2)
}

/// An admitted event of this level.
pub(crate) fn event_of_level(log: &LogConfig, partition: i32, n: u64, level: u8) -> OutRecord {
    let admission = Admission {
        department: "fire".to_owned(),
        event_time: Millis(1_707_051_600_000 + n as i64),
        recorded_time: None,
        inbox_time: Millis(1_707_051_600_100 + n as i64),
        place: Some("harbour.pier".to_owned()),
        lon: Some(120.5),
        lat: Some(30.5),
        h3: None,
        level: Some(level),
        measure: None,
        exercise: false,
        catalog: "0123456789abcdef".to_owned(),
        inbox: LogPosition {
            topic_id: TopicId::from_u128(9),
            partition: 0,
            offset: n as i64,
        },
        flags: Vec::new(),
    };
    let text = |name: &'static str, value: &str| (name.into(), value.as_bytes().to_vec());
    OutRecord {
        topic: log.topic(Topic::Events),
        partition: Some(partition),
        key: None,
        headers: vec![
            text("ce_specversion", "1.0"),
            text(headers::CE_ID, &format!("e{n}")),
            text(headers::CE_SOURCE, "/fire/dispatch"),
            text(headers::CE_TYPE, "city.fire.incident-reported.v1"),
            text("ce_subject", "F-1"),
            (
                headers::ADMISSION.into(),
                serde_json::to_vec(&admission).unwrap(),
            ),
        ],
        value: format!(r#"{{"n":{n},"nature":"structure fire"}}"#).into_bytes(),
    }
}

/// A watermark: it counts as an offset and makes no row.
pub(crate) fn watermark(log: &LogConfig, partition: i32) -> OutRecord {
    OutRecord {
        topic: log.topic(Topic::Events),
        partition: Some(partition),
        key: None,
        headers: vec![(
            headers::CE_TYPE.into(),
            headers::WATERMARK_TYPE.as_bytes().to_vec(),
        )],
        value: br#"{"at":1,"inboxes":[]}"#.to_vec(),
    }
}

/// A record of one of the one-line topics.
pub(crate) fn record(topic: String, value: &serde_json::Value) -> OutRecord {
    OutRecord {
        topic,
        partition: Some(0),
        key: None,
        headers: Vec::new(),
        value: serde_json::to_vec(value).unwrap(),
    }
}

/// Writes records in order and returns the offset of each.
pub(crate) async fn publish(log: &LogConfig, records: &[OutRecord]) -> Vec<i64> {
    let producer = IdempotentProducer::new(log).unwrap();
    let mut offsets = Vec::new();
    for chunk in records.chunks(500) {
        let sent = chunk.iter().map(|record| producer.publish(record, WAIT));
        let written = futures_util::future::join_all(sent).await;
        offsets.extend(written.into_iter().map(|one| one.unwrap().offset));
    }
    offsets
}
