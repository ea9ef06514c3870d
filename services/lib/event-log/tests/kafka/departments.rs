//! Departments beyond this machine: what a user of Kafka may do, tried with Kafka's own console clients.

use std::path::Path;
use std::time::{Duration, Instant};

use event_log::{
    Follower, InboxAccessError, LogConfig, StartAt, TopicSettings, create_topics, grant_inbox,
    withdraw_inbox,
};
use event_schemas::city::{Topic, Topics};
use local_stack::{DepartmentListener, TlsFiles};
use tokio::io::AsyncWriteExt as _;

use crate::console_client::{ConsoleClient, until_said};
use crate::stack::{department_brokers, fresh_hub, stack_config, text};

const NO_RIGHT: &str = "TopicAuthorizationException";

/// What stands in an inbox, as the hub reads it.
async fn inbox(hub: &LogConfig, department: &str) -> Vec<String> {
    let names = vec![hub.topics.inbox(department)];
    let mut follower = Follower::open_named(hub, names, StartAt::Beginning)
        .await
        .unwrap();
    let mut values = Vec::new();
    loop {
        let batch = follower.next(Duration::from_secs(10)).await.unwrap();
        let read = batch.records.iter();
        values.extend(read.map(|record| String::from_utf8_lossy(&record.value).into_owned()));
        if batch.caught_up {
            return values;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_s_user_writes_its_inbox_and_does_nothing_else() {
    let hub = fresh_hub(&["power", "fire"]).await;
    let brokers = department_brokers();
    let user = format!("dept.power.{}", hub.topics.prefix());
    grant_inbox(&hub, "power", &user, "a secret").await.unwrap();
    let producer = event_log::IdempotentProducer::new(&hub).unwrap();
    let event = text(&hub, Topic::Events, 0, "the city's");
    producer
        .publish(&event, Duration::from_secs(30))
        .await
        .unwrap();

    let power = ConsoleClient::new(&brokers, &user, "a secret", None).await;
    let stranger = ConsoleClient::new(&brokers, &user, "another secret", None).await;
    let (own, others) = (hub.topics.inbox("power"), hub.topics.inbox("fire"));
    let said = power.produce(&own, "one\ntwo\n").await;
    assert_eq!(inbox(&hub, "power").await, ["one", "two"], "{said}");
    let city = hub.topic(Topic::Events);
    let (foreign, own_read, city_read, wrong) = tokio::join!(
        power.produce(&others, "three\n"),
        power.consume(&own),
        power.consume(&city),
        stranger.produce(&own, "four\n"),
    );
    assert!(foreign.contains(NO_RIGHT), "another inbox: {foreign}");
    for (topic, (got, said)) in [(&own, own_read), (&city, city_read)] {
        assert!(said.contains(NO_RIGHT), "reading {topic}: {said}");
        let read = ["one", "two", "the city's"]
            .iter()
            .find(|value| got.contains(**value));
        assert_eq!(read, None, "{topic} was read");
    }
    assert!(wrong.contains("SaslAuthenticationException"), "{wrong}");
    assert!(inbox(&hub, "fire").await.is_empty());
    assert_eq!(inbox(&hub, "power").await, ["one", "two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_user_is_refused_on_the_connection_it_has_open_and_on_a_new_one() {
    let hub = fresh_hub(&["power"]).await;
    let brokers = department_brokers();
    let user = format!("dept.power.{}", hub.topics.prefix());
    grant_inbox(&hub, "power", &user, "a secret").await.unwrap();
    let client = ConsoleClient::new(&brokers, &user, "a secret", None).await;
    let own = hub.topics.inbox("power");
    let mut open = client.producer(&own);
    let mut typing = open.stdin.take().unwrap();
    typing.write_all(b"one\n").await.unwrap();
    typing.flush().await.unwrap();
    let begun = Instant::now();
    while inbox(&hub, "power").await != ["one"] {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never wrote");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    withdraw_inbox(&hub, &user).await.unwrap();
    typing.write_all(b"two\n").await.unwrap();
    typing.flush().await.unwrap();
    until_said(&mut open, NO_RIGHT).await;
    drop(typing);
    let said = client.produce(&own, "three\n").await;
    assert!(said.contains("SaslAuthenticationException"), "{said}");
    assert_eq!(inbox(&hub, "power").await, ["one"]);
    withdraw_inbox(&hub, &user).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_from_before_gets_a_listener_with_tls_and_keeps_its_records() {
    let folder = tempfile::tempdir().unwrap();
    let hub = |brokers| LogConfig {
        brokers,
        topics: Topics::new("old"),
        client_id: String::from("event-log-tests"),
    };
    let stack = local_stack::start(stack_config(folder.path()))
        .await
        .unwrap();
    assert_eq!(stack.department_brokers(), None);
    let before = hub(stack.kafka_brokers().unwrap());
    create_topics(&before, &["power"], &TopicSettings::default())
        .await
        .unwrap();
    let unguarded = grant_inbox(&before, "power", "dept.power.1", "a secret").await;
    assert!(
        matches!(unguarded, Err(InboxAccessError::NothingIsChecked)),
        "{unguarded:?}"
    );
    let producer = event_log::IdempotentProducer::new(&before).unwrap();
    let record = event_log::OutRecord {
        topic: before.topics.inbox("power"),
        partition: Some(0),
        value: b"from before".to_vec(),
        ..event_log::OutRecord::default()
    };
    producer
        .publish(&record, Duration::from_secs(30))
        .await
        .unwrap();
    stack.stop().await.unwrap();

    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kafka/tls");
    let listener = DepartmentListener {
        listen: "127.0.0.1:0".parse().unwrap(),
        advertise: None,
        tls: Some(TlsFiles {
            certificate: files.join("certificate.pem"),
            key: files.join("key.pem"),
        }),
    };
    let stack = local_stack::start_with(stack_config(folder.path()), Some(&listener))
        .await
        .unwrap();
    let after = hub(stack.kafka_brokers().unwrap());
    grant_inbox(&after, "power", "dept.power.1", "a secret")
        .await
        .unwrap();
    let brokers = stack.department_brokers().unwrap();
    let trust = files.join("certificate.pem");
    let client = ConsoleClient::new(&brokers, "dept.power.1", "a secret", Some(&trust)).await;
    let said = client
        .produce(&after.topics.inbox("power"), "by TLS\n")
        .await;
    assert_eq!(
        inbox(&after, "power").await,
        ["from before", "by TLS"],
        "{said}"
    );
    stack.stop().await.unwrap();
}
