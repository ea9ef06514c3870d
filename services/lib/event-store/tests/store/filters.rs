//! Every part of a filter over events, on real rows.

use domain::event::Event;
use domain::filter::{Area, EventFilter};
use event_store::PageRequest;

use crate::real_store::Store;
use crate::sample::{STORM, city, insert};

pub(crate) async fn found(store: &Store, filter: &EventFilter) -> Vec<i64> {
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

/// Filters on columns, with what they find.
fn by_columns() -> Vec<(EventFilter, Vec<i64>)> {
    let all = EventFilter::default;
    vec![
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
    ]
}

/// Filters on words and areas, with what they find.
fn by_words_and_areas() -> Vec<(EventFilter, Vec<i64>)> {
    let all = EventFilter::default;
    vec![
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
    ]
}

/// Combined filters, with what they find.
fn by_combination() -> Vec<(EventFilter, Vec<i64>)> {
    let all = EventFilter::default;
    vec![
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
    ]
}

#[tokio::test]
async fn every_part_of_a_filter_restricts_as_it_says() {
    let store = Store::fresh().await;
    insert(&store.writer, &city()).await;
    let all = [by_columns(), by_words_and_areas(), by_combination()];
    for (filter, wanted) in all.into_iter().flatten() {
        assert_eq!(found(&store, &filter).await, wanted, "{filter:?}");
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
