//! Events over HTTP: what is taken, what is refused and how the publisher is told, and whose key it is.

use std::time::Duration;

use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tests::hub::TestHub;
use tests::store::Store;
use tests::wait::until;

use crate::story::{COMMUNITY, medical_call, outage};

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";

struct Publisher {
    url: String,
    key: String,
    client: reqwest::Client,
}

impl Publisher {
    fn post(&self, content_type: &str) -> RequestBuilder {
        self.client
            .post(format!("{}/v1/events", self.url))
            .bearer_auth(&self.key)
            .header("content-type", content_type)
    }

    async fn structured(&self, event: &Value) -> Response {
        self.post(STRUCTURED)
            .body(event.to_string())
            .send()
            .await
            .unwrap()
    }
}

async fn publisher(hub: &TestHub) -> (Publisher, String) {
    let now = service_kit::Clock::system().now();
    let (id, key) = hub
        .hub
        .identity
        .issue_key("fire", "scenario", now)
        .await
        .unwrap();
    let publisher = Publisher {
        url: hub.url(),
        key,
        client: reqwest::Client::new(),
    };
    (publisher, id)
}

async fn answer(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or(Value::Null))
}

async fn a_batch_names_what_it_refuses(fire: &Publisher) {
    let mut wrong = medical_call("T-2", COMMUNITY);
    wrong["data"]["category"] = json!("dragon");
    let batch = json!([
        medical_call("T-1", COMMUNITY),
        wrong,
        medical_call("T-3", COMMUNITY)
    ]);
    let (status, body) = answer(
        fire.post(BATCH)
            .body(batch.to_string())
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!((status, &body["accepted"]), (200, &json!(2)), "{body}");
    let rejected = &body["rejected"][0];
    assert_eq!(
        (&rejected["index"], &rejected["id"]),
        (&json!(1), &json!("T-2")),
        "{body}"
    );
    assert!(
        rejected["path"].as_str().unwrap().ends_with("/category"),
        "{body}"
    );
    assert!(
        rejected["message"].as_str().unwrap().contains("dragon"),
        "{body}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_in_each_mode_are_taken_and_a_batch_names_what_it_refuses() {
    let hub = TestHub::start("intake").await;
    let (fire, _) = publisher(&hub).await;
    let (status, body) = answer(fire.structured(&medical_call("S-1", COMMUNITY)).await).await;
    assert_eq!(
        (status, &body),
        (200, &json!({ "accepted": 1, "rejected": [] }))
    );

    let event = medical_call("B-1", COMMUNITY);
    let mut binary = fire
        .post("application/json")
        .body(event["data"].to_string());
    for (name, value) in event.as_object().unwrap() {
        if let Some(text) = value.as_str().filter(|_| name != "datacontenttype") {
            binary = binary.header(format!("ce-{name}"), text);
        }
    }
    let (status, body) = answer(binary.send().await.unwrap()).await;
    assert_eq!((status, &body["accepted"]), (200, &json!(1)), "{body}");

    a_batch_names_what_it_refuses(&fire).await;

    let store = Store::new(&hub.hub.addresses.clickhouse);
    until(
        "what was accepted are rows",
        Duration::from_secs(20),
        || async {
            let rows = store.rows("SELECT id FROM events ORDER BY id").await;
            let ids: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
            (ids == ["B-1", "S-1", "T-1", "T-3"]).then_some(())
        },
    )
    .await;
    let verdict = fire
        .client
        .get(format!("{}/v1/events/%2Ffire%2Fdispatch/S-1", fire.url))
        .bearer_auth(&fire.key)
        .send()
        .await
        .unwrap();
    let (status, body) = answer(verdict).await;
    assert_eq!(status, 200, "{body}");
    hub.stop().await;
}

async fn only_keys_in_force_count(hub: &TestHub, fire: &Publisher, key_id: &str) {
    let event = medical_call("R-1", COMMUNITY);
    let stranger = Publisher {
        key: String::from("made.up"),
        url: fire.url.clone(),
        client: fire.client.clone(),
    };
    assert_eq!(
        stranger.structured(&event).await.status(),
        StatusCode::UNAUTHORIZED
    );

    assert_eq!(fire.structured(&event).await.status(), StatusCode::OK);
    let now = service_kit::Clock::system().now();
    hub.hub.identity.revoke_key(key_id, now).await.unwrap();
    until(
        "a revoked key is refused",
        Duration::from_secs(5),
        || async {
            let status = fire.structured(&event).await.status();
            (status == StatusCode::UNAUTHORIZED).then_some(())
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_told_as_a_problem_with_its_own_status() {
    let hub = TestHub::start("refused").await;
    let (fire, key_id) = publisher(&hub).await;
    let foreign = outage("P-1", COMMUNITY, 10);
    let mut wrong = medical_call("R-2", COMMUNITY);
    wrong["data"].as_object_mut().unwrap().remove("incident");
    let huge = format!("[{}]", "1".repeat(5 * 1024 * 1024));
    let cases = [
        ("nothing accepted", fire.structured(&wrong).await, 422),
        (
            "another department's type",
            fire.structured(&foreign).await,
            422,
        ),
        (
            "not JSON",
            fire.post(STRUCTURED).body("{").send().await.unwrap(),
            400,
        ),
        (
            "unknown content type",
            fire.post("text/csv").body("a,b").send().await.unwrap(),
            415,
        ),
        (
            "too large",
            fire.post(BATCH).body(huge).send().await.unwrap(),
            413,
        ),
    ];
    for (what, response, expected) in cases {
        let kind = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        let (status, body) = answer(response).await;
        assert_eq!(status, expected, "{what}: {body}");
        assert!(
            kind.starts_with("application/problem+json"),
            "{what}: {kind}"
        );
        assert!(
            body["title"].as_str().is_some_and(|title| title.len() > 3),
            "{what}: {body}"
        );
    }
    only_keys_in_force_count(&hub, &fire, &key_id).await;
    hub.stop().await;
}
