//! Records a new golden log: a hub lives through events of every type, findings, work and mistakes, all
//! made up; then everything that its topics hold is written down, with what it showed of it.

use std::collections::BTreeMap;
use std::time::Duration;

use city_brain::simulation::{Behaviour, Simulation};
use domain::access::Role;
use event_log::LogConfig;
use event_schemas::Catalog;
use event_schemas::city::Topics;
use serde_json::{Value, json};
use tests::api::Api;
use tests::hub::TestHub;
use tests::kafka::read_topic;
use tests::stack::shared;
use tests::store::Store;
use tests::wait::until;

use super::log::{Golden, Line, Shown, Topic};
use super::show::{answers, tables};
use crate::story::{COMMUNITY, medical_call, structure_fire};

/// The simulated city's last minutes are published at once.
const MINUTES_MS: i64 = 8 * 60_000;
const LIMIT: Duration = Duration::from_secs(60);
const HUBS_OWN: [&str; 6] = [
    "events",
    "matches",
    "alerts",
    "cases",
    "control",
    "dead-letters",
];

pub(super) async fn record(name: &str) {
    let hub = TestHub::start("golden").await;
    let now = service_kit::Clock::system().now();
    let identity = &hub.hub.identity;
    let roles = vec![Role::Administrator, Role::Supervisor, Role::Operator];
    let password = identity.create_account("golden", roles, now).await.unwrap();
    let (key, _) = identity.issue_key("fire", "golden", now).await.unwrap();
    identity.revoke_key(&key, now).await.unwrap();
    let api = Api::sign_in(&hub.url(), "golden", &password).await;
    publish(&hub).await;
    work(&api).await;
    let store = Store::new(&hub.hub.addresses.clickhouse);
    let (tables, answers) = at_rest(&api, &store).await;
    for (name, rows) in &tables {
        assert!(
            !rows.is_empty(),
            "a golden log without {name} guards little"
        );
    }
    let prefix = hub.namespace.topic_prefix.clone();
    hub.stop().await;
    let topics = topics(&prefix).await;
    let mut lines = Vec::new();
    for topic in topics.keys() {
        let records = read_topic(&shared().brokers, &format!("{prefix}.{topic}"));
        lines.extend(records.iter().map(|record| Line::of(topic, record)));
    }
    for topic in HUBS_OWN {
        assert!(
            lines.iter().any(|line| line.topic == topic),
            "nothing in {topic}"
        );
    }
    let account = (String::from("golden"), password);
    let shown = Shown {
        prefix,
        topics,
        account,
        tables,
        answers,
    };
    Golden { shown, lines }.write(name);
}

async fn publish(hub: &TestHub) {
    let catalog = Catalog::embedded().unwrap();
    let now = service_kit::Clock::system().now();
    for example in catalog.examples() {
        let event: Value = serde_json::from_str(&example.event).unwrap();
        hub.department(&example.department)
            .publish_structured(&event)
            .await;
    }
    let behaviour = Behaviour::ordinary(7, 0.5);
    let city = Simulation::new(behaviour, &catalog, now.plus(-MINUTES_MS)).unwrap();
    for event in city.take_while(|event| event.at < now) {
        let json: Value = serde_json::from_str(&event.json).unwrap();
        hub.department(&event.department)
            .publish_structured(&json)
            .await;
    }
    let fire = hub.department("fire");
    fire.publish_binary(&structure_fire("F-1", COMMUNITY)).await;
    let call = medical_call("F-2", COMMUNITY);
    fire.publish_structured(&call).await;
    fire.publish_structured(&call).await;
    fire.publish_raw(&[], b"\xff\xfe").await;
}

