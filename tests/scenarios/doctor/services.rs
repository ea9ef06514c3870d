//! Faults of Kafka, of ClickHouse, and of what their records tell.

use std::net::TcpListener;
use std::time::Duration;

use event_log::{IdempotentProducer, OutRecord, TopicSettings};
use event_schemas::city::Topic;
use event_store::migrate;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, AlterConfig, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tests::stack::shared;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::Seeded;
use super::scene::{Scene, run};

pub(crate) async fn faults() -> Vec<Seeded> {
    let mut found = kafka().await;
    found.extend(groups().await);
    found.extend(clickhouse().await);
    found.extend(migrations().await);
    found.extend(tables().await);
    found
}

async fn seeded(code: &'static str, remedy: &'static str, scene: &Scene) -> Seeded {
    let mut command = scene.doctor();
    let (exit, said) = tokio::task::spawn_blocking(move || run(&mut command))
        .await
        .unwrap();
    Seeded {
        code,
        remedy,
        said,
        exit,
    }
}

/// An address at which nobody answers.
fn nobody() -> String {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    closed.local_addr().unwrap().to_string()
}

async fn kafka() -> Vec<Seeded> {
    let mut away = Scene::bare("kafkaaway");
    away.settings.kafka = Some(nobody());
    let few = Scene::bare("inboxless");
    few.make_topics(&TopicSettings::default(), false).await;
    let torn = Scene::bare("torn");
    let two = TopicSettings {
        partitions: 2,
        ..TopicSettings::default()
    };
    torn.make_topics(&two, true).await;
    let short = Scene::bare("shortlived");
    short.make_topics(&TopicSettings::default(), true).await;
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
        .set("bootstrap.servers", &shared().brokers)
        .create()
        .unwrap();
    let events = short.log().topic(Topic::Events);
    // What is not named goes back to the broker's default.
    let change = AlterConfig::new(ResourceSpecifier::Topic(&events))
        .set("message.timestamp.type", "LogAppendTime")
        .set("retention.ms", "1000");
    let altered = admin
        .alter_configs(&[change], &AdminOptions::new())
        .await
        .unwrap();
    assert!(altered.iter().all(Result::is_ok), "{altered:?}");
    vec![
        seeded("kafka_unreachable", "--kafka", &away).await,
        seeded("topic_missing", "start the hub once", &few).await,
        seeded("topic_partitions", "--topic-prefix", &torn).await,
        seeded("topic_setting", "retention.ms=-1", &short).await,
    ]
}

async fn groups() -> Vec<Seeded> {
    let again = Scene::prepared("madeagain").await;
    let log = again.log();
    let recorder: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &log.brokers)
        .set("group.id", log.scoped("event-recorder"))
        .create()
        .unwrap();
    let mut offsets = TopicPartitionList::new();
    let mut one = offsets.add_partition(&log.topic(Topic::Events), 0);
    one.set_offset(Offset::Offset(0)).unwrap();
    one.set_metadata("closed 00000000-0000-0000-0000-00000000feed");
    recorder.commit(&offsets, CommitMode::Sync).unwrap();

    let lagging = Scene::prepared("lagging").await;
    let log = lagging.log();
    let producer = IdempotentProducer::new(&log).unwrap();
    let record = OutRecord {
        topic: log.topic(Topic::Events),
        partition: Some(0),
        value: b"{}".to_vec(),
        ..OutRecord::default()
    };
    let wait = Duration::from_secs(30);
    for _ in 0..11 {
        let sent = (0..1_000).map(|_| producer.publish(&record, wait));
        for written in futures_util::future::join_all(sent).await {
            written.unwrap();
        }
    }
    vec![
        seeded("topic_recreated", "rebuild", &again).await,
        seeded("consumer_lag", "readiness", &lagging).await,
    ]
}

