//! Personal fields: what a citizen told the hotline stands in plain text nowhere behind admission, is
//! opened by name and reason alone, and is noise once the citizen is erased.

use std::fmt::Write as _;
use std::time::Duration;

use city_brain::cli::HubArgs;
use city_brain::commands::erase::{self, EraseArgs, PersonalKeyArgs};
use domain::access::Role;
use rdkafka::message::{Headers as _, Message as _};
use serde_json::{Value, json};
use tests::api::Api;
use tests::hub::TestHub;
use tests::kafka::read_topic;
use tests::stack::shared;
use tests::store::Store;
use tests::wait::until;

use crate::story::{COMMUNITY, event};

const NAME: &str = "欧阳测试甲";
const PHONE: &str = "13900001234";
const ADDRESS: &str = "望江路 12 弄 3 号 201";
const DESCRIPTION: &str = "我家楼下车库水已经到膝盖";

fn plain_in(text: &str) -> Option<&'static str> {
    // As JSON may also write them.
    let escaped = |secret: &str| -> String {
        let mut text = String::new();
        for unit in secret.encode_utf16() {
            write!(text, "\\u{unit:04x}").unwrap();
        }
        text
    };
    [NAME, PHONE, ADDRESS, DESCRIPTION]
        .into_iter()
        .find(|secret| text.contains(secret) || text.contains(&escaped(secret)))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_citizen_told_the_hotline_is_sealed_everywhere_behind_admission() {
    let hub = TestHub::start("personal").await;
    let api = hub.api().await;
    let mut live = hub.live(&api).await;
    let request = json!({
        "request": "H-1",
        "category": "flooding",
        "summary": "地下车库进水",
        "description": DESCRIPTION,
        "reporter": { "name": NAME, "phone": PHONE, "address": ADDRESS },
    });
    let told = event(
        "city.hotline.request-received.v1",
        "H-1",
        COMMUNITY,
        request,
    );
    hub.department("hotline").publish_structured(&told).await;

    let limit = Duration::from_secs(30);
    live.follow("the request on the console", limit, |live| {
        live.events.iter().any(|event| event["subject"] == "H-1")
    })
    .await;
    let answer = until("the request by GraphQL", limit, || async {
        let query = "{ events(first: 5) { nodes { id titles { zh en } subject data } } }";
        let data = api.query(query, json!({})).await;
        (!data["events"]["nodes"].as_array().unwrap().is_empty()).then_some(data)
    })
    .await;
    let data = &answer["events"]["nodes"][0]["data"];
    assert_eq!(
        data["summary"], "地下车库进水",
        "what is not personal stays readable"
    );
    for field in ["name", "phone", "address"] {
        assert_eq!(data["reporter"][field], "***", "{data}");
    }
    assert_eq!(plain_in(&answer.to_string()), None, "GraphQL: {answer}");
    for frame in &live.events {
        assert_eq!(plain_in(&frame.to_string()), None, "live: {frame}");
    }
    for topic in ["events", "alerts", "cases", "dead-letters", "matches"] {
        let topic = format!("{}.{topic}", hub.namespace.topic_prefix);
        for record in read_topic(&shared().brokers, &topic) {
            let value = String::from_utf8_lossy(record.payload().unwrap_or_default()).into_owned();
            assert_eq!(plain_in(&value), None, "{topic}: {value}");
            for header in record
                .headers()
                .into_iter()
                .flat_map(|headers| headers.iter())
            {
                let value = String::from_utf8_lossy(header.value.unwrap_or_default()).into_owned();
                assert_eq!(
                    plain_in(&value),
                    None,
                    "{topic}, header {}: {value}",
                    header.key
                );
            }
        }
    }
    let store = Store::new(&hub.hub.addresses.clickhouse);
    for row in store.rows("SELECT * FROM events").await {
        assert_eq!(plain_in(&row.join(" ")), None, "ClickHouse: {row:?}");
    }
    hub.stop().await;
}

/// Asks for one field of the one event.
async fn opened(api: &Api, path: &str) -> Value {
    let events = api
        .query("{ events(first: 1) { nodes { id } } }", json!({}))
        .await;
    let input = json!({
        "event": events["events"]["nodes"][0]["id"], "path": path, "reason": "call back"
    });
    let open = "mutation ($input: OpenPersonalInput!) {
        openPersonal(input: $input) { value message } }";
    api.ask(open, json!({ "input": input })).await
}

async fn somebody(hub: &TestHub, name: &str, role: Role) -> Api {
    let now = service_kit::Clock::system().now();
    let identity = &hub.hub.identity;
    let password = identity
        .create_account(name, vec![role], now)
        .await
        .unwrap();
    Api::sign_in(&hub.url(), name, &password).await
}

/// As `city-brain erase --subject` does it.
async fn erased(hub: &TestHub, subject: &str) {
    let addresses = HubArgs {
        data_dir: Some(hub.settings.data_dir.clone()),
        kafka: None,
        topic_prefix: None,
        catalog: None,
    };
    let erasure = EraseArgs {
        subject: subject.to_owned(),
        reason: Some(String::from("asked for it")),
        keys: PersonalKeyArgs {
            personal_key: None,
            hub: addresses,
        },
    };
    erase::run(erasure).await.unwrap();
}

/// Both acts stand in the audit, each with its reason, and nothing personal does.
async fn audited(hub: &TestHub) {
    let store = Store::new(&hub.hub.addresses.clickhouse);
    let audit = until("the audit's lines", Duration::from_secs(30), || async {
        let rows = store.rows("SELECT * FROM audit").await;
        let text: String = rows.iter().map(|row| row.join(" ") + "\n").collect();
        (text.contains("openPersonal") && text.contains("erasePerson")).then_some(text)
    })
    .await;
    assert!(audit.contains("call back") && audit.contains("asked for it"));
    assert_eq!(plain_in(&audit), None, "the audit names acts, not secrets");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_is_opened_with_an_audit_line_and_after_the_erasure_by_nobody() {
    let hub = TestHub::start("erased").await;
    let request = json!({
        "request": "H-2",
        "category": "flooding",
        "summary": "地下车库进水",
        "reporter": { "name": NAME, "phone": PHONE },
    });
    let told = event(
        "city.hotline.request-received.v1",
        "H-2",
        COMMUNITY,
        request,
    );
    hub.department("hotline").publish_structured(&told).await;
    let operator = somebody(&hub, "opener", Role::Operator).await;
    until("the request is stored", Duration::from_secs(30), || async {
        let data = operator
            .query("{ events(first: 1) { nodes { id } } }", json!({}))
            .await;
        (!data["events"]["nodes"].as_array().unwrap().is_empty()).then_some(())
    })
    .await;

    let answer = opened(&operator, "/reporter/phone").await;
    assert_eq!(answer["data"]["openPersonal"]["value"], PHONE, "{answer}");
    let developer = somebody(&hub, "reader", Role::Developer).await;
    let refused = opened(&developer, "/reporter/phone").await;
    assert_eq!(
        refused["errors"][0]["extensions"]["code"], "FORBIDDEN",
        "{refused}"
    );
    let not_personal = opened(&operator, "/summary").await;
    assert_eq!(
        not_personal["errors"][0]["extensions"]["code"], "BAD_REQUEST",
        "{not_personal}"
    );

    erased(&hub, "139-0000-1234").await;
    until("the erasure is known", Duration::from_secs(30), || async {
        let answer = opened(&operator, "/reporter/name").await;
        let field = &answer["data"]["openPersonal"];
        (field.is_object() && field["value"].is_null()).then_some(())
    })
    .await;
    audited(&hub).await;
    hub.stop().await;
}
