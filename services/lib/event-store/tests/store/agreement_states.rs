//! One filter, two readers, for alerts and cases: what ClickHouse finds is what `matches` says in memory.

use domain::alert::{Alert, AlertStatus};
use domain::case::Case;
use domain::filter::{AlertFilter, Area, CaseFilter};
use event_schemas::city::{LogPosition, Millis};
use event_schemas::workflow_file::Stage;
use event_store::{InsertToken, OffsetRange, Origin, PageRequest, Rows, Table};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::real_store::Store;
use crate::sample::{STORM, TOPIC};

const WORDS: [&str; 9] = [
    "tree",
    "Tree down",
    "积水",
    "港湾 \"A\"",
    "a\\b",
    "ÄÖ flood",
    "%_",
    "İzmir",
    "ΌΣΟΣ",
];
const PLACES: [&str; 4] = ["harbour.pier", "harbour.dock", "hill.top", "hill"];
const DEPARTMENTS: [&str; 3] = ["fire", "power", "roads"];

fn one_of(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(of).prop_map(str::to_owned)
}

fn some_of(of: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(one_of(of), 0..3)
}

fn point() -> impl Strategy<Value = [f64; 2]> {
    (120.0..120.5_f64, 30.0..30.5_f64).prop_map(|(lon, lat)| [lon, lat])
}

fn area() -> impl Strategy<Value = Area> {
    prop_oneof![
        (point(), point()).prop_map(|([a, b], [c, d])| Area::Box([
            a.min(c),
            b.min(d),
            a.max(c),
            b.max(d)
        ])),
        (point(), 100.0..30_000.0_f64)
            .prop_map(|([lon, lat], metres)| Area::Circle([lon, lat, metres])),
        proptest::collection::vec(point(), 3..7).prop_map(Area::Polygon),
    ]
}

fn moment() -> impl Strategy<Value = Millis> {
    (0_i64..60).prop_map(|second| STORM.plus(second * 1_000))
}

/// What alerts and cases have in common.
#[derive(Clone, Debug)]
struct Facts {
    words: (String, String),
    severity: u8,
    at: Millis,
    place: Option<String>,
    point: Option<[f64; 2]>,
    exercise: bool,
    department: Option<String>,
    pick: usize,
}

fn facts() -> impl Strategy<Value = Facts> {
    (
        (one_of(&WORDS), one_of(&WORDS)),
        1_u8..=4,
        moment(),
        proptest::option::of(one_of(&PLACES)),
        proptest::option::of(point()),
        any::<bool>(),
        proptest::option::of(one_of(&DEPARTMENTS)),
        0_usize..24,
    )
        .prop_map(
            |(words, severity, at, place, point, exercise, department, pick)| Facts {
                words,
                severity,
                at,
                place,
                point,
                exercise,
                department,
                pick,
            },
        )
}

fn alert(n: usize, of: &Facts) -> Alert {
    let text = json!({"zh": of.words.0, "en": of.words.1});
    let status = ["PENDING", "FIRING", "RESOLVED"][of.pick % 3];
    let mut departments: Vec<&str> = of.department.iter().map(String::as_str).collect();
    if of.pick.is_multiple_of(2) {
        departments.push("roads");
    }
    serde_json::from_value(json!({
        "id": format!("a{n:04}"), "fingerprint": format!("f{n}"), "version": 1, "change": "raised",
        "rule": {"id": format!("rule-{}", of.pick % 4), "version": 1, "ruleSet": 1, "title": text, "owner": "fire", "sop": text},
        "severity": of.severity, "status": status, "episode": 1, "title": text, "raisedAt": of.at, "changedAt": of.at,
        "place": of.place, "lon": of.point.map(|p| p[0]), "lat": of.point.map(|p| p[1]), "departments": departments,
        "eventCount": 1, "events": [], "explanation": {"key": "k", "windowFrom": 1, "windowTo": 2, "words": text},
        "exercise": of.exercise
    }))
    .unwrap()
}

