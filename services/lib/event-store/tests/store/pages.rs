//! Pages of events, and the events of an alert.

use domain::alert::EventRef;
use domain::filter::EventFilter;
use event_schemas::city::Millis;
use event_store::{EventCursor, PageRequest};

use crate::real_store::Store;
use crate::sample::{STORM, city, insert};

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
async fn many_events_are_found_by_their_keys_at_once_and_older_rows_are_left_out() {
    let store = Store::fresh().await;
    let events = city();
    insert(&store.writer, &events).await;
    let mut keys: Vec<(String, String)> = events
        .iter()
        .map(|event| (event.source.clone(), event.id.clone()))
        .collect();
    keys.extend((0..600).map(|n| (String::from("/fire/dispatch"), format!("never-{n}"))));
    keys.push((String::from("/nobody"), events[0].id.clone()));
    let found = store
        .reader
        .event_positions(&keys, Millis(0))
        .await
        .unwrap();
    assert_eq!(found.len(), events.len());
    for event in &events {
        let key = (event.source.clone(), event.id.clone());
        assert_eq!(found[&key], event.position);
    }
    let later = Millis(i64::MAX / 2_000_000);
    let none = store.reader.event_positions(&keys, later).await.unwrap();
    assert!(none.is_empty(), "rows that came before are not looked at");
}
