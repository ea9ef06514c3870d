//! The whole process killed or frozen under load: no alert twice, none lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use event_schemas::city::Topic;

use crate::city::{City, engine_process};

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_seeded_moments_under_load_every_alert_is_there_once() {
    engine_process();
    let city = City::new().await;
    let killed = AtomicBool::new(false);
    let load = async {
        let mut published = 0;
        while !killed.load(Ordering::Relaxed) {
            city.publish(published..published + 20).await;
            published += 20;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let kills = async {
        let mut seed = 20_240_204_u64;
        for _ in 0..8 {
            let before = city.read(Topic::Alerts).await.len();
            let engine = city.start_apart("0");
            // Each life does some work before it ends at a moment nobody chose.
            while city.read(Topic::Alerts).await.len() <= before {}
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            tokio::time::sleep(Duration::from_millis(seed >> 33 & 0x3ff)).await;
            drop(engine);
        }
        killed.store(true, Ordering::Relaxed);
    };
    let all = async { tokio::join!(load, kills) };
    tokio::time::timeout(Duration::from_secs(120), all)
        .await
        .expect("every life does some work");
    let _last = city.start_apart("0");
    let alerts = city.holds_exactly_what_a_fold_brings().await;
    assert!(
        alerts > 500,
        "{alerts} alert records are too few to prove anything"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_engine_that_wakes_up_after_its_successor_adds_nothing() {
    engine_process();
    let city = City::new().await;
    let zombie = city.start_apart("zombie");
    city.publish(0..200).await;
    city.holds_exactly_what_a_fold_brings().await;
    let successor = city.start_apart("successor");
    city.publish(200..400).await;
    zombie.signal("STOP");
    city.publish(400..600).await;
    // Its session runs out and the successor takes its partitions.
    tokio::time::sleep(Duration::from_secs(9)).await;
    city.publish(600..700).await;
    zombie.signal("CONT");
    city.publish(700..900).await;
    city.holds_exactly_what_a_fold_brings().await;
    drop(successor);
}
