//! Everybody against everything: every root field of the schema, every live topic and every route, by
//! every role, a department's key and nobody. What the schema, the topics and the routes are is read
//! from them, so that a new one without a line here fails.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, Type, TypeKind, TypeSystemDefinition};
use city_brain::settings::{ConsoleSource, Settings};
use domain::access::Role;
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::api::Api;
use tests::binary::repository;
use tests::hub::TestHub;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

const READERS: &[Role] = &[
    Role::Administrator,
    Role::Supervisor,
    Role::Operator,
    Role::Developer,
];
const WORKERS: &[Role] = &[Role::Supervisor, Role::Operator];
const ADMINISTRATORS: &[Role] = &[Role::Administrator];

/// What only some of the readers may ask, or others too; every other field of Query and Subscription is
/// for all of them.
const RESERVED: [(&str, &[Role]); 6] = [
    ("Query.audit", ADMINISTRATORS),
    ("Query.deadLetters", ADMINISTRATORS),
    ("Query.deadLetterGroups", ADMINISTRATORS),
    ("Query.scorecard", &Role::ALL),
    ("Mutation.replayDeadLetters", ADMINISTRATORS),
    ("Mutation.replayMatchingDeadLetters", ADMINISTRATORS),
];

fn may(field: &str) -> &'static [Role] {
    let reserved = RESERVED.iter().find(|(name, _)| *name == field);
    match reserved {
        Some((_, roles)) => roles,
        None if field.starts_with("Mutation.") => WORKERS,
        None => READERS,
    }
}

/// Who asks: a name for messages, the roles, the credential.
struct Caller {
    name: String,
    roles: Vec<Role>,
    credential: Option<String>,
}

async fn callers(hub: &TestHub) -> Vec<Caller> {
    let now = service_kit::Clock::system().now();
    let identity = &hub.hub.identity;
    let mut callers = vec![Caller {
        name: String::from("nobody"),
        roles: Vec::new(),
        credential: None,
    }];
    for role in Role::ALL {
        let name = format!("matrix-{}", role.name());
        let password = identity.create_account(&name, vec![role], now).await;
        let api = Api::sign_in(&hub.url(), &name, &password.unwrap()).await;
        callers.push(Caller {
            name,
            roles: vec![role],
            credential: Some(api.token),
        });
    }
    let (_, key) = identity.issue_key("fire", "matrix", now).await.unwrap();
    callers.push(Caller {
        name: String::from("department's key"),
        roles: vec![Role::Publisher],
        credential: Some(key),
    });
    callers
}

/// `Root.field` of the schema with whether it has fields of its own.
fn root_fields() -> BTreeMap<String, bool> {
    let file = repository().join("services/query-api/schema.graphql");
    let sdl = std::fs::read_to_string(file).unwrap();
    let document = parse_schema(&sdl).unwrap();
    let mut composite = BTreeSet::new();
    let mut roots = Vec::new();
    for definition in &document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let name = definition.node.name.node.to_string();
        match &definition.node.kind {
            TypeKind::Object(object) => {
                composite.insert(name.clone());
                if ["Query", "Mutation", "Subscription"].contains(&name.as_str()) {
                    for field in &object.fields {
                        let of = named(&field.node.ty.node);
                        roots.push((format!("{name}.{}", field.node.name.node), of));
                    }
                }
            }
            TypeKind::Interface(_) | TypeKind::Union(_) => {
                composite.insert(name);
            }
            TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::InputObject(_) => {}
        }
    }
    roots
        .into_iter()
        .map(|(field, of)| (field, composite.contains(&of)))
        .collect()
}

fn named(ty: &Type) -> String {
    match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => named(inner),
    }
}

