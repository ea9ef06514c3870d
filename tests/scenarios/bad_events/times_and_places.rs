//! Moments that never were, and places where nothing can be.

use serde_json::{Value, json};

use super::kind::{Kind, sound};
use crate::story::{COMMUNITY, event};

pub(super) fn kinds() -> Vec<Kind> {
    let mut kinds = times();
    kinds.extend(places());
    kinds
}

fn times() -> Vec<Kind> {
    let time = |name, text: &str, says| {
        Kind::with(name, "/time", json!(text), ["wrong_time", "/time", says])
    };
    let mut request = event(
        "city.hotline.request-received.v1",
        "a time in data without time",
        COMMUNITY,
        json!({ "request": "B-1", "category": "noise", "summary": "夜间施工", "receivedAt": "今晨" }),
    );
    request.as_object_mut().unwrap().remove("time");
    let mut ancient = request.clone();
    ancient["id"] = json!("a time in data before the tables");
    ancient["data"]["receivedAt"] = json!("1000-01-01T00:00:00Z");
    vec![
        Kind::without(
            "no time",
            "/time",
            ["wrong_time", "/time", "when it happened"],
        ),
        time("a time in words", "yesterday", "RFC 3339"),
        time("a time without zone", "2026-07-01T08:30:00", "zone"),
        time(
            "a leap second at noon",
            "2026-07-01T12:00:60+08:00",
            "RFC 3339",
        ),
        time(
            "the 30th of February",
            "2026-02-30T08:30:00+08:00",
            "RFC 3339",
        ),
        time("the year 9999", "9999-12-31T23:59:59Z", "2199"),
        time("the year 1", "0001-01-01T00:00:00Z", "1900"),
        Kind::with(
            "a time in seconds",
            "/time",
            json!(1_767_225_600),
            ["wrong_time", "/time", "RFC 3339"],
        ),
        Kind::with(
            "a recorded time in words",
            "/recordedtime",
            json!("noon"),
            ["wrong_time", "/recordedtime", "RFC 3339"],
        ),
        Kind::of_department(
            "a time in data without time",
            "hotline",
            &request,
            ["contract_violation", "/data/receivedAt", "RFC 3339"],
        ),
        Kind::of_department(
            "a time in data before the tables",
            "hotline",
            &ancient,
            ["wrong_time", "/data/receivedAt", "1900"],
        ),
    ]
}

/// An event at these coordinates, with or without the community's code.
fn at(name: &'static str, lon: Value, lat: Value, told: [&'static str; 3]) -> Kind {
    let mut event = sound(name);
    event["lon"] = lon;
    event["lat"] = lat;
    Kind::bytes(name, event.to_string().as_bytes(), told)
}

fn places() -> Vec<Kind> {
    let wrong = "wrong_coordinates";
    let mut elsewhere = sound("a place that contradicts the coordinates");
    elsewhere["lon"] = json!("122.17416");
    elsewhere["lat"] = json!("30.94261");
    elsewhere["placecode"] = json!(ELSEWHERE);
    vec![
        at(
            "exchanged coordinates",
            json!("30.94"),
            json!("122.17"),
            [wrong, "/lat", "exchanged"],
        ),
        at(
            "beyond the date line",
            json!("222.5"),
            json!("30.94"),
            [wrong, "/lon", "180"],
        ),
        at(
            "no number",
            json!("NaN"),
            json!("30.94"),
            [wrong, "/lon", "decimal degrees"],
        ),
        at(
            "infinity",
            json!("122.17"),
            json!("inf"),
            [wrong, "/lat", "decimal degrees"],
        ),
        at(
            "degrees and minutes",
            json!("122°10'E"),
            json!("30.94"),
            [wrong, "/lon", "decimal degrees"],
        ),
        Kind::with(
            "half a point",
            "/lon",
            json!("122.17"),
            [wrong, "/lat", "both lon and lat"],
        ),
        Kind::with(
            "a system of Mars",
            "/crs",
            json!("mars"),
            [wrong, "/crs", "gcj02"],
        ),
        Kind::with(
            "an unknown place",
            "/placecode",
            json!("000000"),
            ["wrong_place", "/placecode", "code of a place"],
        ),
        Kind::bytes(
            "a place that contradicts the coordinates",
            elsewhere.to_string().as_bytes(),
            ["wrong_place", "/placecode", "the coordinates lie in"],
        ),
    ]
}

/// A street in which those coordinates do not lie.
const ELSEWHERE: &str = "990101002";
