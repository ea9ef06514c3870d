//! Feeds: rows of departments' files become the events that their mappings say.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers may end the test"
)]

use event_schemas::Catalog;
use event_schemas::envelope::decode_structured;
use serde_json::{Value, json};

fn catalog() -> Catalog {
    Catalog::embedded().unwrap()
}

/// Maps the rows of a small file (comma-separated, no quotes) and returns the events.
fn events(feed: &str, rows: &[&str], label: &str) -> Vec<Value> {
    let catalog = catalog();
    let feed = catalog.feed(feed).unwrap();
    let header: Vec<&str> = rows[0].split(',').collect();
    let reader = feed.reader(&header, label).unwrap();
    rows[1..]
        .iter()
        .filter_map(|row| {
            let fields: Vec<&str> = row.split(',').collect();
            let mapped = reader
                .map_row(0, &fields)
                .unwrap_or_else(|fault| panic!("{row}: {fault}"))
                .pop()?;
            Some(mapped.event)
        })
        .collect()
}

const FIRE: &str = "observed_at_utc,action,incident_id,opened_at_utc,agency,category,location,city_code,latitude,longitude,units";
const OUTAGES: &str = "observed_at_utc,action,outage_id,outage_start_utc,etor_utc,crew_status,cause,est_customers,latitude,longitude";
const ROADS: &str = "observed_at_utc,action,highway,statement";

#[test]
fn a_dispatch_is_opened_changed_and_closed_under_one_subject() {
    let rows = [
        FIRE,
        "2026-01-02T10:05:00Z,OPEN,NF1,2026-01-02T10:01:30Z,North,Structure fire,HIGH ST,DCY,,,>E91 ?T2",
        "2026-01-02T10:20:00Z,UPDATE,NF1,2026-01-02T10:01:30Z,North,Structure fire - working,HIGH ST,DCY,,,>E91 >E92",
        "2026-01-02T11:00:00Z,CLEAR,NF1,2026-01-02T10:01:30Z,North,Structure fire - working,HIGH ST,DCY,,,",
    ];
    let events = events("fire.incidents", &rows, "run1");
    let types: Vec<&str> = events.iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        [
            "city.fire.incident-reported.v1",
            "city.fire.unit-status-changed.v1",
            "city.fire.incident-closed.v1",
        ]
    );
    assert!(events.iter().all(|event| event["subject"] == "NF1"));
    assert_eq!(events[0]["time"], "2026-01-02T10:01:30.000Z");
    assert_eq!(events[0]["recordedtime"], "2026-01-02T10:05:00.000Z");
    assert_eq!(events[0]["placecode"], "daly-city");
    assert_eq!(events[0]["data"]["category"], "structure-fire");
    assert_eq!(events[0]["data"]["units"], json!(["E91", "T2"]));
    assert_eq!(events[2]["time"], "2026-01-02T11:00:00.000Z");
}

#[test]
fn coordinates_count_before_the_name_of_a_town() {
    let rows = [
        FIRE,
        "2026-01-02T10:05:00Z,OPEN,NF1,2026-01-02T10:01:30Z,North,Tree down,X,DCY,37.69,-122.47,",
    ];
    let events = events("fire.incidents", &rows, "run1");
    assert_eq!(
        (&events[0]["lon"], &events[0]["lat"]),
        (&json!("-122.47"), &json!("37.69"))
    );
    assert_eq!(events[0].get("placecode"), None);
}

#[test]
fn both_generations_of_the_outage_map_are_read_by_one_mapping() {
    let newer = [
        OUTAGES,
        "2026-01-02T10:05:00Z,OPEN,250,2026-01-02T09:00:00Z,,Crew Enroute,STORM,700,37.5,-122.3",
        "2026-01-02T11:05:00Z,OPEN,251,2026-01-02T09:00:00Z,,Crew Enroute,NOT OUTAGE,1,37.5,-122.3",
    ];
    let events_newer = events("power.outages", &newer, "a");
    assert_eq!(
        events_newer.len(),
        1,
        "the utility's own 'not outage' is none"
    );
    let data = &events_newer[0]["data"];
    assert_eq!(
        (&data["cause"], &data["crew"], &data["customers"]),
        (&json!("storm"), &json!("en-route"), &json!(700))
    );
    assert_eq!(data.get("estimatedRestoration"), None);

    let older = [
        "observed_at_utc,action,outage_id,outage_start_utc,etor_utc,crew_status,cause,est_customers,hazard_flag,region,latitude,longitude",
        "2019-10-27T10:05:00Z,CLEAR,250,2019-10-26T09:00:00Z,,x,To protect public safety,5,2,Napa,38.3,-122.3",
    ];
    let event = &events("power.outages", &older, "a")[0];
    assert_eq!(event["type"], "city.power.outage-restored.v1");
    assert_eq!(
        event["subject"], "250-20191026090000",
        "numbers are used again over the years"
    );
    assert_eq!(event["data"]["area"], "Napa");
}

