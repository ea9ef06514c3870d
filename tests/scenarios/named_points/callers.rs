//! Who meets the services that answer: a department that publishes over HTTP until each batch is
//! accepted, and consoles that come back whenever they are cut off.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use city_brain::hub::Addresses;
use city_brain::settings::Settings;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tests::live::LiveClient;
use tests::load::Published;

/// Events of one request.
const BATCH: u64 = 10;
const AGAIN: Duration = Duration::from_millis(50);
const SOURCE: &str = "/fire/http";

/// Publishes batch after batch until it is stopped; a batch without an answer is sent again as it is.
pub(crate) async fn publish(
    intake: Settings,
    key: String,
    seed: u64,
    stop: Arc<AtomicBool>,
) -> Published {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    let mut published = Published::default();
    while !stop.load(Ordering::Relaxed) {
        let ids: Vec<String> = (published.events..published.events + BATCH)
            .map(|number| format!("H{seed}-{number}"))
            .collect();
        let parts: Vec<String> = ids.iter().map(|id| event(id)).collect();
        let mut times = 0;
        let answer = loop {
            times += 1;
            if let Some(answer) = post(&client, &intake, &key, &parts).await {
                break answer;
            }
            tokio::time::sleep(AGAIN).await;
        };
        assert_eq!(answer, json!({ "accepted": BATCH, "rejected": [] }));
        for id in &ids {
            published.add(SOURCE, id, times);
        }
    }
    published
}

fn event(id: &str) -> String {
    json!({
        "specversion": "1.0",
        "id": id,
        "source": SOURCE,
        "type": "city.fire.incident-reported.v1",
        "time": service_kit::Clock::system().now().rfc3339(),
        "placecode": "990101001001",
        "data": { "incident": id, "category": "public-assist" },
    })
    .to_string()
}

/// One request whose body comes event by event; `None` unless it is answered with 200.
async fn post(
    client: &reqwest::Client,
    intake: &Settings,
    key: &str,
    parts: &[String],
) -> Option<Value> {
    let url = Addresses::read(&intake.data_dir).ok()?.http;
    let last = parts.len() - 1;
    let pieces: Vec<String> = parts
        .iter()
        .enumerate()
        .map(|(place, part)| match place {
            0 => format!("[{part},"),
            _ if place == last => format!("{part}]"),
            _ => format!("{part},"),
        })
        .collect();
    let body = futures_util::stream::iter(pieces).then(|piece| async move {
        tokio::time::sleep(Duration::from_millis(10)).await;
        Ok::<String, std::convert::Infallible>(piece)
    });
    let answer = client
        .post(format!("{url}/v1/events"))
        .bearer_auth(key)
        .header("content-type", "application/cloudevents-batch+json")
        .body(reqwest::Body::wrap_stream(body))
        .send()
        .await
        .ok()?;
    if answer.status() != 200 {
        return None;
    }
    answer.json().await.ok()
}

/// What a console saw.
pub(crate) struct Seen {
    /// Connections it made.
    pub(crate) connections: u32,
    /// Alerts and cases in its picture at the end, with their versions.
    pub(crate) picture: Vec<(String, Value)>,
}

/// A console that comes back until it is stopped. A change that it is told twice fails the test.
pub(crate) async fn watch(gateway: Settings, token: String, stop: Arc<AtomicBool>) -> Seen {
    let mut changes: HashSet<(String, u64)> = HashSet::new();
    let mut connections = 0;
    let mut last: Option<LiveClient> = None;
    loop {
        let place = last
            .as_ref()
            .map(|live| (live.epoch.clone(), live.cursor.clone()));
        let Some(mut live) = connect(&gateway, &token, place).await else {
            assert!(
                !stop.load(Ordering::Relaxed),
                "the gateway answers at the end"
            );
            tokio::time::sleep(AGAIN).await;
            continue;
        };
        connections += 1;
        loop {
            match tokio::time::timeout(Duration::from_millis(200), live.next_frame()).await {
                // A gateway that stops in order says so.
                Ok(Some(frame)) if frame["type"] == "bye" => break,
                Ok(Some(frame)) => live.take(&frame),
                Ok(None) => break,
                Err(_) if stop.load(Ordering::Relaxed) => {
                    let picture = picture(&live);
                    return Seen {
                        connections,
                        picture,
                    };
                }
                Err(_) => {}
            }
            for alert in live.alert_changes.drain(..) {
                let id = alert["id"].as_str().unwrap().to_owned();
                let version = alert["version"].as_u64().unwrap();
                assert!(changes.insert((id, version)), "told twice: {alert}");
            }
        }
        last = Some(live);
    }
}

async fn connect(
    gateway: &Settings,
    token: &str,
    place: Option<(String, String)>,
) -> Option<LiveClient> {
    let url = Addresses::read(&gateway.data_dir).ok()?.http;
    let place = place
        .as_ref()
        .filter(|(epoch, _)| !epoch.is_empty())
        .map(|(epoch, cursor)| (epoch.as_str(), cursor.as_str()));
    LiveClient::try_connect(&url, token, place).await
}

fn picture(live: &LiveClient) -> Vec<(String, Value)> {
    ["alerts", "cases"]
        .into_iter()
        .flat_map(|kind| {
            live.picture[kind]
                .iter()
                .map(move |(id, thing)| (format!("{kind} {id}"), thing["version"].clone()))
        })
        .collect()
}
