//! Where units are, from the events of their own departments; and an alert that is quicker than the rows of
//! its events.

use std::time::{Duration, Instant};

use domain::access::Role;
use event_schemas::city::{LogPosition, Millis};
use event_store::{
    EventRecord, InsertToken, OffsetRange, Origin, RecorderProgress, Rows, Table, Writer,
};
use serde_json::{Value, json};
use service_kit::Clock;

use super::hub::{Hub, fresh_store};

const TOPIC: &str = "00000000000000000000000000000007";
const MINUTE: i64 = 60_000;

fn at(offset: i64) -> LogPosition {
    format!("{TOPIC}.0.{offset}").parse().unwrap()
}

fn origin(offset: i64, append_time: Millis) -> Origin<'static> {
    Origin {
        topic: "city.events",
        position: at(offset),
        append_time,
    }
}

async fn insert(writer: &Writer, table: Table, mut rows: Rows, offset: i64) {
    let range = OffsetRange {
        topic_id: at(0).topic_id,
        partition: 0,
        first: offset,
        last: offset,
    };
    let token = InsertToken { range, attempt: 0 };
    writer.insert(table, rows.take(), &token).await.unwrap();
}

/// A unit tells where it is; its row.
async fn tell(writer: &Writer, offset: i64, unit: &str, time: Millis, lon: f64) {
    let admission = json!({
        "department": "fire", "eventTime": time.0, "inboxTime": time.0, "place": "990101001", "lon": lon,
        "lat": 30.9, "catalog": "c", "exercise": false,
        "inbox": {"topicId": TOPIC, "partition": 0, "offset": offset},
    });
    let mut rows = Rows::default();
    rows.push_event(&EventRecord {
        origin: origin(offset, Clock::system().now()),
        id: &format!("p{offset}"),
        source: "/fire/positions",
        event_type: "city.fire.unit-located.v1",
        subject: Some(unit),
        correlation_id: None,
        admission: &admission.to_string(),
        payload: json!({"unit": unit, "status": "en-route"})
            .to_string()
            .as_bytes(),
    })
    .unwrap();
    insert(writer, Table::Events, rows, offset).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unit_is_where_its_department_last_said_and_what_is_old_or_unknown_is_shown_as_such() {
    let (config, reader) = fresh_store().await;
    let writer = Writer::new(&config).unwrap();
    let now = Clock::system().now();
    tell(&writer, 0, "fire-e1", now.plus(-3 * MINUTE), 122.20).await;
    tell(&writer, 1, "fire-e1", now.plus(-MINUTE), 122.21).await;
    tell(&writer, 2, "fire-e2", now.plus(-30 * MINUTE), 122.22).await;
    tell(&writer, 3, "fire-e3", now.plus(-26 * 60 * MINUTE), 122.23).await;
    let hub = Hub::with_store(&["fire-e1", "fire-e2", "fire-e3"], reader).await;
    let token = hub.person("wang", &[Role::Operator]).await;
    let query = "{ units { key state since location { lon } position { location { lon lat } at status stale exercise
        event { eventId type } } } }";
    let answer = hub.ask(0, &token, query, json!({})).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let units = answer["data"]["units"].as_array().unwrap();
    let unit = |key: &str| units.iter().find(|one| one["key"] == key).unwrap();
    let first = &unit("fire-e1")["position"];
    assert_eq!(first["location"]["lon"], 122.21, "the newest: {first}");
    assert_eq!(first["event"]["eventId"], "p1");
    assert_eq!(
        (&first["status"], &first["stale"]),
        (&json!("en-route"), &json!(false))
    );
    assert_eq!(unit("fire-e2")["position"]["stale"], true);
    assert_eq!(
        unit("fire-e3")["position"],
        Value::Null,
        "a day ago says nothing"
    );
    assert_eq!(unit("fire-e3")["state"], "AVAILABLE");
    assert!(unit("fire-e3")["since"].is_string() && unit("fire-e3")["location"]["lon"].is_number());
}

/// An alert on two events, of which the recorder has passed neither.
async fn tell_alert(writer: &Writer, time: Millis) {
    let text = json!({"zh": "火警", "en": "Fire"});
    let event = |offset: i64| {
        json!({"source": "/fire/positions", "id": format!("p{offset}"), "type": "city.fire.unit-located.v1",
            "time": time.0, "position": at(offset)})
    };
    let alert = json!({
        "id": "a1", "fingerprint": "f1", "version": 1, "change": "raised",
        "rule": {"id": "r", "version": 1, "ruleSet": 1, "title": text, "owner": "fire", "sop": text},
        "severity": 2, "status": "FIRING", "episode": 1, "title": text, "raisedAt": time.0, "changedAt": time.0,
        "departments": ["fire"], "eventCount": 2, "events": [event(0), event(1)],
        "explanation": {"key": "k", "windowFrom": 1, "windowTo": 2, "words": text}, "exercise": false
    });
    let mut rows = Rows::default();
    rows.push_alert(&origin(0, time), alert.to_string().as_bytes())
        .unwrap();
    insert(writer, Table::Alerts, rows, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_waits_for_the_recorder_to_pass_its_events_and_no_longer() {
    let (config, reader) = fresh_store().await;
    let writer = Writer::new(&config).unwrap();
    let now = Clock::system().now();
    tell_alert(&writer, now).await;
    let hub = Hub::with_store(&[], reader).await;
    let token = hub.person("wang", &[Role::Operator]).await;
    let query = "{ alert(id: \"a1\") { events { eventId } } }";
    let recorder = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        tell(&writer, 0, "fire-e1", now, 122.2).await;
        // The other makes no row, and the recorder says that it has passed it.
        let progress = RecorderProgress {
            topic: String::from("city.events"),
            topic_id: at(0).topic_id,
            partition: 0,
            next: 2,
        };
        writer.note_progress(&[progress], now).await.unwrap();
    };
    let begun = Instant::now();
    let (answer, ()) = tokio::join!(hub.ask(0, &token, query, json!({})), recorder);
    let events = &answer["data"]["alert"]["events"];
    assert_eq!(*events, json!([{"eventId": "p0"}]), "{answer}");
    let waited = begun.elapsed();
    assert!(
        waited >= Duration::from_secs(2),
        "it came before the row: {waited:?}"
    );
    let begun = Instant::now();
    let again = hub.ask(0, &token, query, json!({})).await;
    assert_eq!(again["data"]["alert"]["events"], json!([{"eventId": "p0"}]));
    let waited = begun.elapsed();
    assert!(
        waited < Duration::from_secs(2),
        "what will not come is not waited for: {waited:?}"
    );
}
