//! Every answer of `POST /v1/events` and `GET /v1/events/<source>/<id>`.

use std::time::{Duration, Instant};

use event_intake::Config;
use event_log::LogConfig;
use event_schemas::city::Topics;
use reqwest::{Response, StatusCode};
use serde_json::json;

use crate::desk::{Desk, answer, fire};

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";

fn bytes(value: &serde_json::Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_event_is_in_the_department_s_inbox_when_the_answer_comes() {
    let desk = Desk::open().await;
    let told = answer(desk.post("fire-key", STRUCTURED, bytes(&fire("1"))).await).await;
    assert_eq!(
        told,
        (StatusCode::OK, json!({"accepted": 1, "rejected": []}))
    );
    let headers = [
        ("ce-specversion", "1.0"),
        ("ce-id", "2%20%E7%81%AB"),
        ("ce-source", "/fire/dispatch"),
        ("ce-type", "city.fire.incident-reported.v1"),
        ("ce-time", "2026-07-01T14:05:00+08:00"),
        ("content-type", "application/json"),
    ];
    let data = bytes(&fire("2")["data"]);
    let told = answer(desk.post_binary(&headers, data.clone()).await).await;
    assert_eq!(
        told,
        (StatusCode::OK, json!({"accepted": 1, "rejected": []}))
    );
    let inbox = desk.inbox("fire").await;
    assert_eq!(inbox.len(), 2);
    assert_eq!(inbox[0].header("content-type"), Some(STRUCTURED));
    assert_eq!(inbox[0].value, bytes(&fire("1")));
    assert_eq!(inbox[1].header("ce_id"), Some("2 火"));
    assert_eq!(inbox[1].value, data);
    assert!(desk.inbox("power").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_accepted_in_order_but_for_what_is_rejected_with_index_and_reason() {
    let desk = Desk::open().await;
    let mut wrong = fire("wrong");
    wrong["data"]["category"] = json!("dragon");
    let mut foreign = fire("foreign");
    foreign["type"] = json!("city.power.outage-started.v1");
    let batch = json!([fire("0"), wrong, fire("2"), foreign, 7]);
    let (status, told) = answer(desk.post("fire-key", BATCH, bytes(&batch)).await).await;
    assert_eq!((status, &told["accepted"]), (StatusCode::OK, &json!(2)));
    let rejected = told["rejected"].as_array().unwrap();
    let found: Vec<_> = rejected
        .iter()
        .map(|one| {
            (
                one["index"].as_u64(),
                one["code"].as_str(),
                one["id"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Some(1), Some("contract_violation"), Some("wrong")),
            (Some(3), Some("foreign_type"), Some("foreign")),
            (Some(4), Some("malformed"), None),
        ]
    );
    assert_eq!(rejected[0]["path"], "/data/category");
    let inbox = desk.inbox("fire").await;
    let values: Vec<_> = inbox.iter().map(|record| record.value.to_vec()).collect();
    assert_eq!(values, [bytes(&fire("0")), bytes(&fire("2"))]);
    let (status, told) = answer(
        desk.post("fire-key", BATCH, bytes(&json!([wrong_event()])))
            .await,
    )
    .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        (
            &told["accepted"],
            told["rejected"].as_array().unwrap().len()
        ),
        (&json!(0), 1)
    );
}

fn wrong_event() -> serde_json::Value {
    let mut wrong = fire("wrong");
    wrong["time"] = json!("noon");
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_served_is_told_by_its_status() {
    let config = Config {
        batch_events: 3,
        ..Config::default()
    };
    let desk = Desk::open_with(config).await;
    let status = |response| async { answer(response).await.0.as_u16() };
    let event = bytes(&fire("1"));
    assert_eq!(status(desk.post_without_key().await).await, 401);
    assert_eq!(
        status(desk.post("revoked", STRUCTURED, event.clone()).await).await,
        401
    );
    assert_eq!(
        status(desk.post("operator-token", STRUCTURED, event.clone()).await).await,
        403
    );
    assert_eq!(
        status(desk.post("fire-key", "text/csv", event.clone()).await).await,
        415
    );
    assert_eq!(
        status(
            desk.post("fire-key", "application/json", event.clone())
                .await
        )
        .await,
        415
    );
    assert_eq!(
        status(desk.post("fire-key", STRUCTURED, b"{half".to_vec()).await).await,
        400
    );
    assert_eq!(
        status(desk.post("fire-key", BATCH, event.clone()).await).await,
        400
    );
    assert_eq!(
        status(desk.post("fire-key", STRUCTURED, b"[]".to_vec()).await).await,
        400
    );
    let many = json!([fire("1"), fire("2"), fire("3"), fire("4")]);
    assert_eq!(
        status(desk.post("fire-key", BATCH, bytes(&many)).await).await,
        413
    );
    let large = vec![b' '; 5 * 1024 * 1024];
    assert_eq!(
        status(desk.post("fire-key", STRUCTURED, large).await).await,
        413
    );
    assert_eq!(
        status(desk.post("power-key", STRUCTURED, event).await).await,
        422,
        "a foreign type"
    );
    assert!(desk.inbox("fire").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_beyond_its_rate_is_asked_to_come_again() {
    let config = Config {
        events_per_second: 1,
        ..Config::default()
    };
    let desk = Desk::open_with(config).await;
    // A batch may overdraw the allowance once; it is paid back at one event per second.
    let batch: Vec<_> = (0..100).map(|n| fire(&format!("{n}"))).collect();
    let first = desk.post("fire-key", BATCH, bytes(&json!(batch))).await;
    assert_eq!(first.status(), StatusCode::OK);
    let second = desk.post("fire-key", STRUCTURED, bytes(&fire("2"))).await;
    let seconds = told_to_wait(second, "urn:city-brain:problem:rate").await;
    // 99 overdrawn and one to send, less what passed meanwhile.
    assert!((2..=100).contains(&seconds), "{seconds}");
    let other = desk.post("power-key", STRUCTURED, bytes(&fire("3"))).await;
    assert_ne!(
        other.status(),
        StatusCode::TOO_MANY_REQUESTS,
        "another key's allowance"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_beyond_its_quota_is_told_when_the_next_day_begins() {
    let config = Config {
        events_per_day: std::num::NonZeroU64::new(2),
        ..Config::default()
    };
    let desk = Desk::open_with(config).await;
    let batch = json!([fire("0"), fire("1")]);
    let first = desk.post("fire-key", BATCH, bytes(&batch)).await;
    assert_eq!(first.status(), StatusCode::OK);
    let second = desk.post("fire-key", STRUCTURED, bytes(&fire("2"))).await;
    let seconds = told_to_wait(second, "urn:city-brain:problem:quota").await;
    assert!((1..=86_400).contains(&seconds), "{seconds}");
    assert_eq!(desk.inbox("fire").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_all_seats_are_taken_the_next_is_asked_to_come_again() {
    let config = Config {
        in_flight: 1,
        ..Config::default()
    };
    let desk = Desk::open_with(config).await;
    let slow = desk.begin_slowly().await;
    // The slow one has its seat once its head is read.
    let begun = Instant::now();
    let refused = loop {
        let response = desk.post("fire-key", STRUCTURED, bytes(&fire("2"))).await;
        if response.status() != StatusCode::OK {
            break response;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "the seat is still free"
        );
    };
    assert_eq!(refused.headers()["retry-after"], "1");
    let (status, told) = answer(refused).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(told["type"], "urn:city-brain:problem:busy");
    drop(slow);
    let begun = Instant::now();
    while desk
        .post("fire-key", STRUCTURED, bytes(&fire("3")))
        .await
        .status()
        != StatusCode::OK
    {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "the seat is not free again"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_kafka_is_away_nothing_is_promised_and_the_answer_comes_in_time() {
    let away = LogConfig {
        brokers: String::from("127.0.0.1:1"),
        topics: Topics::new("away"),
        client_id: String::from("event-intake-tests"),
    };
    let config = Config {
        acknowledge_within: Duration::from_secs(1),
        ..Config::default()
    };
    let desk = Desk::open_on(away, config).await;
    let begun = Instant::now();
    let response = desk.post("fire-key", STRUCTURED, bytes(&fire("1"))).await;
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(response.headers()["retry-after"], "1");
    let (status, told) = answer(response).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        told["detail"].as_str().unwrap().contains("same ids"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_can_ask_what_became_of_its_own_events() {
    let desk = Desk::open().await;
    let (status, told) = answer(
        desk.get("fire-key", "/v1/events/%2Ffire%2Fdispatch/known")
            .await,
    )
    .await;
    assert_eq!(
        (status, told["state"].as_str()),
        (StatusCode::OK, Some("admitted"))
    );
    assert!(
        told["position"].as_str().unwrap().ends_with(".2.3"),
        "{told}"
    );
    let (status, told) = answer(
        desk.get("fire-key", "/v1/events//fire/dispatch/refused")
            .await,
    )
    .await;
    assert_eq!(
        (status, told["state"].as_str()),
        (StatusCode::OK, Some("deadLetter"))
    );
    assert_eq!(told["deadLetters"][0]["code"], "wrong_place");
    let other = answer(
        desk.get("power-key", "/v1/events/%2Ffire%2Fdispatch/known")
            .await,
    )
    .await;
    assert_eq!(
        (other.0, &other.1["state"]),
        (StatusCode::NOT_FOUND, &json!("unknown"))
    );
    let nobody = desk
        .get("revoked", "/v1/events/%2Ffire%2Fdispatch/known")
        .await;
    assert_eq!(answer(nobody).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_is_told_its_own_refusals_and_nobody_else_s() {
    let desk = Desk::open().await;
    let (status, told) = answer(desk.get("fire-key", "/v1/dead-letters?limit=5").await).await;
    assert_eq!(
        (status, &told["department"]),
        (StatusCode::OK, &json!("fire"))
    );
    let letters = told["deadLetters"].as_array().unwrap();
    assert_eq!((letters.len(), &letters[0]["id"]), (1, &json!("refused")));
    assert_eq!(letters[0]["code"], "wrong_place");
    let (_, others) = answer(desk.get("power-key", "/v1/dead-letters").await).await;
    assert_eq!(others["deadLetters"], json!([]));
    for (key, path, expected) in [
        ("revoked", "/v1/dead-letters", StatusCode::UNAUTHORIZED),
        ("operator-token", "/v1/dead-letters", StatusCode::FORBIDDEN),
        (
            "fire-key",
            "/v1/dead-letters?limit=0",
            StatusCode::BAD_REQUEST,
        ),
        (
            "fire-key",
            "/v1/dead-letters?department=power",
            StatusCode::BAD_REQUEST,
        ),
    ] {
        assert_eq!(
            answer(desk.get(key, path).await).await.0,
            expected,
            "{key} {path}"
        );
    }
}

/// Seconds after which the client is told to come again, having sent too much of this kind.
async fn told_to_wait(response: Response, problem: &str) -> u32 {
    let after = response.headers()["retry-after"].to_str().unwrap();
    let seconds = after.parse().unwrap();
    let (status, told) = answer(response).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(told["type"], problem);
    seconds
}
