//! How a payload is best stored: four layouts of the same events, by bytes, by what an insert and a
//! merge cost the server, and by the time of filters and aggregates.
//!
//! The rows are made by ClickHouse itself, eight types of different shape, so that nothing of the hub
//! is measured with them. `CITY_BRAIN_LAYOUT_ROWS` sets another number of rows than ten million.

use std::time::Instant;

use event_store::StoreConfig;
use tests::cpu::cpu_seconds;
use tests::number::number;
use tests::stack::{namespace, shared};

use crate::processes::children;
use crate::table::row;

const ROWS: u64 = 10_000_000;
/// Rows of one insert: a large batch of the recorder.
const BATCH: u64 = 100_000;
/// How often each question is asked.
const ASKED: usize = 3;

/// One way to store a payload.
struct Layout {
    name: &'static str,
    /// The columns that hold it.
    columns: &'static str,
    /// What an insert writes into `payload`.
    stored: &'static str,
    /// The text member `state`, the number member `value`, and whether the words stand in it.
    state: &'static str,
    value: &'static str,
    words: &'static str,
}

const LAYOUTS: [Layout; 4] = [
    Layout {
        name: "text",
        columns: "payload String CODEC(ZSTD(1))",
        stored: "payload",
        state: "JSONExtractString(payload, 'state')",
        value: "JSONExtractFloat(payload, 'value')",
        words: "payload LIKE '%pump 77 %'",
    },
    Layout {
        name: "text, hot fields beside it",
        columns: "payload String CODEC(ZSTD(1)), \
                  state LowCardinality(String) MATERIALIZED JSONExtractString(payload, 'state'), \
                  value Float64 MATERIALIZED JSONExtractFloat(payload, 'value') CODEC(ZSTD(1))",
        stored: "payload",
        state: "state",
        value: "value",
        words: "payload LIKE '%pump 77 %'",
    },
    Layout {
        name: "map of texts",
        columns: "payload Map(LowCardinality(String), String) CODEC(ZSTD(1))",
        stored: "CAST(JSONExtractKeysAndValuesRaw(payload), 'Map(LowCardinality(String), String)')",
        state: "trimBoth(payload['state'], '\"')",
        value: "toFloat64OrZero(payload['value'])",
        words: "arrayExists(text -> text LIKE '%pump 77 %', mapValues(payload))",
    },
    Layout {
        name: "JSON type",
        columns: "payload JSON CODEC(ZSTD(1))",
        stored: "payload",
        state: "payload.state.:String",
        value: "toFloat64(ifNull(payload.value.:Float64, 0.))",
        words: "toString(payload) LIKE '%pump 77 %'",
    },
];

/// Payloads as eight departments write them: every type has members of its own, some share names.
const SOURCE: &str = "SELECT \
    concat('city.type-', toString(number % 8), '.v1') AS type, \
    toString(990101001001 + sipHash64(number) % 400) AS place, \
    toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + INTERVAL number * 3 SECOND AS event_time, \
    multiIf( \
      number % 8 = 0, format('{{\"state\":\"{0}\",\"value\":{1}.5,\"name\":\"pump {2} of the station\",\"crew\":{3} }}', s, a, b, c), \
      number % 8 = 1, format('{{\"customers\":{1},\"state\":\"{0}\",\"cause\":\"tree on line {2}\",\"feeder\":\"F-{3}\"}}', s, a, b, c), \
      number % 8 = 2, format('{{\"level\":{3},\"value\":{1}.25,\"gauge\":\"G{2}\",\"trend\":\"{0}\"}}', s, a, b, c), \
      number % 8 = 3, format('{{\"aqi\":{1},\"pm25\":{2}.1,\"pm10\":{3},\"station\":\"{0}\",\"value\":{2}.5}}', s, a, b, c), \
      number % 8 = 4, format('{{\"kind\":\"{0}\",\"text\":\"water in the cellar of number {2}, please come\",\"caller\":\"sealed-{1}\"}}', s, a, b, c), \
      number % 8 = 5, format('{{\"speed\":{1},\"free\":{2},\"segment\":\"S-{3}\",\"state\":\"{0}\",\"lanes\":[1,2,{3}]}}', s, a, b, c), \
      number % 8 = 6, format('{{\"closure\":{{\"from\":\"km {1}\",\"to\":\"km {2}\"}},\"state\":\"{0}\",\"reason\":\"works {3}\"}}', s, a, b, c), \
      format('{{\"unit\":\"E{3}\",\"state\":\"{0}\",\"value\":{1}.75,\"note\":\"on the way, {2} minutes\"}}', s, a, b, c)) AS payload \
    FROM (SELECT number, ['open','closed','waiting','moving','broken','done'][1 + sipHash64(number, 1) % 6] AS s, \
      toString(sipHash64(number, 2) % 900) AS a, toString(sipHash64(number, 3) % 5000) AS b, \
      toString(sipHash64(number, 4) % 60) AS c FROM numbers";

