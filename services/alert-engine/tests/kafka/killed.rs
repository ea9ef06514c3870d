//! The whole process killed or frozen under load: no alert twice, none lost.

use std::time::Duration;

use crate::city::City;

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_seeded_moments_under_load_every_alert_is_there_once() {
    let city = City::new().await;
    let mut seed = 20_240_204_u64;
    let mut published = 0;
    let mut engine = city.start_apart("0");
    for kill in 0..8 {
        for _ in 0..4 {
            city.publish(published..published + 60).await;
            published += 60;
        }
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        // The first time it must have come to work at all; then at any moment.
        let moment = if kill == 0 { 4_000 } else { seed >> 33 & 0x7ff };
        tokio::time::sleep(Duration::from_millis(moment)).await;
        drop(engine);
        engine = city.start_apart("0");
    }
    let alerts = city.holds_exactly_what_a_fold_brings().await;
    assert!(
        alerts > 300,
        "{alerts} alert records are too few to prove anything"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_engine_that_wakes_up_after_its_successor_adds_nothing() {
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
