//! What a hub makes of its log, in a form that stays comparable: rows of its tables, answers of GraphQL.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tests::api::Api;
use tests::store::Store;
use tests::wait::until;

/// What is compared of each table. A column that a later version adds is not named here.
const TABLES: [(&str, &str); 5] = [
    (
        "events",
        "SELECT id, source, type, department, subject, event_time, recorded_time, ingest_time, inbox_time, \
         severity, measure, exercise, place, lon, lat, h3, flags, correlation_id, partition, offset, \
         inbox_partition, inbox_offset, cityHash64(payload) FROM events ORDER BY partition, offset",
    ),
    (
        "alerts",
        "SELECT fingerprint, episode, version, rule, rule_version, severity, status, title_zh, title_en, \
         raised_at, changed_at, resolved_at, place, lon, lat, departments, event_count, exercise, \
         ingest_time, partition, offset FROM alerts FINAL ORDER BY fingerprint, episode",
    ),
    (
        "cases",
        "SELECT id, version, number, kind, state, status, title_zh, title_en, severity, opened_at, \
         changed_at, closed_at, place, lon, lat, responsible, exercise, ingest_time, partition, offset \
         FROM cases FINAL ORDER BY id",
    ),
    (
        "case_events",
        "SELECT cases, units, key, command, actor_kind, actor, decided_at, accepted, ignored_reason, \
         ingest_time, partition, offset FROM case_events ORDER BY partition, offset",
    ),
    (
        "dead_letters",
        "SELECT reason, message, path, department, source, id, type, received_at, original_partition, \
         original_offset, ingest_time, partition, offset, cityHash64(original) FROM dead_letters ORDER BY offset",
    ),
];

/// What is asked of GraphQL, and by which member its nodes are ordered.
const QUERIES: [(&str, &str); 3] = [
    (
        "alerts",
        "{ alerts(first: 200) { nodes { key fingerprint episode version severity status raisedAt changedAt resolvedAt \
         titles { zh en } eventCount exercise place { code } rule { id } explanation { key value bound ruleVersion } \
         events(first: 5) { eventId } cases { number } } pageInfo { hasNextPage } } }",
    ),
    (
        "cases",
        "{ cases(first: 50) { nodes { key number kind version state status titles { zh en } severity openedAt changedAt \
         closedAt exercise place { code } responsible { name } acknowledgedAt outcome verified rework bounces reopened \
         escalation alertCount facts { name value } clocks { name counts startedAt dueAt atRiskAt stoppedAt } \
         assignments { unit { key } state assignedAt enRouteAt onSceneAt releasedAt } \
         timeline(first: 100) { nodes { at actor { kind name } command version state } } } pageInfo { hasNextPage } } }",
    ),
    (
        "deadLetters",
        "{ deadLetters(first: 200) { nodes { reason message path department { name } receivedAt source eventId type bytes } pageInfo { hasNextPage } } }",
    ),
];

/// All rows of all tables.
pub(super) async fn tables(store: &Store) -> BTreeMap<String, Vec<String>> {
    let mut tables = BTreeMap::new();
    for (name, sql) in TABLES {
        let rows = store.rows(sql).await;
        let rows = rows.into_iter().map(|row| row.join("\t")).collect();
        tables.insert(name.to_owned(), rows);
    }
    tables
}

/// The tables once each has as many rows as wanted.
pub(super) async fn filled_tables(
    store: &Store,
    wanted: &BTreeMap<String, Vec<String>>,
) -> BTreeMap<String, Vec<String>> {
    let counts = |tables: &BTreeMap<String, Vec<String>>| -> Vec<usize> {
        tables.values().map(Vec::len).collect()
    };
    until(
        "all rows of the golden log",
        Duration::from_secs(60),
        || async {
            let found = tables(store).await;
            (counts(&found) == counts(wanted)).then_some(found)
        },
    )
    .await
}

/// All answers; nodes in an order of their own.
pub(super) async fn answers(api: &Api) -> BTreeMap<String, Value> {
    let mut answers = BTreeMap::new();
    for (name, query) in QUERIES {
        let mut data = api.query(query, json!({})).await;
        assert_eq!(data[name]["pageInfo"]["hasNextPage"], false, "{name}");
        let nodes = ordered(data[name]["nodes"].take());
        answers.insert(name.to_owned(), Value::Array(nodes));
    }
    answers
}

/// A list in an order that no name or id of one hub decides alone.
pub(super) fn ordered(nodes: Value) -> Vec<Value> {
    let Value::Array(mut nodes) = nodes else {
        panic!("not a list: {nodes}");
    };
    nodes.sort_by_key(|node| format!("{} {} {}", node["key"], node["eventId"], node["receivedAt"]));
    nodes
}
