//! Requests whose headers and body do not agree: told before anything is read or unpacked.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::desk::{Desk, answer, fire};

const STRUCTURED: &str = "application/cloudevents+json";

#[tokio::test(flavor = "multi_thread")]
async fn a_packed_body_is_refused_unopened() {
    let desk = Desk::open().await;
    for coding in ["gzip", "zstd", "br", "gzip, gzip"] {
        let headers = [("content-type", STRUCTURED), ("content-encoding", coding)];
        let (status, told) = answer(desk.post_binary(&headers, vec![0x1f, 0x8b, 8, 0]).await).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{coding}");
        let detail = told["detail"].as_str().unwrap();
        assert!(detail.contains("content-encoding"), "{told}");
    }
    let plain = [
        ("content-type", STRUCTURED),
        ("content-encoding", "identity"),
    ];
    let sound = fire("1").to_string().into_bytes();
    assert_eq!(
        answer(desk.post_binary(&plain, sound).await).await.0,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_type_in_doubt_is_refused() {
    let desk = Desk::open().await;
    let sound = fire("1").to_string().into_bytes();
    let two = [
        ("content-type", STRUCTURED),
        ("content-type", "application/json"),
    ];
    let (status, _) = answer(desk.post_binary(&two, sound.clone()).await).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let gbk = "application/cloudevents+json; charset=gb18030";
    let (status, told) = answer(desk.post("fire-key", gbk, sound).await).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(told["detail"].as_str().unwrap().contains("UTF-8"), "{told}");
    assert!(desk.inbox("fire").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_twice_is_told_like_any_attribute_twice() {
    let desk = Desk::open().await;
    let headers = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-id", "2"),
        ("ce-source", "/fire/dispatch"),
        ("ce-type", "city.fire.incident-reported.v1"),
    ];
    let data = json!({ "incident": "F1", "category": "smoke" }).to_string();
    let (status, told) = answer(desk.post_binary(&headers, data.into_bytes()).await).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(told["detail"].as_str().unwrap().contains("/id"), "{told}");
}

/// What a client hears that promises `length` bytes and sends these; where more was promised, it
/// stops sending.
async fn heard(desk: &Desk, length: &str, body: &str) -> String {
    let address = desk.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer fire-key\r\n\
         content-type: {STRUCTURED}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let promised: Option<usize> = length.parse().ok();
    if promised.is_some_and(|promised| promised > body.len()) {
        stream.shutdown().await.unwrap();
    }
    let mut answer = String::new();
    let reading = stream.read_to_string(&mut answer);
    let read = tokio::time::timeout(Duration::from_secs(20), reading).await;
    read.unwrap().unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_content_length_publishes_nothing() {
    let desk = Desk::open().await;
    let sound = fire("1").to_string();
    let longer = (sound.len() + 10).to_string();
    let answer = heard(&desk, &longer, &sound).await;
    let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 400");
    assert!(refused, "{answer}");
    let shorter = (sound.len() - 10).to_string();
    let answer = heard(&desk, &shorter, &sound).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let answer = heard(&desk, "many", &sound).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(desk.inbox("fire").await.is_empty());
    let exact = heard(&desk, &sound.len().to_string(), &sound).await;
    assert!(exact.starts_with("HTTP/1.1 200"), "{exact}");
}
