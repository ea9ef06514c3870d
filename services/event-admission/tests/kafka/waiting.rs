//! Events that may be older than the memory: looked up, or waited for, but never admitted blindly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use domain::admission::{Digest, Identity, Inbound, Limits, check};
use event_admission::{Config, EarlierEvents, EarlierUnavailable, EventKey, Found};
use event_schemas::city::{LogCursor, LogPosition, Millis, Reason, TopicId, headers};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::city::{City, fire, ids};

/// A store that can be cut off, and that holds one old event.
struct OldStore {
    away: AtomicBool,
    asked: AtomicUsize,
    id: &'static str,
    content: Digest,
}

impl EarlierEvents for OldStore {
    fn find<'f>(&'f self, keys: &'f [EventKey], _covered: &'f LogCursor) -> Found<'f> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            if self.away.load(Ordering::SeqCst) {
                return Err(EarlierUnavailable(String::from("the store is cut off")));
            }
            let content = |key: &EventKey| (key.id == self.id).then_some(self.content);
            Ok(keys.iter().map(content).collect())
        })
    }
}

fn content_of(city: &City, event: &Value) -> Digest {
    let bytes = serde_json::to_vec(event).unwrap();
    let inbound = Inbound {
        department: "fire",
        topic: "inbox",
        position: LogPosition {
            topic_id: TopicId::nil(),
            partition: 0,
            offset: 0,
        },
        append_time: Millis(0),
        headers: vec![(headers::CONTENT_TYPE, headers::STRUCTURED.as_bytes())],
        value: &bytes,
    };
    let checked = check(&city.catalog, &inbound, &Limits::default()).unwrap();
    let Identity { content, .. } = checked.identity;
    content
}

fn old(id: &str) -> Value {
    let mut event = fire(id);
    event["time"] = json!("2024-02-04T10:00:00Z");
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_memory_the_store_decides_and_while_it_is_away_admission_waits() {
    let city = City::new().await;
    let store = Arc::new(OldStore {
        away: AtomicBool::new(true),
        asked: AtomicUsize::new(0),
        id: "known",
        content: content_of(&city, &old("known")),
    });
    // Two events are remembered: after the third the memory is no longer complete.
    let config = Config {
        memory_events: 2,
        ..Config::new(city.key_file())
    };
    let (_, rules) = watch::channel(None);
    let running = city.admit_with(config, rules, Arc::clone(&store) as Arc<dyn EarlierEvents>);
    for n in 0..3 {
        city.publish("fire", &fire(&format!("new-{n}"))).await;
        city.events(n + 1).await;
    }
    let asked_before = store.asked.load(Ordering::SeqCst);
    let mut reused = old("known");
    reused["data"]["category"] = json!("smoke");
    for event in [&old("known"), &reused, &old("unknown")] {
        city.publish("fire", event).await;
    }
    while store.asked.load(Ordering::SeqCst) <= asked_before + 1 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(
        city.events(3).await.len(),
        3,
        "nothing is admitted while nobody can tell"
    );
    assert!(running.health.is_ready());
    store.away.store(false, Ordering::SeqCst);
    assert_eq!(
        ids(&city.events(4).await),
        ["new-0", "new-1", "new-2", "unknown"]
    );
    let letters = city.dead_letters(1).await;
    assert_eq!((letters.len(), letters[0].reason), (1, Reason::IdReused));
    running.stop().await;
}
