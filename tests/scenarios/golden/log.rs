//! A golden log on disk: every committed record of a hub as it stood, and what was made of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use event_schemas::city::TopicId;
use rdkafka::message::{Headers as _, Message as _, OwnedMessage};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Bytes: readable where they are text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Bytes {
    Text(String),
    Other { hex: String },
}

impl Bytes {
    fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Other {
                hex: hex::encode(bytes),
            },
        }
    }

    pub(super) fn to_vec(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Other { hex } => hex::decode(hex).unwrap(),
        }
    }
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    /// The topic's name behind the prefix.
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) offset: i64,
    /// When the broker took it.
    pub(super) time: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<Bytes>,
    pub(super) headers: Vec<(String, Option<Bytes>)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Bytes>,
}

impl Line {
    pub(super) fn of(topic: &str, record: &OwnedMessage) -> Self {
        let headers = record.headers().map(|headers| {
            let headers = headers.iter();
            headers
                .map(|header| (header.key.to_owned(), header.value.map(Bytes::of)))
                .collect()
        });
        Self {
            topic: topic.to_owned(),
            partition: record.partition(),
            offset: record.offset(),
            time: record.timestamp().to_millis().unwrap(),
            key: record.key().map(Bytes::of),
            headers: headers.unwrap_or_default(),
            value: record.payload().map(Bytes::of),
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known == name)?;
        match value {
            Some(Bytes::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The value as JSON.
    pub(super) fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        let bytes = self.value.as_ref().unwrap().to_vec();
        serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{self:?}: {error}"))
    }
}

/// A topic of the recorded hub.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Topic {
    pub(super) id: TopicId,
    pub(super) partitions: i32,
}

/// What a recorded hub showed, and under which names.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Shown {
    /// First part of its topics' names.
    pub(super) prefix: String,
    pub(super) topics: BTreeMap<String, Topic>,
    /// An account of that hub, which exists nowhere else, and its password.
    pub(super) account: (String, String),
    /// Rows by table.
    pub(super) tables: BTreeMap<String, Vec<String>>,
    /// Alerts, cases with their timelines, dead letters, as GraphQL told them.
    pub(super) answers: BTreeMap<String, Value>,
}

/// A golden log.
#[derive(Clone, Debug)]
pub(super) struct Golden {
    pub(super) shown: Shown,
    pub(super) lines: Vec<Line>,
}

/// Where golden logs are kept.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// Names of all golden logs.
pub(super) fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let folders = entries
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

impl Golden {
    pub(super) fn read(name: &str) -> Self {
        let read = |file: &str| std::fs::read_to_string(folder().join(name).join(file)).unwrap();
        let lines = read("log.ndjson");
        let lines = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        Self {
            shown: serde_json::from_str(&read("shown.json")).unwrap(),
            lines: lines.collect(),
        }
    }

    /// Writes a new golden log; one that exists is history and stays.
    pub(super) fn write(&self, name: &str) {
        let place = folder().join(name);
        std::fs::create_dir(&place).unwrap_or_else(|error| panic!("{}: {error}", place.display()));
        let lines = self
            .lines
            .iter()
            .map(|line| serde_json::to_string(line).unwrap());
        let lines: Vec<String> = lines.collect();
        std::fs::write(place.join("log.ndjson"), lines.join("\n") + "\n").unwrap();
        let shown = serde_json::to_string_pretty(&self.shown).unwrap();
        std::fs::write(place.join("shown.json"), shown + "\n").unwrap();
    }

    /// The lines of one partition, in order.
    pub(super) fn partition(&self, topic: &str, partition: i32) -> Vec<&Line> {
        let lines = self.lines.iter();
        lines
            .filter(|line| line.topic == topic && line.partition == partition)
            .collect()
    }
}
