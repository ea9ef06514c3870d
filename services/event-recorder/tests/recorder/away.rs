//! ClickHouse away, or its answers lost: readiness tells, nothing is lost, nothing comes twice, all resumes by itself.

use std::time::Duration;

use event_recorder::Config;
use event_store::StoreConfig;

use crate::city::{event, publish};
use crate::proxy::{Proxy, Way};
use crate::real_stack::{Running, Scene};

async fn until_down(recorder: &Running) {
    let down = async {
        while recorder.health.is_ready() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), down)
        .await
        .expect("readiness tells it");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_told_and_healed_and_every_event_is_there_once() {
    let scene = Scene::fresh().await;
    let proxy = Proxy::before(&scene.store.url).await;
    let config = Config {
        batch_rows: 200,
        ..Config::default()
    };
    let recorder = scene.record_with(
        config,
        StoreConfig {
            url: proxy.url.clone(),
            ..scene.store.clone()
        },
    );
    recorder.health.wait_ready().await;
    let all: Vec<_> = (0..6_000)
        .map(|n| event(&scene.log, (n % 4) as i32, n))
        .collect();
    for (n, part) in all.chunks(1_000).enumerate() {
        match n {
            1 => proxy.set(Way::AnswersLost),
            3 => proxy.set(Way::Cut),
            _ => {}
        }
        publish(&scene.log, part).await;
        if matches!(n, 1 | 3) {
            until_down(&recorder).await;
            tokio::time::sleep(Duration::from_millis(700)).await;
            proxy.set(Way::Open);
        }
    }
    scene.wait_for("SELECT count() FROM events", 6_000).await;
    assert_eq!(scene.ask("SELECT uniqExact(id) FROM events").await, 6_000);
    tokio::time::timeout(Duration::from_secs(20), recorder.health.wait_ready())
        .await
        .expect("ready again");
    recorder.stop().await;
}
