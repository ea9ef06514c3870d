//! Two people, one case: the first in the log wins, and the other is told by whom.

use std::time::Duration;

use domain::access::Role;
use serde_json::{Value, json};
use tests::api::Api;
use tests::hub::TestHub;
use tests::wait::until;

use crate::story::COMMUNITY;

async fn operator(hub: &TestHub, name: &str) -> Api {
    let now = service_kit::Clock::system().now();
    let password = hub
        .hub
        .identity
        .create_account(name, vec![Role::Operator], now)
        .await
        .unwrap();
    Api::sign_in(&hub.url(), name, &password).await
}

async fn open_case(api: &Api, key: &str) -> Value {
    let input =
        json!({ "idempotencyKey": key, "title": "路面塌陷", "level": 2, "place": COMMUNITY });
    let result = api.command("openCase", input).await;
    assert_eq!(result["__typename"], "CommandAccepted", "{result}");
    result["case"].clone()
}

fn on(case: &Value, key: &str) -> Value {
    json!({ "caseId": case["id"], "expectedVersion": case["version"], "idempotencyKey": key })
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_operators_with_the_same_version_one_wins_and_the_other_is_told_by_whom() {
    let hub = TestHub::start("conflict").await;
    let (wang, li) = (operator(&hub, "wang").await, operator(&hub, "li").await);
    for round in 0..5 {
        let case = open_case(&wang, &format!("open-{round}")).await;
        let (first, second) = tokio::join!(
            wang.command("acknowledgeCase", on(&case, &format!("w-{round}"))),
            li.command("acknowledgeCase", on(&case, &format!("l-{round}"))),
        );
        let (lost, winner) = match (
            first["__typename"].as_str().unwrap(),
            second["__typename"].as_str().unwrap(),
        ) {
            ("CommandAccepted", "CommandConflict") => (second, "wang"),
            ("CommandConflict", "CommandAccepted") => (first, "li"),
            other => panic!("one of two must win: {other:?} {first} {second}"),
        };
        assert_eq!(lost["winner"]["name"], winner);
    }
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_never_on_two_cases_and_a_retry_gets_the_first_outcome() {
    let hub = TestHub::start("units").await;
    let (wang, li) = (operator(&hub, "wang").await, operator(&hub, "li").await);
    let units = until("units are registered", Duration::from_secs(20), || async {
        let data = wang
            .query(
                "{ units(filter: { state: [AVAILABLE] }) { id } }",
                json!({}),
            )
            .await;
        let units = data["units"].as_array().unwrap().clone();
        (!units.is_empty()).then_some(units)
    })
    .await;
    for (round, unit) in units.iter().take(4).enumerate() {
        let mut cases = Vec::new();
        for api in [&wang, &li] {
            let case = open_case(api, &format!("open-{round}")).await;
            let seen = api
                .command("acknowledgeCase", on(&case, &format!("ack-{round}")))
                .await;
            cases.push(seen["case"].clone());
        }
        let assign = |case: &Value| {
            let mut input = on(case, &format!("assign-{round}"));
            input["unitId"] = unit["id"].clone();
            input
        };
        let (first, second) = tokio::join!(
            wang.command("assignUnit", assign(&cases[0])),
            li.command("assignUnit", assign(&cases[1])),
        );
        let accepted = [&first, &second]
            .iter()
            .filter(|result| result["__typename"] == "CommandAccepted")
            .count();
        assert_eq!(accepted, 1, "{first} {second}");
        let (winner, api, input) = if first["__typename"] == "CommandAccepted" {
            (&first, &wang, assign(&cases[0]))
        } else {
            (&second, &li, assign(&cases[1]))
        };
        let again = api.command("assignUnit", input).await;
        assert_eq!(
            again["__typename"], "CommandAccepted",
            "the same key, the same outcome: {again}"
        );
        assert_eq!(again["case"]["id"], winner["case"]["id"]);
        let holders = wang
            .query(
                "{ cases(first: 50) { nodes { id assignments { state unit { id } } } } }",
                json!({}),
            )
            .await;
        let on_it = holders["cases"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|case| {
                case["assignments"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|one| one["unit"]["id"] == unit["id"])
            });
        assert_eq!(on_it.count(), 1);
    }
    hub.stop().await;
}
