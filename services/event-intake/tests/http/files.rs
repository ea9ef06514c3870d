//! Files over real HTTP: previewed, published, repaired, sent again.

use std::collections::BTreeSet;

use event_intake::Config;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;

use crate::desk::{Desk, answer};
use crate::stack::fresh_hub;

const GOOD: &str = "1,路灯不亮,2026/7/1 14:05:00,一直不亮";
const HEADER: &str = "留言编号,留言主题,留言时间,留言详情";
const PATH: &str = "/v1/files/hotline.messages";

fn messages(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

async fn hotline() -> Desk {
    let log = fresh_hub(&["hotline"]).await;
    Desk::open_on(log, Config::default()).await
}

async fn send(desk: &Desk, path: &str, body: impl Into<reqwest::Body>) -> Response {
    let request = Client::new().post(format!("{}{path}", desk.url));
    let request = request
        .bearer_auth("hotline-key")
        .header("content-type", "text/csv");
    request.body(body).send().await.unwrap()
}

async fn ids(desk: &Desk) -> Vec<String> {
    let inbox = desk.inbox("hotline").await;
    let ids = inbox.iter().map(|record| {
        let event: Value = serde_json::from_slice(&record.value).unwrap();
        event["id"].as_str().unwrap().to_owned()
    });
    ids.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_publishes_nothing_and_then_the_good_rows_are_published_once() {
    let desk = hotline().await;
    let file = messages(&[GOOD, "2,停水,昨天,没水", "3,噪声"]);
    let (status, told) =
        answer(send(&desk, &format!("{PATH}?preview=1"), file.clone()).await).await;
    assert_eq!((status, &told["rows"]), (StatusCode::OK, &Value::from(3)));
    assert_eq!(told["preview"][0]["line"], 2);
    assert_eq!(told["preview"][0]["event"]["data"]["category"], "roads");
    let bad: Vec<_> = told["bad"].as_array().unwrap().iter().collect();
    assert_eq!(bad.len(), 2);
    assert_eq!(
        (&bad[0]["line"], &bad[0]["column"]),
        (&Value::from(3), &Value::from("留言时间"))
    );
    assert_eq!(bad[1]["code"], "too_few_columns");
    assert!(ids(&desk).await.is_empty());

    for _ in 0..2 {
        let (status, told) = answer(send(&desk, PATH, file.clone()).await).await;
        assert_eq!(
            (status, &told["accepted"]),
            (StatusCode::OK, &Value::from(1))
        );
    }
    let ids = ids(&desk).await;
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!(
        (ids.len(), distinct.len()),
        (2, 1),
        "a repeat, which admission drops"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_come_back_as_a_table_and_are_taken_when_they_are_repaired() {
    let desk = hotline().await;
    let request = Client::new().post(format!("{}{PATH}", desk.url));
    let request = request
        .bearer_auth("hotline-key")
        .header("accept", "text/csv");
    let file = messages(&[GOOD, "2,停水,昨天,没水"]);
    let table = request.body(file).send().await.unwrap();
    assert_eq!(table.headers()["content-type"], "text/csv; charset=utf-8");
    let table = table.text().await.unwrap();
    assert!(
        table.contains("@reason") && table.contains("2,停水,昨天,没水,"),
        "{table}"
    );
    let repaired = table.replace("昨天", "2026/7/2");
    let (status, told) = answer(send(&desk, PATH, repaired).await).await;
    assert_eq!(
        (status, &told["accepted"]),
        (StatusCode::OK, &Value::from(1))
    );
    assert_eq!(told["bad"].as_array().unwrap().len(), 0);
    assert_eq!(ids(&desk).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_table_and_whom_a_feed_does_not_belong_to_is_told() {
    let desk = hotline().await;
    for (path, body, status, kind) in [
        (PATH, "PK\u{3}\u{4}x", 422, "not-a-table"),
        (PATH, "", 422, "empty-file"),
        (PATH, "a,b", 422, "header"),
        (PATH, "留言编号;留言主题", 422, "separator"),
        (
            PATH,
            "留言编号,留言主题,留言时间,留言详情\n1,a\n",
            422,
            "rejected",
        ),
        ("/v1/files/power.outages", HEADER, 404, "unknown-feed"),
        (
            "/v1/files/hotline.messages?label=A",
            HEADER,
            400,
            "malformed",
        ),
    ] {
        let (found, told) = answer(send(&desk, path, body).await).await;
        assert_eq!(found.as_u16(), status, "{path} {body}: {told}");
        assert_eq!(told["type"], format!("urn:city-brain:problem:{kind}"));
    }
    let nobody = Client::new().post(format!("{}{PATH}", desk.url));
    let nobody = nobody.body(HEADER).send().await.unwrap();
    assert_eq!(answer(nobody).await.0, StatusCode::UNAUTHORIZED);
    assert!(ids(&desk).await.is_empty());
}

/// A form with parts, as browsers send it.
fn form(parts: &[(&str, &str)], file: Option<&[u8]>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in parts {
        body.extend(
            format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
    }
    if let Some(file) = file {
        body.extend(
            b"--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n",
        );
        body.extend(file);
        body.extend(b"\r\n");
    }
    body.extend(b"--X--\r\n");
    body
}

async fn browse(desk: &Desk, body: Vec<u8>) -> Response {
    let request = Client::new().post(format!("{}/v1/files?lang=en", desk.url));
    let request = request
        .header("cookie", "city_session=hotline-person")
        .header("origin", &desk.url)
        .header("accept", "text/html")
        .header("content-type", "multipart/form-data; boundary=X");
    request.body(body).send().await.unwrap()
}

fn value<'p>(page: &'p str, name: &str) -> &'p str {
    let rest = page
        .split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .unwrap();
    rest.split('"').next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_keeps_the_file_from_preview_to_publication() {
    let desk = hotline().await;
    let page = Client::new().get(format!("{}/v1/files", desk.url));
    let page = page.header("cookie", "city_session=hotline-person");
    let page = page.send().await.unwrap().text().await.unwrap();
    let token = value(&page, "token").to_owned();
    let gb = encoding_rs::GB18030
        .encode(&messages(&[GOOD, "2,停水,昨天,没水"]))
        .0
        .into_owned();
    let fields = [
        ("token", &*token),
        ("feed", "hotline.messages"),
        ("do", "preview"),
    ];
    let forged = [
        ("token", "guessed"),
        ("feed", "hotline.messages"),
        ("do", "publish"),
    ];
    let refused = browse(&desk, form(&forged, Some(&gb))).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);

    let preview = browse(&desk, form(&fields, Some(&gb))).await;
    assert_eq!(preview.status(), StatusCode::OK);
    let preview = preview.text().await.unwrap();
    assert!(
        preview.contains("路灯不亮") && preview.contains("留言时间"),
        "{preview}"
    );
    assert!(preview.contains("gb18030") && ids(&desk).await.is_empty());

    let kept = value(&preview, "kept");
    let fields = |act| {
        [
            ("token", &*token),
            ("feed", "hotline.messages"),
            ("kept", kept),
            ("name", "a.csv"),
            ("do", act),
        ]
    };
    let table = browse(&desk, form(&fields("bad"), None))
        .await
        .text()
        .await
        .unwrap();
    assert!(table.contains("2,停水,昨天,没水,\"value"), "{table}");
    let published = browse(&desk, form(&fields("publish"), None)).await;
    let published = published.text().await.unwrap();
    assert!(published.contains("Events published: 1"), "{published}");
    assert_eq!(ids(&desk).await.len(), 1);
    let damaged = [
        ("token", &*token),
        ("feed", "hotline.messages"),
        ("kept", "!"),
        ("do", "publish"),
    ];
    let damaged = browse(&desk, form(&damaged, None)).await;
    assert_eq!(damaged.status(), StatusCode::BAD_REQUEST);
}
