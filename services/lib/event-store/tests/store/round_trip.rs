//! What goes in by our own encoder comes out as the same event.

use domain::event::Event;
use event_schemas::city::{LogPosition, Millis};
use event_store::{InsertToken, OffsetRange, PageRequest, Rows, StoreError, Table};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::real_store::Store;
use crate::sample::{STORM, TOPIC, event, insert, push, range, rows};

fn text() -> impl Strategy<Value = String> {
    // All planes of Unicode, quotes, backslashes, control characters.
    proptest::collection::vec(any::<char>(), 1..20).prop_map(|chars| chars.into_iter().collect())
}

fn any_event() -> impl Strategy<Value = Event> {
    let envelope = (
        text(),
        text(),
        proptest::option::of(text()),
        proptest::option::of(text()),
    );
    let facts = (
        proptest::option::of(1_u8..=4),
        proptest::option::of(-1e12_f64..1e12),
        any::<bool>(),
        proptest::option::of((-180.0_f64..=180.0, -90.0_f64..=90.0)),
        proptest::option::of(0x8_9000_0000_0000_u64..0x8_9fff_ffff_ffff),
        proptest::collection::vec("[a-z_]{1,12}", 0..3),
    );
    (
        envelope,
        facts,
        text(),
        -2_000_000_000_000_i64..4_000_000_000_000,
    )
        .prop_map(
            |(
                (id, source, subject, correlation),
                (level, measure, exercise, point, cell, flags),
                words,
                time,
            )| {
                let mut one = event(
                    0,
                    "city.fire.incident-reported.v1",
                    Some("harbour.pier"),
                    json!({"words": words, "n": time}),
                );
                (one.id, one.source, one.subject, one.correlation_id) =
                    (id, source, subject, correlation);
                one.admission.event_time = Millis(time);
                one.admission.recorded_time = exercise.then_some(Millis(time / 2));
                one.admission.level = level;
                one.admission.measure = measure;
                one.admission.exercise = exercise;
                one.admission.lon = point.map(|(lon, _)| lon);
                one.admission.lat = point.map(|(_, lat)| lat);
                one.admission.h3 = cell.map(|cell| format!("{cell:x}"));
                one.admission.flags = flags;
                // Numbers as the JSON of the header carries them.
                one.admission =
                    serde_json::from_str(&serde_json::to_string(&one.admission).unwrap()).unwrap();
                one
            },
        )
}

#[tokio::test]
async fn any_event_comes_back_as_it_went_in() {
    let store = Store::fresh().await;
    let mut runner = TestRunner::deterministic();
    let mut events: Vec<Event> = (0..200)
        .map(|_| any_event().new_tree(&mut runner).unwrap().current())
        .collect();
    for (n, one) in events.iter_mut().enumerate() {
        one.position.offset = n as i64;
        one.id = format!("{n} {}", one.id);
    }
    insert(&store.writer, &events).await;
    for one in &events {
        let stored = store
            .reader
            .event_by_key(&one.source, &one.id)
            .await
            .unwrap();
        let stored = stored.unwrap_or_else(|| panic!("{one:?} is not found"));
        assert_eq!(&stored.event, one);
        assert_eq!(stored.ingest_time, STORM);
    }
}

#[tokio::test]
async fn escaped_chinese_is_found_by_what_people_type() {
    let store = Store::fresh().await;
    let one = event(1, "city.hotline.request-received.v1", None, Value::Null);
    let mut rows = Rows::default();
    push(
        &mut rows,
        &one,
        br#"{"text":"\u6e2f\u6e7e\u8def\u7206\u7ba1 PIPE"}"#,
        STORM,
    );
    let token = InsertToken {
        range: range(&[one]),
        attempt: 0,
    };
    store
        .writer
        .insert(Table::Events, rows.take(), &token)
        .await
        .unwrap();
    for text in ["爆管", "pipe"] {
        let filter = domain::filter::EventFilter {
            text: Some(text.to_owned()),
            ..Default::default()
        };
        let page = store
            .reader
            .events(&filter, &PageRequest::first(10))
            .await
            .unwrap();
        assert_eq!(page.rows[0].event.data, json!({"text": "港湾路爆管 PIPE"}));
    }
}

#[tokio::test]
async fn a_token_is_spent_by_its_first_insert_and_the_table_bears_witness() {
    let store = Store::fresh().await;
    let events = crate::sample::city();
    let range = range(&events);
    let token = InsertToken { range, attempt: 0 };
    let other = OffsetRange {
        partition: 3,
        ..range
    };
    assert_eq!(store.writer.count(Table::Events, &range).await.unwrap(), 0);
    for _ in 0..3 {
        store
            .writer
            .insert(Table::Events, rows(&events, STORM).take(), &token)
            .await
            .unwrap();
        assert_eq!(store.writer.count(Table::Events, &range).await.unwrap(), 40);
    }
    assert_eq!(store.writer.count(Table::Events, &other).await.unwrap(), 0);
    // The same bytes under another token are another batch: no hash of the content drops them.
    let again = InsertToken { range, attempt: 1 };
    store
        .writer
        .insert(Table::Events, rows(&events, STORM).take(), &again)
        .await
        .unwrap();
    assert_eq!(store.writer.count(Table::Events, &range).await.unwrap(), 80);
}

#[tokio::test]
async fn a_batch_with_one_wrong_row_is_refused_for_good_and_whole() {
    let store = Store::fresh().await;
    let mut events = crate::sample::city();
    events[17].admission.level = Some(9);
    let token = InsertToken {
        range: range(&events),
        attempt: 0,
    };
    let refused = store
        .writer
        .insert(Table::Events, rows(&events, STORM).take(), &token)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, StoreError::Refused { .. }) && !refused.passes(),
        "{refused}"
    );
    assert_eq!(
        store
            .writer
            .count(Table::Events, &token.range)
            .await
            .unwrap(),
        0
    );
    // A batch over two months would be two parts: it is not taken either.
    let month_later = STORM.plus(40 * 86_400_000);
    let mut rows = rows(&crate::sample::city()[..2], STORM);
    let mut late = event(50, "city.fire.incident-reported.v1", None, json!({}));
    late.position = LogPosition {
        topic_id: TOPIC,
        partition: 2,
        offset: 50,
    };
    push(&mut rows, &late, b"{}", month_later);
    assert!(
        store
            .writer
            .insert(Table::Events, rows.take(), &token)
            .await
            .is_err()
    );
    assert_eq!(
        store
            .writer
            .count(Table::Events, &token.range)
            .await
            .unwrap(),
        0
    );
}
