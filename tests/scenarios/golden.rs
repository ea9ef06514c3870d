//! Golden logs: what earlier versions wrote is read by this one, and means the same.
//!
//! `tests/golden/README.md` tells how a new one is recorded.

mod decide;
mod load;
mod log;
mod record;
mod show;

use std::collections::BTreeMap;

use city_brain::settings::Settings;
use serde_json::Value;
use tests::api::Api;
use tests::hub::{instance, settings};
use tests::process::HubProcess;
use tests::stack::{namespace, shared};
use tests::store::Store;

use load::Renamed;
use log::Golden;

/// The recorder and GraphQL alone: nothing of this hub decides anything new.
fn start(city: &Settings, service: &str) -> HubProcess {
    HubProcess::start_service(&instance(city, service), service)
}

fn told_then<T: serde::Serialize + serde::de::DeserializeOwned>(
    renamed: &Renamed,
    shown: &BTreeMap<String, T>,
) -> BTreeMap<String, T> {
    let text = serde_json::to_string(shown).unwrap();
    serde_json::from_str(&renamed.text(&text)).unwrap()
}

async fn reads_as_recorded(name: &str) {
    let golden = Golden::read(name);
    let namespace = namespace("golden");
    let city = settings(&namespace);
    let (brokers, prefix) = (&shared().brokers, &namespace.topic_prefix);
    let renamed = load::load(&golden, brokers, prefix).await;
    load::stands(&golden, brokers, prefix);
    let _recorder = start(&city, "recorder");
    let query = start(&city, "query");
    let addresses = query.addresses().unwrap();

    let tables = told_then(&renamed, &golden.shown.tables);
    let store = Store::new(&addresses.clickhouse);
    let found = show::filled_tables(&store, &tables).await;
    for (table, rows) in &tables {
        for (then, now) in rows.iter().zip(&found[table]) {
            assert_eq!(now, then, "{name}: a row of {table}");
        }
    }
    let (account, password) = &golden.shown.account;
    let api = Api::sign_in(&addresses.http, account, password).await;
    let answers: BTreeMap<String, Value> = told_then(&renamed, &golden.shown.answers);
    for (list, now) in show::answers(&api).await {
        let then = show::ordered(answers[&list].clone());
        for (then, now) in then.iter().zip(&show::ordered(now.clone())) {
            assert_eq!(now, then, "{name}: {list}");
        }
        assert_eq!(now.as_array().unwrap().len(), then.len(), "{name}: {list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_golden_log_is_read_and_decided_as_it_was_recorded() {
    if let Some(name) = std::env::var_os("RECORD_GOLDEN") {
        record::record(name.to_str().unwrap()).await;
    }
    let names = log::names();
    assert!(
        !names.is_empty(),
        "no golden log under {}",
        log::folder().display()
    );
    for name in names {
        let golden = Golden::read(&name);
        decide::admission(&golden);
        decide::detection(&golden);
        reads_as_recorded(&name).await;
    }
}
