//! P12: what GraphQL adds: a page of 1,000 rows with 10 columns, and a tile of 50 rows, beside the
//! same question to ClickHouse over HTTP, answered as compact JSON.

use std::time::{Duration, Instant};

use event_schemas::city::Millis;
use event_store::StoreConfig;
use serde_json::json;
use service_kit::Clock;
use tests::hub::TestHub;
use tests::stack::shared;
use tests::store::Store;

use crate::floor::page::Page;
use crate::goal::{Goal, judge};
use crate::load::{PLACE, fill_with, headers};
use crate::served::Served;
use crate::table::{percentile, row};

/// Events in the table.
const EVENTS: usize = 20_000;
/// They happened within so many hours: the tile's rows.
const HOURS: i64 = 50;
const HOUR_MS: i64 = 3_600_000;
/// Runs, and questions of each kind in one.
const RUNS: usize = 5;
const ASKED: usize = 60;
/// How long the service is watched while nobody asks.
const IDLE: Duration = Duration::from_secs(5);

/// A question in both languages.
struct Question {
    name: &'static str,
    graphql: &'static str,
    sql: &'static str,
    rows: usize,
}

const QUESTIONS: [Question; 2] = [
    Question {
        name: "page of 1,000 rows",
        graphql: "{ events(first: 1000) { nodes { eventId source type subject eventTime ingestTime \
                  severity measure exercise correlationId } } }",
        sql: "SELECT id, source, type, subject, event_time, ingest_time, severity, measure, exercise, \
              correlation_id FROM events ORDER BY event_time DESC, topic_id DESC, partition DESC, \
              offset DESC LIMIT 1000",
        rows: 1_000,
    },
    Question {
        name: "tile of 50 rows",
        graphql: "{ eventStatistics(interval: \"PT1H\", measures: [COUNT, SUBJECTS]) { from to count subjects } }",
        sql: "SELECT toStartOfHour(event_time) AS bucket, bucket + INTERVAL 1 HOUR, count(), uniqExact(subject) \
              FROM events GROUP BY bucket ORDER BY bucket LIMIT 1000",
        rows: 50,
    },
];

/// Measures both and prints the rows.
pub(crate) fn measure() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let hub = TestHub::start("page").await;
        fill(&hub).await;
        let token = hub.api().await.token;
        let query = Served::query(&hub);
        let graphql = GraphQl {
            client: reqwest::Client::new(),
            url: format!("http://{}/graphql", query.address),
            token,
        };
        let store = &hub.hub.addresses.clickhouse;
        let raw = Page::new(&StoreConfig {
            url: store.url.clone(),
            database: store.database.clone(),
            user: store.user.clone(),
            password: store.password.clone(),
        });
        let cpu = query.cpu();
        tokio::time::sleep(IDLE).await;
        let idle = (query.cpu() - cpu) / IDLE.as_secs_f64();
        for question in &QUESTIONS {
            compare(question, &query, idle, &graphql, &raw).await;
        }
        drop(query);
        hub.stop().await;
    });
}

struct GraphQl {
    client: reqwest::Client,
    url: String,
    token: String,
}

impl GraphQl {
    async fn ask(&self, document: &str) -> Vec<u8> {
        let answer = self
            .client
            .post(&self.url)
            .bearer_auth(&self.token)
            .json(&json!({ "query": document }))
            .send()
            .await
            .unwrap();
        answer.bytes().await.unwrap().to_vec()
    }
}

async fn compare(question: &Question, query: &Served, idle: f64, graphql: &GraphQl, raw: &Page) {
    check(
        question,
        &graphql.ask(question.graphql).await,
        &raw.ask(question.sql).await,
    );
    let (mut ours, mut bare, mut ratio, mut cpu) = (vec![], vec![], vec![], vec![]);
    for _ in 0..RUNS {
        let (mut hub, mut floor) = (Vec::new(), Vec::new());
        for n in 0..ASKED {
            for first in [n % 2 == 0, n % 2 == 1] {
                let begin = Instant::now();
                if first {
                    graphql.ask(question.graphql).await;
                    hub.push(begin.elapsed().as_secs_f64() * 1_000.0);
                } else {
                    raw.ask(question.sql).await;
                    floor.push(begin.elapsed().as_secs_f64() * 1_000.0);
                }
            }
        }
        hub.sort_by(f64::total_cmp);
        floor.sort_by(f64::total_cmp);
        let (hub, floor) = (percentile(&hub, 50.0), percentile(&floor, 50.0));
        ours.push(hub);
        bare.push(floor);
        ratio.push(hub / floor);
        cpu.push(cpu_of_one(question, query, idle, graphql).await);
    }
    let name = format!("P12 {}", question.name);
    row(&format!("{name}: p50 of GraphQL"), "ms", &ours);
    row(&format!("{name}: p50 of ClickHouse"), "ms", &bare);
    row(&format!("{name}: hub / floor"), "", &ratio);
    judge(
        &format!("{name}: hub / floor"),
        &ratio,
        "",
        Goal::AtMost(1.05),
    );
    row(&format!("{name}: CPU of query-api"), "us", &cpu);
    let goal = 50.0 + 0.5 * question.rows as f64;
    judge(
        &format!("{name}: CPU of query-api"),
        &cpu,
        "us",
        Goal::AtMost(goal),
    );
}

/// Microseconds that the service itself needs for one answer, what it needs at rest taken off.
async fn cpu_of_one(question: &Question, query: &Served, idle: f64, graphql: &GraphQl) -> f64 {
    let (begin, cpu) = (Instant::now(), query.cpu());
    for _ in 0..ASKED {
        graphql.ask(question.graphql).await;
    }
    let spent = query.cpu() - cpu - idle * begin.elapsed().as_secs_f64();
    spent / ASKED as f64 * 1e6
}

/// Both answer with the rows that were asked for.
fn check(question: &Question, ours: &[u8], raw: &[u8]) {
    let (ours, raw): (serde_json::Value, serde_json::Value) = (
        serde_json::from_slice(ours).unwrap(),
        serde_json::from_slice(raw).unwrap(),
    );
    assert!(ours["errors"].is_null(), "{ours}");
    let (page, tile) = (
        &ours["data"]["events"]["nodes"],
        &ours["data"]["eventStatistics"],
    );
    let rows = page.as_array().or(tile.as_array()).unwrap().len();
    assert_eq!(rows, question.rows, "{}", question.name);
    assert_eq!(raw["data"].as_array().unwrap().len(), rows);
}

/// Events spread over the hours before the present one.
async fn fill(hub: &TestHub) {
    let topic = format!("{}.inbox.fire", hub.namespace.topic_prefix);
    let hour = Clock::system().now().0 / HOUR_MS * HOUR_MS;
    fill_with(&shared().brokers, &topic, EVENTS, |number| {
        let nth = i64::try_from(number).unwrap();
        let time = Millis(hour - (nth % HOURS) * HOUR_MS + nth % 1_000);
        headers(&format!("P-{number}"), PLACE, &time.rfc3339())
    });
    let store = Store::new(&hub.hub.addresses.clickhouse);
    while store.numbers("SELECT count() FROM events").await[0] < EVENTS as u64 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
