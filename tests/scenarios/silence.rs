//! Silence and lateness are two things: a feed that stops is told, a hub that does not read on is told,
//! and neither is taken for the other. Every service is a process of its own, so that admission alone
//! can be stopped.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use city_brain::settings::Settings;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tests::api::Api;
use tests::binary::{copy_folder, repository};
use tests::hub::{instance, settings};
use tests::kafka::Department;
use tests::live::LiveClient;
use tests::process::HubProcess;
use tests::stack::{namespace, shared};
use tests::wait::until;
use tokio::time::sleep;

use crate::story::{COMMUNITY, event};

/// What the department's rules and its feed call silence.
const AFTER: Duration = Duration::from_secs(15);

const FEEDS: &str = "
- name: tides.gauges
  title: {zh: 潮位站, en: Tide gauges}
  silentAfter: 15s
  deadAfter: 1d
";

const RULES: &str = "
- id: tides.gauge-silent
  version: 1
  title: { zh: 潮位站静默, en: Tide gauge silent }
  alertTitle: { zh: \"{subject} 静默\", en: \"{subject} is silent\" }
  owner: tides
  severity: 3
  when: { absence: { types: [city.tides.level-reading.v1], of: subject, after: 15s } }
  sop: { zh: 查看, en: Go and look }
- id: tides.feed-silent
  version: 1
  title: { zh: 潮位中断, en: Tides stopped }
  alertTitle: { zh: 潮位无上报, en: No tide reading }
  owner: tides
  severity: 3
  when: { absence: { feed: tides.gauges, of: feed, after: 15s } }
  sop: { zh: 致电, en: Call them }
";

fn add_tides(catalog: &Path) {
    let tides = catalog.join("tides");
    fs::create_dir_all(tides.join("examples")).unwrap();
    let department = "name: tides\ntitle: {zh: 潮汐, en: Tides}\nkind: environment\n";
    fs::write(tides.join("department.yaml"), department).unwrap();
    fs::write(tides.join("feeds.yaml"), FEEDS).unwrap();
    fs::write(tides.join("rules.yaml"), RULES).unwrap();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:city-brain:tides:level-reading:v1",
        "title": "Tide reading",
        "x-city": {
            "title": { "zh": "潮位", "en": "Tide reading" },
            "summary": { "zh": "{gauge} {level}", "en": "{gauge} {level}" },
            "subject": "/gauge",
        },
        "type": "object",
        "additionalProperties": false,
        "required": ["gauge", "level"],
        "properties": {
            "gauge": { "type": "string", "title": "Gauge", "minLength": 1, "maxLength": 20 },
            "level": { "type": "number", "title": "Level, m" },
        },
    });
    fs::write(
        tides.join("level-reading.v1.schema.json"),
        schema.to_string(),
    )
    .unwrap();
    let example = reading(0).to_string();
    fs::write(tides.join("examples/level-reading.v1.json"), example).unwrap();
}

fn reading(number: u32) -> Value {
    event(
        "city.tides.level-reading.v1",
        &format!("T-1:{number}"),
        COMMUNITY,
        json!({ "gauge": "T-1", "level": 3.2 }),
    )
}

/// A gauge that reports once a second, while it is told to.
fn gauge(department: Department) -> Arc<AtomicBool> {
    let speaks = Arc::new(AtomicBool::new(true));
    let told = Arc::clone(&speaks);
    let number = AtomicU32::new(1);
    tokio::spawn(async move {
        while Arc::strong_count(&told) > 1 {
            if told.load(Ordering::Relaxed) {
                let next = number.fetch_add(1, Ordering::Relaxed);
                department.publish_structured(&reading(next)).await;
            }
            sleep(Duration::from_secs(1)).await;
        }
    });
    speaks
}

/// The services of one city, each apart.
struct Services {
    admission: HubProcess,
    query: HubProcess,
    live: HubProcess,
    _others: Vec<HubProcess>,
}

impl Services {
    fn start(city: &Settings) -> Self {
        let start = |service: &str| HubProcess::start_service(&instance(city, service), service);
        Self {
            admission: start("admission"),
            _others: ["engine", "recorder"].map(start).into(),
            query: start("query"),
            live: start("live"),
        }
    }
}

async fn sign_in(process: &HubProcess, account: &(String, String)) -> Api {
    let http = process.addresses().unwrap().http;
    Api::sign_in(&http, &account.0, &account.1).await
}

/// What GraphQL says of the feed: its state, and whether the hub is behind with it.
async fn feed(api: &Api) -> (String, bool) {
    let query = "{ feeds { name state behind behindSince } }";
    let data = api.query(query, json!({})).await;
    let feeds = data["feeds"].as_array().unwrap();
    let tides = feeds.iter().find(|feed| feed["name"] == "tides.gauges");
    let tides = tides.unwrap();
    let behind = tides["behind"].as_bool().unwrap();
    assert!(behind || tides["behindSince"].is_null(), "{tides}");
    (tides["state"].as_str().unwrap().to_owned(), behind)
}

