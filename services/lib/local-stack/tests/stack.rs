//! The stack on a real Kafka and a real ClickHouse, one for all tests of this file.

use local_stack::*;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn it_starts() {
    let dir = tempfile::tempdir().unwrap();
    let config = StackConfig {
        data_dir: dir.path().to_path_buf(),
        cache_dir: cache_dir_default().unwrap(),
        launcher: env!("CARGO_BIN_EXE_clickhouse-launcher").into(),
        kafka: true,
        clickhouse: true,
        progress: Progress::Lines,
    };
    let t = Instant::now();
    let stack = match start(config.clone()).await {
        Ok(s) => s,
        Err(e) => {
            eprintln!("{e}");
            std::process::Command::new("sh")
                .arg("-c")
                .arg(format!(
                    "cd {}; ls -R | head -50; tail -n 40 logs/*",
                    dir.path().display()
                ))
                .status()
                .unwrap();
            panic!()
        }
    };
    eprintln!(
        "started {:?} {:?} {:?} {:?}",
        t.elapsed(),
        stack.kafka_brokers(),
        stack.clickhouse(),
        stack.pids()
    );
    let t = Instant::now();
    stack.stop().await.unwrap();
    eprintln!("stopped {:?}", t.elapsed());
    std::process::Command::new("sh")
        .arg("-c")
        .arg(format!("cd {}; tail -n 40 logs/*", dir.path().display()))
        .status()
        .unwrap();
    let t = Instant::now();
    let stack = start(config).await.unwrap();
    eprintln!(
        "started {:?} {:?} {:?} {:?}",
        t.elapsed(),
        stack.kafka_brokers(),
        stack.clickhouse(),
        stack.pids()
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    stack.stop().await.unwrap();
}
