//! Open311 over real HTTP: what a citizen's app asks and reports, as JSON and XML.

use event_intake::Config;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;

use crate::desk::Desk;
use crate::stack::fresh_hub;

async fn hotline() -> Desk {
    let log = fresh_hub(&["hotline"]).await;
    Desk::open_on(log, Config::default()).await
}

async fn get(desk: &Desk, path: &str) -> Response {
    let request = Client::new().get(format!("{}/open311/v2/{path}", desk.url));
    request.send().await.unwrap()
}

async fn json(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let kind = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(kind, "application/json; charset=utf-8");
    let body = response.text().await.unwrap();
    (status, serde_json::from_str(&body).unwrap())
}

async fn report(desk: &Desk, path: &str, fields: &[(&str, &str)]) -> Response {
    let mut body = form_urlencoded::Serializer::new(String::new());
    let body = body.extend_pairs(fields).finish();
    let request = Client::new().post(format!("{}/open311/v2/{path}", desk.url));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.body(body).send().await.unwrap()
}

const REPORT: [(&str, &str); 4] = [
    ("service_code", "roads"),
    ("address_id", "990101001"),
    ("description", "路面塌陷"),
    ("attribute[urgent]", "true"),
];

#[tokio::test(flavor = "multi_thread")]
async fn services_and_the_state_of_requests_are_told_to_everybody_in_both_formats() {
    let desk = hotline().await;
    let (status, services) = json(get(&desk, "services.json?jurisdiction_id=lanwan").await).await;
    assert_eq!(
        (status, &services[4]["service_code"]),
        (200, &Value::from("roads"))
    );
    let (_, definition) = json(get(&desk, "services/roads.json?lang=en").await).await;
    assert_eq!(definition["attributes"][0]["code"], "kind");
    let (_, discovery) = json(get(&desk, "discovery.json").await).await;
    let at = format!("{}/open311/v2", desk.url);
    assert_eq!(discovery["endpoints"][0]["url"], at);

    let (_, requests) = json(get(&desk, "requests/O1.json").await).await;
    assert_eq!(
        (&requests[0]["status"], &requests[0]["status_notes"]),
        (&Value::from("closed"), &Value::from("已解决"))
    );
    let (_, token) = json(get(&desk, "tokens/O1.json").await).await;
    assert_eq!(token[0]["service_request_id"], "O1");
    for (path, count) in [
        ("requests.json?service_request_id=O1,O2", 1),
        ("requests.json", 0),
        ("requests.json?start_date=1970-01-01T00:00:00Z", 1),
        (
            "requests.json?start_date=1970-01-01T00:00:00Z&status=open",
            0,
        ),
        (
            "requests.json?start_date=1970-01-01T00:00:00Z&status=open,closed&service_code=roads",
            1,
        ),
    ] {
        let (status, told) = json(get(&desk, path).await).await;
        assert_eq!(
            (status, told.as_array().unwrap().len()),
            (200, count),
            "{path}"
        );
    }

    let xml = get(&desk, "requests/O1.xml").await;
    assert_eq!(xml.headers()["content-type"], "text/xml; charset=utf-8");
    let xml = xml.text().await.unwrap();
    assert!(
        xml.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<service_requests><request>")
    );
    assert!(
        xml.contains("<service_request_id>O1</service_request_id>")
            && xml.contains("<status>closed</status>")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_with_the_hotline_s_key_is_an_event_of_the_hotline() {
    let desk = hotline().await;
    let mut fields = REPORT.to_vec();
    fields.push(("api_key", "hotline-key"));
    let (status, told) = json(report(&desk, "requests.json", &fields).await).await;
    assert_eq!(status, 200, "{told}");
    let id = told[0]["service_request_id"].as_str().unwrap().to_owned();
    let xml = report(&desk, "requests.xml?api_key=hotline-key", &REPORT).await;
    assert_eq!(xml.status(), StatusCode::OK);
    assert!(
        xml.text()
            .await
            .unwrap()
            .contains("<request><account_id></account_id><service_notice>")
    );

    let inbox = desk.inbox("hotline").await;
    assert_eq!(inbox.len(), 2);
    let event: Value = serde_json::from_slice(&inbox[0].value).unwrap();
    assert_eq!(event["id"], id.as_str());
    assert_eq!(
        (&event["source"], &event["placecode"]),
        (&Value::from("/hotline/open311"), &Value::from("990101001"))
    );
    assert_eq!(
        (&event["data"]["description"], &event["data"]["urgent"]),
        (&Value::from("路面塌陷"), &Value::from(true))
    );
    for record in &inbox {
        let text = String::from_utf8(record.value.to_vec()).unwrap();
        assert!(!text.contains("hotline-key"), "a key is nobody's to read");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_told_or_taken_is_said_as_the_standard_says_it() {
    let desk = hotline().await;
    for (path, code) in [
        ("services/dragons.json", 404),
        ("requests/O2.json", 404),
        ("tokens/O2.json", 404),
        ("nothing.json", 404),
        ("requests.json?start_date=yesterday", 400),
        (
            "requests.json?start_date=2026-01-01T00:00:00Z&end_date=2026-07-01T00:00:00Z",
            400,
        ),
    ] {
        let (status, told) = json(get(&desk, path).await).await;
        assert_eq!(
            (status, told[0]["code"].as_u64()),
            (code, Some(code.into())),
            "{path}"
        );
        assert!(!told[0]["description"].as_str().unwrap().is_empty());
    }
    let with = |more: &[(&'static str, &'static str)]| {
        let mut fields = REPORT.to_vec();
        fields.extend(more);
        fields
    };
    for (fields, code) in [
        (with(&[]), 401),
        (with(&[("api_key", "guessed")]), 403),
        (with(&[("api_key", "power-key")]), 403),
        (with(&[("api_key", "operator-token")]), 403),
        (vec![("api_key", "hotline-key")], 400),
        (
            with(&[("api_key", "hotline-key"), ("phone", "call me")]),
            400,
        ),
        (
            with(&[("api_key", "hotline-key"), ("lat", "north"), ("long", "1")]),
            400,
        ),
    ] {
        let (status, told) = json(report(&desk, "requests.json", &fields).await).await;
        assert_eq!(
            (status, told[0]["code"].as_u64()),
            (code, Some(code.into())),
            "{fields:?}"
        );
        assert!(!told.to_string().contains("hotline-key"));
    }
    let xml = report(&desk, "requests.xml", &REPORT).await;
    let xml = xml.text().await.unwrap();
    assert!(
        xml.contains("<errors><error><code>401</code><description>"),
        "{xml}"
    );
    assert!(desk.inbox("hotline").await.is_empty());
}
