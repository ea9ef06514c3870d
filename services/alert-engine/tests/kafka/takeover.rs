//! Restarts: with a snapshot, with a broken one, and on another log.

use std::path::PathBuf;
use std::time::Duration;

use alert_engine::EngineError;
use event_log::{GroupConsumer, GroupEvent, GroupOptions, LogError};
use event_schemas::city::{Topic, TopicId};

use crate::city::{City, WAIT};

fn snapshots(city: &City) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(city.folder.path().join("engine")).unwrap();
    folder.map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_goes_on_from_its_snapshots_and_without_them_alike() {
    let city = City::new().await;
    let running = city.start("0");
    running.ready().await;
    city.publish(0..150).await;
    city.holds_exactly_what_a_fold_brings().await;
    running.stop().await;
    assert_eq!(snapshots(&city).len(), 8, "one per partition of two topics");

    let running = city.start("0");
    city.publish(150..300).await;
    city.holds_exactly_what_a_fold_brings().await;
    running.stop().await;

    let all = snapshots(&city);
    std::fs::write(&all[0], b"not a snapshot").unwrap();
    all[1..5]
        .iter()
        .for_each(|path| std::fs::remove_file(path).unwrap());
    let running = city.start("0");
    city.publish(300..450).await;
    city.holds_exactly_what_a_fold_brings().await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_re_created_topic_is_refused_with_a_word_on_what_happened() {
    let city = City::new().await;
    let log = city.log.clone();
    // What an engine noted about a topic of this name that is no more.
    tokio::task::spawn_blocking(move || {
        let options = GroupOptions {
            group: log.scoped("alert-engine"),
            topics: vec![log.topic(Topic::Events)],
            instance: None,
            session: Duration::from_secs(6),
        };
        let mut group = GroupConsumer::open(&log, &options).unwrap();
        while !matches!(group.poll(WAIT, 10).unwrap(), GroupEvent::Assigned(_)) {}
        let note = TopicId::from_u128(42).to_string();
        group
            .commit_with_metadata(&log.topic(Topic::Events), 0, 1, &note)
            .unwrap();
    })
    .await
    .unwrap();
    let running = city.start("0");
    let ended = tokio::time::timeout(WAIT, running.task)
        .await
        .unwrap()
        .unwrap();
    let error = ended.unwrap_err();
    assert!(
        matches!(error, EngineError::Log(LogError::TopicRecreated { .. })),
        "{error}"
    );
    assert!(error.to_string().contains("was re-created"), "{error}");
    assert!(!running.health.is_ready());
}
