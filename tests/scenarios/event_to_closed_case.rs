//! One event from a department's own Kafka client, all the way to a closed case.

use std::time::Duration;

use serde_json::{Value, json};
use tests::api::Api;
use tests::hub::TestHub;
use tests::wait::until;

use crate::story::{COMMUNITY, STREET, medical_call, structure_fire};

const LIMIT: Duration = Duration::from_secs(30);

const CASE: &str = "query($id: ID!) { case(id: $id) { id version state status number acknowledgedBy { name } \
    allowedCommands assignments { id state unit { id key } } alerts { id status } \
    timeline(first: 100) { nodes { at command actor { kind name } words { zh en } } } } }";

async fn the_case(api: &Api, id: &str) -> Value {
    api.query(CASE, json!({ "id": id })).await["case"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_in_either_mode_is_found_by_graphql_in_a_live_frame_and_as_a_row() {
    let hub = TestHub::start("modes").await;
    let api = hub.api().await;
    let mut live = hub.live(&api).await;
    live.follow("the snapshot", LIMIT, |live| !live.cursor.is_empty())
        .await;
    let fire = hub.department("fire");
    fire.publish_structured(&medical_call("S-1", COMMUNITY))
        .await;
    fire.publish_binary(&medical_call("B-1", COMMUNITY)).await;

    live.follow("both events in live frames", LIMIT, |live| {
        ["S-1", "B-1"]
            .iter()
            .all(|id| live.events.iter().any(|event| event["subject"] == **id))
    })
    .await;
    let query = "query($place: ID!) { events(filter: { place: [$place], type: [\"city.fire.incident-reported.v1\"] }, first: 10) \
        { nodes { eventId type subject severity exercise place { code } department { name } titles { zh en } data position } } }";
    let nodes = until("both events by GraphQL", LIMIT, || async {
        let data = api.query(query, json!({ "place": STREET })).await;
        let nodes = data["events"]["nodes"].as_array().unwrap().clone();
        (nodes.len() == 2).then_some(nodes)
    })
    .await;
    for node in &nodes {
        assert_eq!(node["place"]["code"], COMMUNITY);
        assert_eq!(node["department"]["name"], "fire");
        assert_eq!(node["data"]["category"], "public-assist");
    }
    let store = &hub.hub.addresses.clickhouse;
    let rows = reqwest::Client::new()
        .post(format!("{}/?database={}", store.url, store.database))
        .basic_auth(&store.user, Some(&store.password))
        .body("SELECT id, source, type, department, partition FROM events ORDER BY id FORMAT TSV")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(rows.lines().count(), 2, "{rows}");
    assert!(rows.starts_with("B-1\t/fire/dispatch\tcity.fire.incident-reported.v1\tfire\t"));
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_opens_a_case_that_is_worked_to_closed_and_the_timeline_holds_every_step() {
    let hub = TestHub::start("closed").await;
    let api = hub.api().await;
    let mut live = hub.live(&api).await;
    hub.department("fire")
        .publish_structured(&structure_fire("F-77", COMMUNITY))
        .await;
    live.follow("an alert and its case on the console", LIMIT, |live| {
        !live.picture["alerts"].is_empty() && !live.picture["cases"].is_empty()
    })
    .await;
    let first = api
        .query("{ cases(first: 5) { nodes { id status alerts { id status severity explanation { words { en } } events { eventId } } } } }", json!({}))
        .await;
    let opened = &first["cases"]["nodes"][0];
    assert_eq!(opened["status"], "REPORTED");
    assert_eq!(opened["alerts"][0]["events"][0]["eventId"], "F-77");
    let id = opened["id"].as_str().unwrap().to_owned();
    work_to_closed(&api, &id).await;

    let closed = the_case(&api, &id).await;
    assert_eq!(closed["status"], "CLOSED");
    let steps: Vec<(&str, &str)> = closed["timeline"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            assert!(step["at"].as_str().unwrap().ends_with('Z'));
            (
                step["command"].as_str().unwrap(),
                step["actor"]["name"].as_str().unwrap(),
            )
        })
        .collect();
    let by_hand: Vec<(&str, &str)> = steps
        .iter()
        .copied()
        .filter(|(_, actor)| *actor == "admin")
        .collect();
    let expected = [
        "acknowledgeCase",
        "assignUnit",
        "markEnRoute",
        "markOnScene",
        "resolveCase",
        "verifyCase",
        "closeCase",
    ];
    assert_eq!(by_hand, expected.map(|command| (command, "admin")));
    assert_eq!(steps[0].0, "openCase");
    live.follow("the closed case on the console", LIMIT, |live| {
        live.picture["cases"]
            .values()
            .any(|case| case["status"] == "CLOSED")
    })
    .await;
    hub.stop().await;
}

async fn work_to_closed(api: &Api, id: &str) {
    let units = api
        .query(
            "{ units(filter: { state: [AVAILABLE] }) { id key kind } }",
            json!({}),
        )
        .await;
    let unit = units["units"][0]["id"].clone();
    let steps = [
        ("acknowledgeCase", json!({})),
        ("assignUnit", json!({ "unitId": unit })),
        ("markEnRoute", json!({ "assignmentId": null })),
        ("markOnScene", json!({ "assignmentId": null })),
        (
            "resolveCase",
            json!({ "outcome": "extinguished, handed to the owner" }),
        ),
        ("verifyCase", json!({ "passed": true, "note": "no smoke" })),
        ("closeCase", json!({})),
    ];
    for (command, mut input) in steps {
        let case = the_case(api, id).await;
        let allowed = case["allowedCommands"].as_array().unwrap();
        assert!(
            allowed.iter().any(|name| name == command),
            "{command} in {}: {allowed:?}",
            case["state"]
        );
        if input.get("assignmentId").is_some() {
            input["assignmentId"] = case["assignments"][0]["id"].clone();
        }
        input["caseId"] = json!(id);
        input["expectedVersion"] = case["version"].clone();
        input["idempotencyKey"] = json!(format!("{command}-{id}"));
        let result = api.command(command, input).await;
        assert_eq!(
            result["__typename"], "CommandAccepted",
            "{command}: {result}"
        );
    }
}
