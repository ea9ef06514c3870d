//! Nobody sees anything without a credential, and everybody only what the role allows.

use std::fmt::Write as _;
use std::time::Duration;

use domain::access::Role;
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::api::Api;
use tests::hub::TestHub;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::story::COMMUNITY;

/// Every route with a door, as interfaces.md lists them for what exists.
const CLOSED: [(&str, &str); 5] = [
    ("POST", "/graphql"),
    ("POST", "/v1/events"),
    ("GET", "/v1/events/%2Ffire%2Fdispatch/1"),
    ("POST", "/auth/renew"),
    ("POST", "/auth/logout"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_route_but_the_public_ones_answers_401_without_a_credential() {
    let hub = TestHub::start("doors").await;
    let client = reqwest::Client::new();
    let ask = |method: &str, path: &str, credential: Option<&str>| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = client
            .request(method, format!("{}{path}", hub.url()))
            .json(&json!({ "query": "{ viewer { name } }" }));
        if let Some(credential) = credential {
            request = request.bearer_auth(credential);
        }
        async move { request.send().await.unwrap() }
    };
    for (method, path) in CLOSED {
        for credential in [None, Some("guessed"), Some("")] {
            let answer = ask(method, path, credential).await;
            assert_eq!(
                answer.status(),
                StatusCode::UNAUTHORIZED,
                "{method} {path} {credential:?}"
            );
            let body = answer.text().await.unwrap();
            assert!(!body.contains("admin"), "{method} {path}: {body}");
        }
    }
    for path in ["/livez", "/readyz", "/config.json"] {
        assert_eq!(
            ask("GET", path, None).await.status(),
            StatusCode::OK,
            "{path}"
        );
    }
    let wrong = json!({ "name": "admin", "password": "guessed" });
    let answer = client
        .post(format!("{}/auth/login", hub.url()))
        .json(&wrong)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    hub.stop().await;
}

/// The first frame of a kind after saying `hello`, or the close.
async fn first_words(url: &str, protocol: Option<&str>, hello: Value) -> String {
    let mut request = url.into_client_request().unwrap();
    if let Some(protocol) = protocol {
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol.parse().unwrap());
    }
    let (mut socket, _) = connect_async(request).await.unwrap();
    socket.send(Message::text(hello.to_string())).await.unwrap();
    let mut said = String::new();
    let listening = async {
        while let Some(Ok(message)) = socket.next().await {
            said.push_str(&message.to_string());
            if let Message::Close(frame) = message {
                write!(said, " {frame:?}").unwrap();
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(15), listening)
        .await
        .ok();
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_without_a_credential_hears_nothing_and_one_of_a_foreign_page_is_not_opened() {
    let hub = TestHub::start("sockets").await;
    let address = hub.url().replacen("http", "ws", 1);
    let live = format!("{address}/live");
    for token in [json!(null), json!("guessed")] {
        let hello = json!({ "type": "hello", "v": 1, "topics": [], "token": token });
        let said = first_words(&live, None, hello).await;
        assert!(
            said.contains("unauthorized") && said.contains("4401"),
            "{said}"
        );
        assert!(
            !said.contains("welcome") && !said.contains("snapshot"),
            "{said}"
        );
    }
    let graphql = format!("{address}/graphql");
    for payload in [json!(null), json!({ "token": "guessed" })] {
        let init = json!({ "type": "connection_init", "payload": payload });
        let said = first_words(&graphql, Some("graphql-transport-ws"), init).await;
        assert!(!said.contains("connection_ack"), "{said}");
        assert!(said.contains("440"), "{said}");
    }
    for address in [&live, &graphql] {
        let mut request = address.as_str().into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("origin", "https://elsewhere.example".parse().unwrap());
        headers.insert(
            "sec-websocket-protocol",
            "graphql-transport-ws".parse().unwrap(),
        );
        match connect_async(request).await {
            Err(Error::Http(answer)) => assert_eq!(answer.status(), 403, "{address}"),
            other => panic!("{address} opened for a foreign page: {other:?}"),
        }
    }
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_allows_what_it_names_and_a_departments_key_sees_nothing() {
    let hub = TestHub::start("roles").await;
    let now = service_kit::Clock::system().now();
    let identity = &hub.hub.identity;
    let password = identity
        .create_account("dev", vec![Role::Developer], now)
        .await
        .unwrap();
    let dev = Api::sign_in(&hub.url(), "dev", &password).await;
    let viewer = dev.query("{ viewer { name roles } }", json!({})).await;
    assert_eq!(viewer["viewer"]["roles"], json!(["DEVELOPER"]));
    let open = "mutation { openCase(input: { idempotencyKey: \"1\", title: \"x\", level: 2, place: \"990101002001\" }) { __typename } }";
    assert!(COMMUNITY.starts_with("990101"));
    let answer = dev.ask(open, json!({})).await;
    let refused = answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        || answer["data"]["openCase"]["__typename"] == "CommandRefused";
    assert!(refused, "a developer gives no commands: {answer}");

    let (_, key) = identity.issue_key("fire", "scenario", now).await.unwrap();
    let answer = reqwest::Client::new()
        .post(format!("{}/graphql", hub.url()))
        .bearer_auth(&key)
        .json(&json!({ "query": "{ events(first: 1) { nodes { id } } }" }))
        .send()
        .await
        .unwrap();
    let (status, body) = (answer.status(), answer.text().await.unwrap());
    let shut = status == StatusCode::UNAUTHORIZED
        || status == StatusCode::FORBIDDEN
        || body.contains("FORBIDDEN");
    assert!(shut, "a department's key sees nothing: {status} {body}");

    keeps_its_session(&hub.url(), &dev.token).await;
    let left = reqwest::Client::new()
        .post(format!("{}/auth/logout", hub.url()))
        .bearer_auth(&dev.token)
        .send()
        .await
        .unwrap();
    assert!(left.status().is_success(), "{}", left.status());
    assert_eq!(
        dev.try_ask("{ viewer { name } }").await,
        StatusCode::UNAUTHORIZED
    );
    hub.stop().await;
}

/// What a wallboard does every half hour: the cookie is given anew, with the session's end.
async fn keeps_its_session(url: &str, token: &str) {
    let answer = reqwest::Client::new()
        .post(format!("{url}/auth/renew"))
        .header("cookie", format!("city_session={token}"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.starts_with(&format!("city_session={token};")) && cookie.contains("HttpOnly"),
        "{cookie}"
    );
    let body: Value = answer.json().await.unwrap();
    assert!(
        body["expiresAt"]
            .as_str()
            .is_some_and(|at| at.ends_with('Z')),
        "{body}"
    );
}
