//! Transactions and fencing.

use std::time::Duration;

use event_log::{Follower, LogConfig, LogError, StartAt, TransactionalProducer};
use event_schemas::city::Topic;

use crate::stack::{fresh_hub, text};

const WAIT: Duration = Duration::from_secs(10);

async fn committed(config: &LogConfig) -> Vec<String> {
    let mut follower = Follower::open(config, &[Topic::Events], StartAt::Beginning)
        .await
        .unwrap();
    let mut values = Vec::new();
    loop {
        let batch = follower.next(WAIT).await.unwrap();
        let texts = batch
            .records
            .iter()
            .map(|record| String::from_utf8(record.value.to_vec()).unwrap());
        values.extend(texts);
        if batch.caught_up {
            return values;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_twin_is_fenced_and_leaves_nothing_behind() {
    let config = fresh_hub(&[]).await;
    let used = config.clone();
    tokio::task::spawn_blocking(move || {
        let id = used.scoped("twins");
        let mut early = TransactionalProducer::open(&used, &id).unwrap();
        early
            .send(&text(&used, Topic::Events, 0, "early, committed"))
            .unwrap();
        early.commit(&[], None).unwrap();
        early
            .send(&text(&used, Topic::Events, 0, "early, open"))
            .unwrap();
        let mut late = TransactionalProducer::open(&used, &id).unwrap();
        late.send(&text(&used, Topic::Events, 0, "late")).unwrap();
        late.commit(&[], None).unwrap();
        let told = early.commit(&[], None).unwrap_err();
        assert!(matches!(told, LogError::Fenced { .. }), "{told:?}");
        let again = early.send(&text(&used, Topic::Events, 0, "early, again"));
        assert!(again.is_err() || early.commit(&[], None).is_err());
    })
    .await
    .unwrap();
    assert_eq!(committed(&config).await, ["early, committed", "late"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_takes_milliseconds_once_drained() {
    let config = fresh_hub(&[]).await;
    let used = config.clone();
    let median = tokio::task::spawn_blocking(move || {
        let mut producer = TransactionalProducer::open(&used, &used.scoped("quick")).unwrap();
        let mut taken: Vec<Duration> = (0..30)
            .map(|n| {
                producer
                    .send(&text(&used, Topic::Events, n % 4, "quick"))
                    .unwrap();
                let begun = std::time::Instant::now();
                producer.commit(&[], None).unwrap();
                begun.elapsed()
            })
            .collect();
        taken.sort();
        taken[15]
    })
    .await
    .unwrap();
    // Undrained, the client's own flush alone takes 100 ms.
    assert!(median < Duration::from_millis(90), "{median:?}");
    assert_eq!(committed(&config).await.len(), 30);
}
