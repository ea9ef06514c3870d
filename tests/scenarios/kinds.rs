//! Kinds of cases that are files alone: opened by the form the hub describes, worked to their end by
//! the commands it offers.

use domain::access::Role;
use serde_json::{Value, json};
use tests::api::Api;
use tests::hub::TestHub;

use crate::story::COMMUNITY;

async fn person(hub: &TestHub, name: &str, role: Role) -> Api {
    let now = service_kit::Clock::system().now();
    let identity = &hub.hub.identity;
    let password = identity.create_account(name, vec![role], now).await;
    Api::sign_in(&hub.url(), name, &password.unwrap()).await
}

const KINDS: &str = "{ caseKinds { name version titles { zh en } states { name stage }
    open { name fields { name kind required titles { zh en } choices { name titles { zh en } } } } } }";

const CASE: &str = "query($id: ID!) { case(id: $id) { id number kind version state status escalation
    facts { name value words { zh en } } outcome rework clocks { name counts state dueAt atRiskAt }
    commands { name fields { name required } } timeline(first: 50) { nodes { command words { zh en } } } } }";

/// The fields that a kind asks for, by name.
fn fields_of<'k>(kinds: &'k Value, kind: &str) -> (&'k Value, Vec<&'k str>) {
    let kinds = kinds["caseKinds"].as_array().unwrap();
    let kind = kinds.iter().find(|one| one["name"] == kind).unwrap();
    let fields = kind["open"]["fields"].as_array().unwrap();
    let names = fields.iter().map(|field| field["name"].as_str().unwrap());
    (kind, names.collect())
}

async fn advance(api: &Api, id: &Value, command: &str, fields: Value) -> Value {
    let before = api.query(CASE, json!({ "id": id })).await["case"].take();
    let offered = before["commands"].as_array().unwrap();
    assert!(
        offered.iter().any(|one| one["name"] == command),
        "{command} is offered in {}: {offered:?}",
        before["state"]
    );
    let input = json!({ "caseId": id, "expectedVersion": before["version"],
        "idempotencyKey": format!("{id}-{command}-{}", before["version"]), "command": command, "fields": fields });
    let result = api.command("advanceCase", input).await;
    assert_eq!(
        result["__typename"], "CommandAccepted",
        "{command}: {result}"
    );
    api.query(CASE, json!({ "id": id })).await["case"].take()
}

