//! Figures about events, on real rows.

use domain::filter::EventFilter;
use event_store::{EventDimension, Interval, Measure, StatisticsRequest, StoreError};

use crate::real_store::Store;
use crate::sample::{STORM, city, insert};

/// Counts, sums, maxima and medians by department.
fn by_department() -> StatisticsRequest {
    StatisticsRequest {
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
    }
}

#[tokio::test]
async fn figures_are_counted_by_what_is_asked() {
    let store = Store::fresh().await;
    insert(&store.writer, &city()).await;
    let request = by_department();
    let figures = store.reader.event_statistics(&request).await.unwrap();
    assert_eq!(figures.len(), 4);
    let power = figures
        .iter()
        .find(|one| one.dimensions == [Some("power".to_owned())])
        .unwrap();
    let sum: i64 = (0..40).filter(|n| n % 4 == 1).map(|n| n * 100).sum();
    assert_eq!((power.count, power.bucket), (10, None));
    assert_eq!(
        power.values,
        [Some(10.0), Some(sum as f64), Some(3_700.0), Some(1_900.0)]
    );
    let fire = figures
        .iter()
        .find(|one| one.dimensions == [Some("fire".to_owned())])
        .unwrap();
    assert_eq!(fire.values, [Some(10.0), None, None, None]);
}

#[tokio::test]
async fn buckets_and_hours_follow_the_citys_clock() {
    let store = Store::fresh().await;
    insert(&store.writer, &city()).await;
    let request = by_department();
    let by_time = StatisticsRequest {
        group_by: vec![],
        interval: Some(Interval::Every(10_000)),
        measures: vec![],
        ..request.clone()
    };
    let by_time = store.reader.event_statistics(&by_time).await.unwrap();
    assert_eq!(
        by_time.iter().map(|one| one.count).collect::<Vec<_>>(),
        [10; 4]
    );
    assert_eq!(
        by_time[1].bucket,
        Some((STORM.plus(10_000), STORM.plus(20_000)))
    );

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
}

#[tokio::test]
async fn payload_fields_are_grouped_and_measured_like_columns() {
    let store = Store::fresh().await;
    insert(&store.writer, &city()).await;
    let request = by_department();
    let sum: i64 = (0..40).filter(|n| n % 4 == 1).map(|n| n * 100).sum();
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
        interval: Some(Interval::Every(60_000)),
        ..request
    };
    assert!(matches!(
        store.reader.event_statistics(&odd_zone).await,
        Err(StoreError::Query(_))
    ));
}
