//! What each user of ClickHouse may do and may not, and what Kafka does not do by itself.

use local_stack::{ClickHouseAddress, Credential};

use crate::kafka_client;
use crate::setting::{ask, shared};

/// Runs a test's questions on the shared stack, in a database of its own.
fn with_database(name: &str, test: impl AsyncFnOnce(&ClickHouseAddress)) {
    let (runtime, stack) = shared();
    let address = stack.clickhouse().unwrap();
    runtime.block_on(async {
        allowed(&address, &address.admin, &format!("CREATE DATABASE {name}")).await;
        allowed(
            &address,
            &address.admin,
            &format!("CREATE TABLE {name}.t (id UInt64) ENGINE = MergeTree ORDER BY id"),
        )
        .await;
        allowed(
            &address,
            &address.writer,
            &format!("INSERT INTO {name}.t VALUES (1), (2)"),
        )
        .await;
        test(&address).await;
    });
}

async fn allowed(address: &ClickHouseAddress, who: &Credential, query: &str) -> String {
    ask(address, Some(who), query)
        .await
        .unwrap_or_else(|error| panic!("{} must be allowed to {query}: {error}", who.user))
}

async fn refused(address: &ClickHouseAddress, who: Option<&Credential>, query: &str, code: &str) {
    let user = who.map_or("default", |who| &who.user);
    match ask(address, who, query).await {
        Ok(answer) => panic!("{user} must not be allowed to {query}, and got: {answer}"),
        Err(error) => assert!(
            error.contains(code),
            "{user}: {query}: {code} expected, got: {error}"
        ),
    }
}

const NO_GRANT: &str = "Code: 497.";
const OUT_OF_BOUNDS: &str = "Code: 452.";

#[test]
fn the_reader_reads_and_does_nothing_else() {
    with_database("city_rights_reader", async |address| {
        let reader = &address.reader;
        assert_eq!(
            allowed(address, reader, "SELECT sum(id) FROM city_rights_reader.t").await,
            "3"
        );
        for query in [
            "INSERT INTO city_rights_reader.t VALUES (3)",
            "DROP TABLE city_rights_reader.t",
            "CREATE TABLE city_rights_reader.mine (id UInt64) ENGINE = MergeTree ORDER BY id",
            "SELECT name FROM system.users",
        ] {
            refused(address, Some(reader), query, NO_GRANT).await;
        }
    });
}

#[test]
fn the_reader_cannot_widen_its_limits() {
    with_database("city_rights_limits", async |address| {
        let query =
            |setting: &str| format!("SELECT sum(id) FROM city_rights_limits.t SETTINGS {setting}");
        for setting in [
            "max_execution_time = 600",
            "max_execution_time = 0",
            "max_memory_usage = 0",
            "max_result_rows = 0",
        ] {
            refused(
                address,
                Some(&address.reader),
                &query(setting),
                OUT_OF_BOUNDS,
            )
            .await;
        }
        // A setting that widens nothing is the reader's own affair.
        assert_eq!(
            allowed(
                address,
                &address.reader,
                &query("max_execution_time = 5, max_threads = 1")
            )
            .await,
            "3"
        );
    });
}

#[test]
fn the_writer_inserts_and_reads_and_changes_no_table() {
    with_database("city_rights_writer", async |address| {
        let writer = &address.writer;
        assert_eq!(
            allowed(address, writer, "SELECT sum(id) FROM city_rights_writer.t").await,
            "3"
        );
        for query in [
            "DROP TABLE city_rights_writer.t",
            "TRUNCATE TABLE city_rights_writer.t",
            "ALTER TABLE city_rights_writer.t DELETE WHERE id = 1",
            "DROP DATABASE city_rights_writer",
            "CREATE DATABASE city_rights_of_the_writer",
        ] {
            refused(address, Some(writer), query, NO_GRANT).await;
        }
    });
}

#[test]
fn the_admin_changes_the_citys_tables_and_no_others() {
    with_database("city_rights_admin", async |address| {
        let admin = &address.admin;
        for query in [
            "ALTER TABLE city_rights_admin.t ADD COLUMN name String",
            "ALTER TABLE city_rights_admin.t ADD PROJECTION ids (SELECT id, count() GROUP BY id)",
            "ALTER TABLE city_rights_admin.t MATERIALIZE PROJECTION ids SETTINGS mutations_sync = 2",
            "CREATE VIEW city_rights_admin.v AS SELECT id FROM city_rights_admin.t",
            "CREATE TABLE city_rights_admin.r (id UInt64, v UInt64) ENGINE = ReplacingMergeTree(v) ORDER BY id",
            "EXCHANGE TABLES city_rights_admin.t AND city_rights_admin.r",
            "OPTIMIZE TABLE city_rights_admin.r FINAL",
            "TRUNCATE TABLE city_rights_admin.t",
            "DROP VIEW city_rights_admin.v",
            "SELECT count() FROM system.parts",
            "DROP DATABASE city_rights_admin SYNC",
        ] {
            allowed(address, admin, query).await;
        }
        for query in [
            "CREATE DATABASE other",
            "CREATE TABLE default.t (id UInt64) ENGINE = MergeTree ORDER BY id",
        ] {
            refused(address, Some(admin), query, NO_GRANT).await;
        }
    });
}

#[test]
fn nobody_reads_a_file_of_the_machine_or_an_address_of_the_network() {
    with_database("city_rights_files", async |address| {
        let users = [
            Some(&address.admin),
            Some(&address.writer),
            Some(&address.reader),
            None,
        ];
        for who in users {
            refused(
                address,
                who,
                "SELECT * FROM file('/etc/hostname', 'LineAsString')",
                NO_GRANT,
            )
            .await;
            refused(
                address,
                who,
                "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
                NO_GRANT,
            )
            .await;
        }
        let through_a_table = "CREATE TABLE city_rights_files.f (line String) ENGINE = File(LineAsString, '/etc/hostname')";
        refused(address, Some(&address.admin), through_a_table, NO_GRANT).await;
    });
}

#[test]
fn a_caller_without_a_name_can_do_nothing() {
    with_database("city_rights_nobody", async |address| {
        for query in [
            "SELECT id FROM city_rights_nobody.t",
            "INSERT INTO city_rights_nobody.t VALUES (3)",
            "DROP DATABASE city_rights_nobody",
            "CREATE DATABASE city_rights_of_nobody",
        ] {
            refused(address, None, query, NO_GRANT).await;
        }
        // It may compute, but not for long.
        refused(
            address,
            None,
            "SELECT count() FROM numbers(1000000000000)",
            "Code: 159.",
        )
        .await;
        let guess = Credential {
            user: "writer".to_owned(),
            password: "guess".to_owned(),
        };
        refused(address, Some(&guess), "SELECT 1", "Code: 516.").await;
    });
}

#[test]
fn a_topic_is_made_only_when_it_is_asked_for() {
    let (runtime, stack) = shared();
    let brokers = stack.kafka_brokers().unwrap();
    runtime.block_on(async {
        assert_eq!(
            kafka_client::partitions(&brokers, "nobody-made-this").await,
            None
        );
        kafka_client::create_topic(&brokers, "rights-made").await;
        assert_eq!(
            kafka_client::partitions(&brokers, "rights-made").await,
            Some(1)
        );
    });
}

#[test]
fn what_runs_is_ready_and_has_a_process() {
    let (_, stack) = shared();
    let health = stack.health().borrow().clone();
    assert!(health.is_ready(), "{health:?}");
    let pids = stack.pids();
    for pid in [pids.kafka, pids.clickhouse] {
        assert!(crate::setting::runs(pid.unwrap()), "{pids:?}");
    }
}
