//! graphql-transport-ws: changes from a cursor, then live; permission while it is open.

use std::time::Duration;

use domain::access::Role;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::hub::{Hub, WAIT, a_place};

pub(crate) struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What came.
#[derive(Debug)]
enum Came {
    Text(Value),
    Closed(u16),
}

impl Client {
    async fn connect(hub: &Hub, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let url = format!("{}/graphql", hub.replicas[0]).replace("http://", "ws://");
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        Ok(Self(connect_async(request).await?.0))
    }

    pub(crate) async fn open(hub: &Hub, token: &str) -> Self {
        let mut client = Self::connect(hub, &[("sec-websocket-protocol", "graphql-transport-ws")])
            .await
            .unwrap();
        client
            .say(json!({"type": "connection_init", "payload": {"token": token}}))
            .await;
        assert_eq!(client.text().await, json!({"type": "connection_ack"}));
        client
    }

    pub(crate) async fn say(&mut self, message: Value) {
        self.0
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        self.say(json!({"type": "subscribe", "id": id, "payload": {"query": query, "variables": variables}}))
            .await;
    }

    async fn came(&mut self) -> Came {
        loop {
            let message = tokio::time::timeout(WAIT, self.0.next())
                .await
                .expect("nothing came");
            match message.expect("the connection ended").unwrap() {
                Message::Text(text) => return Came::Text(serde_json::from_str(&text).unwrap()),
                Message::Close(frame) => return Came::Closed(frame.unwrap().code.into()),
                _ => {}
            }
        }
    }

    pub(crate) async fn text(&mut self) -> Value {
        match self.came().await {
            Came::Text(text) => text,
            Came::Closed(code) => panic!("closed with {code}"),
        }
    }

    async fn closed(&mut self) -> u16 {
        loop {
            if let Came::Closed(code) = self.came().await {
                return code;
            }
        }
    }
}

const CASES: &str = "subscription S($since: LogCursor) { cases(since: $since) { __typename
    ... on CaseBatch { from to list { number version } } ... on Lagged { reason from to message } } }";

async fn open_case(hub: &Hub, token: &str, key: &str) -> Value {
    let input = json!({"idempotencyKey": key, "title": key, "level": 3, "place": a_place()});
    let result = hub.command(1, token, "openCase", input).await;
    assert_eq!(result["__typename"], "CommandAccepted", "{result}");
    result
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_then_a_subscription_from_its_cursor_have_no_hole_between_them() {
    let hub = Hub::with_units(&[]).await;
    let token = hub.person("wang", &[Role::Operator]).await;
    open_case(&hub, &token, "before").await;
    let answer = hub
        .ask(0, &token, "{ at cases { totalCount } }", json!({}))
        .await;
    assert_eq!(answer["data"]["cases"]["totalCount"], 1);
    for n in 0..3 {
        open_case(&hub, &token, &format!("between-{n}")).await;
    }
    let mut client = Client::open(&hub, &token).await;
    client
        .subscribe("1", CASES, json!({"since": answer["data"]["at"]}))
        .await;
    let mut numbers = Vec::new();
    let mut to = answer["data"]["at"].clone();
    let mut live = 0;
    while numbers.len() < 5 {
        let message = client.text().await;
        let batch = &message["payload"]["data"]["cases"];
        assert_eq!(batch["__typename"], "CaseBatch", "{message}");
        assert_eq!(batch["from"], to);
        to = batch["to"].clone();
        let list = batch["list"].as_array().unwrap();
        numbers.extend(
            list.iter()
                .map(|case| case["number"].as_str().unwrap().to_owned()),
        );
        if numbers.len() >= 3 && live < 2 {
            open_case(&hub, &token, &format!("live-{live}")).await;
            live += 1;
        }
    }
    let mut unique = numbers.clone();
    unique.dedup();
    assert_eq!(unique.len(), 5, "{numbers:?}");
    client.say(json!({"type": "complete", "id": "1"})).await;
    client.subscribe("1", CASES, json!({"since": to})).await;
    open_case(&hub, &token, "after").await;
    let message = client.text().await;
    assert_eq!(
        message["payload"]["data"]["cases"]["list"]
            .as_array()
            .unwrap()
            .len(),
        1,
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_arrive_by_filter_with_their_reason() {
    let hub = Hub::with_units(&[]).await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let mut client = Client::open(&hub, &token).await;
    let query = "subscription { alerts(filter: {severity: [1]}, since: \"\") { __typename ... on AlertBatch { list {
        key severity status titles { zh en } explanation { words { en } value bound window { from to } ruleVersion }
        rule { key version } cases { id } } } } }";
    client.subscribe("a", query, json!({})).await;
    for (partition, severity) in [(0, 3), (1, 1)] {
        hub.append(
            event_schemas::city::Topic::Alerts,
            partition,
            an_alert(severity),
        )
        .await;
    }
    let message = client.text().await;
    let list = message["payload"]["data"]["alerts"]["list"]
        .as_array()
        .unwrap();
    assert_eq!(list.len(), 1, "{message}");
    assert_eq!(list[0]["key"], "rule-1");
    assert_eq!(list[0]["explanation"]["bound"], json!(500.0));
    let found = hub
        .ask(
            0,
            &token,
            "{ alert(id: \"rule-3\") { severity title } }",
            json!({}),
        )
        .await;
    assert_eq!(
        found["data"]["alert"],
        json!({"severity": 3, "title": "Outage"})
    );
}

