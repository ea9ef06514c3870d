//! Files of whole lists: the connection's filter, policy, masking and limits, as CSV and NDJSON.

use domain::access::Role;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use super::hub::Hub;
use super::stored::hub_with_examples;

async fn ask(hub: &Hub, token: &str, list: &str, body: Value) -> Response {
    let post = Client::new().post(format!("{}/export/{list}", hub.replicas[0]));
    post.bearer_auth(token).json(&body).send().await.unwrap()
}

async fn code(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    let code = body["errors"][0]["extensions"]["code"].as_str();
    (status, code.unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_holds_what_the_connection_shows_and_masks_what_it_masks() {
    let (hub, _, count) = hub_with_examples().await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let whole = ask(&hub, &token, "events", json!({"format": "ndjson"})).await;
    assert_eq!(whole.status(), 200);
    let kind = whole.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("application/x-ndjson"), "{kind}");
    let text = whole.text().await.unwrap();
    let rows: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), count);
    assert!(!text.contains("sealed"), "personal fields are masked");
    let query = "{ events(first: 1000) { nodes { eventId titles { en } } } }";
    let shown = hub.ask(0, &token, query, json!({})).await;
    for (row, node) in rows
        .iter()
        .zip(shown["data"]["events"]["nodes"].as_array().unwrap())
    {
        assert_eq!(row["eventId"], node["eventId"]);
        assert_eq!(row["titleEn"], node["titles"]["en"]);
    }
    let asked = json!({
        "format": "csv", "bom": true, "limit": 3, "filter": {"department": ["power"], "severity": [1, 2, 3, 4]},
        "columns": ["type", "severity", "data.customers"],
    });
    let some = ask(&hub, &token, "events", asked).await;
    assert_eq!(some.headers()["x-row-limit"], "3");
    assert_eq!(
        some.headers()["content-disposition"],
        "attachment; filename=\"events.csv\""
    );
    let text = some.text().await.unwrap();
    let mut lines = text.split("\r\n");
    assert_eq!(lines.next(), Some("\u{feff}type,severity,data.customers"));
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    assert!((1..=3).contains(&lines.len()), "{text}");
    assert!(lines.iter().all(|line| line.starts_with("city.power.")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_refused_as_the_connection_is() {
    let (hub, _, _) = hub_with_examples().await;
    let developer = hub.person("dev", &[Role::Developer]).await;
    let administrator = hub.person("root", &[Role::Administrator]).await;
    let key = hub.department_key("fire").await;
    let csv = json!({"format": "csv"});
    let of = |status: u16, code: &str| (status, code.to_owned());
    for list in ["events", "cases", "alerts", "dead-letters"] {
        let answer = ask(&hub, &key, list, csv.clone()).await;
        assert_eq!(code(answer).await, of(403, "FORBIDDEN"), "{list}");
    }
    let letters = ask(&hub, &developer, "dead-letters", csv.clone()).await;
    assert_eq!(code(letters).await, of(403, "FORBIDDEN"));
    let letters = ask(&hub, &administrator, "dead-letters", csv.clone()).await;
    assert_eq!(letters.status(), 200);
    assert!(letters.text().await.unwrap().starts_with("receivedAt,"));
    let nobody = ask(&hub, "guess", "events", csv.clone()).await;
    assert_eq!(code(nobody).await, of(401, "UNAUTHENTICATED"));
    let unknown = ask(&hub, &developer, "secrets", csv).await;
    assert_eq!(unknown.status(), 404);
    for body in [
        json!({}),
        json!({"format": "xls"}),
        json!({"format": "csv", "limit": 0}),
        json!({"format": "csv", "limit": 1_000_000}),
        json!({"format": "csv", "columns": ["secret"]}),
        json!({"format": "csv", "filter": {"severity": [9]}}),
        json!({"format": "csv", "filter": {"nonsense": 1}}),
        json!({"format": "csv", "surprise": 1}),
    ] {
        let answer = ask(&hub, &developer, "events", body.clone()).await;
        assert_eq!(code(answer).await, of(400, "BAD_REQUEST"), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cases_and_alerts_are_files_too() {
    let (hub, _, _) = hub_with_examples().await;
    let operator = hub.person("wang", &[Role::Operator]).await;
    let case = hub.open_case(&operator, "open").await;
    let cases = ask(&hub, &operator, "cases", json!({"format": "csv"})).await;
    let text = cases.text().await.unwrap();
    assert!(text.contains(case["number"].as_str().unwrap()), "{text}");
    assert!(text.starts_with("number,kind,openedAt"), "{text}");
    let alerts = ask(&hub, &operator, "alerts", json!({"format": "ndjson"})).await;
    assert_eq!(
        (alerts.status().as_u16(), alerts.text().await.unwrap()),
        (200, String::new())
    );
}
