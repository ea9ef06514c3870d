//! One Kafka and one ClickHouse for all scenarios of this run; a hub of its own for each: topics under its own prefix,
//! two replicas of query-api, signed-in people, and a store of its own, or one that is away.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::access::Role;
use domain::case::{CaseBook, register_unit};
use event_log::{IdempotentProducer, LogConfig, OutRecord, TopicSettings, create_topics};
use event_schemas::Catalog;
use event_schemas::city::{Millis, Topic, Topics};
use event_store::{Reader, StoreConfig, migrate};
use local_stack::{Credential, LocalStack, Progress, StackConfig};
use query_api::{Config, Ports, start};
use serde_json::{Value, json};
use service_kit::identity::{Identity, login_routes};
use service_kit::{Clock, Health, Shutdown};

pub(crate) const WAIT: Duration = Duration::from_secs(20);

/// A hub with two replicas of the service.
pub(crate) struct Hub {
    pub(crate) log: LogConfig,
    /// `http://127.0.0.1:<port>` of each replica.
    pub(crate) replicas: [String; 2],
    identity: Identity,
    producer: IdempotentProducer,
    shutdown: Shutdown,
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

impl Hub {
    /// A fresh hub with these units of the catalog registered; its store is away.
    pub(crate) async fn with_units(units: &[&str]) -> Self {
        // Nothing listens there.
        let away = StoreConfig {
            url: String::from("http://127.0.0.1:9"),
            database: String::from("city"),
            user: String::from("reader"),
            password: String::new(),
        };
        Self::with_store(units, away).await
    }

    /// A fresh hub with these units, reading from this store.
    pub(crate) async fn with_store(units: &[&str], store: StoreConfig) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let log = LogConfig {
            brokers: brokers(),
            topics: Topics::new(format!("query{number}")),
            client_id: String::from("query-api-tests"),
        };
        create_topics(&log, &["fire"], &TopicSettings::default())
            .await
            .unwrap();
        let catalog = Arc::new(Catalog::embedded().unwrap());
        let producer = IdempotentProducer::new(&log).unwrap();
        for file in catalog.units() {
            if units.contains(&file.id.as_str()) {
                let decision = register_unit(&CaseBook::default(), file, Millis(1)).unwrap();
                let value = serde_json::to_vec(&decision).unwrap();
                append(&producer, &log, Topic::Cases, 0, value).await;
            }
        }
        let shutdown = Shutdown::new();
        let identity = Identity::open(&log, shutdown.clone()).await.unwrap();
        let replicas = [
            replica(&log, &store, &catalog, &identity, &shutdown).await,
            replica(&log, &store, &catalog, &identity, &shutdown).await,
        ];
        Self {
            log,
            replicas,
            identity,
            producer,
            shutdown,
        }
    }

    /// Signs a new person in; the token.
    pub(crate) async fn person(&self, name: &str, roles: &[Role]) -> String {
        self.person_of(None, name, roles).await
    }

    /// Signs a new person of a department in; the token.
    pub(crate) async fn person_of(
        &self,
        department: Option<&str>,
        name: &str,
        roles: &[Role],
    ) -> String {
        let now = Clock::system().now();
        let password = self
            .identity
            .create_account_of(department, name, roles.to_vec(), now)
            .await
            .unwrap();
        let response = reqwest::Client::new()
            .post(format!("{}/auth/login", self.replicas[0]))
            .json(&json!({"name": name, "password": password}))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        let answer: Value = response.json().await.unwrap();
        answer["token"].as_str().unwrap().to_owned()
    }

    /// A department's key.
    pub(crate) async fn department_key(&self, department: &str) -> String {
        let now = Clock::system().now();
        let issued = self.identity.issue_key(department, "test", now).await;
        issued.unwrap().1
    }

    /// Ends a session.
    pub(crate) async fn sign_out(&self, token: &str) {
        let response = reqwest::Client::new()
            .post(format!("{}/auth/logout", self.replicas[0]))
            .bearer_auth(token)
            .send()
            .await
            .unwrap();
        assert!(response.status().is_success());
    }

    /// Asks a replica; the whole answer.
    pub(crate) async fn ask(
        &self,
        replica: usize,
        token: &str,
        query: &str,
        variables: Value,
    ) -> Value {
        let response = reqwest::Client::new()
            .post(format!("{}/graphql", self.replicas[replica]))
            .bearer_auth(token)
            .header("accept-language", "en")
            .json(&json!({"query": query, "variables": variables}))
            .send()
            .await
            .unwrap();
        response.json().await.unwrap()
    }

