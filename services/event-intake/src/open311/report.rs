//! A report of a citizen's app, as an event of the hotline.

use axum::http::StatusCode;
use event_schemas::EventType;
use event_schemas::city::Millis;
use serde_json::{Map, Value, json};
use service_kit::random;

use super::format::Fault;
use super::{RECEIVED, SOURCE, services};
use crate::forms::Filled;

/// The event of a report. What a contract refuses is left to the contract.
pub(super) fn event(
    contract: &EventType,
    given: &Filled,
    now: Millis,
) -> Result<(String, Value), Fault> {
    let code = given.text("service_code");
    if code.is_empty() {
        return Err(bad("service_code was not provided"));
    }
    let Some(title) = services::title(contract, code) else {
        let told = format!("service_code '{code}' was not found: GET services lists them");
        return Err(Fault::new(StatusCode::NOT_FOUND, told));
    };
    let (lat, lon) = (given.text("lat"), given.text("long"));
    let (address, place) = (given.text("address_string"), given.text("address_id"));
    if lat.is_empty() != lon.is_empty() {
        return Err(bad("lat and long: expected both or none"));
    }
    if lat.is_empty() && address.is_empty() && place.is_empty() {
        return Err(bad(
            "a location must be provided: lat and long, or address_string, or address_id (the code of a place)",
        ));
    }
    let id = format!("O{}", hex::encode(random::bytes::<10>()));
    let mut data = json!({
        "request": id, "category": code, "channel": "app", "receivedAt": now.rfc3339(),
        "summary": format!("{} · Open311", title.zh),
    });
    // Only what is sealed may be about a person, and the citizen's words may be about anybody.
    let description = description(given);
    if !description.is_empty() {
        data["description"] = json!(description);
    }
    let reporter = reporter(given);
    if !reporter.is_empty() {
        data["reporter"] = Value::Object(reporter);
    }
    for (name, value) in given.pairs() {
        let name = name
            .strip_prefix("attribute[")
            .and_then(|rest| rest.strip_suffix(']'));
        if let Some((name, value)) = name.and_then(|name| services::attribute(name, value)) {
            data[name] = value;
        }
    }
    let mut event = json!({
        "specversion": "1.0", "id": id, "source": SOURCE, "type": RECEIVED, "subject": id,
        "datacontenttype": "application/json", "data": data,
    });
    for (attribute, value) in [("lat", lat), ("lon", lon), ("placecode", place)] {
        if !value.is_empty() {
            event[attribute] = json!(value);
        }
    }
    Ok((id, event))
}

fn bad(description: &str) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, description)
}

/// The citizen's words, and what the contract has no field for.
fn description(given: &Filled) -> String {
    let lines = ["description", "address_string", "email", "media_url"]
        .map(|name| (name, given.text(name)))
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| match name {
            "description" => text.to_owned(),
            name => format!("{name}: {text}"),
        });
    lines.collect::<Vec<_>>().join("\n")
}

fn reporter(given: &Filled) -> Map<String, Value> {
    let mut reporter = Map::new();
    let names = [given.text("first_name"), given.text("last_name")];
    let name = names.join(" ");
    for (field, text) in [("name", name.trim()), ("phone", given.text("phone"))] {
        if !text.is_empty() {
            reporter.insert(field.to_owned(), json!(text));
        }
    }
    reporter
}

#[cfg(test)]
mod tests {
    use super::*;
    use event_schemas::Catalog;

    fn of(body: &str) -> Result<(String, Value), Fault> {
        let catalog = Catalog::embedded().unwrap();
        let contract = services::contract(&catalog).unwrap();
        event(contract, &Filled::read(body.as_bytes()), Millis(0))
    }

    #[test]
    fn a_report_keeps_everything_about_a_person_in_sealed_fields() {
        let body = "service_code=roads&lat=30.1&long=122.9&description=Hole&email=a%40b.example&first_name=Li\
            &last_name=Ming&phone=021-1&address_string=12+River+Road&attribute[kind]=complaint&attribute[urgent]=true\
            &attribute[x]=y";
        let (id, event) = of(body).unwrap();
        let mut data = event["data"].clone();
        assert_eq!(data["request"], id);
        data.as_object_mut().unwrap().remove("request");
        let expected = json!({
            "category": "roads", "channel": "app", "summary": "道路 · Open311", "kind": "complaint", "urgent": true,
            "receivedAt": "1970-01-01T00:00:00.000Z",
            "description": "Hole\naddress_string: 12 River Road\nemail: a@b.example",
            "reporter": {"name": "Li Ming", "phone": "021-1"}
        });
        assert_eq!(data, expected);
        assert_eq!(
            (&event["lat"], &event["lon"]),
            (&json!("30.1"), &json!("122.9"))
        );
    }

    #[test]
    fn what_the_standard_requires_is_asked_for() {
        for (body, code) in [
            ("lat=1&long=2", 400),
            ("service_code=dragons&lat=1&long=2", 404),
            ("service_code=roads", 400),
            ("service_code=roads&lat=1", 400),
        ] {
            assert_eq!(of(body).unwrap_err().code.as_u16(), code, "{body}");
        }
        assert!(of("service_code=roads&address_id=990101001").is_ok());
    }
}
