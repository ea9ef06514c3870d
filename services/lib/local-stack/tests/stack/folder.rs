//! What lies in the data directory and in the cache, and what a start tells of itself.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex};

use local_stack::Progress;

use crate::setting::{Parts, config, shared};

#[tokio::test]
async fn a_folder_of_another_format_is_refused_with_both_formats() {
    for (written, expected) in [
        ("99\n", "It is newer"),
        ("0\n", "It is older"),
        ("what?\n", "has format \"what?\""),
    ] {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("format"), written).unwrap();
        let Err(error) = local_stack::start(config(dir.path(), Parts::Both)).await else {
            panic!("a folder of format {written:?} was used");
        };
        let said = error.to_string();
        assert!(
            said.contains(expected) && said.contains("this hub reads format 1"),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_tells_its_steps_and_keeps_its_secrets_to_itself() {
    let dir = tempfile::tempdir().unwrap();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&lines);
    let mut config = config(dir.path(), Parts::ClickHouse);
    config.progress = Progress::Callback(Arc::new(move |line| {
        heard.lock().unwrap().push(line.to_owned());
    }));
    let stack = local_stack::start(config).await.unwrap();
    let address = stack.clickhouse().unwrap();
    assert_eq!(
        *lines.lock().unwrap(),
        [
            "ClickHouse: starting".to_owned(),
            format!("ClickHouse: answers at {}", address.url)
        ]
    );

    let mode = |path: &str| {
        std::fs::metadata(dir.path().join(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!([mode("clickhouse"), mode("logs")], [0o700, 0o700]);
    assert_eq!(
        [
            mode("clickhouse/credentials.json"),
            mode("clickhouse/users.xml")
        ],
        [0o600, 0o600]
    );
    let users = std::fs::read_to_string(dir.path().join("clickhouse/users.xml")).unwrap();
    for credential in [&address.admin, &address.writer, &address.reader] {
        assert!(
            !users.contains(&credential.password),
            "the users' file holds a password"
        );
        assert!(
            !format!("{address:?}").contains(&credential.password),
            "Debug shows a password"
        );
    }
    stack.stop().await.unwrap();
}

#[test]
fn after_a_start_kafkas_classes_are_archived_for_the_next() {
    let (_, _stack) = shared();
    let cache = local_stack::cache_dir_default().unwrap();
    let archives = std::fs::read_dir(cache).unwrap().filter(|entry| {
        let path = entry.as_ref().unwrap().path();
        path.extension().is_some_and(|kind| kind == "jsa")
    });
    assert_ne!(archives.count(), 0);
}
