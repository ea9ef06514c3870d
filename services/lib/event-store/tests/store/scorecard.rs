//! A scorecard's figures against events and dead letters whose answers are known.

use event_schemas::city::{DeadLetter, LogPosition, Millis, Reason};
use event_store::{
    DeadLetterFilter, DeadLetterRecord, InsertToken, Origin, Rows, ScorecardScope, Table,
};
use serde_json::json;
use uuid::Uuid;

use super::real_store::Store;
use super::sample::{STORM, event, insert};

/// The department's inbox, as its events name it.
const INBOX: Uuid = Uuid::from_u128(5);

/// Dead letters are kept for a time after the log took them: these for all tests.
const NEVER_PAST: Millis = Millis(4_102_444_800_000);

fn scope() -> ScorecardScope {
    ScorecardScope {
        department: String::from("fire"),
        types: Vec::new(),
        source: None,
        from: STORM,
        to: STORM.plus(3_600_000),
    }
}

/// Forty events of two sources, one a second; the hub took each 200 ms later. Their places in the inbox are 0
/// to 39, but 7, 8 and 21, which were repeats.
async fn store_events(store: &Store) {
    let offsets = (0..43_i64).filter(|n| ![7, 8, 21].contains(n));
    let mut events: Vec<_> = offsets
        .enumerate()
        .map(|(n, offset)| {
            let n = n as i64;
            let mut one = event(
                n,
                "city.fire.incident-reported.v1",
                Some("hill.top"),
                json!({}),
            );
            one.admission.inbox = LogPosition {
                topic_id: INBOX,
                partition: 0,
                offset,
            };
            one.source = format!("/fire/{}", n % 2);
            one.admission.recorded_time = (n % 4 == 0).then_some(one.admission.event_time.plus(50));
            one
        })
        .collect();
    events[4].admission.flags = vec![String::from("future_time")];
    events[5].admission.place = None;
    // An hour old when it came, and out of order with it: of the same source, event 11 was before.
    events[13].admission.event_time = STORM.plus(13_200 - 3_600_000);
    // The last twenty came ten minutes later.
    for one in &mut events[20..] {
        one.admission.inbox_time = one.admission.inbox_time.plus(600_000);
        one.admission.event_time = one.admission.event_time.plus(600_000);
        one.admission.recorded_time = one.admission.recorded_time.map(|at| at.plus(600_000));
    }
    insert(&store.writer, &events).await;
}

fn letter(n: i64, reason: Reason, path: Option<&str>) -> DeadLetter {
    DeadLetter {
        reason,
        message: format!("/data/units/{n}: expected text, found {n}"),
        path: path.map(|path| path.replace('#', &n.to_string())),
        department: String::from("fire"),
        position: LogPosition {
            topic_id: INBOX,
            partition: 0,
            offset: 43 + n,
        },
        topic: String::from("city.inbox.fire"),
        received_at: STORM.plus(1_000 * n),
        source: Some(format!("/fire/{}", n % 2)),
        id: Some(format!("bad-{n}")),
        event_type: Some(String::from("city.fire.incident-reported.v1")),
    }
}

