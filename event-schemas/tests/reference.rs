//! The catalog's reference: an AsyncAPI document whose references lead somewhere and whose examples
//! keep its own contracts, and pages that need nothing beside themselves.
#![expect(clippy::unwrap_used, reason = "a test's helpers may end the test")]

use std::collections::BTreeMap;

use event_schemas::Catalog;
use event_schemas::envelope::decode_structured;
use event_schemas::reference::{Addresses, Language, asyncapi, files};
use serde_json::Value;

fn document() -> Value {
    asyncapi(&Catalog::embedded().unwrap(), &Addresses::default())
}

/// Every `$ref` below a value.
fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members
                .values()
                .for_each(|member| references(member, found));
        }
        _ => {}
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn each_type_has_a_message_with_its_contract_and_an_example_that_admission_takes() {
    let catalog = Catalog::embedded().unwrap();
    let document = document();
    for event_type in catalog.event_types() {
        let message = &document["components"]["messages"][&event_type.name];
        assert_eq!(message["name"], event_type.name.as_str());
        let examples = message["examples"].as_array().unwrap();
        assert!(!examples.is_empty(), "{}", event_type.name);
        for example in examples {
            let text = example["payload"].to_string();
            let envelope = decode_structured(text.as_bytes()).unwrap();
            catalog.judge(&event_type.department, &envelope).unwrap();
        }
        let contract = &document["components"]["schemas"][&event_type.name];
        assert_eq!(contract["properties"], event_type.schema["properties"]);
    }
}

fn pages() -> BTreeMap<String, String> {
    let catalog = Catalog::embedded().unwrap();
    files(&catalog, &Addresses::default()).into_iter().collect()
}

#[test]
fn pages_stand_alone_and_their_links_lead_to_pages_and_places() {
    let pages = pages();
    for (name, page) in pages.iter().filter(|(name, _)| *name != "asyncapi.json") {
        for foreign in ["<script", "<img", "<link", "src=", "@import", "url("] {
            assert!(!page.contains(foreign), "{name}: {foreign}");
        }
        for link in page.split("href=\"").skip(1) {
            let link = link.split('"').next().unwrap();
            let known = link.strip_prefix('#').map_or_else(
                || pages.contains_key(link),
                |id| page.contains(&format!("id=\"{id}\"")),
            );
            assert!(known, "{name}: {link}");
        }
    }
}

#[test]
fn each_page_shows_every_field_code_and_example_in_its_language() {
    let catalog = Catalog::embedded().unwrap();
    let pages = pages();
    for department in catalog.departments() {
        for language in Language::BOTH {
            let page = &pages[&format!("{}.{}.html", department.name, language.code())];
            for name in &department.event_types {
                let event_type = catalog.event_type(name).unwrap();
                for field in event_type.schema["properties"].as_object().unwrap().keys() {
                    assert!(
                        page.contains(&format!("<code>{field}</code>")),
                        "{name} {field}"
                    );
                }
                for (_, words) in event_type.words.fields() {
                    for (code, words) in words {
                        let word = if language == Language::Zh {
                            &words.zh
                        } else {
                            &words.en
                        };
                        let word = word.replace('&', "&amp;").replace('\'', "&#39;");
                        assert!(
                            page.contains(&format!("<code>{code}</code> {word}")),
                            "{name} {code}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_text_of_the_catalog_cannot_become_markup() {
    let folder = tempfile::tempdir().unwrap();
    let parks = folder.path().join("parks");
    std::fs::create_dir_all(folder.path().join("places")).unwrap();
    std::fs::create_dir_all(&parks).unwrap();
    let evil = "<img src=x onerror=\"alert(1)\">";
    let text = serde_json::json!({"zh": evil, "en": evil});
    let department = format!("name: parks\nkind: service\ntitle: {text}\ndescription: {text}\n");
    std::fs::write(parks.join("department.yaml"), department).unwrap();
    let contract = serde_json::json!({"type": "object", "x-city": {"title": text, "summary": text},
        "properties": {"a": {"type": "string", "title": evil, "enum": [evil]}}});
    let path = parks.join("tree-fallen.v1.schema.json");
    std::fs::write(path, contract.to_string()).unwrap();
    let catalog = Catalog::load(folder.path()).unwrap();
    for (name, page) in files(&catalog, &Addresses::default()) {
        assert!(name == "asyncapi.json" || !page.contains("<img"), "{name}");
    }
}
