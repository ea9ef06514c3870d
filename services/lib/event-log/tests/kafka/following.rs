//! Topics, ids and followers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use event_log::{
    Follower, IdempotentProducer, LogConfig, LogError, PublishError, Record, StartAt,
    TopicSettings, TransactionalProducer, create_topics, settled_ends, topic_ids,
};
use event_schemas::city::{LogCursor, Topic};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{FutureProducer, FutureRecord};
use uuid::Uuid;

use crate::stack::{fresh_hub, text};

const WAIT: Duration = Duration::from_secs(10);

async fn read_to_the_end(follower: &mut Follower) -> Vec<Record> {
    let mut records = Vec::new();
    loop {
        let batch = follower.next(WAIT).await.unwrap();
        let ended = batch.caught_up;
        let empty = batch.records.is_empty();
        records.extend(batch.records);
        if ended {
            return records;
        }
        assert!(!empty, "the follower stands still short of the end");
    }
}

fn values(records: &[Record]) -> Vec<String> {
    records
        .iter()
        .map(|record| String::from_utf8(record.value.to_vec()).unwrap())
        .collect()
}

/// The end of a partition of `city.events`, open transactions included.
fn written(config: &LogConfig, partition: i32) -> i64 {
    let asker: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &config.brokers)
        .set("isolation.level", "read_uncommitted")
        .create()
        .unwrap();
    let topic = config.topic(Topic::Events);
    asker.fetch_watermarks(&topic, partition, WAIT).unwrap().1
}