/// The next beat's word on the department.
async fn beat(live: &mut LiveClient) -> Value {
    loop {
        let frame = live.next_frame().await.unwrap();
        if frame["type"] == "beat" {
            let sources = frame["sources"].as_array().unwrap();
            let tides = sources.iter().find(|source| source["id"] == "tides");
            return tides.unwrap().clone();
        }
    }
}

/// All alerts of the department: rule and status.
async fn alerts(api: &Api) -> Vec<(String, String)> {
    let query = "{ alerts(first: 50) { nodes { rule { key } status } } }";
    let data = api.query(query, json!({})).await;
    let nodes = data["alerts"]["nodes"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut found: Vec<(String, String)> = nodes
        .iter()
        .map(|node| (text(&node["rule"]["key"]), text(&node["status"])))
        .collect();
    found.sort();
    found
}

fn both(status: &str) -> Vec<(String, String)> {
    ["tides.feed-silent", "tides.gauge-silent"]
        .map(|rule| (rule.to_owned(), status.to_owned()))
        .into()
}

async fn wait_for_feed(api: &Api, state: &str, behind: bool) {
    let what = format!("the feed is {state}, behind: {behind}");
    until(&what, Duration::from_secs(60), || async {
        (feed(api).await == (state.to_owned(), behind)).then_some(())
    })
    .await;
}

async fn wait_for_alerts(api: &Api, status: &str) {
    until(
        &format!("both alerts {status}"),
        Duration::from_secs(60),
        || async { (alerts(api).await == both(status)).then_some(()) },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_stops_is_silent_and_a_hub_that_stops_is_behind() {
    let namespace = namespace("silence");
    let mut city = settings(&namespace);
    let catalog = city.data_dir.join("catalog");
    copy_folder(&repository().join("event-schemas/catalog"), &catalog);
    add_tides(&catalog);
    city.catalog = Some(catalog);
    // The whole hub once: it makes topics, tables and the first account.
    let whole = HubProcess::start(&city);
    let account = whole.first_account();
    assert!(whole.terminate(Duration::from_secs(60)).success());
    let services = Services::start(&city);
    let api = sign_in(&services.query, &account).await;
    let token = sign_in(&services.live, &account).await.token;
    let http = services.live.addresses().unwrap().http;
    let live = || LiveClient::connect(&http, &token, None);
    let tides = Department::connect(&shared().brokers, &namespace.topic_prefix, "tides");

    // A feed that speaks.
    let speaks = gauge(tides);
    wait_for_feed(&api, "LIVE", false).await;
    sleep(AFTER).await;
    assert_eq!(alerts(&api).await, [], "who speaks is not silent");

    // It stops: the rules tell it, once each, and the hub is not behind.
    speaks.store(false, Ordering::Relaxed);
    wait_for_alerts(&api, "FIRING").await;
    wait_for_feed(&api, "SILENT", false).await;
    let told = until_beat(&mut live().await, |told| told["state"] == "silent").await;
    assert_eq!(told["behind"], false, "{told}");

    // It speaks again.
    speaks.store(true, Ordering::Relaxed);
    wait_for_alerts(&api, "RESOLVED").await;
    wait_for_feed(&api, "LIVE", false).await;

    // The hub does not read on, for more than twice as long, while the feed goes on.
    services.admission.signal(Signal::SIGSTOP);
    wait_for_feed(&api, "LIVE", true).await;
    sleep(3 * AFTER).await;
    assert_eq!(feed(&api).await, (String::from("LIVE"), true));
    let told = until_beat(&mut live().await, |told| told["behind"] == true).await;
    assert_eq!(told["state"], "live", "{told}");
    assert!(told["behindSince"].is_string(), "{told}");
    assert_eq!(
        alerts(&api).await,
        both("RESOLVED"),
        "a hub that is behind tells no silence"
    );

    // It reads on: nobody was silent.
    services.admission.signal(Signal::SIGCONT);
    wait_for_feed(&api, "LIVE", false).await;
    sleep(AFTER).await;
    assert_eq!(alerts(&api).await, both("RESOLVED"), "and none afterwards");
    assert_eq!(feed(&api).await, (String::from("LIVE"), false));
}

/// The next beat that tells this of the department: older ones may still be under way.
async fn until_beat(live: &mut LiveClient, tells: impl Fn(&Value) -> bool) -> Value {
    let found = async {
        loop {
            let told = beat(live).await;
            if tells(&told) {
                return told;
            }
        }
    };
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, found).await.unwrap()
}
