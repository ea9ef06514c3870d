//! Commands of people through two replicas at once: the log decides.

use domain::access::Role;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use super::hub::Hub;

#[expect(
    clippy::needless_pass_by_value,
    reason = "reads as the input that it is"
)]
fn on(case: &Value, key: &str, more: Value) -> Value {
    let mut input =
        json!({"caseId": case["id"], "expectedVersion": case["version"], "idempotencyKey": key});
    let members = input.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    input
}

async fn timeline(hub: &Hub, token: &str, case: &Value) -> Vec<String> {
    let query = "query T($id: ID!) { case(id: $id) { timeline(first: 100) { totalCount
        edges { cursor node { at command actor { kind name } words { zh en } position } } } } }";
    let answer = hub.ask(1, token, query, json!({"id": case["id"]})).await;
    let edges = answer["data"]["case"]["timeline"]["edges"]
        .as_array()
        .unwrap();
    edges
        .iter()
        .map(|edge| {
            let node = &edge["node"];
            assert!(node["at"].as_str().unwrap().ends_with('Z'));
            assert!(!node["words"]["zh"].as_str().unwrap().is_empty());
            format!(
                "{} {}",
                node["actor"]["name"].as_str().unwrap(),
                node["command"].as_str().unwrap()
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_operators_on_one_version_one_wins_and_the_other_is_told_by_whom() {
    let hub = Hub::with_units(&[]).await;
    let wang = hub.person("wang", &[Role::Operator]).await;
    let li = hub.person("li", &[Role::Operator]).await;
    for round in 0..10 {
        let case = hub.open_case(&wang, &format!("open-{round}")).await;
        let (first, second) = join(
            hub.command(
                0,
                &wang,
                "acknowledgeCase",
                on(&case, &format!("w{round}"), json!({})),
            ),
            hub.command(
                1,
                &li,
                "acknowledgeCase",
                on(&case, &format!("l{round}"), json!({})),
            ),
        )
        .await;
        let results = [("wang", &first), ("li", &second)];
        let won: Vec<_> = results
            .iter()
            .filter(|(_, one)| one["__typename"] == "CommandAccepted")
            .collect();
        let lost: Vec<_> = results
            .iter()
            .filter(|(_, one)| one["__typename"] == "CommandConflict")
            .collect();
        assert_eq!((won.len(), lost.len()), (1, 1), "{first} {second}");
        assert_eq!(
            lost[0].1["winner"],
            json!({"kind": "OPERATOR", "name": won[0].0})
        );
        assert!(lost[0].1["message"].as_str().unwrap().contains(won[0].0));
        assert_eq!(lost[0].1["case"]["version"], 2);
        assert_eq!(
            timeline(&hub, &li, &case).await,
            [
                "wang openCase".into(),
                format!("{} acknowledgeCase", won[0].0)
            ]
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_with_the_same_key_gets_the_first_outcome_from_every_replica() {
    let hub = Hub::with_units(&[]).await;
    let wang = hub.person("wang", &[Role::Operator]).await;
    let case = hub.open_case(&wang, "open").await;
    let again = hub.open_case(&wang, "open").await;
    assert_eq!(case["id"], again["id"]);
    let give = |replica| {
        hub.command(
            replica,
            &wang,
            "acknowledgeCase",
            on(&case, "same", json!({})),
        )
    };
    let (first, second) = join(give(0), give(1)).await;
    let third = give(0).await;
    for result in [&first, &second, &third] {
        assert_eq!(result["__typename"], "CommandAccepted", "{result}");
        assert_eq!(result["case"]["version"], 2);
    }
    assert_eq!(timeline(&hub, &wang, &case).await.len(), 2);
    let other = hub.open_case(&wang, "open-2").await;
    let reused = hub
        .command(0, &wang, "acknowledgeCase", on(&other, "same", json!({})))
        .await;
    assert_eq!(reused["code"], "KEY_WRONG", "{reused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_free_unit_is_never_on_two_cases() {
    let hub = Hub::with_units(&["fire-e1"]).await;
    let wang = hub.person("wang", &[Role::Operator]).await;
    let mut cases = Vec::new();
    for n in 0..8 {
        let case = hub.open_case(&wang, &format!("open-{n}")).await;
        let acknowledged = hub
            .command(
                0,
                &wang,
                "acknowledgeCase",
                on(&case, &format!("ack-{n}"), json!({})),
            )
            .await;
        cases.push(acknowledged["case"].clone());
    }
    let assigning = cases.iter().enumerate().map(|(n, case)| {
        let input = on(case, &format!("assign-{n}"), json!({"unitId": "fire-e1"}));
        hub.command(n % 2, &wang, "assignUnit", input)
    });
    let results = join_all(assigning).await;
    let accepted: Vec<&Value> = results
        .iter()
        .filter(|one| one["__typename"] == "CommandAccepted")
        .collect();
    assert_eq!(accepted.len(), 1, "{results:#?}");
    for refused in results
        .iter()
        .filter(|one| one["__typename"] != "CommandAccepted")
    {
        assert_eq!(refused["code"], "UNIT_UNAVAILABLE", "{refused}");
    }
    let query = "{ units { key state case { key } } cases { nodes { key assignments { id } } } }";
    let answer = hub.ask(1, &wang, query, json!({})).await;
    let unit = &answer["data"]["units"][0];
    assert_eq!(unit["case"]["key"], accepted[0]["case"]["key"]);
    assert_eq!(unit["state"], "ASSIGNED");
    let nodes = answer["data"]["cases"]["nodes"].as_array().unwrap();
    let assigned = nodes
        .iter()
        .filter(|case| !case["assignments"].as_array().unwrap().is_empty());
    assert_eq!(assigned.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_worked_from_report_to_closed_and_each_step_is_in_its_timeline() {
    let hub = Hub::with_units(&["fire-e1"]).await;
    let wang = hub.person("wang", &[Role::Operator]).await;
    let chief = hub.person("chief", &[Role::Supervisor]).await;
    let mut case = hub.open_case(&wang, "0").await;
    let steps = [
        ("acknowledgeCase", json!({}), "ESTABLISHED"),
        ("assignUnit", json!({"unitId": "fire-e1"}), "DISPATCHED"),
        ("markEnRoute", json!({"assignmentId": "?"}), "IN_PROGRESS"),
        ("markOnScene", json!({"assignmentId": "?"}), "IN_PROGRESS"),
        ("addNote", json!({"text": "valve closed"}), "IN_PROGRESS"),
        ("resolveCase", json!({"outcome": "repaired"}), "VERIFYING"),
        (
            "verifyCase",
            json!({"passed": true, "note": "dry"}),
            "VERIFYING",
        ),
        ("closeCase", json!({}), "CLOSED"),
    ];
    for (n, (name, mut more, status)) in steps.into_iter().enumerate() {
        if let Some(id) = more.get_mut("assignmentId") {
            *id = case["assignments"][0]["id"].clone();
        }
        let result = hub
            .command(n % 2, &wang, name, on(&case, &format!("step-{n}"), more))
            .await;
        assert_eq!(result["__typename"], "CommandAccepted", "{name} {result}");
        assert_eq!(result["case"]["status"], status, "{name}");
        case = result["case"].clone();
    }
    assert_eq!(case["assignments"][0]["unit"]["state"], "AVAILABLE");
    let refused = hub
        .command(
            0,
            &wang,
            "reopenCase",
            on(&case, "no", json!({"reason": "leaks"})),
        )
        .await;
    assert_eq!(refused["code"], "FORBIDDEN", "{refused}");
    let input = json!({"caseId": case["id"], "expectedVersion": case["version"], "idempotencyKey": "re",
        "command": "reopenCase", "fields": {"reason": "leaks"}});
    let reopened = hub.command(1, &chief, "advanceCase", input).await;
    assert_eq!(reopened["case"]["status"], "ESTABLISHED", "{reopened}");
    assert_eq!(
        timeline(&hub, &wang, &case).await,
        [
            "wang openCase",
            "wang acknowledgeCase",
            "wang assignUnit",
            "wang markEnRoute",
            "wang markOnScene",
            "wang addNote",
            "wang resolveCase",
            "wang verifyCase",
            "wang closeCase",
            "chief reopenCase",
        ]
    );
}
