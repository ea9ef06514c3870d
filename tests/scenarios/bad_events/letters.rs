//! Dead letters as they stand in the log: what each must hold of its original.

use std::collections::HashMap;

use event_schemas::city::{DeadLetter, LogPosition};
use rdkafka::message::{Headers as _, Message as _, OwnedMessage};
use tests::kafka::read_topic;

use super::kind::{Kind, Raw};

/// Bytes that a dead letter keeps of an original that is larger than any inbox takes unpacked.
const KEPT: usize = 1_100_000;

/// One dead letter.
pub(super) struct Letter {
    pub(super) told: DeadLetter,
    original: Raw,
}

/// All dead letters by the topic and offset of their original; each must be told once.
pub(super) fn read(brokers: &str, topic_prefix: &str) -> HashMap<(String, i64), Letter> {
    let mut letters = HashMap::new();
    for record in read_topic(brokers, &format!("{topic_prefix}.dead-letters")) {
        let letter = letter(&record);
        let LogPosition { offset, .. } = letter.told.position;
        let place = (letter.told.topic.clone(), offset);
        let earlier = letters.insert(place, letter);
        assert!(
            earlier.is_none(),
            "told twice: {:?}",
            earlier.map(|one| one.told)
        );
    }
    letters
}

fn letter(record: &OwnedMessage) -> Letter {
    let headers = record.headers().unwrap();
    let told = headers.get(0);
    assert_eq!(told.key, "dead-letter");
    let original = headers.iter().skip(1).map(|header| {
        let name = header.key.strip_prefix("original-").unwrap().to_owned();
        (name, header.value.map(<[u8]>::to_vec))
    });
    Letter {
        told: serde_json::from_slice(told.value.unwrap()).unwrap(),
        original: Raw {
            key: None,
            headers: original.collect(),
            value: record.payload().map(<[u8]>::to_vec),
        },
    }
}

impl Letter {
    /// Holds what this kind must be told, and all that was published.
    pub(super) fn holds(&self, kind: &Kind) {
        let (name, told) = (kind.name, &self.told);
        let place = told.path.as_deref().unwrap_or_default();
        assert_eq!(
            (told.reason.code(), place),
            (kind.reason, kind.path),
            "{name}: {}",
            told.message
        );
        assert!(told.message.contains(kind.says), "{name}: {}", told.message);
        assert!(!told.message.contains("某先生"), "{name}: {}", told.message);
        assert_eq!(told.department, kind.department, "{name}");
        let (sent, kept) = (&kind.record, &self.original);
        let value = sent.value.as_deref().unwrap_or_default();
        let value = &value[..value.len().min(KEPT)];
        let same = kept.value.as_deref().unwrap_or_default() == value;
        assert!(same, "{name}: the original's bytes are kept");
        let headers = sent.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.clone(), Some(value.clone().unwrap_or_default())))
            .collect();
        assert_eq!(
            kept.headers, headers,
            "{name}: the original's headers are kept"
        );
    }
}
