//! Every form of filter, page and figure, answered from real rows.

use domain::alert::EventRef;
use domain::event::Event;
use domain::filter::{Area, Comparison, EventFilter, FieldCondition};
use event_store::{
    EventCursor, EventDimension, Measure, PageRequest, StatisticsRequest, StoreError,
};
use serde_json::{Value, json};

use crate::real_store::Store;
use crate::sample::{STORM, city, insert};

async fn found(store: &Store, filter: &EventFilter) -> Vec<i64> {
    let page = store
        .reader
        .events(filter, &PageRequest::first(1_000))
        .await
        .unwrap();
    let mut offsets: Vec<i64> = page
        .rows
        .iter()
        .map(|row| row.event.position.offset)
        .collect();
    offsets.sort_unstable();
    offsets
}

fn expected(matches: impl Fn(&Event) -> bool) -> Vec<i64> {
    city()
        .iter()
        .filter(|event| matches(event))
        .map(|event| event.position.offset)
        .collect()
}

fn field(path: &str, op: Comparison, value: Value) -> EventFilter {
    EventFilter {
        fields: vec![FieldCondition {
            path: path.to_owned(),
            op,
            value,
        }],
        ..Default::default()
    }
}

#[tokio::test]
async fn every_part_of_a_filter_restricts_as_it_says() {
    let store = Store::fresh().await;
    insert(&store.writer, &city()).await;
    let all = EventFilter::default;
    let cases: Vec<(EventFilter, Vec<i64>)> = vec![
        (all(), expected(|_| true)),
        (
            EventFilter {
                departments: vec!["fire".into(), "power".into()],
                ..all()
            },
            expected(|e| ["fire", "power"].contains(&e.admission.department.as_str())),
        ),
        (
            EventFilter {
                types: vec!["city.roads.closure-started.v1".into()],
                ..all()
            },
            expected(|e| e.event_type.contains("roads")),
        ),
        (
            EventFilter {
                places: vec!["harbour.pier".into(), "harbour.dock".into()],
                ..all()
            },
            expected(|e| {
                e.admission
                    .place
                    .as_deref()
                    .is_some_and(|p| p.starts_with("harbour"))
            }),
        ),
        (
            EventFilter {
                levels: vec![1, 2],
                ..all()
            },
            expected(|e| e.admission.level.is_some_and(|l| l <= 2)),
        ),
        (
            EventFilter {
                from: Some(STORM.plus(5_000)),
                to: Some(STORM.plus(9_000)),
                ..all()
            },
            vec![5, 6, 7, 8],
        ),
        (
            EventFilter {
                exercise: Some(true),
                ..all()
            },
            vec![0, 10, 20, 30],
        ),
        (
            EventFilter {
                subject: Some("S-7".into()),
                ..all()
            },
            vec![7],
        ),
        (
            EventFilter {
                text: Some("s-12".into()),
                ..all()
            },
            vec![12],
        ),
        (
            EventFilter {
                text: Some("积水".into()),
                ..all()
            },
            expected(|e| e.event_type.contains("hotline")),
        ),
        (
            EventFilter {
                not: Some(Box::new(EventFilter {
                    levels: vec![1],
                    ..all()
                })),
                ..all()
            },
            expected(|e| e.admission.level != Some(1)),
        ),
        (
            EventFilter {
                or: vec![
                    EventFilter {
                        subject: Some("S-1".into()),
                        ..all()
                    },
                    EventFilter {
                        subject: Some("S-2".into()),
                        ..all()
                    },
                ],
                ..all()
            },
            vec![1, 2],
        ),
        (
            EventFilter {
                and: vec![
                    EventFilter {
                        levels: vec![2],
                        ..all()
                    },
                    EventFilter {
                        departments: vec!["power".into()],
                        ..all()
                    },
                ],
                ..all()
            },
            expected(|e| e.admission.level == Some(2) && e.admission.department == "power"),
        ),
        (
            EventFilter {
                within: Some(Area::Box([120.05, 30.0, 120.1, 30.04])),
                ..all()
            },
            expected(|e| {
                e.admission
                    .lon
                    .is_some_and(|x| (120.05..=120.1).contains(&x))
                    && e.admission.lat.is_some_and(|y| y <= 30.04)
            }),
        ),
        (
            EventFilter {
                within: Some(Area::Circle([120.0, 30.0, 2_500.0])),
                ..all()
            },
            vec![0, 1],
        ),
    ];
    for (filter, wanted) in cases {
        assert_eq!(found(&store, &filter).await, wanted, "{filter:?}");
    }
}

