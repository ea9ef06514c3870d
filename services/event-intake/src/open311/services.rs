//! Which services there are, what each asks for, and where to find all this: from the contract.

use event_schemas::{Catalog, EventType, Text};
use serde_json::{Value, json};

use super::RECEIVED;
use crate::forms::Lang;

/// Fields of the contract that a report may fill by `attribute[…]`.
const ATTRIBUTES: [&str; 2] = ["kind", "urgent"];

/// The contract of requests, where the catalog has one.
pub(super) fn contract(catalog: &Catalog) -> Option<&EventType> {
    catalog.event_type(RECEIVED)
}

/// What a service is called.
pub(super) fn title<'t>(event_type: &'t EventType, code: &str) -> Option<&'t Text> {
    event_type.words.of("category", code)
}

/// All services.
pub(super) fn list(event_type: &EventType, lang: Lang) -> Value {
    let codes = event_type.schema.pointer("/properties/category/enum");
    let codes = codes.and_then(Value::as_array).into_iter().flatten();
    codes
        .filter_map(Value::as_str)
        .filter_map(|code| {
            let name = lang.of_text(title(event_type, code)?);
            Some(json!({
                "service_code": code, "service_name": name, "description": name, "metadata": true,
                "type": "realtime", "keywords": code, "group": lang.of_text(&event_type.title),
            }))
        })
        .collect()
}

/// What one service asks for beside the standard's own fields.
pub(super) fn definition(event_type: &EventType, code: &str, lang: Lang) -> Option<Value> {
    title(event_type, code)?;
    let attributes = ATTRIBUTES.iter().enumerate().filter_map(|(at, name)| {
        let field = event_type.schema.pointer(&format!("/properties/{name}"))?;
        Some(json!({
            "variable": true, "code": name, "datatype": "singlevaluelist", "required": false,
            "datatype_description": "", "order": at + 1,
            "description": field["x-title"][lang.code()].as_str().or(field["title"].as_str()),
            "values": values(event_type, name, field, lang),
        }))
    });
    Some(json!({ "service_code": code, "attributes": attributes.collect::<Vec<_>>() }))
}

fn values(event_type: &EventType, name: &str, field: &Value, lang: Lang) -> Vec<Value> {
    if field["type"] == "boolean" {
        return [("true", "是", "Yes"), ("false", "否", "No")]
            .map(|(key, zh, en)| json!({ "key": key, "name": lang.pick(zh, en) }))
            .to_vec();
    }
    let keys = field["enum"].as_array().into_iter().flatten();
    keys.filter_map(Value::as_str)
        .map(|key| {
            let words = event_type.words.of(name, key);
            json!({ "key": key, "name": words.map_or(key, |words| lang.of_text(words)) })
        })
        .collect()
}

/// A field's value as the contract has it.
pub(super) fn attribute(name: &str, value: &str) -> Option<(&'static str, Value)> {
    let known = ATTRIBUTES.into_iter().find(|known| *known == name)?;
    let value = match value {
        "true" => json!(true),
        "false" => json!(false),
        text => json!(text),
    };
    Some((known, value))
}

/// Where the service is, for clients that look for it.
pub(super) fn discovery(catalog: &Catalog, base: &str) -> Value {
    let title = catalog
        .department("hotline")
        .map(|known| known.title.clone());
    let contact = title.unwrap_or_default();
    json!({
        "changeset": "2026-11-24T00:00:00Z",
        "contact": format!("{} {}", contact.zh, contact.en),
        "key_service": "ask the hub's administrators for a key of the hotline",
        "endpoints": [{
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": format!("{base}/open311/v2"), "changeset": "2026-11-24T00:00:00Z", "type": "production",
            "formats": ["text/xml", "application/json"],
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_and_their_attributes_are_those_of_the_contract_in_both_languages() {
        let catalog = Catalog::embedded().unwrap();
        let contract = contract(&catalog).unwrap();
        let services = list(contract, Lang::Zh);
        assert_eq!(services[0]["service_code"], "water");
        assert_eq!(services[0]["service_name"], "供水");
        assert_eq!(list(contract, Lang::En)[0]["service_name"], "Water supply");
        let definition = definition(contract, "water", Lang::En).unwrap();
        assert_eq!(
            definition["attributes"][0]["values"][1]["name"],
            "Complaint"
        );
        assert_eq!(definition["attributes"][1]["values"][0]["key"], "true");
        assert!(super::definition(contract, "dragons", Lang::En).is_none());
    }
}