fn case(n: usize, of: &Facts) -> Case {
    let actor = json!({"kind": "operator", "name": "wang"});
    let kind = ["city", "mediation"][of.pick % 2];
    let stage = ["REPORTED", "ESTABLISHED", "CLOSED", "SUSPENDED"][of.pick % 4];
    let acknowledged = PEOPLE
        .get(of.pick % 5)
        .map(|name| json!({"by": {"kind": "operator", "name": name}, "at": of.at}));
    let clock = |breached: bool| {
        let mut run = json!({"name": "acknowledge", "title": {"zh": "受理", "en": "Acknowledge"},
            "limitMs": 1_000, "startedAt": of.at, "usedMs": 0, "runningSince": of.at});
        if breached {
            run["breachedAt"] = json!(of.at);
        }
        run
    };
    let clocks: Vec<_> = (0..of.pick % 3)
        .map(|n| clock(n > 0 && of.exercise))
        .collect();
    serde_json::from_value(json!({
        "id": format!("c{n:04}"), "number": format!("C-{n:04}"), "kind": kind, "version": 1,
        "state": "X", "stage": stage, "title": {"zh": of.words.0, "en": of.words.1}, "severity": of.severity,
        "openedAt": of.at, "openedBy": actor, "changedAt": of.at, "changedBy": actor, "place": of.place,
        "lon": of.point.map(|p| p[0]), "lat": of.point.map(|p| p[1]), "responsible": of.department, "exercise": of.exercise,
        "escalation": u8::from(of.severity == 1), "acknowledged": acknowledged, "clocks": clocks
    }))
    .unwrap()
}

/// People who acknowledge.
const PEOPLE: [&str; 3] = ["wang", "li", "zhao"];

fn plain_alert_filter() -> impl Strategy<Value = AlertFilter> {
    let all = AlertFilter::default;
    prop_oneof![
        some_of(&DEPARTMENTS).prop_map(move |departments| AlertFilter {
            departments,
            ..all()
        }),
        some_of(&["rule-0", "rule-1", "rule-3"])
            .prop_map(move |rules| AlertFilter { rules, ..all() }),
        some_of(&PLACES).prop_map(move |places| AlertFilter { places, ..all() }),
        area().prop_map(move |area| AlertFilter {
            within: Some(area),
            ..all()
        }),
        proptest::collection::vec(1_u8..=4, 0..3).prop_map(move |severities| AlertFilter {
            severities,
            ..all()
        }),
        proptest::sample::subsequence(
            vec![
                AlertStatus::Pending,
                AlertStatus::Firing,
                AlertStatus::Resolved
            ],
            0..3
        )
        .prop_map(move |statuses| AlertFilter { statuses, ..all() }),
        (
            proptest::option::of(moment()),
            proptest::option::of(moment())
        )
            .prop_map(move |(from, to)| AlertFilter { from, to, ..all() }),
        one_of(&WORDS).prop_map(move |text| AlertFilter {
            text: Some(text),
            ..all()
        }),
        any::<bool>().prop_map(move |flag| AlertFilter {
            exercise: Some(flag),
            ..all()
        }),
    ]
}

fn alert_filter() -> impl Strategy<Value = AlertFilter> {
    plain_alert_filter().prop_recursive(3, 12, 3, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..3);
        let not = proptest::option::of(inner.clone());
        (inner, list.clone(), list, not).prop_map(|(own, and, or, not)| AlertFilter {
            and,
            or,
            not: not.map(Box::new),
            ..own
        })
    })
}

fn plain_case_filter() -> impl Strategy<Value = CaseFilter> {
    let all = CaseFilter::default;
    prop_oneof![
        some_of(&DEPARTMENTS).prop_map(move |departments| CaseFilter {
            departments,
            ..all()
        }),
        some_of(&["city", "mediation"]).prop_map(move |kinds| CaseFilter { kinds, ..all() }),
        some_of(&PLACES).prop_map(move |places| CaseFilter { places, ..all() }),
        area().prop_map(move |area| CaseFilter {
            within: Some(area),
            ..all()
        }),
        proptest::collection::vec(1_u8..=4, 0..3).prop_map(move |severities| CaseFilter {
            severities,
            ..all()
        }),
        proptest::sample::subsequence(vec![Stage::Reported, Stage::Closed, Stage::Suspended], 0..3)
            .prop_map(move |statuses| CaseFilter { statuses, ..all() }),
        (
            proptest::option::of(moment()),
            proptest::option::of(moment())
        )
            .prop_map(move |(from, to)| CaseFilter { from, to, ..all() }),
        prop_oneof![
            one_of(&WORDS),
            (0_u32..400).prop_map(|n| format!("c-{n:04}"))
        ]
        .prop_map(move |text| CaseFilter {
            text: Some(text),
            ..all()
        }),
        any::<bool>().prop_map(move |flag| CaseFilter {
            exercise: Some(flag),
            ..all()
        }),
        any::<bool>().prop_map(move |flag| CaseFilter {
            escalated: Some(flag),
            ..all()
        }),
        any::<bool>().prop_map(move |flag| CaseFilter {
            acknowledged: Some(flag),
            ..all()
        }),
        some_of(&["wang", "li", "chen"]).prop_map(move |acknowledged_by| CaseFilter {
            acknowledged_by,
            ..all()
        }),
        any::<bool>().prop_map(move |flag| CaseFilter {
            breached: Some(flag),
            ..all()
        }),
    ]
}

