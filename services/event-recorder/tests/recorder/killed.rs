//! The whole process killed or frozen under load: the table holds exactly what was published.

use std::time::Duration;

use crate::city::{event, publish};
use crate::real_stack::Scene;

const COUNT: &str = "SELECT count() FROM events";

/// Publishes `batches` of 500 events and calls `between` after each.
async fn load(scene: &Scene, batches: u64, mut between: impl AsyncFnMut(u64)) -> u64 {
    for batch in 0..batches {
        let events: Vec<_> = (batch * 500..(batch + 1) * 500)
            .map(|n| event(&scene.log, (n % 4) as i32, n))
            .collect();
        publish(&scene.log, &events).await;
        between(batch).await;
    }
    batches * 500
}

async fn holds_exactly(scene: &Scene, published: u64) {
    scene.wait_for(COUNT, published).await;
    assert_eq!(
        scene.ask("SELECT uniqExact(id) FROM events").await,
        published
    );
    let wanted =
        format!("SELECT groupBitXor(sipHash64('e' || toString(number))) FROM numbers({published})");
    assert_eq!(
        scene
            .ask("SELECT groupBitXor(sipHash64(id)) FROM events")
            .await,
        scene.ask(&wanted).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_seeded_moments_under_load_every_event_is_there_once() {
    let scene = Scene::fresh().await;
    let mut recorder = Some(scene.record_apart());
    let mut seed = 20_240_204_u64;
    let published = load(&scene, 24, async |batch| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        tokio::time::sleep(Duration::from_millis(seed >> 33 & 0xff)).await;
        if batch % 8 == 7 {
            // The next one waits until the dead one's session has run out.
            if let Some(dead) = recorder.take() {
                dead.kill();
            }
            recorder = Some(scene.record_apart());
            tokio::time::sleep(Duration::from_millis(6_000 + (seed >> 41 & 0x3ff))).await;
        }
    })
    .await;
    holds_exactly(&scene, published).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_recorder_that_wakes_up_after_its_successor_adds_nothing() {
    let scene = Scene::fresh().await;
    let zombie = scene.record_apart();
    scene_is_busy(&scene).await;
    let successor = scene.record_apart();
    let published = load(&scene, 20, async |batch| match batch {
        3 => zombie.signal("STOP"),
        14 => {
            // Its session has run out and its partitions are recorded by the successor.
            tokio::time::sleep(Duration::from_secs(9)).await;
            zombie.signal("CONT");
        }
        _ => tokio::time::sleep(Duration::from_millis(150)).await,
    })
    .await;
    holds_exactly(&scene, published).await;
    drop(successor);
}

/// Waits until the first recorder owns partitions: its progress is noted.
async fn scene_is_busy(scene: &Scene) {
    let until = std::time::Instant::now() + Duration::from_secs(30);
    while scene.reader.progress().await.unwrap().0.is_empty() {
        assert!(
            std::time::Instant::now() < until,
            "the recorder does not begin"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
