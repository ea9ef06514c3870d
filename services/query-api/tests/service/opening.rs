//! A report that a person writes down opens a case, without any rule's alert: by the operations centre, and by a
//! department's own people, who then work what is theirs.

use domain::access::Role;
use serde_json::{Value, json};

use super::hub::{Hub, a_place};

const FORM: &str = "{ viewer { department { name } }
    caseKinds { name open { fields { name kind required } } } }";

const OPENED: &str =
    "query($id: ID!) { case(id: $id) { openedBy { kind name } alerts { id } status place { code }
    location { lon lat } allowedCommands } }";

/// What opening a city case asks for, as the hub tells this person.
async fn form(hub: &Hub, token: &str) -> Vec<Value> {
    let told = hub.ask(0, token, FORM, json!({})).await;
    let kinds = told["data"]["caseKinds"].as_array().unwrap();
    let city = kinds.iter().find(|kind| kind["name"] == "city").unwrap();
    city["open"]["fields"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_and_a_departments_operator_open_a_city_case_by_its_form() {
    let hub = Hub::with_units(&[]).await;
    let wang = hub.person("wang", &[Role::Operator]).await;
    let huo = hub.person_of(Some("fire"), "huo", &[Role::Operator]).await;
    let who = hub.ask(0, &huo, FORM, json!({})).await;
    assert_eq!(who["data"]["viewer"]["department"]["name"], "fire", "{who}");
    for (name, token, kind) in [("wang", &wang, "OPERATOR"), ("huo", &huo, "DEPARTMENT")] {
        let asked = form(&hub, token).await;
        let required = asked.iter().filter(|field| field["required"] == true);
        let required: Vec<&Value> = required.map(|field| &field["name"]).collect();
        assert_eq!(required, ["title", "level"], "{name}");
        let input = json!({"idempotencyKey": name, "title": "Leaning lamp post", "level": 3, "place": a_place(),
            "location": {"lon": 122.1, "lat": 30.9}});
        let result = hub.command(0, token, "openCase", input).await;
        assert_eq!(result["__typename"], "CommandAccepted", "{name}: {result}");
        let id = json!({"id": result["case"]["id"]});
        let told = hub.ask(0, token, OPENED, id).await;
        let case = &told["data"]["case"];
        assert_eq!(
            case["openedBy"],
            json!({"kind": kind, "name": name}),
            "{told}"
        );
        assert_eq!(
            (&case["status"], &case["alerts"]),
            (&json!("REPORTED"), &json!([]))
        );
        assert_eq!(case["place"]["code"], a_place());
        assert_eq!(case["location"], json!({"lon": 122.1, "lat": 30.9}));
        // Whether it becomes a case of the city is the operations centre's to say.
        let allowed = case["allowedCommands"].as_array().unwrap();
        let establishes = allowed.contains(&json!("acknowledgeCase"));
        assert_eq!(establishes, name == "wang", "{name}: {allowed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_says_where_and_half_a_point_is_no_where() {
    let hub = Hub::with_units(&[]).await;
    let wang = hub.person("wang", &[Role::Operator]).await;
    let cases = [
        (json!({}), "FIELD_MISSING", "a place or a location"),
        (json!({"fields": {"lon": 122.1}}), "FIELD_MISSING", "(lat)"),
        (
            json!({"place": a_place(), "fields": {"lat": 30.9}}),
            "FIELD_MISSING",
            "(lon)",
        ),
        (
            json!({"place": a_place(), "fields": {"lon": 122.1, "lat": 130.9}}),
            "FIELD_WRONG",
            "(lat)",
        ),
    ];
    for (n, (more, code, words)) in cases.into_iter().enumerate() {
        let mut input = json!({"idempotencyKey": n.to_string(), "title": "t", "level": 3});
        let members = input.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        let result = hub.command(0, &wang, "openCase", input).await;
        assert_eq!(result["code"], code, "{n}: {result}");
        let message = result["message"].as_str().unwrap();
        assert!(message.contains(words), "{n}: {message}");
    }
}
