//! Consumer groups: shares, notes, hand-over.

use std::time::{Duration, Instant};

use event_log::{
    AssignedPartition, GroupConsumer, GroupEvent, GroupOptions, IdempotentProducer, LogConfig,
    LogError, OffsetMark, Record, TransactionalProducer,
};
use event_schemas::city::Topic;

use crate::stack::{fresh_hub, text};

const WAIT: Duration = Duration::from_secs(30);

fn join(config: &LogConfig, instance: Option<&str>) -> GroupConsumer {
    let options = GroupOptions {
        group: config.scoped("readers"),
        topics: vec![config.topic(Topic::Events)],
        instance: instance.map(str::to_owned),
        session: Duration::from_secs(6),
    };
    GroupConsumer::open(config, &options).unwrap()
}

fn assigned(member: &mut GroupConsumer) -> Vec<AssignedPartition> {
    let begun = Instant::now();
    while begun.elapsed() < WAIT {
        if let GroupEvent::Assigned(partitions) =
            member.poll(Duration::from_millis(100), 100).unwrap()
        {
            return partitions;
        }
    }
    panic!("nothing was assigned within {WAIT:?}");
}

fn records(member: &mut GroupConsumer, count: usize) -> Vec<Record> {
    let begun = Instant::now();
    let mut records = Vec::new();
    while records.len() < count && begun.elapsed() < WAIT {
        if let GroupEvent::Records(more) = member.poll(Duration::from_millis(100), 100).unwrap() {
            records.extend(more);
        }
    }
    records
}

async fn publish(config: &LogConfig, count: i32) {
    let producer = IdempotentProducer::new(config).unwrap();
    for n in 0..count {
        let record = text(config, Topic::Events, n % 4, &format!("{n}"));
        producer.publish(&record, WAIT).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_reads_all_partitions_and_its_notes_are_found_by_the_next() {
    let config = fresh_hub(&[]).await;
    publish(&config, 8).await;
    tokio::task::spawn_blocking(move || {
        let mut first = join(&config, None);
        let given = assigned(&mut first);
        assert_eq!(given.len(), 4);
        assert!(
            given.iter().all(|partition| partition.committed.is_none()
                && (partition.start, partition.end) == (0, 2))
        );
        assert_eq!(records(&mut first, 8).len(), 8);
        let topic = config.topic(Topic::Events);
        first.poll(Duration::from_millis(300), 10).unwrap();
        assert!(first.at_end(&topic, 0));
        let asked: Vec<(&str, i32)> = (0..5).rev().map(|n| (topic.as_str(), n)).collect();
        assert_eq!(
            first.ends(&asked).unwrap(),
            [None, Some(2), Some(2), Some(2), Some(2)],
            "in the order asked, and nothing of a partition that is none"
        );
        first
            .commit_with_metadata(&topic, 1, 1, "pending 1-2, attempt 3")
            .unwrap();
        drop(first);
        let mut second = join(&config, None);
        let given = assigned(&mut second);
        let noted = given
            .iter()
            .find(|partition| partition.partition == 1)
            .unwrap();
        assert_eq!(noted.start, 1);
        assert_eq!(
            noted.committed,
            Some((1, String::from("pending 1-2, attempt 3")))
        );
        assert_eq!(second.committed_with_metadata(&topic, 0).unwrap(), None);
        assert_eq!(
            records(&mut second, 7).len(),
            7,
            "partition 1 is read from its offset on"
        );
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_lost_its_partitions_cannot_commit_in_a_transaction_either() {
    let config = fresh_hub(&[]).await;
    publish(&config, 4).await;
    tokio::task::spawn_blocking(move || {
        let topic = config.topic(Topic::Events);
        let mark = |next| OffsetMark {
            topic: topic.clone(),
            partition: 0,
            next,
            note: String::new(),
        };
        let mut early = join(&config, Some("twin"));
        assigned(&mut early);
        let stale = early.membership().unwrap();
        let mut producer = TransactionalProducer::open(&config, &config.scoped("early")).unwrap();
        producer
            .send(&text(&config, Topic::Alerts, 0, "stale"))
            .unwrap();
        // A twin of the same name takes over at once, without waiting for a time-out.
        let mut late = join(&config, Some("twin"));
        let begun = Instant::now();
        assigned(&mut late);
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{:?}",
            begun.elapsed()
        );
        let told = producer.commit(&[mark(1)], Some(stale)).unwrap_err();
        assert!(
            matches!(told, LogError::MustAbort { .. } | LogError::Fenced { .. }),
            "{told:?}"
        );
        let told = early.commit_marks(&[mark(1)]).unwrap_err();
        assert!(matches!(told, LogError::Fenced { .. }), "{told:?}");
        late.commit_marks(&[mark(1)]).unwrap();
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_are_shared_and_come_back_when_a_member_leaves() {
    let config = fresh_hub(&[]).await;
    publish(&config, 4).await;
    tokio::task::spawn_blocking(move || {
        let mut first = join(&config, None);
        assert_eq!(assigned(&mut first).len(), 4);
        let joined = config.clone();
        let second = std::thread::spawn(move || {
            let mut second = join(&joined, None);
            let given = assigned(&mut second).len();
            drop(second);
            given
        });
        let begun = Instant::now();
        let mut revoked = false;
        let mut shares = Vec::new();
        while begun.elapsed() < WAIT && shares.last() != Some(&4) {
            match first.poll(Duration::from_millis(100), 100).unwrap() {
                GroupEvent::Revoked(taken) => revoked |= !taken.is_empty(),
                GroupEvent::Assigned(given) => shares.push(given.len()),
                GroupEvent::Records(_) => {}
            }
        }
        assert!(revoked);
        assert_eq!(second.join().unwrap(), 2);
        assert_eq!(shares, [2, 4]);
    })
    .await
    .unwrap();
}
