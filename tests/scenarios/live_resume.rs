//! A console that was cut off: resumes without gap or repeat, or is told and gets a snapshot.

use std::time::Duration;

use serde_json::Value;
use tests::hub::TestHub;
use tests::live::LiveClient;

use crate::story::{COMMUNITY, structure_fire};

const LIMIT: Duration = Duration::from_secs(30);

/// The picture without what changes by itself.
fn ids_and_versions(live: &LiveClient) -> Vec<(String, Value)> {
    live.picture
        .iter()
        .flat_map(|(kind, things)| {
            things
                .iter()
                .map(move |(id, thing)| (format!("{kind} {id}"), thing["version"].clone()))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_cut_off_for_five_seconds_resumes_without_gap_or_repeat() {
    let hub = TestHub::start("resume").await;
    let api = hub.api().await;
    let fire = hub.department("fire");
    let mut live = hub.live(&api).await;
    fire.publish_structured(&structure_fire("F-0", COMMUNITY))
        .await;
    live.follow("the first event", LIMIT, |live| {
        live.events.iter().any(|event| event["subject"] == "F-0")
    })
    .await;
    live.cut();

    for n in 1..=50 {
        fire.publish_structured(&structure_fire(&format!("F-{n}"), COMMUNITY))
            .await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let place = (live.epoch.as_str(), live.cursor.as_str());
    let resumed = LiveClient::connect(&hub.url(), &api.token, Some(place)).await;
    let mut resumed = resumed.with_picture_of(&live);
    fire.publish_structured(&structure_fire("F-last", COMMUNITY))
        .await;
    resumed
        .follow("the last event", LIMIT, |live| {
            live.events.iter().any(|event| event["subject"] == "F-last")
        })
        .await;
    assert_eq!(resumed.mode, "resume");
    assert!(resumed.resets.is_empty());
    let mut seen: Vec<&str> = live
        .events
        .iter()
        .chain(&resumed.events)
        .map(|event| event["subject"].as_str().unwrap())
        .collect();
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((all, seen.len()), (52, 52), "every event once");

    let mut fresh = hub.live(&api).await;
    let whole =
        |live: &LiveClient| live.picture["alerts"].len() == 52 && live.picture["cases"].len() == 52;
    fresh.follow("the whole picture", LIMIT, whole).await;
    resumed.follow("the whole picture", LIMIT, whole).await;
    // Alerts and cases go on meanwhile: what one has seen the other sees within the next beats.
    for _ in 0..6 {
        if ids_and_versions(&resumed) == ids_and_versions(&fresh) {
            break;
        }
        for live in [&mut fresh, &mut resumed] {
            let beats = live.beats;
            live.follow("a beat", LIMIT, move |live| live.beats > beats)
                .await;
        }
    }
    assert_eq!(ids_and_versions(&resumed), ids_and_versions(&fresh));
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_beyond_the_history_is_reset_and_ends_in_the_same_state() {
    let hub = TestHub::start("reset").await;
    let api = hub.api().await;
    let fire = hub.department("fire");
    fire.publish_structured(&structure_fire("F-1", COMMUNITY))
        .await;
    let mut fresh = hub.live(&api).await;
    fresh
        .follow("an alert and a case", LIMIT, |live| {
            !live.picture["cases"].is_empty() && !live.picture["alerts"].is_empty()
        })
        .await;
    let epoch = fresh.epoch.clone();
    for place in [("anotherepoch", "1"), (epoch.as_str(), "999999999")] {
        let mut late = LiveClient::connect(&hub.url(), &api.token, Some(place)).await;
        late.follow("a snapshot after the reset", LIMIT, |live| {
            !live.cursor.is_empty() && !live.picture["cases"].is_empty()
        })
        .await;
        assert_eq!(late.mode, "snapshot");
        assert_eq!(late.resets, ["cursor_expired"]);
        late.follow("a beat", LIMIT, |live| live.beats > 0).await;
        fresh.follow("a beat", LIMIT, |live| live.beats > 0).await;
        assert_eq!(ids_and_versions(&late), ids_and_versions(&fresh));
    }
    hub.stop().await;
}
