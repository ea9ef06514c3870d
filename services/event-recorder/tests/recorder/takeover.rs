//! A predecessor died at each point between two commits: the successor leaves every row exactly once.

use std::sync::Arc;
use std::time::Duration;

use event_log::{GroupConsumer, GroupEvent, GroupOptions};
use event_schemas::city::{LogPosition, Millis, Topic, TopicId};
use event_store::{EventRecord, InsertToken, OffsetRange, Origin, Rows, Table};

use crate::city::{event, publish, watermark};
use crate::real_stack::Scene;

const COUNT: &str = "SELECT count() FROM events";

/// What the predecessor did before it died.
struct Predecessor<'s> {
    scene: &'s Scene,
    topic_id: TopicId,
    records: Vec<(i64, event_log::OutRecord)>,
}

impl<'s> Predecessor<'s> {
    /// Ten events and two watermarks in partition 1.
    async fn of(scene: &'s Scene) -> Self {
        let mut records: Vec<_> = (0..10).map(|n| event(&scene.log, 1, n)).collect();
        records.insert(4, watermark(&scene.log, 1));
        records.push(watermark(&scene.log, 1));
        let offsets = publish(&scene.log, &records).await;
        let name = scene.log.topic(Topic::Events);
        let topic_id = event_log::topic_ids(&scene.log, &[&name]).await.unwrap()[&name];
        Self {
            scene,
            topic_id,
            records: offsets.into_iter().zip(records).collect(),
        }
    }

    fn range(&self) -> OffsetRange {
        let offsets: Vec<i64> = self.records.iter().map(|(offset, _)| *offset).collect();
        OffsetRange {
            topic_id: self.topic_id,
            partition: 1,
            first: *offsets.iter().min().unwrap(),
            last: *offsets.iter().max().unwrap(),
        }
    }

    /// Commits the pending batch as the group's member, and leaves.
    async fn mark(&self, attempt: u32) {
        let range = self.range();
        let note = format!("pending {} {} {attempt}", self.topic_id, range.last);
        self.commit(range.first, note).await;
    }

    /// Commits any position with any note.
    async fn commit(&self, next: i64, note: String) {
        let (log, topic) = (self.scene.log.clone(), self.scene.log.topic(Topic::Events));
        tokio::task::spawn_blocking(move || {
            let options = GroupOptions {
                group: log.scoped("event-recorder"),
                topics: vec![topic.clone()],
                instance: None,
                session: Duration::from_secs(6),
            };
            let mut member = GroupConsumer::open(&log, &options).unwrap();
            while !matches!(
                member.poll(Duration::from_secs(1), 1).unwrap(),
                GroupEvent::Assigned(_)
            ) {}
            member.commit_with_metadata(&topic, 1, next, &note).unwrap();
        })
        .await
        .unwrap();
    }

    /// Inserts the batch's rows as a recorder would.
    async fn insert(&self, attempt: u32) {
        let mut rows = Rows::default();
        for (offset, record) in &self.records {
            let header = |name: &str| {
                let (_, value) = record.headers.iter().find(|(key, _)| key == name)?;
                std::str::from_utf8(value).ok()
            };
            let Some(admission) = header("admission") else {
                continue;
            };
            let position = LogPosition {
                topic_id: self.topic_id,
                partition: 1,
                offset: *offset,
            };
            rows.push_event(&EventRecord {
                origin: Origin {
                    topic: &record.topic,
                    position,
                    append_time: Millis(1_795_000_000_000),
                },
                id: header("ce_id").unwrap(),
                source: header("ce_source").unwrap(),
                event_type: header("ce_type").unwrap(),
                subject: None,
                correlation_id: None,
                admission,
                payload: &record.value,
            })
            .unwrap();
        }
        let token = InsertToken {
            range: self.range(),
            attempt,
        };
        self.scene
            .writer
            .insert(Table::Events, rows.take(), &token)
            .await
            .unwrap();
    }
}