#[tokio::test]
async fn payload_fields_of_any_type_can_be_compared() {
    use Comparison::{Contains, Eq, Ge, Gt, In, Le, Lt, Ne};
    let store = Store::fresh().await;
    insert(&store.writer, &city()).await;
    let power = |n: &i64| n % 4 == 1;
    let power_where = |keep: &dyn Fn(i64) -> bool| {
        (0..40)
            .filter(power)
            .filter(|n| keep(*n))
            .collect::<Vec<i64>>()
    };
    let cases: Vec<(EventFilter, Vec<i64>)> = vec![
        (
            field("crew.status", Eq, json!("on site")),
            power_where(&|_| true),
        ),
        (
            field("customers", Gt, json!(2_000)),
            power_where(&|n| n * 100 > 2_000),
        ),
        (
            field("customers", Ge, json!(2_100)),
            power_where(&|n| n * 100 >= 2_100),
        ),
        (
            field("customers", Lt, json!(500.5)),
            power_where(&|n| n * 100 <= 500),
        ),
        (
            field("customers", Le, json!(500)),
            power_where(&|n| n * 100 <= 500),
        ),
        (
            field("planned", Eq, json!(true)),
            power_where(&|n| n % 8 == 1),
        ),
        (
            field("planned", Eq, json!(false)),
            power_where(&|n| n % 8 != 1),
        ),
        (
            field("cause", Contains, json!("TRE")),
            power_where(&|_| true),
        ),
        (
            field("cause", In, json!(["tree", 7, true])),
            power_where(&|_| true),
        ),
        (
            field("cause", Ne, json!("tree")),
            (0..40).filter(|n| n % 4 != 1).collect(),
        ),
        (field("units.0.id", Eq, json!("E8")), vec![8]),
        (field("units.1.id", Eq, json!("E8")), vec![]),
        (
            field("priority", Eq, json!(2.5)),
            (0..40).filter(|n| n % 4 == 2).collect(),
        ),
        // A text is never equal to a number, and a name is a name however odd.
        (field("customers", Eq, json!("100")), vec![]),
        (
            field("o'neill\\`{x}?", Eq, json!("\\'; DROP TABLE events")),
            vec![],
        ),
    ];
    for (filter, wanted) in cases {
        assert_eq!(found(&store, &filter).await, wanted, "{filter:?}");
    }
    for wrong in [
        field("a..b", Eq, json!(1)),
        field("a", In, json!(1)),
        field("a", Gt, json!(null)),
        field("", Eq, json!(1)),
    ] {
        let refused = store.reader.events(&wrong, &PageRequest::first(1)).await;
        assert!(matches!(refused, Err(StoreError::Query(_))), "{wrong:?}");
    }
}

