//! Bodies packed with gzip or zstd: in all three modes, and never unpacked beyond the limit.

use std::io::Write as _;

use event_intake::Config;
use reqwest::StatusCode;
use serde_json::json;

use crate::desk::{Desk, answer, fire};

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut packing = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packing.write_all(plain).unwrap();
    packing.finish().unwrap()
}

fn zstd(plain: &[u8]) -> Vec<u8> {
    zstd::encode_all(plain, 19).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packed_event_stands_in_the_inbox_as_it_was_before_it_was_packed() {
    let desk = Desk::open().await;
    let structured = fire("structured").to_string().into_bytes();
    let batch = json!([fire("b0"), fire("b1")]).to_string().into_bytes();
    let data = fire("binary")["data"].to_string().into_bytes();
    let attributes = [
        ("ce-specversion", "1.0"),
        ("ce-id", "binary"),
        ("ce-source", "/fire/dispatch"),
        ("ce-type", "city.fire.incident-reported.v1"),
        ("ce-time", "2026-07-01T14:05:00+08:00"),
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
    ];
    for (kind, coding, body) in [
        (STRUCTURED, "gzip", gzip(&structured)),
        (BATCH, "zstd", zstd(&batch)),
    ] {
        let headers = [("content-type", kind), ("content-encoding", coding)];
        let (status, told) = answer(desk.post_binary(&headers, body).await).await;
        assert_eq!(
            (status, &told["rejected"]),
            (StatusCode::OK, &json!([])),
            "{coding}"
        );
    }
    let (status, told) = answer(desk.post_binary(&attributes, gzip(&data)).await).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let inbox = desk.inbox("fire").await;
    let values: Vec<_> = inbox.iter().map(|record| record.value.to_vec()).collect();
    let expected = [
        structured,
        fire("b0").to_string().into_bytes(),
        fire("b1").to_string().into_bytes(),
        data,
    ];
    assert_eq!(values, expected);
    assert_eq!(inbox[3].header("ce_id"), Some("binary"));
    assert_eq!(inbox[3].header("content-encoding"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_is_unpacked_no_further_than_the_limit() {
    let config = Config {
        body_bytes: 100_000,
        ..Config::default()
    };
    let desk = Desk::open_with(config).await;
    // Forty megabytes of blanks in forty kilobytes.
    let blanks = vec![b' '; 1 << 20];
    let mut packing = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..40 {
        packing.write_all(&blanks).unwrap();
    }
    let gzip_bomb = packing.finish().unwrap();
    let zstd_bomb = zstd::encode_all(&vec![b' '; 64 << 20][..], 3).unwrap();
    for (coding, bomb) in [("gzip", gzip_bomb), ("zstd", zstd_bomb)] {
        assert!(bomb.len() < 100_000, "{coding}: {} bytes", bomb.len());
        let headers = [("content-type", STRUCTURED), ("content-encoding", coding)];
        let (status, told) = answer(desk.post_binary(&headers, bomb).await).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{coding}: {told}");
        assert_eq!(told["type"], "urn:city-brain:problem:too-large-unpacked");
        assert!(
            told["detail"].as_str().unwrap().contains("100000"),
            "{told}"
        );
    }
    // Just within the limit it is only an event.
    let event = fire("1").to_string();
    let padded = format!("{event}{}", " ".repeat(100_000 - event.len()));
    let headers = [("content-type", STRUCTURED), ("content-encoding", "zstd")];
    let (status, told) = answer(desk.post_binary(&headers, zstd(padded.as_bytes())).await).await;
    assert_eq!(status, StatusCode::OK, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_packed_otherwise_or_not_whole_is_refused() {
    let desk = Desk::open().await;
    let event = fire("1").to_string().into_bytes();
    for coding in ["br", "deflate", "gzip, gzip", "aes128gcm"] {
        let headers = [("content-type", STRUCTURED), ("content-encoding", coding)];
        let response = desk.post_binary(&headers, gzip(&event)).await;
        assert_eq!(
            response.headers()["accept-encoding"],
            "gzip, zstd",
            "{coding}"
        );
        let (status, told) = answer(response).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{coding}");
        assert!(told["detail"].as_str().unwrap().contains(coding), "{told}");
    }
    let half = |packed: Vec<u8>| packed[..packed.len() / 2].to_vec();
    for (coding, body) in [
        ("gzip", half(gzip(&event))),
        ("zstd", half(zstd(&event))),
        ("gzip", event.clone()),
        ("zstd", gzip(&event)),
        ("gzip", Vec::new()),
    ] {
        let headers = [("content-type", STRUCTURED), ("content-encoding", coding)];
        let (status, told) = answer(desk.post_binary(&headers, body).await).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{coding}: {told}");
        assert_eq!(
            told["type"],
            "urn:city-brain:problem:broken-content-encoding"
        );
    }
    let plain = [
        ("content-type", STRUCTURED),
        ("content-encoding", "identity"),
    ];
    let (status, _) = answer(desk.post_binary(&plain, event).await).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(desk.inbox("fire").await.len(), 1);
}
