//! A page of plain columns takes a short way to its JSON; what it says is the same.

use domain::access::Role;
use serde_json::{Value, json};

use super::stored::hub_with_examples;

const COLUMNS: &str = "id no: eventId source type subject correlationId eventTime recordedTime ingestTime \
     severity measure exercise __typename";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_plain_columns_says_what_its_fields_say_one_by_one() {
    let (hub, _, count) = hub_with_examples().await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let page = |rows: String| {
        format!("{{ events(first: 1000) {{ pageInfo {{ endCursor hasNextPage }} {rows} }} }}")
    };
    let ask = async |rows: String| {
        let answer = hub.ask(0, &token, &page(rows), json!({})).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"]["events"].clone()
    };
    let short = ask(format!("nodes {{ {COLUMNS} }}")).await;
    let rows = short["nodes"].as_array().unwrap();
    assert_eq!(rows.len(), count);
    assert!(rows.iter().any(|row| row["subject"].is_string()));
    // A fragment, an edge and a field that is no column take the long way, each in its own manner.
    let fragment = ask(format!("nodes {{ ... on Event {{ {COLUMNS} }} }}")).await;
    assert_eq!(short, fragment);
    let edges = ask(format!("edges {{ cursor node {{ {COLUMNS} }} }}")).await;
    let nodes: Vec<&Value> = edges["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| &edge["node"])
        .collect();
    assert_eq!(rows.iter().collect::<Vec<_>>(), nodes);
    let whole = ask(format!("nodes {{ {COLUMNS} data department {{ name }} }}")).await;
    for (row, whole) in rows.iter().zip(whole["nodes"].as_array().unwrap()) {
        for (name, value) in row.as_object().unwrap() {
            assert_eq!(value, &whole[name], "{name}");
        }
        assert!(whole["data"].is_object() && whole["department"]["name"].is_string());
    }
    assert_eq!(short["pageInfo"], whole["pageInfo"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_on_the_payload_works_where_the_payload_is_not_asked_for() {
    let (hub, _, count) = hub_with_examples().await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let query = "{ events(first: 1000, filter: {data: [{path: \"incident\", op: EQ, value: \"F260701-0412\"}]}) { nodes { eventId } } }";
    let answer = hub.ask(0, &token, query, json!({})).await;
    let found = answer["data"]["events"]["nodes"].as_array().unwrap().len();
    assert!(found > 0 && found < count, "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_of_plain_columns_say_what_their_fields_say_one_by_one() {
    const FIGURES: &str = "from to n: count type severity subject source exercise hourOfDay dayOfWeek monthOfYear \
         subjects sum avg min max median p95 p99 __typename";
    const ASKED: &str = "measures: [COUNT, SUBJECTS, SUM, AVG, MIN, MAX, MEDIAN, P95, P99]";
    let (hub, _, _) = hub_with_examples().await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let ask = async |groups: &str, rows: String| {
        let query = format!(
            "{{ eventStatistics(interval: \"P1D\", {ASKED}, groupBy: [{groups}]) {{ {rows} }} }}"
        );
        let answer = hub.ask(0, &token, &query, json!({})).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"]["eventStatistics"]
            .as_array()
            .unwrap()
            .clone()
    };
    for groups in [
        "TYPE, SEVERITY, EXERCISE, HOUR_OF_DAY",
        "SUBJECT, SOURCE, DAY_OF_WEEK, MONTH_OF_YEAR",
    ] {
        let short = ask(groups, FIGURES.to_owned()).await;
        let fragment = ask(groups, format!("... on EventStatistic {{ {FIGURES} }}")).await;
        assert!(!short.is_empty());
        assert_eq!(short, fragment, "{groups}");
        // A department and a list of values are no columns.
        let whole = ask(groups, format!("{FIGURES} data department {{ name }}")).await;
        for (row, whole) in short.iter().zip(&whole) {
            for (name, value) in row.as_object().unwrap() {
                assert_eq!(value, &whole[name], "{name}");
            }
        }
    }
}