fn an_alert(severity: u8) -> Vec<u8> {
    let text = json!({"zh": "停电", "en": "Outage"});
    json!({
        "id": format!("rule-{severity}"), "fingerprint": "f", "version": 1, "change": "raised", "severity": severity,
        "rule": {"id": "power.large-outage", "version": 1, "ruleSet": 1, "title": text, "owner": "power", "sop": text},
        "status": "FIRING", "episode": 1, "title": text, "raisedAt": 1, "changedAt": 1, "departments": ["power"],
        "eventCount": 1, "events": [],
        "explanation": {"key": "k", "windowFrom": 0, "windowTo": 1, "value": 812.0, "bound": 500.0, "words": text},
    })
    .to_string()
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_protocol_is_kept_and_broken_clients_are_told_why() {
    let hub = Hub::with_units(&[]).await;
    let token = hub.person("wang", &[Role::Operator]).await;
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    let foreign = Client::connect(&hub, &[protocol, ("origin", "https://evil.example")]).await;
    assert!(matches!(foreign, Err(Error::Http(response)) if response.status() == 403));
    let mut early = Client::connect(&hub, &[protocol]).await.unwrap();
    early.subscribe("1", CASES, json!({})).await;
    assert_eq!(early.closed().await, 4401);
    let mut unknown = Client::connect(&hub, &[protocol]).await.unwrap();
    unknown
        .say(json!({"type": "connection_init", "payload": {"token": "guess"}}))
        .await;
    assert_eq!(unknown.closed().await, 4403);
    let mut noisy = Client::open(&hub, &token).await;
    noisy.say(json!({"type": "nonsense"})).await;
    assert_eq!(noisy.closed().await, 4400);
    let mut twice = Client::open(&hub, &token).await;
    twice
        .say(json!({"type": "ping", "payload": {"n": 1}}))
        .await;
    assert_eq!(
        twice.text().await,
        json!({"type": "pong", "payload": {"n": 1}})
    );
    twice.subscribe("q", "{ viewer { name } }", json!({})).await;
    assert_eq!(
        twice.text().await["payload"]["data"]["viewer"]["name"],
        "wang"
    );
    assert_eq!(twice.text().await, json!({"type": "complete", "id": "q"}));
    twice
        .subscribe("f", "{ deadLetters { nodes { id } } }", json!({}))
        .await;
    let refused = twice.text().await;
    assert_eq!(
        (&refused["type"], &refused["id"]),
        (&json!("error"), &json!("f"))
    );
    assert_eq!(refused["payload"][0]["extensions"]["code"], "FORBIDDEN");
    twice.subscribe("s", CASES, json!({})).await;
    twice.subscribe("s", CASES, json!({})).await;
    assert_eq!(twice.closed().await, 4409);
    let cookie = format!("city_session={token}");
    let mut by_cookie = Client::connect(&hub, &[protocol, ("cookie", &cookie)])
        .await
        .unwrap();
    by_cookie.say(json!({"type": "connection_init"})).await;
    assert_eq!(by_cookie.text().await["type"], "connection_ack");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_session_ends_its_open_subscriptions_with_an_error() {
    let hub = Hub::with_units(&[]).await;
    let token = hub.person("wang", &[Role::Operator]).await;
    let mut client = Client::open(&hub, &token).await;
    client.subscribe("1", CASES, json!({})).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    hub.sign_out(&token).await;
    let error = client.text().await;
    assert_eq!(
        (&error["type"], &error["id"]),
        (&json!("error"), &json!("1"))
    );
    assert_eq!(error["payload"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(client.closed().await, 4401);
}