/// The successor records all; then more events come, and a late twin of the predecessor sends its insert.
async fn succeed(scene: &Scene, dead: &Predecessor<'_>) {
    let recorder = scene.record();
    scene.wait_for(COUNT, 10).await;
    let more: Vec<_> = (100..120).map(|n| event(&scene.log, 1, n)).collect();
    publish(&scene.log, &more).await;
    scene.wait_for(COUNT, 30).await;
    dead.insert(0).await;
    assert_eq!(
        scene.ask(COUNT).await,
        30,
        "a late twin can only use a token that is spent"
    );
    assert_eq!(
        scene
            .ask("SELECT uniqExact(topic_id, partition, offset) FROM events")
            .await,
        30
    );
    recorder.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn died_after_the_mark_and_before_the_insert() {
    let scene = Scene::fresh().await;
    let dead = Predecessor::of(&scene).await;
    dead.mark(0).await;
    succeed(&scene, &dead).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn died_after_the_insert_and_before_the_next_commit() {
    let scene = Scene::fresh().await;
    let dead = Predecessor::of(&scene).await;
    dead.mark(0).await;
    dead.insert(0).await;
    succeed(&scene, &dead).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_was_spent_and_its_part_never_became_visible() {
    let scene = Scene::fresh().await;
    let dead = Predecessor::of(&scene).await;
    dead.mark(0).await;
    dead.insert(0).await;
    // A mutation takes the rows away and leaves the token spent.
    scene
        .execute("ALTER TABLE events DELETE WHERE true SETTINGS mutations_sync = 2")
        .await;
    dead.insert(0).await;
    assert_eq!(scene.ask(COUNT).await, 0, "the token is spent");
    succeed(&scene, &dead).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn some_rows_of_a_pending_batch_are_an_error_that_is_told_until_somebody_acts() {
    let scene = Scene::fresh().await;
    let dead = Predecessor::of(&scene).await;
    dead.mark(0).await;
    dead.insert(0).await;
    scene
        .execute("ALTER TABLE events DELETE WHERE id = 'e3' SETTINGS mutations_sync = 2")
        .await;
    let recorder = scene.record();
    let told = async {
        loop {
            let report = format!("{:?}", recorder.health.report());
            if report.contains("holds 9 rows") && report.contains("10 were expected") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), told)
        .await
        .expect("readiness tells it");
    assert!(!recorder.health.is_ready());
    scene
        .execute("ALTER TABLE events DELETE WHERE true SETTINGS mutations_sync = 2")
        .await;
    scene.wait_for(COUNT, 10).await;
    recorder.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_order_leaves_nothing_pending_and_a_restart_goes_on_from_there() {
    let scene = Scene::fresh().await;
    let dead = Predecessor::of(&scene).await;
    let first = scene.record();
    scene.wait_for(COUNT, 10).await;
    first.stop().await;
    let log = scene.log.clone();
    let next = dead.range().last + 1;
    let committed = tokio::task::spawn_blocking(move || {
        let topic = log.topic(Topic::Events);
        let options = GroupOptions {
            group: log.scoped("event-recorder"),
            topics: vec![topic.clone()],
            instance: None,
            session: Duration::from_secs(6),
        };
        let member = GroupConsumer::open(&log, &options).unwrap();
        member.committed_with_metadata(&topic, 1).unwrap().unwrap()
    })
    .await
    .unwrap();
    assert_eq!(committed, (next, format!("closed {}", dead.topic_id)));
    let second = scene.record();
    publish(&scene.log, &[event(&scene.log, 1, 77)]).await;
    scene.wait_for(COUNT, 11).await;
    let progress = Arc::new(scene.reader.progress().await.unwrap());
    assert!(progress.0[&(dead.topic_id, 1)] > next);
    second.stop().await;
}

/// A recorder that must refuse to work, and why.
async fn refusal(scene: &Scene) -> String {
    let ended = tokio::time::timeout(Duration::from_secs(30), scene.record().task).await;
    ended.expect("it refuses").unwrap().unwrap_err().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_not_the_recorded_one_is_refused_with_the_reason() {
    let scene = Scene::fresh().await;
    let dead = Predecessor::of(&scene).await;
    let other = TopicId::from_u128(7);
    dead.commit(3, format!("closed {other}")).await;
    let recreated = refusal(&scene).await;
    assert!(
        recreated.contains("re-created") && recreated.contains(&other.to_string()),
        "{recreated}"
    );
    dead.commit(5_000, format!("closed {}", dead.topic_id))
        .await;
    let lost = refusal(&scene).await;
    assert!(
        lost.contains("5000") && lost.contains("records were lost"),
        "{lost}"
    );
    assert_eq!(scene.ask(COUNT).await, 0);
}
