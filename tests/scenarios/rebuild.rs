//! The tables derived anew while the hub runs under load: killed in the middle, gone on with, proven equal,
//! switched to; the hub answers all along and never goes back in time. And refused where they differ.

use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use city_brain::hub::ClickHouseForReaders;
use city_brain::settings::Settings;
use tests::api::Api;
use tests::binary::city_brain;
use tests::exactly_once;
use tests::hub::settings;
use tests::load::{Load, Plan};
use tests::process::HubProcess;
use tests::stack::{namespace, shared};
use tests::store::Store;
use tests::wait::until;

const LIMIT: Duration = Duration::from_secs(180);

fn rebuild(settings: &Settings) -> Command {
    let admin = &shared().clickhouse.admin;
    let mut command = Command::new(city_brain());
    command
        .arg("rebuild")
        .arg("--data-dir")
        .arg(&settings.data_dir)
        .args(["--kafka", &shared().brokers])
        .args(["--clickhouse", &shared().clickhouse.url])
        .args(["--clickhouse-user", &admin.user])
        .env("CITY_BRAIN_CLICKHOUSE_PASSWORD", &admin.password)
        .args(["--database", &settings.database])
        .args(["--topic-prefix", &settings.topic_prefix])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

async fn ended(command: &mut Command) -> (i32, String) {
    let running = command.spawn().unwrap();
    let Output {
        status,
        stdout,
        stderr,
    } = tokio::task::spawn_blocking(move || running.wait_with_output())
        .await
        .unwrap()
        .unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
    (status.code().unwrap(), said)
}

/// A database of the hub, asked as an administrator.
fn store(database: &str) -> Store {
    let clickhouse = &shared().clickhouse;
    Store::new(&ClickHouseForReaders {
        url: clickhouse.url.clone(),
        database: database.to_owned(),
        user: clickhouse.admin.user.clone(),
        password: clickhouse.admin.password.clone(),
    })
}

fn load(settings: &Settings, rate: u64) -> Load {
    Load::start(Plan {
        brokers: shared().brokers.clone(),
        topic_prefix: settings.topic_prefix.clone(),
        rate,
        seed: 11,
    })
}

/// Asks again and again how many events there are; the number of answers, each no less than the one before.
async fn ask_all_along(api: Api, enough: Arc<AtomicBool>) -> u32 {
    let (mut answers, mut seen) = (0, 0);
    while !enough.load(Ordering::Relaxed) {
        let data = api
            .query(
                "{ eventStatistics(measures: [COUNT]) { count } }",
                serde_json::Value::Null,
            )
            .await;
        let count = data["eventStatistics"][0]["count"].as_u64().unwrap_or(0);
        assert!(
            count >= seen,
            "after {answers} answers: {seen}, then {count}"
        );
        (answers, seen) = (answers + 1, count);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_rebuilt_under_load_and_switched_to_without_a_lost_or_doubled_row() {
    let namespace = namespace("rebuild");
    let settings = settings(&namespace);
    let hub = HubProcess::start(&settings);
    let load = load(&settings, 1_500);
    let (name, password) = hub.first_account();
    let api = Api::sign_in(&hub.addresses().unwrap().http, &name, &password).await;
    let enough = Arc::new(AtomicBool::new(false));
    let asking = tokio::spawn(ask_all_along(api, Arc::clone(&enough)));
    tokio::time::sleep(Duration::from_secs(6)).await;

    let rebuilt = format!("{}_rebuilt_1", settings.database);
    let mut first = rebuild(&settings).spawn().unwrap();
    until("the rebuild has begun", LIMIT, || async {
        let rows = store(&rebuilt).try_rows("SELECT count() FROM events").await;
        (rows.ok()?[0][0] != "0").then_some(())
    })
    .await;
    first.kill().unwrap();
    let killed = first.wait().unwrap();
    assert_eq!(killed.code(), None, "it was killed before its end");
    let database = hub.addresses().unwrap().clickhouse.database;
    assert_eq!(database, settings.database, "nothing is switched yet");

    let (code, said) = ended(&mut rebuild(&settings)).await;
    assert_eq!(code, 0, "{said}");
    for words in [
        "going on with",
        "events: equal",
        "alerts: equal",
        "cases: equal",
        "case_events: equal",
        "dead_letters: equal",
        "audit: equal",
        "the hub has gone over",
        "is dropped",
    ] {
        assert!(said.contains(words), "expected '{words}' in:\n{said}");
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    enough.store(true, Ordering::Relaxed);
    let answers = asking.await.unwrap();
    let published = load.finish();
    let addresses = hub.addresses().unwrap();
    assert_eq!(addresses.clickhouse.database, rebuilt);
    let left = exactly_once::holds(&addresses, published, LIMIT).await;
    println!("rebuilt under load: {published:?}, left {left:?}, {answers} answers meanwhile");
    assert!(answers > 20, "{answers}");
    store(&settings.database)
        .try_rows("SELECT count() FROM events")
        .await
        .expect_err("the former tables are dropped");

    hub.kill();
    let hub = HubProcess::start(&settings);
    let addresses = hub.addresses().unwrap();
    assert_eq!(
        addresses.clickhouse.database, rebuilt,
        "a restart stays with the tables in force"
    );
    let count = "SELECT count() FROM events";
    let rows = Store::new(&addresses.clickhouse).numbers(count).await;
    assert_eq!(rows, [published.events]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_differ_are_not_switched_to_unless_that_is_accepted() {
    let namespace = namespace("differ");
    let settings = settings(&namespace);
    let hub = HubProcess::start(&settings);
    let load = load(&settings, 300);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let published = load.finish();
    let addresses = hub.addresses().unwrap();
    exactly_once::holds(&addresses, published, LIMIT).await;
    // Somebody has changed a row by hand.
    let admin = &shared().clickhouse;
    let changed = reqwest::Client::new()
        .post(format!("{}/?database={}&mutations_sync=1", admin.url, settings.database))
        .basic_auth(&admin.admin.user, Some(&admin.admin.password))
        .body("ALTER TABLE events UPDATE subject = 'forged' WHERE (partition, offset) IN (SELECT partition, offset FROM events ORDER BY partition, offset LIMIT 1)")
        .send()
        .await
        .unwrap();
    assert!(changed.status().is_success(), "{changed:?}");

    let (code, said) = ended(&mut rebuild(&settings)).await;
    assert_eq!(code, 1, "{said}");
    for words in [
        "nothing is switched",
        "events, from",
        "the first that differs has offset",
        "--accept-differences",
        "alerts: equal",
    ] {
        assert!(said.contains(words), "expected '{words}' in:\n{said}");
    }
    let database = hub.addresses().unwrap().clickhouse.database;
    assert_eq!(database, settings.database);

    let (code, said) = ended(rebuild(&settings).arg("--accept-differences")).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("is kept"), "{said}");
    let addresses = hub.addresses().unwrap();
    assert_ne!(addresses.clickhouse.database, settings.database);
    let forged = "SELECT countIf(subject = 'forged'), count() FROM events";
    let rows = Store::new(&addresses.clickhouse).numbers(forged).await;
    assert_eq!(rows, [0, published.events], "the log is the ground truth");
}