async fn clickhouse() -> Vec<Seeded> {
    let mut away = Scene::bare("storeaway");
    away.settings.clickhouse.as_mut().unwrap().url = format!("http://{}", nobody());
    let mut denied = Scene::bare("denied");
    let external = denied.settings.clickhouse.as_mut().unwrap();
    external.admin.password = String::from("wrong");
    let mut skewed = Scene::bare("skewed");
    skewed.settings.clickhouse.as_mut().unwrap().url = an_hour_ahead().await;
    vec![
        seeded("clickhouse_unreachable", "--clickhouse", &away).await,
        seeded("clickhouse_denied", "--clickhouse-user", &denied).await,
        seeded("clock_skew", "NTP", &skewed).await,
    ]
}

/// A ClickHouse whose clock is an hour ahead: it answers every question with its time.
async fn an_hour_ahead() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut request = vec![0; 8_192];
            if client.read(&mut request).await.is_ok() {
                let time = service_kit::Clock::system().now().0 + 3_600_000;
                let body = format!("{time}\n");
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                client.write_all(answer.as_bytes()).await.ok();
            }
        }
    });
    format!("http://{address}")
}

async fn migrations() -> Vec<Seeded> {
    let none = Scene::bare("tableless");
    let missing = Scene::bare("unmigrated");
    migrate(&missing.store()).await.unwrap();
    let database = missing.settings.database.clone();
    let forget = "ALTER TABLE migrations DELETE WHERE number = 5";
    missing.execute(&database, forget).await;
    let changed = Scene::bare("altered");
    migrate(&changed.store()).await.unwrap();
    let database = changed.settings.database.clone();
    let forge = "ALTER TABLE migrations UPDATE checksum = 'another' WHERE number = 2";
    changed.execute(&database, forge).await;
    let begun = Scene::bare("begun");
    migrate(&begun.store()).await.unwrap();
    let working = format!("CREATE DATABASE `{}_rebuilt_1`", begun.settings.database);
    begun.execute("default", &working).await;
    vec![
        seeded("database_missing", "start the hub once", &none).await,
        seeded("migration_missing", "start the hub", &missing).await,
        seeded("migration_changed", "rebuild", &changed).await,
        seeded("rebuild_unfinished", "goes on", &begun).await,
    ]
}

async fn tables() -> Vec<Seeded> {
    let crowded = Scene::bare("crowded");
    migrate(&crowded.store()).await.unwrap();
    let database = crowded.settings.database.clone();
    let narrow = "ALTER TABLE audit MODIFY SETTING parts_to_delay_insert = 2";
    crowded.execute(&database, narrow).await;
    let act = "INSERT INTO audit (command, decided_at, ingest_time) VALUES ('x', now(), now())";
    crowded.execute(&database, act).await;

    let ahead = Scene::bare("ahead");
    migrate(&ahead.store()).await.unwrap();
    let event = |happened: &str, taken: &str| {
        format!(
            "INSERT INTO events (id, source, type, department, event_time, ingest_time) SELECT 'e1', '/fire/dispatch', \
             'city.fire.incident-reported.v1', 'fire', {happened}, {taken}"
        )
    };
    let database = ahead.settings.database.clone();
    let early = event("now() + INTERVAL 2 HOUR", "now()");
    ahead.execute(&database, &early).await;

    let silent = Scene::bare("silent");
    migrate(&silent.store()).await.unwrap();
    let database = silent.settings.database.clone();
    let long_ago = event("now() - INTERVAL 40 DAY", "now() - INTERVAL 40 DAY");
    silent.execute(&database, &long_ago).await;

    let rising = Scene::bare("rising");
    migrate(&rising.store()).await.unwrap();
    let database = rising.settings.database.clone();
    let letters = "INSERT INTO dead_letters (reason, department, received_at, ingest_time) \
         SELECT 'contract', 'power', now(), now() FROM numbers(25)";
    rising.execute(&database, letters).await;
    vec![
        seeded("too_many_parts", "system.merges", &crowded).await,
        seeded("source_clock_ahead", "NTP", &ahead).await,
        seeded("feed_silent", "dead-letters list", &silent).await,
        seeded("dead_letters_rising", "replay", &rising).await,
    ]
}
