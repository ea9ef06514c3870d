//! `Idempotency-Key`: the first answer again, and nothing in the log twice.

use event_intake::Config;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Desk, answer, fire};

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";

async fn post(desk: &Desk, kind: &str, key: &str, body: &Value) -> (StatusCode, Value, bool) {
    let headers = [("content-type", kind), ("idempotency-key", key)];
    let response = desk.post_binary(&headers, body.to_string().into()).await;
    let replayed = response.headers().contains_key("idempotency-replayed");
    let (status, told) = answer(response).await;
    (status, told, replayed)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_with_the_same_body_gets_the_first_answer_and_publishes_once() {
    let desk = Desk::open().await;
    let mut wrong = fire("wrong");
    wrong["data"]["category"] = json!("dragon");
    let batch = json!([fire("0"), wrong]);
    let (status, first, replayed) = post(&desk, BATCH, "batch-1", &batch).await;
    assert_eq!((status, replayed), (StatusCode::OK, false));
    assert_eq!(first["accepted"], 1);
    let again = post(&desk, BATCH, "batch-1", &batch).await;
    assert_eq!(again, (StatusCode::OK, first, true));
    assert_eq!(desk.inbox("fire").await.len(), 1);
    let refused = json!([wrong_time()]);
    let (status, first, _) = post(&desk, BATCH, "batch-2", &refused).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = post(&desk, BATCH, "batch-2", &refused).await;
    assert_eq!(again, (StatusCode::UNPROCESSABLE_ENTITY, first, true));
}

fn wrong_time() -> Value {
    let mut wrong = fire("wrong");
    wrong["time"] = json!("noon");
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_with_another_body_is_refused_and_publishes_nothing() {
    let desk = Desk::open().await;
    let (status, ..) = post(&desk, STRUCTURED, "once", &fire("1")).await;
    assert_eq!(status, StatusCode::OK);
    let (status, told, _) = post(&desk, STRUCTURED, "once", &fire("2")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        told["type"],
        "urn:city-brain:problem:idempotency-key-reused"
    );
    let (status, ..) = post(&desk, STRUCTURED, "twice", &fire("2")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(desk.inbox("fire").await.len(), 2);
    let (status, ..) = post(&desk, STRUCTURED, &"k".repeat(256), &fire("3")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_may_pass_does_not_use_up_the_key() {
    let config = Config {
        events_per_second: 1,
        ..Config::default()
    };
    let desk = Desk::open_with(config).await;
    let (status, ..) = post(&desk, STRUCTURED, "first", &fire("1")).await;
    assert_eq!(status, StatusCode::OK);
    let begun = std::time::Instant::now();
    let mut refusals = 0;
    let replayed = loop {
        let (status, told, replayed) = post(&desk, STRUCTURED, "second", &fire("2")).await;
        if status == StatusCode::OK {
            break replayed;
        }
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{told}");
        refusals += 1;
        assert!(begun.elapsed().as_secs() < 30, "the allowance never grew");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    assert!(
        !replayed,
        "after {refusals} refusals it was served for the first time"
    );
    assert_eq!(desk.inbox("fire").await.len(), 2);
}