async fn store_letters(store: &Store) {
    let mut rows = Rows::default();
    for n in 0..6_i64 {
        let wrong = if n == 5 {
            letter(n, Reason::IdReused, Some("/id"))
        } else {
            letter(n, Reason::ContractViolation, Some("/data/units/#"))
        };
        rows.push_dead_letter(&DeadLetterRecord {
            origin: Origin {
                topic: "city.dead-letters",
                position: LogPosition {
                    topic_id: Uuid::from_u128(9),
                    partition: 0,
                    offset: n,
                },
                append_time: NEVER_PAST,
            },
            letter: &serde_json::to_string(&wrong).unwrap(),
            headers: &[],
            original: format!("{{\"n\":{n}}}").as_bytes(),
        })
        .unwrap();
    }
    let token = InsertToken {
        range: event_store::OffsetRange {
            topic_id: Uuid::from_u128(9),
            partition: 0,
            first: 0,
            last: 5,
        },
        attempt: 0,
    };
    let written = store.writer.insert(Table::DeadLetters, rows.take(), &token);
    written.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delays_order_flags_and_silence_are_those_of_the_events() {
    let store = Store::fresh().await;
    store_events(&store).await;
    let all = store
        .reader
        .published_events(&scope(), false)
        .await
        .unwrap();
    let all = &all[0];
    assert_eq!((all.admitted, all.future, all.old), (40, 1, 0));
    assert_eq!((all.unplaced, all.out_of_order, all.recorded), (1, 1, 10));
    assert_eq!(all.event_to_inbox.p50, Some(200.0));
    assert_eq!(all.event_to_inbox.max, Some(3_600_000.0));
    assert_eq!(all.event_to_recorded.p95, Some(50.0));
    assert_eq!(all.recorded_to_inbox.p50, Some(150.0));
    assert_eq!(all.first, STORM.plus(200));
    assert_eq!(all.last, STORM.plus(639_200));
    assert_eq!(all.quickest_ms, Some(150.0));
    let each = store.reader.published_events(&scope(), true).await.unwrap();
    let told: Vec<_> = each
        .iter()
        .map(|one| (one.source.as_str(), one.admitted, one.out_of_order))
        .collect();
    assert_eq!(told, [("/fire/0", 20, 0), ("/fire/1", 20, 1)]);
    let silences = store.reader.silences(&scope(), 60_000).await.unwrap();
    assert_eq!((silences.longest_s, silences.longer), (601, 1));
    assert_eq!(silences.longest_end_s * 1_000, STORM.plus(620_000).0);
    let none = ScorecardScope {
        department: String::from("water"),
        ..scope()
    };
    assert!(
        store
            .reader
            .published_events(&none, false)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        store
            .reader
            .silences(&none, 60_000)
            .await
            .unwrap()
            .longest_s,
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_leaves_a_gap_in_the_inbox_is_a_repeat() {
    let store = Store::fresh().await;
    store_events(&store).await;
    store_letters(&store).await;
    let (from, to) = (STORM, STORM.plus(3_600_000));
    assert_eq!(store.reader.repeats("fire", from, to).await.unwrap(), 3);
    assert_eq!(store.reader.repeats("power", from, to).await.unwrap(), 0);
    let before = store
        .reader
        .repeats("fire", Millis(0), STORM)
        .await
        .unwrap();
    assert_eq!(before, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_too_old_beyond_the_longest_window_of_its_type() {
    let store = Store::fresh().await;
    store_events(&store).await;
    let of = |ms| vec![(String::from("city.fire.incident-reported.v1"), ms)];
    let late = store
        .reader
        .too_old(&scope(), &of(1_800_000))
        .await
        .unwrap();
    assert_eq!(late.len(), 1);
    assert_eq!((late[0].events, late[0].oldest_ms), (1, 3_600_000));
    assert_eq!(late[0].oldest_id, "e13");
    assert!(
        store
            .reader
            .too_old(&scope(), &of(3_600_000))
            .await
            .unwrap()
            .is_empty()
    );
    let others = vec![(String::from("city.fire.unit-status.v1"), 0)];
    assert!(
        store
            .reader
            .too_old(&scope(), &others)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_is_told_by_the_quickest_of_the_others() {
    let store = Store::fresh().await;
    store_events(&store).await;
    assert_eq!(store.reader.quickest_way(&scope()).await.unwrap(), None);
    let of_power = ScorecardScope {
        department: String::from("power"),
        ..scope()
    };
    assert_eq!(
        store.reader.quickest_way(&of_power).await.unwrap(),
        Some(150.0)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_are_grouped_by_reason_and_place_and_listed_in_their_order() {
    let store = Store::fresh().await;
    store_letters(&store).await;
    let all = DeadLetterFilter::default();
    let groups = store.reader.dead_letter_groups(&all, 10).await.unwrap();
    let told: Vec<_> = groups
        .iter()
        .map(|one| {
            (
                one.reason.as_str(),
                one.path.as_str(),
                one.letters,
                one.sources,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("contract_violation", "/data/units/*", 5, 2),
            ("id_reused", "/id", 1, 1),
        ]
    );
    let newest = &groups[0].newest;
    assert_eq!(
        (newest.path.as_str(), newest.position.offset),
        ("/data/units/4", 4)
    );
    assert_eq!(newest.original, b"{\"n\":4}");
    let odd = DeadLetterFilter {
        sources: vec![String::from("/fire/1")],
        ..DeadLetterFilter::default()
    };
    assert_eq!(store.reader.dead_letter_count(&odd).await.unwrap(), 3);
    let by_source = store.reader.refused_by_source(&all, 10).await.unwrap();
    let by_source: Vec<_> = by_source
        .iter()
        .map(|one| (one.who.as_str(), one.letters))
        .collect();
    assert_eq!(by_source, [("/fire/0", 3), ("/fire/1", 3)]);
    let first = store
        .reader
        .dead_letter_places(&all, None, 4)
        .await
        .unwrap();
    let rest = store
        .reader
        .dead_letter_places(&all, first.last().copied(), 4)
        .await
        .unwrap();
    let offsets: Vec<i64> = first
        .iter()
        .chain(&rest)
        .map(|one| one.position.offset)
        .collect();
    assert_eq!(offsets, [0, 1, 2, 3, 4, 5]);
}
