//! Requests whose headers and body do not agree: told before anything is read or unpacked.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::desk::{Desk, answer, fire};

const STRUCTURED: &str = "application/cloudevents+json";

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_what_it_says_is_told_what_it_is() {
    let desk = Desk::open().await;
    let zip = b"PK\x03\x04rest of a spreadsheet".to_vec();
    let page = b"<!doctype html><p>signed out".to_vec();
    let marked = [b"\xef\xbb\xbf", fire("1").to_string().as_bytes()].concat();
    let wide: Vec<u8> = "\u{feff}{}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (body, found) in [
        (zip, "spreadsheet"),
        (page, "HTML"),
        (marked, "byte order mark"),
        (wide, "UTF-16"),
        (vec![0x1f, 0x8b, 8, 0], "content-encoding: gzip"),
        (vec![0x28, 0xb5, 0x2f, 0xfd], "content-encoding: zstd"),
    ] {
        let (status, told) = answer(desk.post("fire-key", STRUCTURED, body).await).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{found}");
        assert!(told["detail"].as_str().unwrap().contains(found), "{told}");
    }
    assert!(desk.inbox("fire").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_with_a_hundred_thousand_fields_is_one_refusal_and_no_burden() {
    let desk = Desk::open().await;
    let mut crowded = fire("crowded");
    for n in 0..100_000 {
        crowded["data"][format!("f{n}")] = json!(n);
    }
    let body = crowded.to_string().into_bytes();
    let (status, told) = answer(desk.post("fire-key", STRUCTURED, body.clone()).await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
    let rejected = told["rejected"].as_array().unwrap();
    assert_eq!(rejected.len(), 1);
    assert!(!rejected[0]["code"].as_str().unwrap().is_empty());
    assert!(
        told.to_string().len() < 10_000,
        "the answer does not list them all"
    );
    // The same as attributes of its own.
    let mut attributes = fire("attributes");
    for n in 0..100_000 {
        attributes[format!("a{n}")] = json!("x");
    }
    let body = attributes.to_string().into_bytes();
    let (status, told) = answer(desk.post("fire-key", STRUCTURED, body).await).await;
    assert!(
        matches!(status.as_u16(), 400 | 422),
        "{status}: an event has at most 64 attributes of its own: {told}"
    );
    assert!(desk.inbox("fire").await.is_empty());
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
