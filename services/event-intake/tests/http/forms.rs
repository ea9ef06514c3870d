//! Forms over real HTTP: filled in by a person in a browser without scripts, or by a program.

use axum::http::HeaderMap;
use reqwest::{Client, Response, StatusCode, redirect};
use serde_json::{Value, json};

use crate::desk::Desk;

const FORM: &str = "/v1/forms/city.fire.incident-reported.v1";
const URLENCODED: &str = "application/x-www-form-urlencoded";
const COOKIE: &str = "city_session=fire-person";

/// A browser: it keeps a cookie and tells where it comes from.
struct Browser {
    client: Client,
    url: String,
    cookie: &'static str,
}

impl Browser {
    fn of(desk: &Desk, cookie: &'static str) -> Self {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        let url = desk.url.clone();
        Self {
            client,
            url,
            cookie,
        }
    }

    async fn get(&self, path: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.url));
        let request = request
            .header("cookie", self.cookie)
            .header("accept", "text/html");
        request.send().await.unwrap()
    }

    async fn post(&self, origin: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.client.post(format!("{}{FORM}?lang=en", self.url));
        let request = request
            .header("cookie", self.cookie)
            .header("accept", "text/html")
            .header("origin", origin);
        let request = request.header("content-type", URLENCODED);
        request.body(encoded(fields)).send().await.unwrap()
    }

    /// What the form hides: its number and the token of the session.
    async fn hidden(&self) -> (String, String) {
        let page = self.get(FORM).await.text().await.unwrap();
        let value = |name: &str| {
            let begin = format!("name=\"{name}\" value=\"");
            let rest = page.split(&begin).nth(1).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        (value("nonce"), value("token"))
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields).finish()
}

