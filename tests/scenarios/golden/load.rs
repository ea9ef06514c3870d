//! Writes a golden log into new topics such that every record stands where it stood: same partition,
//! offset and time. Only the topics' names and ids are new, and are changed wherever records name them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use event_log::LogConfig;
use event_schemas::city::Topics;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};

use super::log::{Bytes, Golden, Line};

const WAIT: Duration = Duration::from_secs(30);

/// How a recorded name or id is called in this hub.
pub(super) struct Renamed(Vec<(String, String)>);

impl Renamed {
    /// A text of the recorded hub as this hub writes it.
    pub(super) fn text(&self, text: &str) -> String {
        let names = self.0.iter();
        names.fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }

    fn bytes(&self, bytes: &Bytes) -> Vec<u8> {
        match bytes {
            Bytes::Text(text) => self.text(text).into_bytes(),
            Bytes::Other { .. } => bytes.to_vec(),
        }
    }
}

/// Loads the whole log under a prefix.
pub(super) async fn load(golden: &Golden, brokers: &str, prefix: &str) -> Renamed {
    create(golden, brokers, prefix).await;
    let renamed = names(golden, brokers, prefix).await;
    let mut writer = Writer::open(brokers, prefix);
    for (topic, facts) in &golden.shown.topics {
        for partition in 0..facts.partitions {
            let lines = golden.partition(topic, partition);
            writer.partition(&format!("{prefix}.{topic}"), &lines, &renamed);
        }
    }
    renamed
}

/// Topics that keep the times they are given, for good.
async fn create(golden: &Golden, brokers: &str, prefix: &str) {
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .create()
        .unwrap();
    let topics = golden.shown.topics.iter();
    let topics: Vec<(String, i32)> = topics
        .map(|(name, facts)| (format!("{prefix}.{name}"), facts.partitions))
        .collect();
    let wanted: Vec<NewTopic<'_>> = topics
        .iter()
        .map(|(name, partitions)| {
            NewTopic::new(name, *partitions, TopicReplication::Fixed(1))
                .set("message.timestamp.type", "CreateTime")
                .set("retention.ms", "-1")
                .set("max.message.bytes", "4194304")
        })
        .collect();
    let options = AdminOptions::new().operation_timeout(Some(WAIT));
    for made in admin.create_topics(&wanted, &options).await.unwrap() {
        made.unwrap();
    }
}

async fn names(golden: &Golden, brokers: &str, prefix: &str) -> Renamed {
    let log = LogConfig {
        brokers: brokers.to_owned(),
        topics: Topics::new(prefix),
        client_id: String::from("golden"),
    };
    let mut renamed = vec![(format!("{}.", golden.shown.prefix), format!("{prefix}."))];
    for (topic, facts) in &golden.shown.topics {
        let name = format!("{prefix}.{topic}");
        let ids = event_log::topic_ids(&log, &[&name]).await.unwrap();
        let id = ids[&name];
        renamed.push((facts.id.to_string(), id.to_string()));
        renamed.push((facts.id.simple().to_string(), id.simple().to_string()));
    }
    Renamed(renamed)
}

/// Between records of a transactional log stand its markers. Those of committed transactions are made
/// by commits; longer gaps are filled by transactions that are given up, which no reader sees.
struct Writer {
    records: Transactions,
    filler: Transactions,
}

struct Transactions {
    producer: BaseProducer,
    open: bool,
}

impl Transactions {
    fn open(brokers: &str, id: &str) -> Self {
        let producer: BaseProducer = ClientConfig::new()
            .set("bootstrap.servers", brokers)
            .set("transactional.id", id)
            .set("retry.backoff.ms", "1")
            .set("message.max.bytes", "4194304")
            .create()
            .unwrap();
        producer.init_transactions(WAIT).unwrap();
        Self {
            producer,
            open: false,
        }
    }

    fn send(&mut self, record: BaseRecord<'_, [u8], [u8]>) {
        if !self.open {
            self.producer.begin_transaction().unwrap();
            self.open = true;
        }
        self.producer
            .send(record)
            .map_err(|(error, _)| error)
            .unwrap();
    }

    fn settle(&mut self) {
        let begun = Instant::now();
        while self.producer.in_flight_count() > 0 {
            assert!(begun.elapsed() < WAIT, "Kafka does not acknowledge");
            self.producer.poll(Duration::from_millis(1));
        }
    }

    fn commit(&mut self) {
        if self.open {
            self.settle();
            self.producer.commit_transaction(WAIT).unwrap();
            self.open = false;
        }
    }
}

impl Writer {
    fn open(brokers: &str, prefix: &str) -> Self {
        Self {
            records: Transactions::open(brokers, &format!("{prefix}.golden")),
            filler: Transactions::open(brokers, &format!("{prefix}.golden-filler")),
        }
    }

    fn partition(&mut self, topic: &str, lines: &[&Line], renamed: &Renamed) {
        let mut next = 0;
        for line in lines {
            self.fill((topic, line.partition), line.offset - next);
            self.record(topic, line, renamed);
            next = line.offset + 1;
        }
        self.records.commit();
    }

    fn fill(&mut self, (topic, partition): (&str, i32), gap: i64) {
        match gap {
            0 => {}
            1 => self.records.commit(),
            _ => {
                self.records.settle();
                for _ in 1..gap {
                    let empty = BaseRecord::to(topic).partition(partition).payload(&b""[..]);
                    self.filler.send(empty);
                }
                self.filler.settle();
                self.filler.producer.abort_transaction(WAIT).unwrap();
                self.filler.open = false;
            }
        }
    }

    fn record(&mut self, topic: &str, line: &Line, renamed: &Renamed) {
        let mut headers = OwnedHeaders::new();
        for (key, value) in &line.headers {
            let value = value.as_ref().map(|value| renamed.bytes(value));
            headers = headers.insert(Header {
                key,
                value: value.as_ref(),
            });
        }
        let key = line.key.as_ref().map(|key| renamed.bytes(key));
        let value = line.value.as_ref().map(|value| renamed.bytes(value));
        let mut record = BaseRecord::to(topic)
            .partition(line.partition)
            .timestamp(line.time)
            .headers(headers);
        if let Some(key) = &key {
            record = record.key(key.as_slice());
        }
        if let Some(value) = &value {
            record = record.payload(value.as_slice());
        }
        self.records.send(record);
    }
}

/// Every record stands where it stood.
pub(super) fn stands(golden: &Golden, brokers: &str, prefix: &str) {
    let places = |lines: &[Line]| -> BTreeMap<(String, i32, i64), i64> {
        let places = lines.iter();
        places
            .map(|line| ((line.topic.clone(), line.partition, line.offset), line.time))
            .collect()
    };
    let mut loaded = Vec::new();
    for topic in golden.shown.topics.keys() {
        let records = tests::kafka::read_topic(brokers, &format!("{prefix}.{topic}"));
        loaded.extend(records.iter().map(|record| Line::of(topic, record)));
    }
    assert_eq!(places(&loaded), places(&golden.lines));
}
