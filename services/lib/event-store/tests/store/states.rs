//! Alerts, cases, dead letters, feeds and progress, as the reader gives them back.

use domain::alert::{Alert, AlertStatus};
use domain::case::Case;
use domain::filter::{AlertFilter, Area, CaseFilter};
use event_schemas::city::{DeadLetter, LogPosition, Millis, Reason};
use event_schemas::workflow_file::Stage;
use event_store::{
    AlertCursor, CaseCursor, DeadLetterFilter, DeadLetterRecord, InsertToken, OffsetRange, Origin,
    PageRequest, RecorderProgress, Rows, Table,
};
use serde_json::json;

use crate::real_store::Store;
use crate::sample::{STORM, TOPIC, city, insert};

fn origin(offset: i64) -> Origin<'static> {
    Origin {
        topic: "city.x",
        position: LogPosition {
            topic_id: TOPIC,
            partition: 0,
            offset,
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
    store
        .writer
        .insert(table, rows.take(), &InsertToken { range, attempt: 0 })
        .await
        .unwrap();
}

/// Version `version` of alert number `n`.
fn alert(n: i64, version: u64) -> Alert {
    let text = |words: &str| json!({"zh": format!("警报{words}"), "en": format!("Alert {words}")});
    serde_json::from_value(json!({
        "id": format!("a{n}"), "fingerprint": format!("f{n}"), "version": version, "change": "raised",
        "rule": {"id": format!("rule-{}", n % 2), "version": 1, "ruleSet": 1, "title": text("rule"), "owner": "fire", "sop": text("sop")},
        "severity": n % 4 + 1, "status": if version > 1 { "RESOLVED" } else { "FIRING" }, "episode": 1,
        "title": text(&format!("n{n}")), "raisedAt": STORM.0 + n * 1_000, "changedAt": STORM.0 + n * 1_000 + version as i64,
        "place": format!("harbour.{}", n % 3), "lon": 120.0 + n as f64 / 10.0, "lat": 30.0,
        "departments": if n % 2 == 0 { json!(["fire", "power"]) } else { json!(["roads"]) },
        "eventCount": n, "events": [],
        "explanation": {"key": "k", "windowFrom": 1, "windowTo": 2, "words": text("why")}, "exercise": n % 5 == 0
    }))
    .unwrap()
}

fn case(n: i64, version: u64) -> Case {
    let actor = json!({"kind": "operator", "name": "wang"});
    serde_json::from_value(json!({
        "id": format!("c{n}"), "number": format!("C-20240204-{n:04}"), "kind": if n % 2 == 0 { "city" } else { "mediation" },
        "version": version, "state": "X", "stage": if version > 1 { "CLOSED" } else { "REPORTED" },
        "title": {"zh": format!("案件{n}"), "en": format!("Case {n}")}, "severity": n % 4 + 1,
        "openedAt": STORM.0 + n * 1_000, "openedBy": actor, "changedAt": STORM.0, "changedBy": actor,
        "place": format!("harbour.{}", n % 3), "lon": 120.0 + n as f64 / 10.0, "lat": 30.0,
        "responsible": if n % 2 == 0 { json!("fire") } else { json!(null) }, "exercise": n % 5 == 0
    }))
    .unwrap()
}

/// Every part of a filter over alerts.
fn alert_filters() -> Vec<AlertFilter> {
    let all = AlertFilter::default;
    vec![
        all(),
        AlertFilter {
            departments: vec!["power".into()],
            ..all()
        },
        AlertFilter {
            rules: vec!["rule-1".into()],
            ..all()
        },
        AlertFilter {
            places: vec!["harbour.1".into(), "harbour.2".into()],
            ..all()
        },
        AlertFilter {
            severities: vec![1, 4],
            ..all()
        },
        AlertFilter {
            statuses: vec![AlertStatus::Firing],
            ..all()
        },
        AlertFilter {
            statuses: vec![AlertStatus::Resolved, AlertStatus::Pending],
            ..all()
        },
        AlertFilter {
            from: Some(STORM.plus(3_000)),
            to: Some(STORM.plus(9_000)),
            ..all()
        },
        AlertFilter {
            text: Some("ALERT N1".into()),
            ..all()
        },
        AlertFilter {
            text: Some("警报n7".into()),
            ..all()
        },
        AlertFilter {
            exercise: Some(true),
            ..all()
        },
        AlertFilter {
            within: Some(Area::Circle([120.5, 30.0, 20_000.0])),
            ..all()
        },
        AlertFilter {
            not: Some(Box::new(AlertFilter {
                rules: vec!["rule-1".into()],
                ..all()
            })),
            ..all()
        },
        AlertFilter {
            or: vec![
                gravest(),
                AlertFilter {
                    exercise: Some(true),
                    ..all()
                },
            ],
            ..all()
        },
    ]
}

fn gravest() -> AlertFilter {
    AlertFilter {
        severities: vec![1],
        ..AlertFilter::default()
    }
}

#[tokio::test]
async fn the_latest_version_of_an_alert_is_its_state_in_whatever_order_rows_come() {
    let store = Store::fresh().await;
    let mut latest: Vec<Alert> = Vec::new();
    let mut rows = Rows::default();
    for n in 0..20 {
        let versions = if n % 3 == 0 { vec![2, 1, 2] } else { vec![1] };
        latest.push(alert(n, versions[0]));
        for version in versions {
            rows.push_alert(&origin(n), &serde_json::to_vec(&alert(n, version)).unwrap())
                .unwrap();
        }
    }
    store_rows(&store, Table::Alerts, rows.clone()).await;
    // Once more, as after a takeover: nothing is doubled.
    store_rows(&store, Table::Alerts, rows).await;
    assert_eq!(
        store.reader.alert("a3").await.unwrap().unwrap(),
        alert(3, 2)
    );
    for filter in alert_filters() {
        let page = store
            .reader
            .alerts(&filter, &PageRequest::first(100))
            .await
            .unwrap();
        let wanted: Vec<&Alert> = latest
            .iter()
            .rev()
            .filter(|alert| filter.matches(alert))
            .collect();
        assert_eq!(page.rows.iter().collect::<Vec<_>>(), wanted, "{filter:?}");
    }
    let first = store
        .reader
        .alerts(&AlertFilter::default(), &PageRequest::first(8))
        .await
        .unwrap();
    let cursor: AlertCursor = AlertCursor::of(&first.rows[7]).to_string().parse().unwrap();
    let second = store
        .reader
        .alerts(
            &AlertFilter::default(),
            &PageRequest::first_after(8, cursor),
        )
        .await
        .unwrap();
    assert_eq!(second.rows[0].id, "a11");
    assert!(second.has_next && second.has_previous);
}

/// Every part of a filter over cases.
fn case_filters() -> Vec<CaseFilter> {
    let all = CaseFilter::default;
    vec![
        all(),
        CaseFilter {
            departments: vec!["fire".into()],
            ..all()
        },
        CaseFilter {
            kinds: vec!["mediation".into()],
            ..all()
        },
        CaseFilter {
            places: vec!["harbour.1".into()],
            ..all()
        },
        CaseFilter {
            severities: vec![2],
            ..all()
        },
        CaseFilter {
            statuses: vec![Stage::Closed],
            ..all()
        },
        CaseFilter {
            from: Some(STORM.plus(3_000)),
            to: Some(STORM.plus(9_000)),
            ..all()
        },
        CaseFilter {
            text: Some("c-20240204-0007".into()),
            ..all()
        },
        CaseFilter {
            text: Some("案件1".into()),
            ..all()
        },
        CaseFilter {
            exercise: Some(false),
            ..all()
        },
        CaseFilter {
            within: Some(Area::Box([120.4, 29.0, 120.9, 31.0])),
            ..all()
        },
        CaseFilter {
            and: vec![CaseFilter {
                severities: vec![1],
                ..all()
            }],
            not: Some(Box::new(CaseFilter {
                exercise: Some(true),
                ..all()
            })),
            ..all()
        },
    ]
}

#[tokio::test]
async fn cases_are_found_by_every_part_of_a_filter() {
    let store = Store::fresh().await;
    let mut rows = Rows::default();
    let mut latest = Vec::new();
    for n in 0..20 {
        for version in 1..=(n as u64 % 3 + 1) {
            rows.push_case(&origin(n), &case(n, version)).unwrap();
        }
        latest.push(case(n, n as u64 % 3 + 1));
    }
    store_rows(&store, Table::Cases, rows).await;
    for filter in case_filters() {
        let page = store
            .reader
            .cases(&filter, &PageRequest::first(100))
            .await
            .unwrap();
        let wanted: Vec<&Case> = latest
            .iter()
            .rev()
            .filter(|case| filter.matches(case))
            .collect();
        assert_eq!(page.rows.iter().collect::<Vec<_>>(), wanted, "{filter:?}");
    }
    let page = PageRequest {
        limit: 3,
        after: None,
        before: Some(CaseCursor::of(&case(10, 1))),
        from_end: true,
    };
    let before = store
        .reader
        .cases(&CaseFilter::default(), &page)
        .await
        .unwrap();
    let ids: Vec<&str> = before.rows.iter().map(|case| case.id.as_str()).collect();
    assert_eq!(ids, ["c13", "c12", "c11"]);
}

/// Dead letters are kept for a term: of this time it does not end before the year 2099.
const LATER: Millis = Millis(4_070_908_800_000);

/// Dead letter number `n`.
fn letter(n: i64) -> DeadLetter {
    DeadLetter {
        reason: [Reason::Malformed, Reason::IdReused, Reason::WrongPlace][(n % 3) as usize],
        message: "field 'time' is missing".to_owned(),
        path: (n % 2 == 0).then(|| "/time".to_owned()),
        department: if n < 20 { "fire" } else { "roads" }.to_owned(),
        position: LogPosition {
            topic_id: TOPIC,
            partition: 0,
            offset: n * 7,
        },
        topic: "city.inbox.fire".to_owned(),
        received_at: STORM.plus(n),
        source: None,
        id: Some(format!("e{n}")),
        event_type: None,
    }
}

#[tokio::test]
async fn dead_letters_come_back_with_their_original_bytes() {
    let store = Store::fresh().await;
    let mut rows = Rows::default();
    let original = [0_u8, 159, 146, 150, b'{', b'\n'];
    for n in 0..30_i64 {
        let letter = serde_json::to_string(&letter(n)).unwrap();
        let headers: [(&str, &[u8]); 1] = [("ce_id", &original)];
        let record = DeadLetterRecord {
            origin: Origin {
                append_time: LATER,
                ..origin(n)
            },
            letter: &letter,
            headers: &headers,
            original: &original,
        };
        rows.push_dead_letter(&record).unwrap();
    }
    store_rows(&store, Table::DeadLetters, rows).await;
    let filter = DeadLetterFilter {
        departments: vec!["fire".to_owned()],
        reasons: vec![Reason::IdReused],
        from: Some(STORM.plus(4)),
        to: Some(STORM.plus(17)),
        ..DeadLetterFilter::default()
    };
    let page = store
        .reader
        .dead_letters(&filter, &PageRequest::first(3))
        .await
        .unwrap();
    let ids: Vec<&str> = page
        .rows
        .iter()
        .filter_map(|letter| letter.id.as_deref())
        .collect();
    assert_eq!((ids, page.has_next), (vec!["e16", "e13", "e10"], true));
    assert_eq!(page.rows[0].original, original);
    assert_eq!(
        page.rows[0].headers,
        [("ce_id".to_owned(), original.to_vec())]
    );
    let cursor = page.rows[2].cursor().to_string().parse().unwrap();
    let rest = store
        .reader
        .dead_letters(&filter, &PageRequest::first_after(3, cursor))
        .await
        .unwrap();
    assert_eq!(rest.rows.len(), 2);
    let one = store
        .reader
        .dead_letter(page.rows[1].position)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(one, page.rows[1]);
    let rejections = store.reader.rejections(STORM.plus(1_000)).await.unwrap();
    assert_eq!(
        rejections
            .iter()
            .map(|one| (one.department.as_str(), one.rejected))
            .collect::<Vec<_>>(),
        [("fire", 20), ("roads", 10)]
    );
}

#[tokio::test]
async fn feeds_tell_when_they_last_spoke_and_how_much() {
    let store = Store::fresh().await;
    insert(&store.writer, &city()).await;
    let activity = store
        .reader
        .feed_activity(STORM.plus(60_000))
        .await
        .unwrap();
    assert_eq!(activity.len(), 4);
    let power = activity
        .iter()
        .find(|one| one.department == "power")
        .unwrap();
    assert_eq!(power.event_type, "city.power.outage-started.v1");
    assert_eq!(power.last_event_time, STORM.0 + 37_000);
    assert_eq!(
        (
            power.events_per_minute,
            power.events_last_hour,
            power.skew_ms
        ),
        (2.0, 10, Some(200.0))
    );
    let long_after = store
        .reader
        .feed_activity(STORM.plus(86_400_000))
        .await
        .unwrap();
    assert_eq!(
        (long_after[0].events_last_hour, long_after[0].skew_ms),
        (0, None)
    );
}

#[tokio::test]
async fn progress_never_goes_back_and_counts_what_is_stored() {
    let store = Store::fresh().await;
    assert!(store.reader.progress().await.unwrap().0.is_empty());
    let note = |next| RecorderProgress {
        topic: "city.events".to_owned(),
        topic_id: TOPIC,
        partition: 2,
        next,
    };
    for next in [40, 55, 50] {
        store
            .writer
            .note_progress(&[note(next)], STORM)
            .await
            .unwrap();
    }
    assert_eq!(store.reader.progress().await.unwrap().0[&(TOPIC, 2)], 55);
}

#[tokio::test]
async fn an_empty_database_answers_every_question_with_nothing() {
    let store = Store::fresh().await;
    let reader = &store.reader;
    assert!(
        reader
            .alerts(&AlertFilter::default(), &PageRequest::first(5))
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    assert!(
        reader
            .cases(&CaseFilter::default(), &PageRequest::first(5))
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    assert!(
        reader
            .dead_letters(&DeadLetterFilter::default(), &PageRequest::first(5))
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    assert!(
        reader
            .timeline("c1", &PageRequest::first(5))
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    assert!(reader.alert("a").await.unwrap().is_none());
    assert!(reader.case("c").await.unwrap().is_none());
    assert!(reader.feed_activity(STORM).await.unwrap().is_empty());
    assert!(reader.rejections(STORM).await.unwrap().is_empty());
}
