//! Who may ask what, and what is served while the store is away.

use domain::access::Role;
use serde_json::{Value, json};

use super::hub::Hub;

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or("none")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_gets_what_it_is_for_and_nobody_else_anything() {
    let hub = Hub::with_units(&[]).await;
    let administrator = hub.person("root", &[Role::Administrator]).await;
    let developer = hub.person("dev", &[Role::Developer]).await;
    let operator = hub.person("wang", &[Role::Operator]).await;
    let publisher = hub.department_key("fire").await;
    let who = "{ viewer { name roles scope { departments places } } at places { code names { zh en } children { code } }
        departments { name titles { en } eventTypes { name } feeds { name } } rules { key sop { zh } } }";
    for token in [&administrator, &developer, &operator] {
        let answer = hub.ask(0, token, who, json!({})).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        assert!(answer["data"]["departments"].as_array().unwrap().len() >= 4);
    }
    assert_eq!(
        code(&hub.ask(0, &publisher, who, json!({})).await),
        "FORBIDDEN"
    );
    let nobody = hub.ask(0, "guess", who, json!({})).await;
    assert_eq!(code(&nobody), "UNAUTHENTICATED");
    let note = "mutation { addNote(input: {caseId: \"c\", expectedVersion: 1, idempotencyKey: \"k\", text: \"t\"}) {
        __typename ... on CommandRefused { code } } }";
    for token in [&administrator, &developer, &publisher] {
        assert_eq!(code(&hub.ask(0, token, note, json!({})).await), "FORBIDDEN");
    }
    let refused = hub.ask(0, &operator, note, json!({})).await;
    assert_eq!(refused["data"]["addNote"]["code"], "CASE_UNKNOWN");
    let schema = "{ __schema { queryType { name } } }";
    assert_eq!(
        code(&hub.ask(0, &operator, schema, json!({})).await),
        "FORBIDDEN"
    );
    let told = hub.ask(0, &developer, schema, json!({})).await;
    assert_eq!(told["data"]["__schema"]["queryType"]["name"], "Query");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_was_ended_opens_nothing_any_more() {
    let hub = Hub::with_units(&[]).await;
    let operator = hub.person("wang", &[Role::Operator]).await;
    assert!(
        hub.ask(1, &operator, "{ at }", json!({}))
            .await
            .get("errors")
            .is_none()
    );
    hub.sign_out(&operator).await;
    assert_eq!(
        code(&hub.ask(1, &operator, "{ at }", json!({})).await),
        "UNAUTHENTICATED"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cases_are_served_while_the_store_is_away_and_the_rest_says_so() {
    let hub = Hub::with_units(&["fire-e1"]).await;
    let administrator = hub
        .person("root", &[Role::Administrator, Role::Operator])
        .await;
    hub.open_case(&administrator, "open").await;
    let query = "{ cases(filter: {status: [REPORTED], text: \"burst\"}) { totalCount nodes { number titles { zh en }
        place { code } allowedCommands clocks { name state dueAt } } } units { key } }";
    let answer = hub.ask(1, &administrator, query, json!({})).await;
    let cases = &answer["data"]["cases"];
    assert_eq!(cases["totalCount"], 1, "{answer}");
    assert_eq!(cases["nodes"][0]["clocks"][0]["state"], "RUNNING");
    assert!(
        cases["nodes"][0]["allowedCommands"]
            .as_array()
            .unwrap()
            .contains(&json!("acknowledgeCase"))
    );
    for query in [
        "{ events { nodes { id } } }",
        "{ alerts { nodes { id } } }",
        "{ deadLetters { nodes { reason } } }",
        "{ feeds { state } }",
    ] {
        let answer = hub.ask(0, &administrator, query, json!({})).await;
        assert_eq!(code(&answer), "STORE_UNAVAILABLE", "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_waits_for_at_least_and_says_when_it_is_behind() {
    let hub = Hub::with_units(&[]).await;
    let operator = hub.person("wang", &[Role::Operator]).await;
    let input = json!({"idempotencyKey": "o", "title": "t", "level": 3, "location": {"lon": 122.1, "lat": 30.9}});
    let accepted = hub.command(0, &operator, "openCase", input).await;
    let query = "query Q($at: LogCursor) { cases(atLeast: $at) { totalCount } }";
    let answer = hub
        .ask(1, &operator, query, json!({"at": accepted["at"]}))
        .await;
    assert_eq!(answer["data"]["cases"]["totalCount"], 1, "{answer}");
    let at = accepted["at"].as_str().unwrap();
    let (place, next) = at.rsplit_once('.').unwrap();
    let ahead = format!("{place}.{}", next.parse::<i64>().unwrap() + 1_000);
    let answer = hub.ask(1, &operator, query, json!({"at": ahead})).await;
    assert_eq!(code(&answer), "BEHIND", "{answer}");
}