#[tokio::test]
async fn a_polygon_may_run_either_way_round_or_cross_itself() {
    let store = Store::fresh().await;
    insert(&store.writer, &city()).await;
    let ring = vec![
        [120.035, 29.9],
        [120.2, 29.9],
        [120.2, 30.2],
        [120.035, 30.2],
    ];
    let wanted = expected(|e| e.admission.lon.is_some_and(|x| x > 120.035 && x < 120.2));
    let backwards: Vec<[f64; 2]> = ring.iter().rev().copied().collect();
    for ring in [ring, backwards] {
        let filter = EventFilter {
            within: Some(Area::Polygon(ring)),
            ..Default::default()
        };
        assert_eq!(found(&store, &filter).await, wanted);
    }
    let bow = vec![[120.0, 30.0], [120.4, 30.2], [120.4, 30.0], [120.0, 30.2]];
    let crossed = EventFilter {
        within: Some(Area::Polygon(bow)),
        ..Default::default()
    };
    store
        .reader
        .events(&crossed, &PageRequest::first(10))
        .await
        .unwrap();
    let line = EventFilter {
        within: Some(Area::Polygon(vec![[120.0, 30.0], [121.0, 31.0]])),
        ..Default::default()
    };
    assert!(found(&store, &line).await.is_empty());
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repeat_in_both_directions() {
    let store = Store::fresh().await;
    let mut events = city();
    // Many at one moment: the position decides.
    for event in &mut events[10..30] {
        event.admission.event_time = STORM;
    }
    insert(&store.writer, &events).await;
    let whole = store
        .reader
        .events(&EventFilter::default(), &PageRequest::first(100))
        .await
        .unwrap();
    assert!(!whole.has_next && !whole.has_previous);
    let whole: Vec<i64> = whole
        .rows
        .iter()
        .map(|row| row.event.position.offset)
        .collect();

    let mut forward = Vec::new();
    let mut page = PageRequest::first(7);
    loop {
        let answer = store
            .reader
            .events(&EventFilter::default(), &page)
            .await
            .unwrap();
        forward.extend(answer.rows.iter().map(|row| row.event.position.offset));
        let Some(last) = answer.rows.last().filter(|_| answer.has_next) else {
            break;
        };
        let cursor: EventCursor = last.cursor().to_string().parse().unwrap();
        page = PageRequest::first_after(7, cursor);
    }
    assert_eq!(forward, whole);

    let mut backward = Vec::new();
    let mut page = PageRequest {
        limit: 7,
        after: None,
        before: None,
        from_end: true,
    };
    loop {
        let answer = store
            .reader
            .events(&EventFilter::default(), &page)
            .await
            .unwrap();
        backward.splice(
            0..0,
            answer.rows.iter().map(|row| row.event.position.offset),
        );
        if !answer.has_previous {
            break;
        }
        page.before = answer.rows.first().map(event_store::StoredEvent::cursor);
    }
    assert_eq!(backward, whole);
}

#[tokio::test]
async fn events_of_an_alert_come_in_the_order_of_its_references() {
    let store = Store::fresh().await;
    let events = city();
    insert(&store.writer, &events).await;
    let refer = |n: usize| EventRef {
        source: events[n].source.clone(),
        id: events[n].id.clone(),
        event_type: events[n].event_type.clone(),
        time: events[n].admission.event_time,
        position: events[n].position,
    };
    let mut refs = vec![refer(9), refer(3), refer(30)];
    refs.push(EventRef {
        source: "/elsewhere".into(),
        ..refer(4)
    });
    let stored = store.reader.events_by_refs(&refs).await.unwrap();
    let offsets: Vec<i64> = stored.iter().map(|row| row.event.position.offset).collect();
    assert_eq!(offsets, [9, 3, 30]);
}

#[tokio::test]
async fn figures_are_counted_by_what_is_asked() {
    let store = Store::fresh().await;
    insert(&store.writer, &city()).await;
    let request = StatisticsRequest {
        filter: EventFilter::default(),
        group_by: vec![EventDimension::Department],
        interval: None,
        measures: vec![
            Measure::Count,
            Measure::Sum,
            Measure::Maximum,
            Measure::Median,
        ],
        of: None,
        zone: "Asia/Shanghai".to_owned(),
        limit: 100,
    };
    let by_department = store.reader.event_statistics(&request).await.unwrap();
    assert_eq!(by_department.len(), 4);
    let power = by_department
        .iter()
        .find(|one| one.dimensions == [Some("power".to_owned())])
        .unwrap();
    let sum: i64 = (0..40).filter(|n| n % 4 == 1).map(|n| n * 100).sum();
    assert_eq!((power.count, power.bucket), (10, None));
    assert_eq!(
        power.values,
        [Some(10.0), Some(sum as f64), Some(3_700.0), Some(1_900.0)]
    );
    let fire = by_department
        .iter()
        .find(|one| one.dimensions == [Some("fire".to_owned())])
        .unwrap();
    assert_eq!(fire.values, [Some(10.0), None, None, None]);

    let by_time = StatisticsRequest {
        group_by: vec![],
        interval: Some(10_000),
        measures: vec![],
        ..request.clone()
    };
    let by_time = store.reader.event_statistics(&by_time).await.unwrap();
    assert_eq!(
        by_time.iter().map(|one| one.count).collect::<Vec<_>>(),
        [10; 4]
    );
    assert_eq!(by_time[1].bucket_start(), Some(STORM.plus(10_000)));

    let by_hour = StatisticsRequest {
        group_by: vec![EventDimension::HourOfDay, EventDimension::DayOfWeek],
        measures: vec![],
        ..request.clone()
    };
    let by_hour = store.reader.event_statistics(&by_hour).await.unwrap();
    assert_eq!(
        by_hour[0].dimensions,
        [Some("21".to_owned()), Some("7".to_owned())],
        "13:00 UTC on a Sunday, in Shanghai"
    );

    let of_field = StatisticsRequest {
        group_by: vec![
            EventDimension::Field("cause".into()),
            EventDimension::Place,
            EventDimension::Severity,
            EventDimension::Exercise,
        ],
        of: Some("customers".into()),
        measures: vec![
            Measure::Sum,
            Measure::Average,
            Measure::Minimum,
            Measure::P95,
            Measure::P99,
            Measure::Subjects,
        ],
        ..request.clone()
    };
    let of_field = store.reader.event_statistics(&of_field).await.unwrap();
    let total: f64 = of_field.iter().filter_map(|one| one.values[0]).sum();
    assert!((total - sum as f64).abs() < 1e-9);
    assert!(
        of_field
            .iter()
            .any(|one| one.dimensions[0].is_none() && one.dimensions[1].is_none())
    );

    let odd_zone = StatisticsRequest {
        zone: "Mars/Olympus".into(),
        interval: Some(60_000),
        ..request
    };
    assert!(matches!(
        store.reader.event_statistics(&odd_zone).await,
        Err(StoreError::Refused { .. })
    ));
}
