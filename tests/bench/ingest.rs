//! P1: ingest efficiency, by stage, in events per CPU-second of the service's own process.

use event_log::{LogConfig, TopicSettings, create_topics};
use event_schemas::city::{Topic, Topics};
use event_store::StoreConfig;
use tests::stack::{Namespace, SharedStack, namespace, shared};

use crate::floor;
use crate::load::fill;
use crate::pairs::{Cost, abba, cost_of};
use crate::table::row;

/// Events of one run.
const EVENTS: usize = 200_000;
/// Pairs of runs.
const PAIRS: usize = 5;

/// Measures both stages and prints their rows.
pub(crate) fn measure() {
    let stack = shared();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fresh = |name: &str| runtime.block_on(fresh(stack, name));
    let mut admitted = Vec::new();
    let pairs = abba(
        PAIRS,
        || {
            let names = fresh("admission");
            fill(&stack.brokers, &topic(&names, "inbox.fire"), EVENTS);
            let cost = cost_of(&words("admission", stack, &names));
            admitted.push(names);
            cost
        },
        || {
            let names = fresh("floor");
            fill(&stack.brokers, &topic(&names, "inbox.fire"), EVENTS);
            cost_of(&[
                String::from("floor-admission"),
                stack.brokers.clone(),
                topic(&names, "inbox.fire"),
                topic(&names, "events"),
                EVENTS.to_string(),
            ])
        },
    );
    print("P1 (a) admission", &pairs);
    let mut nth = 0;
    let mut next = || {
        nth += 1;
        admitted[(nth - 1) / 2 % admitted.len()].clone()
    };
    let pairs: Vec<(Cost, Cost)> = (0..PAIRS)
        .map(|n| {
            let names = next();
            let _same = next();
            let hub = || cost_of(&words("recorder", stack, &names));
            let bare = || cost_of(&floor_recorder(stack, &names));
            if n % 2 == 0 {
                let first = hub();
                (first, bare())
            } else {
                let first = bare();
                (hub(), first)
            }
        })
        .collect();
    print("P1 (b) recorder", &pairs);
}

fn print(name: &str, pairs: &[(Cost, Cost)]) {
    let rate = |cost: &Cost| EVENTS as f64 / cost.cpu_seconds;
    let hub: Vec<f64> = pairs.iter().map(|(hub, _)| rate(hub)).collect();
    let bare: Vec<f64> = pairs.iter().map(|(_, bare)| rate(bare)).collect();
    let ratio: Vec<f64> = pairs
        .iter()
        .map(|(hub, bare)| rate(hub) / rate(bare))
        .collect();
    let wall: Vec<f64> = pairs
        .iter()
        .map(|(hub, _)| EVENTS as f64 / hub.wall_seconds)
        .collect();
    row(&format!("{name}: hub"), "events per CPU-second", &hub);
    row(&format!("{name}: floor"), "events per CPU-second", &bare);
    row(&format!("{name}: hub / floor"), "", &ratio);
    row(
        &format!("{name}: hub, start included"),
        "events per second",
        &wall,
    );
}

fn topic(names: &Namespace, suffix: &str) -> String {
    format!("{}.{suffix}", names.topic_prefix)
}

fn words(program: &str, stack: &SharedStack, names: &Namespace) -> Vec<String> {
    let writer = &stack.clickhouse.writer;
    [
        program,
        &stack.brokers,
        &names.topic_prefix,
        &stack.clickhouse.url,
        &names.database,
        &writer.user,
        &writer.password,
        &EVENTS.to_string(),
    ]
    .map(str::to_owned)
    .to_vec()
}

fn floor_recorder(stack: &SharedStack, names: &Namespace) -> Vec<String> {
    let mut words = words("floor-recorder", stack, names);
    words[2] = topic(names, Topic::Events.suffix());
    words
}

async fn fresh(stack: &SharedStack, name: &str) -> Namespace {
    let names = namespace(name);
    let log = LogConfig {
        brokers: stack.brokers.clone(),
        topics: Topics::new(&names.topic_prefix),
        client_id: String::from("bench"),
    };
    create_topics(
        &log,
        &["fire", "hotline", "power", "roads"],
        &TopicSettings::default(),
    )
    .await
    .unwrap();
    let admin = StoreConfig {
        url: stack.clickhouse.url.clone(),
        database: names.database.clone(),
        user: stack.clickhouse.admin.user.clone(),
        password: stack.clickhouse.admin.password.clone(),
    };
    event_store::migrate(&admin).await.unwrap();
    let answer = reqwest::Client::new()
        .post(format!("{}/?database={}", admin.url, admin.database))
        .basic_auth(&admin.user, Some(&admin.password))
        .body(floor::recorder::CREATE)
        .send()
        .await
        .unwrap();
    assert!(
        answer.status().is_success(),
        "{}",
        answer.text().await.unwrap()
    );
    names
}