/// The smallest document that names a root field; arguments are left out, for permission is settled
/// before they are looked at.
fn document(field: &str, composite: bool) -> String {
    let (root, name) = field.split_once('.').unwrap();
    let selection = if composite { " { __typename }" } else { "" };
    format!("{} {{ {name}{selection} }}", root.to_lowercase())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_query_and_mutation_is_open_to_its_roles_and_to_nobody_else() {
    let hub = TestHub::start("matrixfields").await;
    let client = reqwest::Client::new();
    let (mut checks, mut opened) = (0, 0);
    for caller in callers(&hub).await {
        for (field, composite) in root_fields() {
            if field.starts_with("Subscription.") {
                continue;
            }
            let mut request = client
                .post(format!("{}/graphql", hub.url()))
                .json(&json!({ "query": document(&field, composite) }));
            if let Some(credential) = &caller.credential {
                request = request.bearer_auth(credential);
            }
            let answer = request.send().await.unwrap();
            let status = answer.status();
            let body: Value = answer.json().await.unwrap();
            let code = &body["errors"][0]["extensions"]["code"];
            let shut = match caller.credential {
                None => status == StatusCode::UNAUTHORIZED && code == "UNAUTHENTICATED",
                Some(_) => code == "FORBIDDEN",
            };
            if field == "Query.scorecard" && caller.name == "matrix-publisher" {
                // An account that publishes for no department has no scorecard to see.
                assert!(shut && body["data"].is_null(), "{field}: {status} {body}");
                continue;
            }
            let expected = !may(&field).iter().any(|role| caller.roles.contains(role));
            assert_eq!(shut, expected, "{} {field}: {status} {body}", caller.name);
            if shut {
                assert!(
                    body.get("data").is_none(),
                    "{} {field}: {body}",
                    caller.name
                );
            }
            checks += 1;
            opened += u32::from(!shut);
        }
    }
    assert!(
        checks > 200 && opened > 50,
        "{checks} checks, {opened} open"
    );
    hub.stop().await;
}

/// What a WebSocket says until it names what decides, or ends.
async fn said(url: &str, protocol: Option<&str>, says: &[Value], until: &[&str]) -> String {
    let mut request = url.into_client_request().unwrap();
    if let Some(protocol) = protocol {
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", protocol.parse().unwrap());
    }
    let (mut socket, _) = connect_async(request).await.unwrap();
    for one in says {
        socket.send(Message::text(one.to_string())).await.unwrap();
    }
    let mut heard = String::new();
    let listening = async {
        while let Some(Ok(message)) = socket.next().await {
            let text = format!("{message:?}");
            heard.push_str(&text);
            if until.iter().any(|word| text.contains(word)) {
                break;
            }
        }
    };
    // A subscription that is open and has nothing to say yet is open.
    tokio::time::timeout(Duration::from_secs(2), listening)
        .await
        .ok();
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn every_subscription_is_open_to_its_roles_and_to_nobody_else() {
    let hub = TestHub::start("matrixstreams").await;
    let url = format!("{}/graphql", hub.url().replacen("http", "ws", 1));
    let mut checks = 0;
    for caller in callers(&hub).await {
        for (field, composite) in root_fields() {
            if !field.starts_with("Subscription.") {
                continue;
            }
            let subscribe = json!({"type": "subscribe", "id": "1", "payload": {"query": document(&field, composite)}});
            let says = [
                json!({"type": "connection_init", "payload": {"token": caller.credential}}),
                subscribe,
            ];
            let heard = said(
                &url,
                Some("graphql-transport-ws"),
                &says,
                &["FORBIDDEN", "Close"],
            )
            .await;
            let expected = may(&field).iter().any(|role| caller.roles.contains(role));
            let acknowledged = heard.contains("connection_ack");
            assert_eq!(
                acknowledged,
                caller.credential.is_some(),
                "{}: {heard}",
                caller.name
            );
            let open = acknowledged && !heard.contains("FORBIDDEN");
            assert_eq!(open, expected, "{} {field}: {heard}", caller.name);
            checks += 1;
        }
    }
    assert!(checks >= 21, "{checks}");
    hub.stop().await;
}

/// The live topics, as the gateway's source names them.
fn live_topics() -> Vec<String> {
    let file = repository().join("services/live-gateway/src/audience.rs");
    let source = std::fs::read_to_string(file).unwrap();
    let (_, rest) = source.split_once("enum LiveTopic {").unwrap();
    let (body, _) = rest.split_once('}').unwrap();
    body.lines()
        .map(|line| line.trim().trim_end_matches(',').to_lowercase())
        .filter(|name| !name.is_empty() && !name.starts_with("//"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_live_topic_is_open_to_those_who_look_at_the_city_and_to_nobody_else() {
    let hub = TestHub::start("matrixlive").await;
    let url = format!("{}/live", hub.url().replacen("http", "ws", 1));
    let topics = live_topics();
    assert!(topics.len() >= 6, "{topics:?}");
    for caller in callers(&hub).await {
        for topic in &topics {
            let hello =
                json!({"type": "hello", "v": 1, "topics": [topic], "token": caller.credential});
            let heard = said(&url, None, &[hello], &["welcome", "unauthorized", "Close"]).await;
            // A department's key opens no screen, whatever its role.
            let expected = READERS.iter().any(|role| caller.roles.contains(role));
            assert_eq!(
                heard.contains("welcome"),
                expected,
                "{} {topic}: {heard}",
                caller.name
            );
            assert_eq!(
                heard.contains("unauthorized"),
                !expected,
                "{} {topic}: {heard}",
                caller.name
            );
        }
    }
    hub.stop().await;
}

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// Everybody: nothing behind it needs a credential.
    Public,
    /// Whoever has signed in or has a key; what may be asked is settled field by field.
    Known,
    /// People who look at the city.
    Readers,
    /// Administrators.
    Administrators,
    /// Departments' keys.
    Departments,
    /// With tests of its own: WebSockets above, the end and the renewal of a session in `access`.
    Elsewhere,
    /// On the administration port only.
    Inside,
}

use Door::{Administrators, Departments, Elsewhere, Inside, Known, Public, Readers};

/// Every route of the product, with the path and method to try it by.
const ROUTES: [(&str, &str, &str, Door); 26] = [
    ("/", "GET", "/", Public),
    ("/assets/{*path}", "GET", "/assets/x.js", Public),
    ("/graphiql", "GET", "/graphiql", Public),
    (
        "/graphiql/assets/{*path}",
        "GET",
        "/graphiql/assets/x.js",
        Public,
    ),
    ("/config.json", "GET", "/config.json", Public),
    ("/map/base.geojson", "GET", "/map/base.geojson", Public),
    ("/livez", "GET", "/livez", Public),
    ("/readyz", "GET", "/readyz", Public),
    ("/metrics", "GET", "/metrics", Inside),
    ("/auth/login", "POST", "/auth/login", Public),
    ("/auth/renew", "POST", "/auth/renew", Elsewhere),
    ("/auth/logout", "POST", "/auth/logout", Elsewhere),
    ("/graphql", "POST", "/graphql", Known),
    ("/live", "GET", "/live", Elsewhere),
    ("/export/{list}", "POST", "/export/events", Readers),
    ("/export/{list}", "POST", "/export/cases", Readers),
    (
        "/export/{list}",
        "POST",
        "/export/dead-letters",
        Administrators,
    ),
    ("/v1/events", "POST", "/v1/events", Departments),
    (
        "/v1/events/{*event}",
        "GET",
        "/v1/events/%2Ffire%2Fdispatch/1",
        Departments,
    ),
    ("/v1/dead-letters", "GET", "/v1/dead-letters", Departments),
    ("/v1/forms", "GET", "/v1/forms", Departments),
    (
        "/v1/forms/{event_type}",
        "GET",
        "/v1/forms/city.fire.incident-reported.v1",
        Departments,
    ),
    ("/v1/files", "GET", "/v1/files", Departments),
    (
        "/v1/files/{feed}",
        "POST",
        "/v1/files/fire.incidents",
        Departments,
    ),
    (
        "/open311/v2/{*resource}",
        "GET",
        "/open311/v2/services.json",
        Public,
    ),
    // Reporting needs a key: tests of its own in event-intake.
    (
        "/open311/v2/{*resource}",
        "POST",
        "/open311/v2/requests.json",
        Elsewhere,
    ),
];

/// String literals that stand right after `.route(` in a source file.
fn routes_of(source: &str) -> Vec<String> {
    source
        .split(".route(")
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"'))
        .filter_map(|rest| rest.split_once('"'))
        .map(|(path, _)| path.to_owned())
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("tests") && !path.ends_with("target") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            let product = source.split("#[cfg(test)]\nmod tests").next().unwrap();
            found.extend(routes_of(product));
        }
    }
}

#[test]
fn every_route_in_the_source_has_a_line_in_the_matrix_and_every_line_a_route() {
    let mut found = Vec::new();
    sources(&repository().join("services"), &mut found);
    let found: BTreeSet<String> = found.into_iter().collect();
    let known: BTreeSet<String> = ROUTES
        .iter()
        .map(|(route, ..)| (*route).to_owned())
        .collect();
    assert_eq!(
        found, known,
        "say in tests/scenarios/authorization.rs who may use a route"
    );
}

/// A hub that serves pages, as small as pages can be.
async fn hub_with_pages() -> TestHub {
    let namespace = tests::stack::namespace("matrixroutes");
    let settings = tests::hub::settings(&namespace);
    let pages = settings.data_dir.join("pages");
    std::fs::create_dir_all(pages.join("graphiql")).unwrap();
    for page in ["index.html", "graphiql/index.html"] {
        std::fs::write(pages.join(page), "<!doctype html>").unwrap();
    }
    let settings = Settings {
        console: ConsoleSource::Folder(pages),
        ..settings
    };
    TestHub::with(namespace, settings).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_open_to_whom_it_is_for_and_to_nobody_else() {
    let hub = hub_with_pages().await;
    let client = reqwest::Client::new();
    let callers = callers(&hub).await;
    for (route, method, path, door) in ROUTES {
        if door == Elsewhere {
            continue;
        }
        for caller in &callers {
            let mut request = client.request(
                Method::from_bytes(method.as_bytes()).unwrap(),
                format!("{}{path}", hub.url()),
            );
            if method == "POST" {
                let body = match route {
                    "/graphql" => json!({ "query": "{ at }" }),
                    _ => json!({ "format": "csv" }),
                };
                request = request.json(&body);
            }
            if let Some(credential) = &caller.credential {
                request = request.bearer_auth(credential);
            }
            let status = request.send().await.unwrap().status();
            let role = |roles: &[Role]| roles.iter().any(|role| caller.roles.contains(role));
            let known = caller.credential.is_some();
            let open = match door {
                Public | Elsewhere => true,
                Known => known,
                Readers => role(READERS),
                Administrators => role(ADMINISTRATORS),
                Departments => caller.name == "department's key",
                Inside => false,
            };
            let shut = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status)
                || (door == Inside && known && status == StatusCode::NOT_FOUND)
                // Signing in with nothing answers as a wrong password does.
                && route != "/auth/login";
            if route == "/auth/login" {
                assert!(!status.is_success(), "{} {path}: {status}", caller.name);
            } else {
                assert_eq!(shut, !open, "{} {method} {path}: {status}", caller.name);
            }
        }
    }
    hub.stop().await;
}