fn filled<'a>(hidden: &'a (String, String), incident: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("nonce", &hidden.0),
        ("token", &hidden.1),
        ("/incident", incident),
        ("/category", "smoke"),
        ("/units", "E01\r\nT02"),
        ("/caller/name", "李"),
        ("time", "2026-07-01T14:05"),
        ("place", "990101001"),
        ("exercise", "true"),
    ]
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers[name].to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_fills_in_is_an_event_and_the_same_form_twice_is_the_same_event() {
    let desk = Desk::open().await;
    let browser = Browser::of(&desk, COOKIE);
    let hidden = browser.hidden().await;
    let mut receipts = Vec::new();
    for incident in ["F-1", "F-1", "F-2"] {
        let answer = browser.post(&desk.url, &filled(&hidden, incident)).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        receipts.push(header(answer.headers(), "location").to_owned());
    }
    assert_eq!(receipts[0], receipts[1], "sent twice");
    assert_ne!(receipts[0], receipts[2], "corrected and sent again");

    let inbox = desk.inbox("fire").await;
    let events: Vec<Value> = inbox
        .iter()
        .map(|record| serde_json::from_slice(&record.value).unwrap())
        .collect();
    assert_eq!((events.len(), &events[0]), (3, &events[1]));
    let id = events[0]["id"].as_str().unwrap();
    let expected = json!({
        "specversion": "1.0", "id": id, "source": "/fire/forms",
        "type": "city.fire.incident-reported.v1", "time": "2026-07-01T06:05:00.000Z",
        "placecode": "990101001", "exercise": true, "filledby": "li",
        "datacontenttype": "application/json",
        "data": {"incident": "F-1", "category": "smoke", "units": ["E01", "T02"], "caller": {"name": "李"}}
    });
    assert_eq!(events[0], expected);

    let receipt = browser.get(&receipts[0]).await.text().await.unwrap();
    assert!(receipt.contains(id), "{receipt}");
    let fate = format!("/v1/events/%2Ffire%2Fforms/{id}");
    assert!(receipt.contains(&fate), "{receipt}");
    // The link is for the same person; the store of this test knows nothing of the event.
    let asked = browser.get(&fate).await;
    assert_eq!(asked.status(), StatusCode::NOT_FOUND);
    let told: Value = serde_json::from_str(&asked.text().await.unwrap()).unwrap();
    assert_eq!(told["state"], "unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_beside_its_field_and_what_was_typed_is_kept_and_escaped() {
    let desk = Desk::open().await;
    let browser = Browser::of(&desk, COOKIE);
    let hidden = browser.hidden().await;
    let typed = "<script>alert(1)</script>";
    let mut fields = filled(&hidden, typed);
    fields.retain(|(name, _)| *name != "/category");
    fields.push(("lon", "east"));
    fields.push(("/address", "望江路 12 号"));
    let answer = browser.post(&desk.url, &fields).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(page.contains("<title>Error: Incident reported</title>"));
    for id in ["f-incident-error", "f-category-error"] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}: {page}");
        assert!(page.contains(&format!("-hint {id}\"")) || page.contains(&format!("\"{id}\"")));
    }
    assert!(page.contains("Fill this in") && page.contains("aria-invalid=\"true\""));
    assert!(page.contains("value=\"&lt;script&gt;alert(1)&lt;/script&gt;\""));
    assert!(!page.contains("<script>"));
    assert!(page.contains("望江路 12 号") && page.contains("E01\nT02"));
    // What only the judgement of the whole event tells is told by field, too.
    let mut fields = filled(&hidden, "F-1");
    fields.push(("lon", "east"));
    fields.push(("lat", "30"));
    let answer = browser.post(&desk.url, &fields).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text().await.unwrap();
    assert!(page.contains("id=\"flon-error\""), "{page}");
    assert!(desk.inbox("fire").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_comes_from_our_own_page_or_by_a_key_and_from_nobody_else() {
    let desk = Desk::open().await;
    let browser = Browser::of(&desk, COOKIE);
    let hidden = browser.hidden().await;
    let forged = (hidden.0.clone(), String::from("guessed"));
    for (origin, hidden) in [
        (desk.url.as_str(), &forged),
        ("https://evil.example", &hidden),
        ("null", &hidden),
    ] {
        let answer = browser.post(origin, &filled(hidden, "F-1")).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin}");
    }
    assert!(desk.inbox("fire").await.is_empty());
    let by_key = browser.client.post(format!("{}{FORM}", desk.url));
    let answer = by_key
        .bearer_auth("fire-key")
        .header("content-type", URLENCODED)
        .body(encoded(&filled(&forged, "F-1")))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(desk.inbox("fire").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_shown_to_those_who_may_publish_it_and_to_nobody_else() {
    let desk = Desk::open().await;
    for (cookie, path, expected) in [
        (COOKIE, FORM, 200),
        (COOKIE, "/v1/forms", 200),
        (COOKIE, "/v1/forms/city.power.outage-started.v1", 404),
        (COOKIE, "/v1/forms/nothing", 404),
        ("city_session=fire-developer", FORM, 403),
        ("city_session=centre-person", FORM, 403),
        ("city_session=over", FORM, 401),
        ("", "/v1/forms", 401),
    ] {
        let answer = Browser::of(&desk, cookie).get(path).await;
        assert_eq!(answer.status().as_u16(), expected, "{cookie} {path}");
        let headers = answer.headers();
        let policy = header(headers, "content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        assert_eq!(header(headers, "referrer-policy"), "same-origin");
        assert_eq!(header(headers, "cache-control"), "no-store");
        let page = answer.text().await.unwrap();
        assert!(!page.contains("<script"), "{page}");
    }
    let list = Browser::of(&desk, COOKIE).get("/v1/forms?lang=zh").await;
    let list = list.text().await.unwrap();
    assert!(
        list.contains("火警接报") && !list.contains("city.power."),
        "{list}"
    );
    assert!(list.contains("<html lang=\"zh-CN\">"));
    // Programs are answered as everywhere.
    let answer = desk.get("operator-token", FORM).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        header(answer.headers(), "content-type"),
        "application/problem+json"
    );
}
