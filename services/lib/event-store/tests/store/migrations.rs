//! Migrations run twice without harm, and tell of a tampered or newer database.

use event_store::{StoreConfig, StoreError, migrate};

use crate::real_store::{Store, admin, clickhouse};

async fn tamper(admin: &StoreConfig, statement: &str) {
    let client = clickhouse::Client::default()
        .with_url(&admin.url)
        .with_database(&admin.database)
        .with_user(&admin.user)
        .with_password(&admin.password);
    client.query(statement).execute().await.unwrap();
}

#[tokio::test]
async fn migrations_apply_once_however_often_they_run() {
    let admin = admin();
    let (one, other) = tokio::join!(migrate(&admin), migrate(&admin));
    assert!(one.unwrap() + other.unwrap() >= 5);
    assert_eq!(migrate(&admin).await.unwrap(), 0);
}

#[tokio::test]
async fn a_changed_migration_and_a_newer_database_are_each_one_clear_error() {
    let store = Store::fresh().await;
    tamper(
        &store.admin,
        "INSERT INTO migrations (number, name, checksum) VALUES (99, 'later', 'x')",
    )
    .await;
    let newer = migrate(&store.admin).await.unwrap_err();
    assert!(
        matches!(newer, StoreError::DatabaseNewer { found: 99, .. }),
        "{newer}"
    );

    let store = Store::fresh().await;
    tamper(
        &store.admin,
        "INSERT INTO migrations (number, name, checksum) VALUES (2, 'alerts', 'other')",
    )
    .await;
    let changed = migrate(&store.admin).await.unwrap_err();
    assert!(
        matches!(changed, StoreError::MigrationChanged { number: 2, .. }),
        "{changed}"
    );
}

#[tokio::test]
async fn wrong_addresses_passwords_and_names_are_told_apart() {
    let good = admin();
    let nobody = StoreConfig {
        url: "http://127.0.0.1:1".to_owned(),
        ..good.clone()
    };
    assert!(matches!(
        migrate(&nobody).await,
        Err(StoreError::Unreachable { .. })
    ));
    let stranger = StoreConfig {
        password: "wrong".to_owned(),
        ..good.clone()
    };
    assert!(matches!(
        migrate(&stranger).await,
        Err(StoreError::Denied { .. })
    ));
    let named = StoreConfig {
        database: "city; DROP".to_owned(),
        ..good
    };
    assert!(matches!(
        migrate(&named).await,
        Err(StoreError::DatabaseName(_))
    ));
}

#[tokio::test]
async fn a_reader_may_read_its_database_and_change_nothing() {
    let store = Store::fresh().await;
    store.reader.ping().await.unwrap();
    let reader = &clickhouse().reader;
    let config = StoreConfig {
        user: reader.user.clone(),
        password: reader.password.clone(),
        ..store.admin.clone()
    };
    assert!(matches!(
        migrate(&config).await,
        Err(StoreError::Denied { .. })
    ));
}

#[tokio::test]
async fn a_dead_letter_s_original_leaves_the_tables_after_45_days() {
    let store = Store::fresh().await;
    for days in [46, 44] {
        let statement = format!(
            "INSERT INTO dead_letters (reason, message, department, received_at, ingest_time, original) \
             SELECT 'malformed', '', 'fire', at, at, 'as it came {days}' \
             FROM (SELECT now64(3) - INTERVAL {days} DAY AS at)"
        );
        tamper(&store.admin, &statement).await;
    }
    tamper(&store.admin, "OPTIMIZE TABLE dead_letters FINAL").await;
    let left: Vec<String> = clickhouse::Client::default()
        .with_url(&store.admin.url)
        .with_database(&store.admin.database)
        .with_user(&store.admin.user)
        .with_password(&store.admin.password)
        .query("SELECT original FROM dead_letters")
        .fetch_all()
        .await
        .unwrap();
    assert_eq!(left, ["as it came 44"]);
}
