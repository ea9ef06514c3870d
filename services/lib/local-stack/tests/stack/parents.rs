//! Who dies with whom, and who may use a data directory.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use local_stack::StackError;

use crate::setting::{Parts, config, kill_9, runs};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_parent_leaves_no_child_and_the_next_start_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut parent = Command::new(env!("CARGO_BIN_EXE_clickhouse-launcher"))
        .arg("hold")
        .arg(dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(parent.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let told: serde_json::Value = serde_json::from_str(&line).unwrap();
    let children = ["kafka_pid", "clickhouse_pid"]
        .map(|child| u32::try_from(told[child].as_u64().unwrap()).unwrap());
    assert!(children.into_iter().all(runs), "{told}");

    kill_9(parent.id());
    parent.wait().unwrap();
    let since = Instant::now();
    while children.into_iter().any(runs) {
        assert!(
            since.elapsed() < Duration::from_secs(5),
            "a child outlives its parent: {told}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }

    let stack = local_stack::start(config(dir.path(), Parts::Both))
        .await
        .unwrap();
    assert_eq!(stack.kafka_brokers().as_deref(), told["kafka"].as_str());
    assert_eq!(
        stack.clickhouse().map(|address| address.url).as_deref(),
        told["clickhouse"].as_str()
    );
    stack.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_on_the_same_folder_is_refused_with_the_process_of_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let first = local_stack::start(config(dir.path(), Parts::ClickHouse))
        .await
        .unwrap();
    let Err(error) = local_stack::start(config(dir.path(), Parts::ClickHouse)).await else {
        panic!("two stacks run on one folder");
    };
    let mine = std::process::id().to_string();
    assert!(
        matches!(&error, StackError::DataDirInUse { pid, .. } if *pid == mine),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains(&format!("in use by process {mine}")),
        "{error}"
    );
    first.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_stack_leaves_no_child() {
    let dir = tempfile::tempdir().unwrap();
    let stack = local_stack::start(config(dir.path(), Parts::ClickHouse))
        .await
        .unwrap();
    let pid = stack.pids().clickhouse.unwrap();
    drop(stack);
    let since = Instant::now();
    while runs(pid) {
        assert!(
            since.elapsed() < Duration::from_secs(5),
            "a child outlives its stack"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn a_stack_outlives_the_thread_that_started_it() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stack = std::thread::scope(|scope| {
        let starts = || {
            runtime
                .block_on(local_stack::start(config(dir.path(), Parts::ClickHouse)))
                .unwrap()
        };
        scope.spawn(starts).join().unwrap()
    });
    // A parent-death signal that followed that thread would come now.
    std::thread::sleep(Duration::from_millis(500));
    assert!(stack.health().borrow().is_ready());
    assert!(runs(stack.pids().clickhouse.unwrap()));
    runtime.block_on(stack.stop()).unwrap();
}

#[tokio::test]
async fn a_launcher_that_is_none_is_told_by_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path(), Parts::ClickHouse);
    config.launcher = dir.path().join("no-such-program");
    let Err(error) = local_stack::start(config).await else {
        panic!("it started without a launcher")
    };
    assert!(error.to_string().contains("no-such-program"), "{error}");
}
