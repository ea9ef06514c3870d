//! Records that can never be stored become dead letters; their neighbours are stored.

use event_schemas::city::Topic;
use event_store::{DeadLetterFilter, PageRequest};

use crate::city::{event, event_of_level, publish, record};
use crate::real_stack::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn refused_rows_are_found_by_halving_and_the_rest_is_stored_once() {
    let scene = Scene::fresh().await;
    let poison = [0_u64, 7, 8, 311, 999];
    let records: Vec<_> = (0..1_000)
        .map(|n| event_of_level(&scene.log, 0, n, if poison.contains(&n) { 9 } else { 1 }))
        .collect();
    publish(&scene.log, &records).await;
    let recorder = scene.record();
    scene.wait_for("SELECT count() FROM events", 995).await;
    scene.wait_for("SELECT count() FROM dead_letters", 5).await;
    assert_eq!(scene.ask("SELECT uniqExact(id) FROM events").await, 995);
    let letters = scene
        .reader
        .dead_letters(&DeadLetterFilter::default(), &PageRequest::first(10))
        .await
        .unwrap();
    let mut ids: Vec<String> = letters
        .rows
        .iter()
        .filter_map(|letter| letter.id.clone())
        .collect();
    ids.sort();
    assert_eq!(ids, ["e0", "e311", "e7", "e8", "e999"]);
    let one = &letters.rows[0];
    assert_eq!(
        (one.reason.as_str(), one.department.as_str()),
        ("unstorable", "fire")
    );
    assert!(
        one.message.contains("severity_is_a_level"),
        "{}",
        one.message
    );
    assert!(one.headers.iter().any(|(name, _)| name == "ce_id"));
    recorder.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_cannot_be_read_are_dead_letters_in_every_topic() {
    let scene = Scene::fresh().await;
    let mut bare = event(&scene.log, 0, 1);
    bare.headers.retain(|(name, _)| name != "admission");
    let mut records = vec![bare, event(&scene.log, 0, 2)];
    for topic in [Topic::Alerts, Topic::Control, Topic::DeadLetters] {
        records.push(record(
            scene.log.topic(topic),
            &serde_json::json!({"not": "one of ours"}),
        ));
    }
    publish(&scene.log, &records).await;
    let recorder = scene.record();
    scene.wait_for("SELECT count() FROM events", 1).await;
    // The dead letter that is none cannot become another one: three letters for four faults.
    scene.wait_for("SELECT count() FROM dead_letters", 3).await;
    recorder.stop().await;
}
