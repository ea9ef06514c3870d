//! Two databases from one log: equal ones are equal, any difference is named with its first place.

use event_schemas::city::TopicId;
use event_store::{Slice, Table, Twins};

use crate::real_store::Store;

const TOPIC: TopicId = TopicId::from_u128(0xfeed);

async fn execute(store: &Store, statement: &str) {
    let client = clickhouse::Client::default()
        .with_url(&store.admin.url)
        .with_database(&store.admin.database)
        .with_user(&store.admin.user)
        .with_password(&store.admin.password)
        .with_setting("mutations_sync", "1");
    client.query(statement).execute().await.unwrap();
}

fn slice(table: Table, before: i64) -> Slice {
    Slice {
        table,
        topic: String::from("city.topic"),
        topic_id: TOPIC,
        partition: 0,
        before,
    }
}

async fn pair() -> (Store, Store, Twins) {
    let (former, rebuilt) = (Store::fresh().await, Store::fresh().await);
    let names = (&former.admin.database, &rebuilt.admin.database);
    let twins = Twins::new(&former.admin, names.0, names.1).unwrap();
    (former, rebuilt, twins)
}

/// Dead letters at these offsets.
fn letters(from: i64, count: i64) -> String {
    // Of a time that their term does not end before.
    format!(
        "INSERT INTO dead_letters (reason, department, received_at, ingest_time, topic_id, partition, offset) \
         SELECT 'contract', 'fire', toDateTime64('2026-01-01 00:00:00', 3), toDateTime64('2099-01-01 00:00:00', 3), \
         '{TOPIC}', 0, {from} + number FROM numbers({count})"
    )
}

#[tokio::test]
async fn a_changed_a_missing_and_a_doubled_row_each_are_a_difference_below_the_bound_alone() {
    let (former, rebuilt, twins) = pair().await;
    for store in [&former, &rebuilt] {
        execute(store, &letters(0, 100)).await;
    }
    assert_eq!(
        twins
            .compare(&slice(Table::DeadLetters, 100))
            .await
            .unwrap(),
        None
    );
    // Only the former has gone on: that is beyond the bound.
    execute(&former, &letters(100, 5)).await;
    assert_eq!(
        twins
            .compare(&slice(Table::DeadLetters, 100))
            .await
            .unwrap(),
        None
    );
    let missing = twins
        .compare(&slice(Table::DeadLetters, 105))
        .await
        .unwrap();
    let missing = missing.unwrap();
    assert_eq!((missing.former.1.rows, missing.rebuilt.1.rows), (105, 100));
    assert_eq!(missing.first_offset, Some(100));

    // A value that is absent is another than an empty one.
    let forged = "ALTER TABLE dead_letters UPDATE path = '' WHERE offset = 42";
    execute(&former, forged).await;
    let changed = twins
        .compare(&slice(Table::DeadLetters, 100))
        .await
        .unwrap();
    let changed = changed.unwrap();
    assert_eq!(changed.former.1.rows, changed.rebuilt.1.rows);
    assert_eq!(changed.first_offset, Some(42));
    assert!(
        changed
            .to_string()
            .contains("dead_letters, from city.topic/0 before offset 100"),
        "{changed}"
    );

    // The same row twice, on one side.
    execute(&rebuilt, &letters(7, 1)).await;
    let doubled = twins.compare(&slice(Table::DeadLetters, 42)).await.unwrap();
    assert_eq!(doubled.unwrap().first_offset, Some(7));
}

#[tokio::test]
async fn a_state_that_has_moved_on_in_one_of_them_is_left_for_the_next_comparison() {
    let (former, rebuilt, twins) = pair().await;
    let case = |id: &str, version: u64, offset: i64| {
        format!(
            "INSERT INTO cases (id, version, topic_id, partition, offset) VALUES ('{id}', {version}, '{TOPIC}', 0, {offset})"
        )
    };
    for store in [&former, &rebuilt] {
        execute(store, &case("a", 1, 0)).await;
        execute(store, &case("b", 1, 1)).await;
    }
    execute(&rebuilt, &case("a", 2, 2)).await;
    assert_eq!(twins.compare(&slice(Table::Cases, 2)).await.unwrap(), None);
    assert!(
        twins
            .compare(&slice(Table::Cases, 3))
            .await
            .unwrap()
            .is_some()
    );
    execute(&former, &case("a", 2, 2)).await;
    assert_eq!(twins.compare(&slice(Table::Cases, 3)).await.unwrap(), None);
}

#[tokio::test]
async fn dead_letters_older_than_the_log_are_carried_over_once_however_often_it_is_asked() {
    let (former, rebuilt, twins) = pair().await;
    execute(&former, &letters(0, 60)).await;
    execute(&rebuilt, &letters(40, 20)).await;
    let forgotten = slice(Table::DeadLetters, 40);
    for _ in 0..2 {
        assert_eq!(twins.carry_over(&forgotten).await.unwrap(), 40);
        assert_eq!(
            twins.compare(&slice(Table::DeadLetters, 60)).await.unwrap(),
            None
        );
    }
    let known = twins.strangers(Table::DeadLetters, &[TOPIC]).await.unwrap();
    assert_eq!(known, 0);
    let other = TopicId::from_u128(1);
    let strange = twins.strangers(Table::DeadLetters, &[other]).await.unwrap();
    assert_eq!(strange, 60);
}
