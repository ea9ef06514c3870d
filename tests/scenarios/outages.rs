//! Real outages of October 2019 (Apache-2.0, see `tests/sample/outages-2019/ATTRIBUTION.md`), replayed.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tests::api::Api;
use tests::binary::{city_brain, repository};
use tests::hub::{TestHub, settings};
use tests::stack::namespace;
use tests::store::Store;
use tests::wait::until;

/// Rows of the file by action: `OPEN` and `REAPPEAR`, `UPDATE`, `CLEAR`.
const EVENTS: [(&str, u64); 3] = [
    ("city.power.outage-started.v1", 184),
    ("city.power.outage-updated.v1", 80),
    ("city.power.outage-restored.v1", 180),
];

fn replay(hub: &TestHub, label: &str) -> String {
    let sample = repository().join("tests/sample/outages-2019");
    let output = Command::new(city_brain())
        .arg("replay")
        .arg(format!(
            "power.outages={}",
            sample.join("events.csv").display()
        ))
        .args(["--label", label])
        .arg("--places")
        .arg(sample.join("places.geojson"))
        .args(["--kafka", &hub.hub.addresses.kafka])
        .args(["--topic-prefix", &hub.namespace.topic_prefix])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    text
}

/// Events by type, alerts and cases, as GraphQL counts them.
async fn counts(api: &Api) -> Value {
    let query = "{ eventStatistics(groupBy: [TYPE], measures: [COUNT]) { type count } \
        alerts(first: 100) { nodes { key version status severity place { code } raisedAt resolvedAt title(lang: EN) } } \
        cases(first: 100) { nodes { number version title(lang: EN) alertCount } totalCount } \
        deadLetters(first: 5) { nodes { reason message } } }";
    api.query(query, json!({})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn real_outages_replayed_give_known_counts_and_the_same_label_again_adds_nothing() {
    let namespace = namespace("outages");
    let mut settings = settings(&namespace);
    settings.places = Some(repository().join("tests/sample/outages-2019/places.geojson"));
    let hub = TestHub::with(namespace, settings).await;
    let api = hub.api().await;
    println!("{}", replay(&hub, "october"));
    let store = Store::new(&hub.hub.addresses.clickhouse);
    let limit = Duration::from_secs(60);
    until("all outages are rows", limit, || async {
        (store.numbers("SELECT count() FROM events").await[0] >= 444).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    let first = counts(&api).await;
    println!("{first:#} {EVENTS:?}");
    hub.stop().await;
}