/// The fire's case is worked to its end, a wish is opened and one step taken.
async fn work(api: &Api) {
    let cases =
        "{ cases(first: 200) { nodes { id version alerts { events(first: 3) { eventId } } } } }";
    let id = until("the fire's case", LIMIT, || async {
        let data = api.query(cases, json!({})).await;
        let nodes = data["cases"]["nodes"].as_array().unwrap();
        let of_the_fire = nodes
            .iter()
            .find(|case| case.to_string().contains("\"F-1\""));
        of_the_fire.map(|case| case["id"].clone())
    })
    .await;
    let units = "{ units(filter: { state: [AVAILABLE] }) { id } }";
    let unit = api.query(units, json!({})).await["units"][0]["id"].clone();
    give(api, &id, "acknowledgeCase", json!({})).await;
    give(
        api,
        &id,
        "addNote",
        json!({ "text": "水源在南门 / hydrant at the south gate" }),
    )
    .await;
    give(api, &id, "assignUnit", json!({ "unitId": unit })).await;
    give(api, &id, "markEnRoute", json!({ "assignmentId": null })).await;
    give(api, &id, "markOnScene", json!({ "assignmentId": null })).await;
    give(
        api,
        &id,
        "resolveCase",
        json!({ "outcome": "extinguished" }),
    )
    .await;
    give(
        api,
        &id,
        "verifyCase",
        json!({ "passed": true, "note": "no smoke" }),
    )
    .await;
    give(api, &id, "closeCase", json!({})).await;
    let request = json!({ "kind": "hotline-request", "idempotencyKey": "golden-request", "title": "小区停水",
        "level": 2, "place": COMMUNITY, "fields": { "ticket": "T-1", "request": "complaint" } });
    let opened = api.command("openCase", request).await;
    assert_eq!(opened["__typename"], "CommandAccepted", "{opened}");
    give(api, &opened["case"]["id"], "acknowledgeCase", json!({})).await;
}

async fn give(api: &Api, id: &Value, command: &str, mut input: Value) {
    let query = "query($id: ID!) { case(id: $id) { version assignments { id } } }";
    let case = api.query(query, json!({ "id": id })).await["case"].take();
    if input.get("assignmentId").is_some() {
        input["assignmentId"] = case["assignments"][0]["id"].clone();
    }
    input["caseId"] = id.clone();
    input["expectedVersion"] = case["version"].clone();
    input["idempotencyKey"] = json!(format!("golden-{command}-{}", id.as_str().unwrap()));
    let result = api.command(command, input).await;
    assert_eq!(
        result["__typename"], "CommandAccepted",
        "{command}: {result}"
    );
}

/// What is shown, once it has not changed for five seconds.
async fn at_rest(
    api: &Api,
    store: &Store,
) -> (BTreeMap<String, Vec<String>>, BTreeMap<String, Value>) {
    let mut shown = (tables(store).await, answers(api).await);
    let mut calm = 0;
    for _ in 0..120 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = (tables(store).await, answers(api).await);
        calm = if now == shown { calm + 1 } else { 0 };
        shown = now;
        if calm == 10 {
            return shown;
        }
    }
    panic!("the hub does not come to rest");
}

async fn topics(prefix: &str) -> BTreeMap<String, Topic> {
    let log = LogConfig {
        brokers: shared().brokers.clone(),
        topics: Topics::new(prefix),
        client_id: String::from("golden"),
    };
    let catalog = Catalog::embedded().unwrap();
    let inboxes = catalog.departments().iter();
    let inboxes = inboxes.map(|department| format!("inbox.{}", department.name));
    let mut topics = BTreeMap::new();
    for topic in HUBS_OWN.into_iter().map(str::to_owned).chain(inboxes) {
        let name = format!("{prefix}.{topic}");
        let id = event_log::topic_ids(&log, &[&name]).await.unwrap()[&name];
        let (asked, of) = (log.clone(), name.clone());
        let asking = tokio::task::spawn_blocking(move || event_log::partition_count(&asked, &of));
        let partitions = asking.await.unwrap().unwrap();
        topics.insert(topic, Topic { id, partitions });
    }
    topics
}
