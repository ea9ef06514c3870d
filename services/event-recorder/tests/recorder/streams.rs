//! Every recorded topic becomes rows that the reader's questions find again.

use event_schemas::city::Topic;
use event_store::{PageRequest, Table};
use serde_json::{Value, json};

use crate::city::{event, publish, record, watermark};
use crate::real_stack::Scene;

fn actor() -> Value {
    json!({"kind": "operator", "name": "wang"})
}

fn opened(id: &str) -> Value {
    json!({
        "id": id, "number": "C-20240204", "kind": "city", "version": 1, "state": "REPORTED", "stage": "REPORTED",
        "title": {"zh": "港湾路爆管", "en": "Burst main"}, "severity": 1, "openedAt": 1_707_051_600_000_i64,
        "openedBy": actor(), "changedAt": 1_707_051_600_000_i64, "changedBy": actor(), "place": "harbour.pier",
        "lon": 120.5, "lat": 30.5, "responsible": "power", "exercise": true
    })
}

fn decision(key: &str, command: &str, version: u64, state: &Value) -> Value {
    json!({
        "key": key, "actor": actor(), "at": 1_707_051_600_000_i64, "command": command, "workflow": "city@1",
        "aggregates": [{"kind": "case", "id": state["id"], "version": version, "state": state}],
        "entry": {"words": {"zh": "完成", "en": "Done"}}
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_become_cases_and_a_timeline_and_what_all_readers_ignore_is_marked() {
    let scene = Scene::fresh().await;
    let topic = scene.log.topic(Topic::Cases);
    let case = opened("case-1");
    let mut acknowledged = case.clone();
    acknowledged["version"] = json!(2);
    acknowledged["state"] = json!("ESTABLISHED");
    acknowledged["stage"] = json!("ESTABLISHED");
    let before = vec![
        record(topic.clone(), &decision("k1", "openCase", 0, &case)),
        record(
            topic.clone(),
            &decision("k2", "acknowledgeCase", 1, &acknowledged),
        ),
    ];
    publish(&scene.log, &before).await;
    let first = scene.record();
    scene.wait_for("SELECT count() FROM case_events", 2).await;
    first.stop().await;
    // A fresh recorder must know what was decided before, or it would take these for facts.
    let second = scene.record();
    let after = vec![
        record(
            topic.clone(),
            &decision("k3", "acknowledgeCase", 1, &acknowledged),
        ),
        record(
            topic.clone(),
            &decision("k2", "acknowledgeCase", 1, &acknowledged),
        ),
        record(topic, &json!("nonsense")),
    ];
    publish(&scene.log, &after).await;
    scene.wait_for("SELECT count() FROM case_events", 5).await;
    for (reason, wanted) in [("", 2), ("stale", 1), ("repeat", 1), ("malformed", 1)] {
        let query = format!("SELECT count() FROM case_events WHERE ignored_reason = '{reason}'");
        assert_eq!(scene.ask(&query).await, wanted, "{reason}");
    }
    let stored = scene.reader.case("case-1").await.unwrap().unwrap();
    assert_eq!(
        (
            stored.version,
            stored.state.as_str(),
            stored.number.as_str()
        ),
        (2, "ESTABLISHED", "C-20240204-0001")
    );
    let timeline = scene
        .reader
        .timeline("case-1", &PageRequest::first(10))
        .await
        .unwrap();
    let commands: Vec<&str> = timeline
        .rows
        .iter()
        .map(|entry| entry.command.as_str())
        .collect();
    assert_eq!(commands, ["acknowledgeCase", "openCase"]);
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_of_administration_are_audited_without_a_secret() {
    let scene = Scene::fresh().await;
    let act = json!({
        "key": "k", "actor": {"kind": "hub", "name": "hub"}, "at": 1_707_051_600_000_i64, "command": "createAccount",
        "aggregates": [
            {"kind": "account", "id": "wang", "version": 0, "state": {"name": "wang", "version": 1,
             "passwordHash": "$argon2id$SECRET", "roles": ["operator"], "createdAt": 1}},
            {"kind": "session", "id": "SECRET", "version": 0, "state": {"id": "SECRET", "version": 1,
             "account": "wang", "openedAt": 1, "expiresAt": 2}}
        ],
        "entry": {"words": {"zh": "新建账号", "en": "Account created"}}
    });
    publish(&scene.log, &[record(scene.log.topic(Topic::Control), &act)]).await;
    let recorder = scene.record();
    scene.wait_for("SELECT count() FROM audit", 1).await;
    let told = "SELECT count() FROM audit WHERE subjects = ['account:wang', 'session of:wang'] AND actor = 'hub'";
    assert_eq!(scene.ask(told).await, 1);
    assert_eq!(
        scene
            .ask("SELECT count() FROM audit WHERE toString(tuple(*)) LIKE '%SECRET%'")
            .await,
        0
    );
    recorder.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_rows_and_watermarks_only_move_the_progress() {
    let scene = Scene::fresh().await;
    let recorder = scene.record();
    let mut records: Vec<_> = (0..100)
        .map(|n| event(&scene.log, (n % 4) as i32, n))
        .collect();
    records.extend((0..4).map(|partition| watermark(&scene.log, partition)));
    publish(&scene.log, &records).await;
    scene.wait_for("SELECT count() FROM events", 100).await;
    let name = scene.log.topic(Topic::Events);
    let topic_id = event_log::topic_ids(&scene.log, &[&name]).await.unwrap()[&name];
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let progress = scene.reader.progress().await.unwrap();
        if (0..4).all(|n| progress.0.get(&(topic_id, n)) == Some(&26)) {
            break;
        }
        assert!(std::time::Instant::now() < until, "{progress}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let stored = scene
        .reader
        .event_by_key("/fire/dispatch", "e42")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        stored.event.data,
        json!({"n": 42, "nature": "structure fire"})
    );
    assert_eq!(stored.event.position.topic_id, topic_id);
    assert!(
        scene
            .writer
            .count(
                Table::Events,
                &event_store::OffsetRange {
                    topic_id,
                    partition: 2,
                    first: 0,
                    last: 99
                }
            )
            .await
            .unwrap()
            == 25
    );
    recorder.stop().await;
}