fn clock<'c>(case: &'c Value, name: &str) -> &'c Value {
    let clocks = case["clocks"].as_array().unwrap();
    clocks.iter().find(|one| one["name"] == name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_12345_request_and_a_micro_wish_are_worked_to_their_end_without_code_of_their_own() {
    let hub = TestHub::start("kinds").await;
    let api = person(&hub, "li", Role::Operator).await;
    let kinds = api.query(KINDS, json!({})).await;
    works_a_request(&api, &kinds).await;
    works_a_wish(&api, &kinds).await;
    hub.stop().await;
}

async fn works_a_request(api: &Api, kinds: &Value) {
    let (kind, asked) = fields_of(kinds, "hotline-request");
    assert_eq!(kind["titles"]["zh"], "12345 诉求");
    assert!(asked.contains(&"request") && asked.contains(&"ticket"));
    let input = json!({ "kind": "hotline-request", "idempotencyKey": "open", "title": "小区停水",
        "level": 2, "place": COMMUNITY, "fields": { "ticket": "T-20261124-1", "request": "complaint" } });
    let opened = api.command("openCase", input).await;
    assert_eq!(opened["__typename"], "CommandAccepted", "{opened}");
    let id = opened["case"]["id"].clone();

    advance(api, &id, "acknowledgeCase", json!({ "note": "已核对" })).await;
    let to_power = json!({ "department": "power", "note": "请五个工作日内办复" });
    let case = advance(api, &id, "transferRequest", to_power).await;
    assert_eq!(
        (&case["state"], &case["status"]),
        (&json!("TRANSFERRED"), &json!("DISPATCHED"))
    );
    assert_eq!(clock(&case, "transfer")["state"], "MET");
    let answer = clock(&case, "answer");
    assert_eq!(answer["counts"], "WORKING_DAYS");
    assert!(answer["atRiskAt"].as_str().unwrap() < answer["dueAt"].as_str().unwrap());
    assert_eq!(clock(&case, "sign")["counts"], "WORKING_HOURS");

    advance(api, &id, "signRequest", json!({})).await;
    advance(
        api,
        &id,
        "answerRequest",
        json!({ "outcome": "已修复水管" }),
    )
    .await;
    let unsolved = json!({ "passed": false, "satisfaction": "dissatisfied", "note": "仍无水" });
    let case = advance(api, &id, "callBack", unsolved).await;
    assert_eq!(
        (&case["state"], &case["rework"]),
        (&json!("HANDLING"), &json!(1))
    );
    advance(api, &id, "answerRequest", json!({ "outcome": "更换水泵" })).await;
    let solved = json!({ "passed": true, "satisfaction": "satisfied" });
    advance(api, &id, "callBack", solved).await;
    let case = advance(api, &id, "closeCase", json!({})).await;
    assert_eq!(
        (&case["status"], &case["kind"]),
        (&json!("CLOSED"), &json!("hotline-request"))
    );
    let facts = case["facts"].as_array().unwrap();
    let satisfaction = facts
        .iter()
        .find(|fact| fact["name"] == "satisfaction")
        .unwrap();
    assert_eq!(
        satisfaction["words"],
        json!({ "zh": "满意", "en": "Satisfied" })
    );
    assert_eq!(case["timeline"]["nodes"].as_array().unwrap().len(), 9);
}

async fn works_a_wish(api: &Api, kinds: &Value) {
    let (_, asked) = fields_of(kinds, "micro-wish");
    assert!(asked.contains(&"wisher"));
    let wish = |fields: Value| {
        json!({ "kind": "micro-wish", "idempotencyKey": fields.to_string(), "title": "想要一台收音机",
            "level": 4, "place": COMMUNITY, "fields": fields })
    };
    let refused = api
        .command("openCase", wish(json!({ "wisher": "nobody" })))
        .await;
    assert_eq!(refused["code"], "FIELD_WRONG", "{refused}");
    let opened = api
        .command("openCase", wish(json!({ "wisher": "elder" })))
        .await;
    let id = opened["case"]["id"].clone();
    for (command, fields, state) in [
        ("acknowledgeCase", json!({ "note": "入户核实" }), "VERIFIED"),
        (
            "claimWish",
            json!({ "claimant": "志愿服务队", "claimantKind": "volunteers" }),
            "CLAIMED",
        ),
        ("fulfilWish", json!({ "outcome": "已送达" }), "FULFILLED"),
        (
            "feedBack",
            json!({ "passed": true, "satisfaction": "very-satisfied" }),
            "FED_BACK",
        ),
    ] {
        let case = advance(api, &id, command, fields).await;
        assert_eq!(case["state"], state, "{command}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_cases_are_acknowledged_at_once_and_a_slip_is_taken_back() {
    let hub = TestHub::start("bulk").await;
    let (li, wang) = (
        person(&hub, "li", Role::Operator).await,
        person(&hub, "wang", Role::Operator).await,
    );
    let mut cases = Vec::new();
    for n in 0..5 {
        let input = json!({ "idempotencyKey": format!("o{n}"), "title": "路面积水", "level": 3, "place": COMMUNITY });
        cases.push(li.command("openCase", input).await["case"].clone());
    }
    // Somebody else is first on one of them.
    let first = json!({ "caseId": cases[2]["id"], "expectedVersion": 1, "idempotencyKey": "w" });
    wang.command("acknowledgeCase", first).await;
    let seen: Vec<Value> = cases
        .iter()
        .map(|case| json!({ "caseId": case["id"], "expectedVersion": 1 }))
        .collect();
    let bulk = "mutation($input: AcknowledgeCasesInput!) { acknowledgeCases(input: $input) { caseId result {
        __typename ... on CommandConflict { winner { name } } ... on CommandAccepted { case { version state } } } } }";
    let input = json!({ "cases": seen, "note": "已知悉", "idempotencyKey": "bulk" });
    let answer = li.query(bulk, json!({ "input": input.clone() })).await;
    let told = answer["acknowledgeCases"].as_array().unwrap();
    for (n, one) in told.iter().enumerate() {
        assert_eq!(one["caseId"], cases[n]["id"], "in the order given");
        let kind = if n == 2 {
            "CommandConflict"
        } else {
            "CommandAccepted"
        };
        assert_eq!(one["result"]["__typename"], kind, "{one}");
    }
    assert_eq!(told[2]["result"]["winner"]["name"], "wang");
    let again = li.query(bulk, json!({ "input": input })).await;
    assert_eq!(
        again["acknowledgeCases"][0]["result"]["case"]["version"], 2,
        "the first outcome"
    );

    // Within a moment, by the one who did it.
    let offers = "query($id: ID!) { case(id: $id) { version acknowledgedBy { name } status commands { name undoes } } }";
    let id = &cases[0]["id"];
    let case = li.query(offers, json!({ "id": id })).await["case"].take();
    let commands = case["commands"].as_array().unwrap();
    let undo = commands
        .iter()
        .find(|one| one["undoes"] == "acknowledgeCase")
        .unwrap();
    let input = json!({ "caseId": id, "expectedVersion": case["version"], "idempotencyKey": "undo", "command": undo["name"] });
    assert_eq!(
        wang.command("advanceCase", input.clone()).await["code"],
        "UNDO_IMPOSSIBLE"
    );
    let undone = li.command("advanceCase", input).await;
    assert_eq!(undone["case"]["status"], "REPORTED", "{undone}");
    let case = li.query(offers, json!({ "id": id })).await["case"].take();
    assert!(case["acknowledgedBy"].is_null());
    hub.stop().await;
}
