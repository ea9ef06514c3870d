//! What survives: an orderly restart, kill -9 of either child, a connection that is reset, a port that was taken.

use std::time::{Duration, Instant};

use local_stack::{ChildHealth, ClickHouseAddress, LocalStack, StackHealth};
use tokio::net::{TcpListener, TcpStream};

use crate::kafka_client;
use crate::setting::{Parts, ask, config, kill_9, until};

const TABLE: &str = "city_survival.t";

async fn fill(address: &ClickHouseAddress) {
    for query in [
        "CREATE DATABASE city_survival",
        "CREATE TABLE city_survival.t (id UInt64) ENGINE = MergeTree ORDER BY id",
    ] {
        ask(address, Some(&address.admin), query).await.unwrap();
    }
    ask(
        address,
        Some(&address.writer),
        &format!("INSERT INTO {TABLE} VALUES (1), (2), (39)"),
    )
    .await
    .unwrap();
}

async fn sum(address: &ClickHouseAddress) -> String {
    ask(
        address,
        Some(&address.reader),
        &format!("SELECT sum(id) FROM {TABLE}"),
    )
    .await
    .unwrap()
}

async fn stop(stack: LocalStack) {
    let since = Instant::now();
    stack.stop().await.unwrap();
    assert!(
        since.elapsed() < Duration::from_secs(10),
        "stopping took {:?}",
        since.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_data_addresses_and_passwords() {
    let dir = tempfile::tempdir().unwrap();
    let first = local_stack::start(config(dir.path(), Parts::Both))
        .await
        .unwrap();
    let (brokers, address) = (first.kafka_brokers().unwrap(), first.clickhouse().unwrap());
    fill(&address).await;
    kafka_client::create_topic(&brokers, "kept").await;
    kafka_client::publish(&brokers, "kept", "a fact").await;
    let health = first.health();
    stop(first).await;
    assert_eq!(health.borrow().kafka, Some(ChildHealth::Stopped));
    assert_eq!(health.borrow().clickhouse, Some(ChildHealth::Stopped));

    let second = local_stack::start(config(dir.path(), Parts::Both))
        .await
        .unwrap();
    assert_eq!(second.kafka_brokers().unwrap(), brokers);
    assert_eq!(second.clickhouse().unwrap().url, address.url);
    assert_eq!(sum(&address).await, "42");
    assert_eq!(kafka_client::read(&brokers, "kept").await, ["a fact"]);
    stop(second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_clickhouse_comes_back_on_its_port_with_its_data() {
    let dir = tempfile::tempdir().unwrap();
    let stack = local_stack::start(config(dir.path(), Parts::ClickHouse))
        .await
        .unwrap();
    let address = stack.clickhouse().unwrap();
    fill(&address).await;
    let mut health = stack.health();
    let killed = stack.pids().clickhouse.unwrap();
    kill_9(killed);
    let seen = until(&mut health, "restarting", |all| !all.is_ready()).await;
    assert!(
        matches!(&seen.clickhouse, Some(ChildHealth::Restarting { attempt: 1, reason }) if reason.contains("signal: 9")),
        "{seen:?}"
    );
    until(&mut health, "ready again", StackHealth::is_ready).await;
    assert_eq!(sum(&address).await, "42");
    assert_ne!(stack.pids().clickhouse.unwrap(), killed);
    stop(stack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_kafka_comes_back_on_its_port_with_what_it_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let stack = local_stack::start(config(dir.path(), Parts::Kafka))
        .await
        .unwrap();
    let brokers = stack.kafka_brokers().unwrap();
    kafka_client::create_topic(&brokers, "kept").await;
    kafka_client::publish(&brokers, "kept", "a fact").await;
    let mut health = stack.health();
    kill_9(stack.pids().kafka.unwrap());
    until(&mut health, "restarting", |all| !all.is_ready()).await;
    until(&mut health, "ready again", StackHealth::is_ready).await;
    assert_eq!(kafka_client::read(&brokers, "kept").await, ["a fact"]);
    stop(stack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_reset_do_not_kill_clickhouse() {
    let dir = tempfile::tempdir().unwrap();
    let stack = local_stack::start(config(dir.path(), Parts::ClickHouse))
        .await
        .unwrap();
    let address = stack.clickhouse().unwrap();
    let pid = stack.pids().clickhouse;
    let port = address.url.strip_prefix("http://").unwrap();
    for begun in [
        "",
        "POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nSEL",
        "\u{1}\u{2}\u{3}",
    ] {
        for _ in 0..5 {
            let connection = TcpStream::connect(port).await.unwrap();
            connection.writable().await.unwrap();
            connection.try_write(begun.as_bytes()).unwrap();
            connection.set_zero_linger().unwrap();
            drop(connection);
        }
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(
        ask(&address, Some(&address.admin), "SELECT 1")
            .await
            .unwrap(),
        "1"
    );
    assert_eq!(stack.pids().clickhouse, pid);
    assert!(stack.health().borrow().is_ready());
    stop(stack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clickhouse_that_was_told_to_stop_listening_is_started_again() {
    let dir = tempfile::tempdir().unwrap();
    let stack = local_stack::start(config(dir.path(), Parts::ClickHouse))
        .await
        .unwrap();
    let address = stack.clickhouse().unwrap();
    let mut health = stack.health();
    // The one thing that a caller without a name may do.
    ask(&address, None, "SYSTEM STOP LISTEN HTTP")
        .await
        .unwrap();
    let seen = until(&mut health, "restarting", |all| !all.is_ready()).await;
    assert!(
        matches!(&seen.clickhouse, Some(ChildHealth::Restarting { reason, .. }) if reason.contains("no longer listens")),
        "{seen:?}"
    );
    until(&mut health, "ready again", StackHealth::is_ready).await;
    assert_eq!(
        ask(&address, Some(&address.admin), "SELECT 1")
            .await
            .unwrap(),
        "1"
    );
    stop(stack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_at_a_restart_is_waited_for_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let stack = local_stack::start(config(dir.path(), Parts::ClickHouse))
        .await
        .unwrap();
    let address = stack.clickhouse().unwrap();
    let mut health = stack.health();
    kill_9(stack.pids().clickhouse.unwrap());
    let taker = take(address.url.strip_prefix("http://").unwrap()).await;
    let port = taker.local_addr().unwrap().port();
    let complaint = format!("port {port} is taken by another program");
    until(&mut health, &complaint, |all| {
        matches!(&all.clickhouse, Some(ChildHealth::Restarting { reason, .. }) if *reason == complaint)
    })
    .await;
    drop(taker);
    until(&mut health, "ready again", StackHealth::is_ready).await;
    assert_eq!(
        ask(&address, Some(&address.admin), "SELECT 1")
            .await
            .unwrap(),
        "1"
    );
    stop(stack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_at_a_start_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let first = local_stack::start(config(dir.path(), Parts::Both))
        .await
        .unwrap();
    let (brokers, address) = (first.kafka_brokers().unwrap(), first.clickhouse().unwrap());
    stop(first).await;
    let takers = (
        take(&brokers).await,
        take(address.url.strip_prefix("http://").unwrap()).await,
    );
    let second = local_stack::start(config(dir.path(), Parts::Both))
        .await
        .unwrap();
    assert_ne!(second.kafka_brokers().unwrap(), brokers);
    assert_ne!(second.clickhouse().unwrap().url, address.url);
    drop(takers);
    stop(second).await;
}

/// Takes an address as soon as it is free.
async fn take(address: &str) -> TcpListener {
    for _ in 0..500 {
        if let Ok(taken) = TcpListener::bind(address).await {
            return taken;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{address} did not become free");
}
