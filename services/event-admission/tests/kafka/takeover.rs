//! Restarts and hand-over: nothing twice, nothing lost.

use std::sync::Arc;

use event_admission::Config;
use event_schemas::city::Reason;
use serde_json::json;
use tokio::sync::watch;

use crate::city::{City, NothingEarlier, fire, ids};

#[tokio::test(flavor = "multi_thread")]
async fn repeats_are_known_after_a_restart() {
    let city = City::new().await;
    let first = fire("1");
    let running = city.admit();
    city.publish("fire", &first).await;
    city.events(1).await;
    running.stop().await;
    let mut other = first.clone();
    other["data"]["category"] = json!("smoke");
    city.publish("fire", &first).await;
    city.publish("fire", &other).await;
    city.publish("fire", &fire("2")).await;
    let running = city.admit();
    assert_eq!(ids(&city.events(2).await), ["1", "2"]);
    let letters = city.dead_letters(1).await;
    assert_eq!((letters.len(), letters[0].reason), (1, Reason::IdReused));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_of_the_same_name_takes_over_at_once_and_nothing_is_admitted_twice() {
    let city = City::new().await;
    let early = city.admit();
    for n in 0..20 {
        city.publish("fire", &fire(&format!("early-{n}"))).await;
    }
    city.events(20).await;
    // The early one is not stopped: it is fenced, and goes on beside the late one.
    let late = city.admit();
    late.ready().await;
    for n in 0..20 {
        city.publish("fire", &fire(&format!("late-{n}"))).await;
        city.publish("power", &json!({"specversion": "1.0"})).await;
    }
    let events = city.events(40).await;
    let mut unique = ids(&events);
    unique.dedup();
    assert_eq!((events.len(), unique.len()), (40, 40));
    assert_eq!(city.dead_letters(20).await.len(), 20);
    early.stop().await;
    late.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_the_inboxes_and_one_goes_on_alone() {
    let city = City::new().await;
    let start = |instance: &str| {
        let (_, rules) = watch::channel(None);
        let config = Config {
            instance: instance.to_owned(),
            ..Config::new(city.key_file())
        };
        city.admit_with(config, rules, Arc::new(NothingEarlier))
    };
    let (one, other) = (start("one"), start("other"));
    one.ready().await;
    other.ready().await;
    city.publish("fire", &fire("shared")).await;
    city.publish("power", &json!({"specversion": "1.0"})).await;
    city.events(1).await;
    city.dead_letters(1).await;
    one.stop().await;
    for n in 0..5 {
        city.publish("fire", &fire(&format!("alone-{n}"))).await;
        city.publish("power", &json!({"specversion": "1.0"})).await;
    }
    assert_eq!(city.events(6).await.len(), 6);
    assert_eq!(city.dead_letters(6).await.len(), 6);
    other.stop().await;
}
