//! `replay --speed max` end to end: from the command's start until the last row is in the table.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tests::binary::{city_brain, repository};
use tests::hub::{TestHub, settings};
use tests::stack::namespace;

use crate::table::row;

/// Copies of the sample, so that there is enough to measure.
const COPIES: usize = 100;

/// Measures and prints events per second.
pub(crate) fn measure() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let rates: Vec<f64> = (0..3).map(|_| runtime.block_on(one_replay())).collect();
    row(
        "replay --speed max, file to row",
        "events per second",
        &rates,
    );
}

async fn one_replay() -> f64 {
    let namespace = namespace("replay");
    let mut settings = settings(&namespace);
    settings.places = Some(repository().join("tests/sample/outages-2019/places.geojson"));
    let folder = settings.data_dir.clone();
    let hub = TestHub::with(namespace, settings).await;
    let api = hub.api().await;
    let (file, rows) = big_file(&folder);
    let begin = Instant::now();
    let status = Command::new(city_brain())
        .arg("replay")
        .arg(format!("power.outages={file}"))
        .args(["--kafka", &hub.hub.addresses.kafka])
        .args(["--topic-prefix", &hub.namespace.topic_prefix])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    loop {
        let counted = api
            .query(
                "{ eventStatistics(measures: [COUNT]) { count } }",
                json!({}),
            )
            .await;
        if counted["eventStatistics"][0]["count"].as_u64().unwrap_or(0) >= rows {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let rate = rows as f64 / begin.elapsed().as_secs_f64();
    hub.stop().await;
    rate
}

/// The sample again and again, each copy with outage numbers of its own.
fn big_file(folder: &std::path::Path) -> (String, u64) {
    let sample = repository().join("tests/sample/outages-2019/events.csv");
    let text = std::fs::read_to_string(sample).unwrap();
    let (header, body) = text.split_once('\n').unwrap();
    let mut big = format!("{header}\n");
    let mut rows = 0;
    for copy in 0..COPIES {
        for line in body.lines() {
            let mut fields = line.splitn(4, ',');
            let (seen, action, outage, rest) = (
                fields.next().unwrap(),
                fields.next().unwrap(),
                fields.next().unwrap(),
                fields.next().unwrap(),
            );
            big.extend([
                seen,
                ",",
                action,
                ",",
                &copy.to_string(),
                outage,
                ",",
                rest,
                "\n",
            ]);
            rows += 1;
        }
    }
    let path = folder.join("outages.csv");
    std::fs::write(&path, big).unwrap();
    (path.display().to_string(), rows)
}
