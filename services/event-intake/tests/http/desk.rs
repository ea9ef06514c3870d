//! An intake that listens, and a client of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::access::{Principal, Role};
use event_intake::{
    Asked, Authenticate, CityRequests, Config, DeadLetterFate, EventFates, Fate, FateAnswer,
    KnownRequest, LaterEvent, LettersAnswer, OwnLetter, Ports, RequestsAnswer, start,
};
use event_log::{Follower, LogConfig, Record, StartAt};
use event_schemas::Catalog;
use event_schemas::city::{LogPosition, Millis, TopicId};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use service_kit::{Clock, Health, Shutdown};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::stack::fresh_hub;

/// Keys that are in force.
struct Keys(HashMap<&'static str, Principal>);

impl Authenticate for Keys {
    fn authenticate(&self, bearer: &str) -> Option<Principal> {
        self.0.get(bearer).cloned()
    }

    fn session(&self, token: &str, _now: Millis) -> Option<Principal> {
        let (name, department, role) = match token {
            "fire-person" => ("li", Some("fire"), Role::Publisher),
            "hotline-person" => ("sun", Some("hotline"), Role::Operator),
            "fire-developer" => ("wang", Some("fire"), Role::Developer),
            "centre-person" => ("zhao", None, Role::Supervisor),
            _ => return None,
        };
        Some(Principal {
            name: name.to_owned(),
            roles: vec![role],
            department: department.map(str::to_owned),
            session: Some(String::from("session")),
        })
    }
}

/// A store that knows one admitted and one refused event of the fire department.
struct TwoFates;

impl CityRequests for TwoFates {
    fn requests<'f>(&'f self, asked: &'f Asked) -> RequestsAnswer<'f> {
        let known = KnownRequest {
            id: String::from("O1"),
            category: String::from("roads"),
            requested: Millis(0),
            place: Some(String::from("990101001")),
            later: vec![LaterEvent {
                event_type: String::from("city.hotline.request-answered.v1"),
                at: Millis(60_000),
                data: json!({"office": "市政", "result": "solved"}),
            }],
            case: None,
        };
        let meant = match asked {
            Asked::Ids(ids) => ids.contains(&known.id),
            Asked::Between(from, to) => (*from..*to).contains(&known.requested),
        };
        Box::pin(async move { Ok(meant.then_some(known).into_iter().collect()) })
    }
}

impl EventFates for TwoFates {
    fn fate<'f>(&'f self, department: &'f str, source: &'f str, id: &'f str) -> FateAnswer<'f> {
        let position = LogPosition {
            topic_id: TopicId::from_u128(1),
            partition: 2,
            offset: 3,
        };
        let fate = match (department, source, id) {
            ("fire", "/fire/dispatch", "known") => Fate {
                admitted: Some((position, Millis(0))),
                dead_letters: Vec::new(),
            },
            ("fire", "/fire/dispatch", "refused") => Fate {
                admitted: None,
                dead_letters: vec![DeadLetterFate {
                    code: String::from("wrong_place"),
                    message: String::from("/placecode: expected a place"),
                    path: Some(String::from("/placecode")),
                    received_at: Millis(0),
                    position,
                }],
            },
            _ => Fate::default(),
        };
        Box::pin(async { Ok(fate) })
    }

    fn letters<'f>(&'f self, department: &'f str, limit: u32) -> LettersAnswer<'f> {
        Box::pin(async move {
            let refused = self.fate(department, "/fire/dispatch", "refused").await?;
            let letters = refused.dead_letters.into_iter().map(|letter| OwnLetter {
                source: Some(String::from("/fire/dispatch")),
                id: Some(String::from("refused")),
                event_type: None,
                letter,
            });
            Ok(letters.take(limit as usize).collect())
        })
    }
}

/// A listening intake.
pub(crate) struct Desk {
    pub(crate) log: LogConfig,
    pub(crate) url: String,
    client: reqwest::Client,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::open_with(Config::default()).await
    }

    pub(crate) async fn open_with(config: Config) -> Self {
        let log = fresh_hub(&["fire", "power"]).await;
        Self::open_on(log, config).await
    }

    pub(crate) async fn open_on(log: LogConfig, config: Config) -> Self {
        let holder = |role, department: Option<&str>| Principal {
            name: format!("key:{}", department.unwrap_or("none")),
            roles: vec![role],
            department: department.map(str::to_owned),
            session: None,
        };
        let keys = HashMap::from([
            ("fire-key", holder(Role::Publisher, Some("fire"))),
            ("power-key", holder(Role::Publisher, Some("power"))),
            ("hotline-key", holder(Role::Publisher, Some("hotline"))),
            ("operator-token", holder(Role::Operator, None)),
        ]);
        let ports = Ports {
            log: log.clone(),
            catalog: Arc::new(Catalog::embedded().unwrap()),
            clock: Clock::system(),
            health: Health::new(),
            identity: Arc::new(Keys(keys)),
            fates: Arc::new(TwoFates),
        };
        let routes = start(config, ports, Shutdown::new()).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self {
            log,
            url,
            client: reqwest::Client::new(),
        }
    }

    pub(crate) async fn post(&self, key: &str, kind: &str, body: Vec<u8>) -> Response {
        let request = self.client.post(format!("{}/v1/events", self.url));
        let request = request.header("content-type", kind).bearer_auth(key);
        request.body(body).send().await.unwrap()
    }

    pub(crate) async fn post_binary(&self, headers: &[(&str, &str)], body: Vec<u8>) -> Response {
        let mut request = self.client.post(format!("{}/v1/events", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request
            .bearer_auth("fire-key")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn post_without_key(&self) -> Response {
        let request = self.client.post(format!("{}/v1/events", self.url));
        request.body("{}").send().await.unwrap()
    }

    /// A request whose body never comes.
    pub(crate) async fn begin_slowly(&self) -> TcpStream {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = "POST /v1/events HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer fire-key\r\n\
                    content-type: application/cloudevents+json\r\ncontent-length: 100\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    }

    pub(crate) async fn get(&self, key: &str, path: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.url));
        request.bearer_auth(key).send().await.unwrap()
    }

    /// What stands in an inbox now.
    pub(crate) async fn inbox(&self, department: &str) -> Vec<Record> {
        let names = vec![self.log.topics.inbox(department)];
        let mut follower = Follower::open_named(&self.log, names, StartAt::Beginning)
            .await
            .unwrap();
        let mut records = Vec::new();
        loop {
            let batch = follower.next(Duration::from_secs(10)).await.unwrap();
            records.extend(batch.records);
            if batch.caught_up {
                return records;
            }
        }
    }
}

/// The answer as JSON; a problem must say so.
pub(crate) async fn answer(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let kind = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    if status == StatusCode::OK {
        assert_eq!(kind, "application/json");
    } else {
        assert_eq!(kind, "application/problem+json");
        assert_eq!(body["status"], status.as_u16());
        assert!(!body["detail"].as_str().unwrap().is_empty(), "{body}");
    }
    (status, body)
}

/// A sound event of the fire department.
pub(crate) fn fire(id: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/fire/dispatch",
        "type": "city.fire.incident-reported.v1", "time": "2026-07-01T14:05:00+08:00",
        "data": {"incident": "F1", "category": "smoke"}
    })
}