#[test]
fn only_real_closures_of_the_county_become_events_with_reason_and_town_from_the_words() {
    let rows = [
        ROADS,
        "2026-01-02T10:00:00Z,OPEN,1,IS CLOSED 1 MI SOUTH OF PACIFICA (SAN MATEO CO) - DUE TO A MUDSLIDE",
        "2026-01-02T10:00:00Z,OPEN,1,IS CLOSED AT BIG SUR (MONTEREY CO) - DUE TO A MUDSLIDE",
        "2026-01-02T10:00:00Z,OPEN,92,A HIGH WIND ADVISORY IS IN EFFECT AT THE BRIDGE (SAN MATEO CO)",
        "2026-01-02T10:00:00Z,OPEN,1,Is reopened 2 mi south of Pacifica (San Mateo Co)",
        "2026-01-03T10:00:00Z,CLEAR,1,IS CLOSED 1 MI SOUTH OF PACIFICA (SAN MATEO CO) - DUE TO A MUDSLIDE",
    ];
    let events = events("roads.closures", &rows, "run1");
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["data"]["reason"], "slide");
    assert_eq!(events[0]["data"]["restriction"], "closed");
    assert_eq!(events[0]["placecode"], "pacifica");
    assert_eq!(events[1]["type"], "city.roads.closure-ended.v1");
    assert_eq!(events[0]["subject"], events[1]["subject"]);
}

#[test]
fn the_same_file_under_the_same_label_is_the_same_events_and_another_label_is_not() {
    let rows = [
        OUTAGES,
        "2026-01-02T10:05:00Z,OPEN,250,2026-01-02T09:00:00Z,,Crew Enroute,STORM,700,37.5,-122.3",
    ];
    let first = events("power.outages", &rows, "storm");
    assert_eq!(first, events("power.outages", &rows, "storm"));
    let other = events("power.outages", &rows, "drill");
    assert_ne!(first[0]["id"], other[0]["id"]);
    assert_eq!(first[0]["source"], "/power/outage-map/replay/storm");
    assert_eq!(other[0]["source"], "/power/outage-map/replay/drill");
}

#[test]
fn what_a_feed_makes_passes_the_contract() {
    let rows = [
        OUTAGES,
        "2026-01-02T10:05:00Z,OPEN,250,2026-01-02T09:00:00Z,2026-01-02T15:00:00Z,No Access,TREE CONTACT,700,37.5,-122.3",
    ];
    let catalog = catalog();
    for event in events("power.outages", &rows, "run1") {
        let text = event.to_string();
        let envelope = decode_structured(text.as_bytes()).unwrap();
        let judged = catalog.judge("power", &envelope).unwrap();
        assert_eq!((judged.level, judged.measure), (Some(2), Some(700.0)));
    }
}

#[test]
fn a_row_that_cannot_be_read_names_its_column() {
    let catalog = catalog();
    let feed = catalog.feed("power.outages").unwrap();
    let header: Vec<&str> = OUTAGES.split(',').collect();
    let row = "2026-01-02T10:05:00Z,OPEN,250,yesterday,,x,STORM,700,37.5,-122.3";
    let fields: Vec<&str> = row.split(',').collect();
    let fault = feed.map_row(&header, &fields, "l").unwrap_err();
    assert_eq!(
        (fault.column.as_str(), fault.found.as_str()),
        ("outage_start_utc", "yesterday")
    );

    let row = row
        .replace("yesterday", "2026-01-02T09:00:00Z")
        .replace("700", "many");
    let fields: Vec<&str> = row.split(',').collect();
    let fault = feed.map_row(&header, &fields, "l").unwrap_err();
    assert_eq!(
        (fault.column.as_str(), fault.expected.as_str()),
        ("est_customers", "a whole number")
    );

    let fault = feed.reader(&header[..5], "l").unwrap_err();
    assert_eq!(fault.column, "est_customers");
}

#[test]
fn a_shifted_event_keeps_its_times_in_step() {
    let catalog = catalog();
    let feed = catalog.feed("power.outages").unwrap();
    let header: Vec<&str> = OUTAGES.split(',').collect();
    let row = "2026-01-02T10:05:00Z,OPEN,250,2026-01-02T09:00:00Z,2026-01-02T15:00:00Z,x,STORM,7,37.5,-122.3";
    let fields: Vec<&str> = row.split(',').collect();
    let mut event = feed.map_row(&header, &fields, "l").unwrap().unwrap();
    event.shift(86_400_000);
    assert_eq!(event.event_time.rfc3339(), "2026-01-03T09:00:00.000Z");
    assert_eq!(event.event["time"], "2026-01-03T09:00:00.000Z");
    assert_eq!(
        event.event["data"]["estimatedRestoration"],
        "2026-01-03T15:00:00.000Z"
    );
}