/// Measures all layouts and prints the rows.
pub(crate) fn measure() {
    let rows = number("CITY_BRAIN_LAYOUT_ROWS", ROWS);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let server = Server::open().await;
        let reading = server
            .fill(
                rows,
                "FUNCTION null('type String, place String, \
             event_time DateTime64(3), payload String')",
                "payload",
            )
            .await;
        println!("layouts of {rows} payloads; making the rows cost {reading:.2} us of CPU each");
        for layout in &LAYOUTS {
            server.measure(layout, rows, reading).await;
        }
    });
}

/// ClickHouse with a database for this.
struct Server {
    client: reqwest::Client,
    store: StoreConfig,
    pid: u32,
}

impl Server {
    async fn open() -> Self {
        let stack = shared();
        let found = children(std::process::id());
        let pid = found.iter().find(|(_, name)| *name == "ClickHouse");
        let this = Self {
            client: reqwest::Client::new(),
            store: StoreConfig {
                url: stack.clickhouse.url.clone(),
                database: namespace("layouts").database,
                user: stack.clickhouse.admin.user.clone(),
                password: stack.clickhouse.admin.password.clone(),
            },
            pid: pid.unwrap().0,
        };
        let make = format!("CREATE DATABASE {}", this.store.database);
        this.ask_in("default", &make).await;
        this
    }

    async fn measure(&self, layout: &Layout, rows: u64, reading: f64) {
        let name = layout.name;
        self.ask(&format!(
            "CREATE TABLE layout (type LowCardinality(String), place LowCardinality(String), \
             event_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)), {}) ENGINE = MergeTree \
             ORDER BY (place, type, event_time)",
            layout.columns
        ))
        .await;
        let inserting = self.fill(
            rows,
            "layout (type, place, event_time, payload)",
            layout.stored,
        );
        let inserted = inserting.await - reading;
        let before = cpu_seconds(self.pid);
        self.ask("OPTIMIZE TABLE layout FINAL").await;
        let merged = (cpu_seconds(self.pid) - before) * 1e6 / rows as f64;
        row(
            &format!("{name}: insert, with its merges"),
            "us of CPU a row",
            &[inserted],
        );
        row(
            &format!("{name}: one merge of all"),
            "us of CPU a row",
            &[merged],
        );
        let bytes = "SELECT sum(data_compressed_bytes) FROM system.columns WHERE table = 'layout' \
                     AND database = currentDatabase() AND name NOT IN ('type', 'place', 'event_time')";
        let bytes: f64 = self.ask(bytes).await.trim().parse().unwrap();
        row(
            &format!("{name}: stored"),
            "bytes a row",
            &[bytes / rows as f64],
        );
        let (state, value, words) = (layout.state, layout.value, layout.words);
        let questions = [
            ("filter, nothing else", format!("SELECT count() FROM layout WHERE {state} = 'broken'")),
            (
                "filter in a place and type",
                format!("SELECT count() FROM layout WHERE place = '990101001101' AND type = 'city.type-0.v1' AND {state} = 'broken'"),
            ),
            (
                "average by place, one type",
                format!("SELECT place, avg({value}) FROM layout WHERE type = 'city.type-0.v1' GROUP BY place FORMAT Null"),
            ),
            ("words anywhere", format!("SELECT count() FROM layout WHERE {words}")),
            ("50 payloads whole", "SELECT payload FROM layout WHERE place = '990101001101' ORDER BY event_time DESC LIMIT 50 FORMAT JSONEachRow".to_owned()),
        ];
        for (what, question) in questions {
            let mut times = Vec::new();
            for _ in 0..ASKED {
                let begin = Instant::now();
                self.ask(&question).await;
                times.push(begin.elapsed().as_secs_f64() * 1_000.0);
            }
            row(&format!("{name}: {what}"), "ms", &times);
        }
        self.ask("DROP TABLE layout SYNC").await;
    }

    /// Microseconds of the server's CPU for a row, in batches.
    async fn fill(&self, rows: u64, into: &str, stored: &str) -> f64 {
        let before = cpu_seconds(self.pid);
        for start in (0..rows).step_by(BATCH as usize) {
            self.ask(&format!(
                "INSERT INTO {into} SELECT type, place, event_time, {stored} \
                 FROM ({SOURCE}({start}, {BATCH}))) SETTINGS max_threads = 1"
            ))
            .await;
        }
        (cpu_seconds(self.pid) - before) * 1e6 / rows as f64
    }

    async fn ask(&self, statement: &str) -> String {
        self.ask_in(&self.store.database, statement).await
    }

    async fn ask_in(&self, database: &str, statement: &str) -> String {
        let url = reqwest::Url::parse_with_params(
            &self.store.url,
            [("database", database), ("use_query_condition_cache", "0")],
        );
        let asked = self
            .client
            .post(url.unwrap())
            .basic_auth(&self.store.user, Some(&self.store.password))
            .body(statement.to_owned());
        let answer = asked.send().await.unwrap();
        let good = answer.status().is_success();
        let text = answer.text().await.unwrap();
        assert!(good, "{statement}\n{text}");
        text
    }
}
