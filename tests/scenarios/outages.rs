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

use crate::story::event;

/// Rows of the file by action: `OPEN` and `REAPPEAR`, `UPDATE`, `CLEAR`.
const EVENTS: [(&str, u64); 3] = [
    ("city.power.outage-started.v1", 184),
    ("city.power.outage-updated.v1", 80),
    ("city.power.outage-restored.v1", 180),
];

/// When and where more than 500 customers were without power, by the sum over the quarter's outages
/// of the last day (checked with a sum over the file by hand). The last is an outage of 2,521
/// customers that had been cleared and is seen again. At 04:53:23 the east has its third unplanned outage
/// of 200 customers or more at least an hour after the one before (01:01:51, 03:32:55, 04:53:23): a
/// repeated outage.
const ALERTS: [(&str, &str); 5] = [
    ("2019-10-27T04:20:26.000Z", "east"),
    ("2019-10-27T04:53:23.000Z", "east"),
    ("2019-10-27T08:00:16.000Z", "west"),
    ("2019-10-29T14:00:39.000Z", "east"),
    ("2019-10-29T19:20:31.000Z", "east"),
];

/// Alerts on each case: the first two and the last two of the east lie within 12 hours and are one case's
/// work each.
const CASES: [u64; 3] = [1, 2, 2];

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
        alerts(first: 100) { nodes { key version status severity place { code } raisedAt } } \
        cases(first: 100) { nodes { number version alertCount } totalCount } \
        deadLetters(first: 5) { nodes { reason message } } }";
    api.query(query, json!({})).await
}

/// Every known alert has ended, and is on its own case.
async fn settled(api: &Api) -> Option<Value> {
    let counts = counts(api).await;
    let alerts = counts["alerts"]["nodes"].as_array().unwrap();
    let ended = alerts.iter().filter(|alert| alert["status"] == "RESOLVED");
    let cases = counts["cases"]["nodes"].as_array().unwrap();
    let on_cases = cases
        .iter()
        .map(|case| case["alertCount"].as_u64().unwrap());
    let all = ended.count() >= ALERTS.len() && on_cases.sum::<u64>() >= CASES.iter().sum();
    all.then_some(counts)
}

/// An outage of nobody after everything else in the same inbox: once it is a row, all before it is decided.
async fn after_all(hub: &TestHub, store: &Store, id: &str) {
    let data = json!({ "outage": id, "customers": 0 });
    let mut last = event("city.power.outage-started.v1", id, "east", data);
    last["time"] = json!("2019-10-30T12:00:00Z");
    hub.department("power").publish_structured(&last).await;
    until("the last event", Duration::from_secs(60), || async {
        let sql = format!("SELECT count() FROM events WHERE id = '{id}'");
        (store.numbers(&sql).await[0] == 1).then_some(())
    })
    .await;
}

fn check(counts: &Value) {
    for (event_type, expected) in EVENTS {
        let rows = counts["eventStatistics"].as_array().unwrap();
        let found = rows.iter().find(|row| row["type"] == event_type).unwrap();
        assert_eq!(found["count"], expected, "{event_type}");
    }
    let mut alerts: Vec<(&str, &str)> = counts["alerts"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| {
            let place = alert["place"]["code"].as_str().unwrap();
            (alert["raisedAt"].as_str().unwrap(), place)
        })
        .collect();
    alerts.sort_unstable();
    assert_eq!(alerts, ALERTS);
    let mut on_cases: Vec<u64> = counts["cases"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| case["alertCount"].as_u64().unwrap())
        .collect();
    on_cases.sort_unstable();
    assert_eq!(on_cases, CASES);
    assert_eq!(counts["deadLetters"]["nodes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn real_outages_replayed_give_known_counts_and_the_same_label_again_adds_nothing() {
    let namespace = namespace("outages");
    let mut settings = settings(&namespace);
    settings.places = Some(repository().join("tests/sample/outages-2019/places.geojson"));
    let hub = TestHub::with(namespace, settings).await;
    let api = hub.api().await;
    let store = Store::new(&hub.hub.addresses.clickhouse);
    replay(&hub, "october");
    let limit = Duration::from_secs(60);
    let first = until("the alerts and their cases", limit, || settled(&api)).await;
    until("all outages are rows", limit, || async {
        (store.numbers("SELECT count() FROM events").await[0] >= 444).then_some(())
    })
    .await;
    check(&counts(&api).await);

    replay(&hub, "october");
    after_all(&hub, &store, "last").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut again = counts(&api).await;
    let started = again["eventStatistics"].as_array_mut().unwrap().iter_mut();
    for row in started.filter(|row| row["type"] == EVENTS[0].0) {
        row["count"] = json!(row["count"].as_u64().unwrap() - 1);
    }
    check(&again);
    assert_eq!(again["alerts"], first["alerts"], "no alert changed");
    assert_eq!(again["cases"], first["cases"], "no case changed");
    hub.stop().await;
}
