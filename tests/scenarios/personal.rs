//! Personal fields: what a citizen told the hotline stands in plain text nowhere behind admission.

use std::fmt::Write as _;
use std::time::Duration;

use rdkafka::message::{Headers as _, Message as _};
use serde_json::json;
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