fn case_filter() -> impl Strategy<Value = CaseFilter> {
    plain_case_filter().prop_recursive(3, 12, 3, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..3);
        let not = proptest::option::of(inner.clone());
        (inner, list.clone(), list, not).prop_map(|(own, and, or, not)| CaseFilter {
            and,
            or,
            not: not.map(Box::new),
            ..own
        })
    })
}

fn origin(offset: usize) -> Origin<'static> {
    Origin {
        topic: "city.x",
        position: LogPosition {
            topic_id: TOPIC,
            partition: 0,
            offset: offset as i64,
        },
        append_time: STORM,
    }
}

async fn store_rows(store: &Store, table: Table, mut rows: Rows) {
    let range = OffsetRange {
        topic_id: TOPIC,
        partition: 0,
        first: 0,
        last: rows.len() as i64,
    };
    let token = InsertToken { range, attempt: 0 };
    let inserted = store.writer.insert(table, rows.take(), &token).await;
    inserted.unwrap();
}

/// Draws `count` values of a strategy, the same in every run.
fn draw<S: Strategy>(runner: &mut TestRunner, of: &S, count: usize) -> Vec<S::Value> {
    (0..count)
        .map(|_| of.new_tree(runner).unwrap().current())
        .collect()
}

#[tokio::test]
async fn the_store_and_memory_agree_on_every_filter_over_alerts() {
    let store = Store::fresh().await;
    let mut runner = TestRunner::deterministic();
    let facts = draw(&mut runner, &facts(), 300);
    let alerts: Vec<Alert> = facts
        .iter()
        .enumerate()
        .map(|(n, of)| alert(n, of))
        .collect();
    let mut rows = Rows::default();
    for (n, alert) in alerts.iter().enumerate() {
        let bytes = serde_json::to_vec(alert).unwrap();
        rows.push_alert(&origin(n), &bytes).unwrap();
    }
    store_rows(&store, Table::Alerts, rows).await;
    let mut told_apart = 0;
    for filter in draw(&mut runner, &alert_filter(), 400) {
        let request = PageRequest::first(1_000);
        let page = store.reader.alerts(&filter, &request).await.unwrap();
        let mut found: Vec<&str> = page.rows.iter().map(|one| one.id.as_str()).collect();
        found.sort_unstable();
        let matching = alerts.iter().filter(|one| filter.matches(one));
        let wanted: Vec<&str> = matching.map(|one| one.id.as_str()).collect();
        assert_eq!(found, wanted, "{filter:#?}");
        told_apart += u32::from(!wanted.is_empty() && wanted.len() < alerts.len());
    }
    assert!(
        told_apart > 100,
        "only {told_apart} of 400 told alerts apart"
    );
}

#[tokio::test]
async fn the_store_and_memory_agree_on_every_filter_over_cases() {
    let store = Store::fresh().await;
    let mut runner = TestRunner::deterministic();
    let facts = draw(&mut runner, &facts(), 300);
    let cases: Vec<Case> = facts
        .iter()
        .enumerate()
        .map(|(n, of)| case(n, of))
        .collect();
    let mut rows = Rows::default();
    for (n, case) in cases.iter().enumerate() {
        rows.push_case(&origin(n), case).unwrap();
    }
    store_rows(&store, Table::Cases, rows).await;
    let mut told_apart = 0;
    for filter in draw(&mut runner, &case_filter(), 400) {
        let request = PageRequest::first(1_000);
        let page = store.reader.cases(&filter, &request).await.unwrap();
        let mut found: Vec<&str> = page.rows.iter().map(|one| one.id.as_str()).collect();
        found.sort_unstable();
        let matching = cases.iter().filter(|one| filter.matches(one));
        let wanted: Vec<&str> = matching.map(|one| one.id.as_str()).collect();
        assert_eq!(found, wanted, "{filter:#?}");
        told_apart += u32::from(!wanted.is_empty() && wanted.len() < cases.len());
    }
    assert!(
        told_apart > 100,
        "only {told_apart} of 400 told cases apart"
    );
}
