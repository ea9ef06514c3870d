//! Real outages of October 2019 (Apache-2.0, see `tests/sample/outages-2019/ATTRIBUTION.md`), replayed.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tests::api::Api;
use tests::binary::{city_brain, repository};
use tests::hub::{TestHub, settings};
use tests::stack::namespace;
use tests::wait::until;

fn replay(hub: &TestHub, label: &str) -> String {
    let sample = repository().join("tests/sample/outages-2019/events.csv");
    let output = Command::new(city_brain())
        .arg("replay")
        .arg(format!("power.outages={}", sample.display()))
        .args(["--label", label])
        .args(["--kafka", &hub.hub.addresses.kafka])
        .args(["--topic-prefix", &hub.namespace.topic_prefix])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    text
}

/// Events by type, alerts and cases, as GraphQL counts them.
async fn counts(api: &Api) -> Value {
    let query = "{ eventStatistics(groupBy: [TYPE], measures: [COUNT]) { type count } \
        alerts(first: 200) { nodes { id } } cases(first: 200) { nodes { id } totalCount } \
        deadLetters(first: 5) { nodes { reason message } } }";
    api.query(query, json!({})).await
}

fn of_type(counts: &Value, name: &str) -> u64 {
    let found = counts["eventStatistics"].as_array().unwrap().iter().find(|row| row["type"] == name);
    found.map_or(0, |row| row["count"].as_u64().unwrap())
}