    /// Gives a command; its result.
    pub(crate) async fn command(
        &self,
        replica: usize,
        token: &str,
        name: &str,
        input: Value,
    ) -> Value {
        let type_name = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation C($input: {type_name}!) {{ {name}(input: $input) {{ __typename
                ... on CommandAccepted {{ at case {{ ...F }} }}
                ... on CommandRefused {{ code message }}
                ... on CommandConflict {{ winner {{ kind name }} message case {{ ...F }} }}
                ... on CommandUndecided {{ message }} }} }}
            fragment F on Case {{ id key number version state status
                assignments {{ id state unit {{ key state case {{ key }} }} }} }}"
        );
        let answer = self
            .ask(replica, token, &query, json!({"input": input}))
            .await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"][name].clone()
    }

    /// Opens a case; the case.
    pub(crate) async fn open_case(&self, token: &str, key: &str) -> Value {
        let result = self
            .command(
                0,
                token,
                "openCase",
                json!({
                    "idempotencyKey": key, "title": "Burst main", "level": 2, "place": a_place(),
                }),
            )
            .await;
        assert_eq!(result["__typename"], "CommandAccepted", "{result}");
        result["case"].clone()
    }

    /// Publishes a record as it is.
    pub(crate) async fn publish(&self, record: OutRecord) {
        self.producer.publish(&record, WAIT).await.unwrap();
    }

    /// Appends a record to a topic of the hub.
    pub(crate) async fn append(&self, topic: Topic, partition: i32, value: Vec<u8>) {
        append(&self.producer, &self.log, topic, partition, value).await;
    }
}

/// A place of the catalog.
pub(crate) fn a_place() -> String {
    let catalog = Catalog::embedded().unwrap();
    catalog.places().roots()[0].code.clone()
}

async fn append(
    producer: &IdempotentProducer,
    log: &LogConfig,
    topic: Topic,
    partition: i32,
    value: Vec<u8>,
) {
    let record = OutRecord {
        topic: log.topic(topic),
        partition: Some(partition),
        value,
        ..OutRecord::default()
    };
    producer.publish(&record, WAIT).await.unwrap();
}

async fn replica(
    log: &LogConfig,
    store: &StoreConfig,
    catalog: &Arc<Catalog>,
    identity: &Identity,
    shutdown: &Shutdown,
) -> String {
    let ports = Ports {
        log: log.clone(),
        store: Reader::new(store).unwrap(),
        catalog: Arc::clone(catalog),
        identity: identity.clone(),
        clock: Clock::system(),
        health: Health::new(),
    };
    let routes = start(Config::default(), ports, shutdown.clone())
        .await
        .unwrap()
        .merge(login_routes(identity.clone(), Clock::system()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stopped = shutdown.clone().cancelled_owned();
    tokio::spawn(async move {
        axum::serve(listener, routes)
            .with_graceful_shutdown(stopped)
            .await
            .unwrap();
    });
    format!("http://{address}")
}

/// A migrated database of its own; the writer's and the reader's credentials.
pub(crate) async fn fresh_store() -> (StoreConfig, StoreConfig) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let address = stack().clickhouse().unwrap();
    let of = |who: &Credential, number: u32| StoreConfig {
        url: address.url.clone(),
        database: format!("city_query{number}"),
        user: who.user.clone(),
        password: who.password.clone(),
    };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    migrate(&of(&address.admin, number)).await.unwrap();
    (of(&address.writer, number), of(&address.reader, number))
}

fn brokers() -> String {
    stack().kafka_brokers().unwrap()
}

fn stack() -> &'static LocalStack {
    static STACK: OnceLock<(tokio::runtime::Runtime, LocalStack)> = OnceLock::new();
    let (_, stack) = STACK.get_or_init(|| {
        // Started on a runtime of its own, which outlives every scenario's.
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let stack = runtime.block_on(local_stack::start(config())).unwrap();
            (runtime, stack)
        })
        .join()
        .unwrap()
    });
    stack
}

fn config() -> StackConfig {
    let data_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("query-api-stack");
    let _absent = std::fs::remove_dir_all(&data_dir);
    StackConfig {
        data_dir,
        cache_dir: local_stack::cache_dir_default().unwrap(),
        launcher: local_stack::launcher_for_tests().unwrap(),
        kafka: true,
        clickhouse: true,
        progress: Progress::Lines,
    }
}
