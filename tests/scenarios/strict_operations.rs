//! A strict hub: a page may ask for nothing but what the console was built with. GraphQL runs by itself,
//! as on a cluster, and takes the console from a folder.

use std::process::Command;

use city_brain::settings::{ConsoleSource, Settings};
use reqwest::{Client, StatusCode};
use serde_json::{Map, Value, json};
use tests::binary::city_brain;
use tests::console::tools;
use tests::hub::settings;
use tests::process::HubProcess;
use tests::stack::namespace;

/// Adds an operator at the command line; the password.
fn operator(city: &Settings, name: &str) -> String {
    let output = Command::new(city_brain())
        .args(["user", "add", name, "--roles", "operator"])
        .args(["--kafka", city.kafka.as_deref().unwrap()])
        .args(["--topic-prefix", &city.topic_prefix])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let (_, password) = said.trim().split_once(' ').unwrap();
    password.to_owned()
}

/// A signed-in page: its cookie, and the token that a program would send.
async fn sign_in(client: &Client, url: &str, name: &str, password: &str) -> (String, String) {
    let answer = client
        .post(format!("{url}/auth/login"))
        .json(&json!({ "name": name, "password": password }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let body: Value = answer.json().await.unwrap();
    (cookie, body["token"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_ask_a_strict_hub_for_its_consoles_operations_and_for_nothing_else() {
    let built = &tools().await.built;
    let mut city = settings(&namespace("strict"));
    city.console = ConsoleSource::Folder(built.clone());
    city.console_operations_only = true;
    let query = HubProcess::start_service(&city, "query");
    let url = query.addresses().unwrap().http;
    let client = Client::new();
    let password = operator(&city, "li");
    let (cookie, token) = sign_in(&client, &url, "li", &password).await;
    let asked = |credential: (&'static str, String), body: Value| {
        let request = client.post(format!("{url}/graphql"));
        let request = request.header(credential.0, credential.1).json(&body);
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let page = || ("cookie", cookie.clone());

    let written = std::fs::read(built.join("operations.json")).unwrap();
    let operations: Map<String, Value> = serde_json::from_slice(&written).unwrap();
    let (hash, text) = operations
        .iter()
        .find(|(_, text)| text.as_str().unwrap().starts_with("query ConsoleCaseKinds"))
        .unwrap();
    let named = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    for body in [json!({ "extensions": named }), json!({ "query": text })] {
        let answer = asked(page(), body).await;
        let kinds = answer["data"]["caseKinds"].as_array();
        assert!(kinds.is_some_and(|kinds| !kinds.is_empty()), "{answer}");
    }
    let free = json!({ "query": "{ viewer { name } }" });
    let refused = asked(page(), free.clone()).await;
    let error = &refused["errors"][0];
    assert_eq!(error["extensions"]["code"], "FORBIDDEN", "{refused}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("console's own operations"), "{message}");
    let answer = asked(("authorization", format!("Bearer {token}")), free).await;
    assert_eq!(answer["data"]["viewer"]["name"], "li", "{answer}");

    // The service that knows the operations serves the page that asks for them.
    let page = client.get(format!("{url}/")).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
}