async fn publish(config: &LogConfig, topic: Topic, partition: i32, count: i32) {
    let producer = IdempotentProducer::new(config).unwrap();
    for n in 0..count {
        let record = text(config, topic, partition, &format!("{partition}.{n}"));
        let published = producer.publish(&record, WAIT).await.unwrap();
        assert_eq!(published.partition, partition);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_are_made_once_and_a_wrong_number_of_partitions_is_told() {
    let config = fresh_hub(&["fire", "power"]).await;
    create_topics(&config, &["fire", "power"], &TopicSettings::default())
        .await
        .unwrap();
    let ids = topic_ids(
        &config,
        &[&config.topic(Topic::Events), &config.topics.inbox("fire")],
    )
    .await
    .unwrap();
    assert!(ids.values().all(|id| !id.is_nil()));
    let settings = TopicSettings {
        partitions: 7,
        ..TopicSettings::default()
    };
    let wrong = create_topics(&config, &["fire"], &settings).await;
    assert!(
        matches!(
            &wrong,
            Err(LogError::WrongPartitions {
                found: 4,
                expected: 7,
                ..
            })
        ),
        "{wrong:?}"
    );
    let unknown = topic_ids(&config, &["nobody.knows"]).await;
    assert!(
        matches!(unknown, Err(LogError::UnknownTopic { .. })),
        "{unknown:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_reads_every_partition_and_goes_on_from_its_cursor() {
    let config = fresh_hub(&[]).await;
    publish(&config, Topic::Events, 0, 3).await;
    publish(&config, Topic::Events, 3, 2).await;
    let topics = [Topic::Events, Topic::Alerts];
    let mut follower = Follower::open(&config, &topics, StartAt::Beginning)
        .await
        .unwrap();
    let mut seen = values(&read_to_the_end(&mut follower).await);
    seen.sort();
    assert_eq!(seen, ["0.0", "0.1", "0.2", "3.0", "3.1"]);
    let cursor = follower.cursor().clone();
    drop(follower);
    publish(&config, Topic::Events, 1, 1).await;
    let mut later = Follower::open(&config, &topics, StartAt::Cursor(cursor))
        .await
        .unwrap();
    assert_eq!(values(&read_to_the_end(&mut later).await), ["1.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_from_the_end_sees_only_what_comes_later() {
    let config = fresh_hub(&[]).await;
    publish(&config, Topic::Cases, 0, 2).await;
    let mut follower = Follower::open(&config, &[Topic::Cases], StartAt::End)
        .await
        .unwrap();
    assert_eq!(values(&read_to_the_end(&mut follower).await), [""; 0]);
    publish(&config, Topic::Cases, 0, 1).await;
    let batch = follower.next(WAIT).await.unwrap();
    assert_eq!(values(&batch.records), ["0.0"]);
    assert_eq!(batch.records[0].position.offset, 2);
    assert!(batch.records[0].append_time.0 > 1_600_000_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_that_ends_in_a_transaction_marker_is_still_read_to_its_end() {
    let config = fresh_hub(&[]).await;
    let sent = config.clone();
    tokio::task::spawn_blocking(move || {
        let id = sent.scoped("markers");
        let mut producer = TransactionalProducer::open(&sent, &id).unwrap();
        producer
            .send(&text(&sent, Topic::Events, 2, "kept"))
            .unwrap();
        producer.commit(&[], None).unwrap();
        producer
            .send(&text(&sent, Topic::Events, 2, "thrown away"))
            .unwrap();
        // Kafka knows of this transaction only once its first record is written.
        while written(&sent, 2) < 3 {}
        producer.abort().unwrap();
        // The answer to an end of a transaction comes before its markers.
        settled_ends(&sent, &sent.topic(Topic::Events), WAIT).unwrap();
    })
    .await
    .unwrap();
    let mut follower = Follower::open(&config, &[Topic::Events], StartAt::Beginning)
        .await
        .unwrap();
    assert_eq!(values(&read_to_the_end(&mut follower).await), ["kept"]);
    assert!(follower.caught_up());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_catches_up_with_a_topic_that_is_written_without_a_pause() {
    let config = fresh_hub(&[]).await;
    publish(&config, Topic::Events, 0, 20).await;
    let done = AtomicBool::new(false);
    let producer = IdempotentProducer::new(&config).unwrap();
    let writing = async {
        for n in 0.. {
            if done.load(Ordering::Relaxed) {
                return;
            }
            let record = text(&config, Topic::Events, n % 4, "more");
            producer.publish(&record, WAIT).await.unwrap();
        }
    };
    let reading = async {
        let mut follower = Follower::open(&config, &[Topic::Events], StartAt::Beginning)
            .await
            .unwrap();
        let records = tokio::time::timeout(WAIT, read_to_the_end(&mut follower)).await;
        done.store(true, Ordering::Relaxed);
        records.expect("what stood there at the beginning is read in a moment")
    };
    let (records, ()) = tokio::join!(reading, writing);
    assert!(records.len() >= 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_compressed_by_any_codec_of_kafka_are_read() {
    let config = fresh_hub(&["fire"]).await;
    let inbox = config.topics.inbox("fire");
    let codecs = ["gzip", "lz4", "none", "snappy", "zstd"];
    for codec in codecs {
        let producer: FutureProducer = ClientConfig::new()
            .set("bootstrap.servers", &config.brokers)
            .set("compression.codec", codec)
            .create()
            .unwrap();
        let value = codec.repeat(1_000);
        let record: FutureRecord<'_, str, str> = FutureRecord::to(&inbox).payload(&value);
        producer.send(record, WAIT).await.unwrap();
    }
    let mut follower = Follower::open_named(&config, vec![inbox], StartAt::Beginning)
        .await
        .unwrap();
    let read = values(&read_to_the_end(&mut follower).await);
    assert_eq!(read, codecs.map(|codec| codec.repeat(1_000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_records_and_recreated_topics_are_told_by_name() {
    let config = fresh_hub(&[]).await;
    let name = config.topic(Topic::Cases);
    let id = topic_ids(&config, &[&name]).await.unwrap()[&name];
    let mut beyond = LogCursor::default();
    beyond.advance(id, 0, 40);
    let truncated = Follower::open(&config, &[Topic::Cases], StartAt::Cursor(beyond)).await;
    let told = truncated.err().unwrap();
    assert!(
        matches!(
            told,
            LogError::Truncated {
                recorded: 40,
                end: 0,
                ..
            }
        ),
        "{told:?}"
    );
    let mut other = LogCursor::default();
    other.advance(Uuid::from_u128(7), 0, 1);
    let recreated = Follower::open(&config, &[Topic::Cases], StartAt::Cursor(other)).await;
    let told = recreated.err().unwrap();
    assert!(matches!(told, LogError::TopicRecreated { .. }), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_for_no_topic_is_refused_at_once() {
    let config = fresh_hub(&[]).await;
    let producer = IdempotentProducer::new(&config).unwrap();
    let large = text(&config, Topic::Events, 0, &"x".repeat(5 * 1024 * 1024));
    let told = producer.publish(&large, WAIT).await.unwrap_err();
    assert!(matches!(told, PublishError::TooLarge { .. }), "{told:?}");
    let mut nowhere = text(&config, Topic::Events, 0, "x");
    nowhere.topic = String::from("nobody.knows");
    let told = producer.publish(&nowhere, WAIT).await.unwrap_err();
    assert!(matches!(told, PublishError::Refused { .. }), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_broker_opening_fails_in_time_and_says_where() {
    let config = LogConfig {
        brokers: String::from("127.0.0.1:1"),
        topics: event_schemas::city::Topics::new("none"),
        client_id: String::from("event-log-tests"),
    };
    let told = event_log::probe(&config).await.unwrap_err();
    assert!(told.is_passing(), "{told:?}");
    assert!(told.to_string().contains("127.0.0.1:1"), "{told}");
}
