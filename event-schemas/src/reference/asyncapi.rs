//! The catalog as an AsyncAPI 3.0 document: what the hub receives, by channel and by event type.

use serde_json::{Map, Value, json};

use super::Addresses;
use crate::catalog::{Catalog, Department, EventType};
use crate::text::Text;

/// Form of a whole event, with the contract of its data.
const SPECIFICATION: &str = "1.0";

/// The document.
pub fn document(catalog: &Catalog, addresses: &Addresses) -> Value {
    let departments = catalog.departments();
    let publishing = || departments.iter().filter(|one| !one.event_types.is_empty());
    let mut channels = Map::new();
    let mut operations = Map::new();
    for department in publishing() {
        channels.insert(format!("inbox.{}", department.name), inbox(department));
        operations.insert(
            format!("receive.{}", department.name),
            receive(department, &format!("inbox.{}", department.name)),
        );
    }
    channels.insert(String::from("events"), over_http(catalog));
    operations.insert(
        String::from("receive.http"),
        json!({
            "action": "receive",
            "channel": reference("channels", "events"),
            "title": "Events over HTTP",
            "description": "CloudEvents over HTTP: binary, structured or batch. The answer names each event that is refused, with code, message and path.",
            "security": [reference("components/securitySchemes", "departmentKey")],
        }),
    );
    let messages: Map<String, Value> = catalog
        .event_types()
        .map(|one| (one.name.clone(), message(catalog, one)))
        .collect();
    let schemas: Map<String, Value> = catalog
        .event_types()
        .map(|one| (one.name.clone(), contract(&one.schema)))
        .collect();
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:city-brain:hub",
        "info": {
            "title": "city-brain hub: what departments publish",
            "version": catalog.version(),
            "description": "Each event is a CloudEvent 1.0. A department writes its own event types only, to its own inbox topic or over HTTP. Personal fields (x-city.personal) are sealed when an event is admitted.",
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": servers(addresses),
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": {
                "departmentKey": {"type": "http", "scheme": "bearer", "description": "The department's key, shown once when it is issued."},
                "departmentUser": {"type": "scramSha512", "description": "The department's Kafka user, which may write its own inbox and nothing else."},
            },
        },
    })
}

fn servers(addresses: &Addresses) -> Value {
    let (protocol, host) = addresses
        .http
        .split_once("://")
        .unwrap_or(("https", &addresses.http));
    json!({
        "kafka": {
            "host": addresses.kafka,
            "protocol": "kafka",
            "security": [reference("components/securitySchemes", "departmentUser")],
        },
        "http": {"host": host.trim_end_matches('/'), "protocol": protocol},
    })
}

fn reference(place: &str, name: &str) -> Value {
    json!({"$ref": format!("#/{place}/{name}")})
}

fn both(text: &Text) -> String {
    format!("{} / {}", text.zh, text.en)
}

fn inbox(department: &Department) -> Value {
    json!({
        "address": format!("city.inbox.{}", department.name),
        "title": both(&department.title),
        "description": department.description.as_ref().map_or_else(String::new, both),
        "servers": [reference("servers", "kafka")],
        "messages": messages(department.event_types.iter()),
    })
}

fn over_http(catalog: &Catalog) -> Value {
    json!({
        "address": "/v1/events",
        "title": "CloudEvents over HTTP",
        "servers": [reference("servers", "http")],
        "messages": messages(catalog.event_types().map(|one| &one.name)),
    })
}

fn messages<'n>(names: impl Iterator<Item = &'n String>) -> Value {
    let listed: Map<String, Value> = names
        .map(|name| (name.clone(), reference("components/messages", name)))
        .collect();
    Value::Object(listed)
}

fn receive(department: &Department, channel: &str) -> Value {
    json!({
        "action": "receive",
        "channel": reference("channels", channel),
        "title": both(&department.title),
    })
}

fn message(catalog: &Catalog, event_type: &EventType) -> Value {
    let examples: Vec<Value> = catalog
        .valid_examples(&event_type.name)
        .map(|(file, event)| {
            let name = file.rsplit('/').next().unwrap_or(file);
            json!({"name": name.trim_end_matches(".json"), "payload": event})
        })
        .collect();
    json!({
        "name": event_type.name,
        "title": both(&event_type.title),
        "summary": both(&event_type.summary),
        "contentType": "application/cloudevents+json",
        "payload": envelope(event_type),
        "examples": examples,
    })
}

fn envelope(event_type: &EventType) -> Value {
    let text = json!({"type": "string", "minLength": 1, "maxLength": 1024});
    let moment = json!({"type": "string", "format": "date-time"});
    let degrees = |most: u32| json!({"type": ["number", "string"], "description": format!("decimal degrees, -{most} to {most}")});
    json!({
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": SPECIFICATION},
            "id": text, "source": text, "subject": text,
            "type": {"const": event_type.name},
            "time": moment, "recordedtime": moment,
            "datacontenttype": {"type": "string"},
            "lon": degrees(180), "lat": degrees(90),
            "crs": {"enum": ["wgs84", "gcj02", "bd09", "cgcs2000"]},
            "placecode": text,
            "alertlevel": {"type": ["integer", "string"], "description": "1, the gravest, to 4"},
            "exercise": {"type": ["boolean", "string"]},
            "correlationid": text, "causationid": text, "dataclassification": text,
            "data": reference("components/schemas", &event_type.name),
        },
    })
}

/// The contract without its own identity, which would be the base of references in this document.
fn contract(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(members) = schema.as_object_mut() {
        members.remove("$schema");
        members.remove("$id");
    }
    schema
}
