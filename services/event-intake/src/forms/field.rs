//! The fields of a form, from a contract: what each is called, what may stand in it, and how.

use event_schemas::{EventType, Text};
use serde_json::{Map, Value};

use super::rules;

/// Longer texts get a box of several lines.
const LINE: u64 = 200;

/// One field, or a group of fields.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    /// JSON pointer into the data; the field's name in the form.
    pub(crate) pointer: String,
    pub(crate) title: Text,
    /// What may stand in it.
    pub(crate) hint: Text,
    pub(crate) unit: Option<String>,
    pub(crate) required: bool,
    pub(crate) personal: bool,
    pub(crate) kind: Kind,
}

/// What stands in a field, and so how it is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Text,
    LongText,
    Integer,
    Number,
    Moment,
    Flag,
    /// One of a code table.
    Choice(Vec<(String, Text)>),
    /// Any of a code table.
    Choices(Vec<(String, Text)>),
    /// Texts, one a line.
    Lines,
    /// An object.
    Group(Vec<Field>),
    /// Anything else, as JSON.
    Json,
}

/// The fields of a contract: those that must be filled first, groups last.
pub(crate) fn fields(event_type: &EventType) -> Vec<Field> {
    let mut fields = below(event_type, &event_type.schema, "");
    // Where the event's time is one of the data, nothing else tells it.
    let time = event_type.schema.pointer("/x-city/eventTime");
    if let Some(time) = time.and_then(Value::as_str) {
        for field in &mut fields {
            field.required |= field.pointer == time;
        }
        fields.sort_by_key(|field| !field.required);
    }
    fields
}

fn below(event_type: &EventType, schema: &Value, above: &str) -> Vec<Field> {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let place = |name: &str| required.iter().position(|one| *one == name);
    let Some(properties) = schema["properties"].as_object() else {
        return Vec::new();
    };
    let mut fields: Vec<(usize, Field)> = properties
        .iter()
        .map(|(name, schema)| {
            let place = place(name);
            let field = field(event_type, schema, (above, name), place.is_some());
            let group = matches!(field.kind, Kind::Group(_));
            let last = required.len() + usize::from(group);
            (place.unwrap_or(last), field)
        })
        .collect();
    fields.sort_by_key(|(place, _)| *place);
    fields.into_iter().map(|(_, field)| field).collect()
}

fn field(
    event_type: &EventType,
    schema: &Value,
    (above, name): (&str, &str),
    required: bool,
) -> Field {
    let pointer = format!("{above}/{}", name.replace('~', "~0").replace('/', "~1"));
    let kind = kind(event_type, schema, &pointer);
    let measure = event_type.schema.pointer("/x-city/measure/of");
    let is_measure = measure.and_then(Value::as_str) == Some(&pointer);
    let counted = matches!(kind, Kind::Lines | Kind::Choices(_));
    let title = title(schema, name);
    // Most titles of contracts say their unit.
    let said = |unit: &str| title.en.to_lowercase().contains(&unit.to_lowercase());
    let unit = event_type.measure_unit.clone();
    let unit = unit.filter(|unit| is_measure && !counted && !said(unit));
    Field {
        unit,
        title,
        hint: rules::hint(schema, &kind),
        required,
        personal: event_type.personal.contains(&pointer),
        pointer,
        kind,
    }
}

/// `x-title` has both languages; a contract without it has one for all.
fn title(schema: &Value, name: &str) -> Text {
    let words = &schema["x-title"];
    let plain = schema["title"].as_str().unwrap_or(name);
    let of = |lang: &str| words[lang].as_str().unwrap_or(plain).to_owned();
    Text::new(of("zh"), of("en"))
}

fn kind(event_type: &EventType, schema: &Value, pointer: &str) -> Kind {
    let choices = |of: &Map<String, Value>| {
        let values = of.get("enum")?.as_array()?;
        let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
        let slot = pointer.trim_start_matches('/');
        let said = texts?.into_iter().map(|value| {
            let words = event_type.words.of(slot, value).cloned();
            let words = words.unwrap_or_else(|| Text::new(value, value));
            (value.to_owned(), words)
        });
        Some(said.collect::<Vec<_>>())
    };
    let Some(members) = schema.as_object() else {
        return Kind::Json;
    };
    match schema["type"].as_str() {
        Some("string") => match choices(members) {
            Some(choices) => Kind::Choice(choices),
            None if schema["format"] == "date-time" => Kind::Moment,
            None if schema["maxLength"].as_u64().is_some_and(|most| most > LINE) => Kind::LongText,
            None => Kind::Text,
        },
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Flag,
        Some("array") if schema["items"]["type"] == "string" => {
            match schema["items"].as_object().and_then(choices) {
                Some(choices) => Kind::Choices(choices),
                None => Kind::Lines,
            }
        }
        Some("object") if schema["properties"].is_object() => {
            Kind::Group(below(event_type, schema, pointer))
        }
        _ => Kind::Json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use event_schemas::Catalog;

    fn form(name: &str) -> Vec<Field> {
        let catalog = Catalog::embedded().unwrap();
        fields(catalog.event_type(name).unwrap())
    }

    #[test]
    fn what_must_be_filled_comes_first_and_groups_come_last() {
        let fields = form("city.fire.incident-reported.v1");
        let names: Vec<&str> = fields.iter().map(|field| &*field.pointer).collect();
        assert_eq!(names[..2], ["/incident", "/category"]);
        assert_eq!(names.last(), Some(&"/caller"));
        let Kind::Group(caller) = &fields.last().unwrap().kind else {
            panic!("a group");
        };
        assert!(caller.iter().all(|field| field.personal && !field.required));
    }

    #[test]
    fn code_tables_become_choices_in_both_languages() {
        let fields = form("city.fire.incident-reported.v1");
        let Kind::Choice(choices) = &fields[1].kind else {
            panic!("choices");
        };
        let fire = (
            String::from("structure-fire"),
            Text::new("建筑火灾", "Structure fire"),
        );
        assert!(choices.contains(&fire));
    }

    #[test]
    fn every_field_of_the_catalog_is_called_something_in_both_languages() {
        fn check(fields: &[Field], of: &str) {
            for field in fields {
                let zh = &field.title.zh;
                let chinese = !zh.is_ascii();
                assert!(
                    chinese && !field.title.en.is_empty(),
                    "{of}{}: {zh}",
                    field.pointer
                );
                if let Kind::Group(below) = &field.kind {
                    check(below, of);
                }
            }
        }
        for event_type in Catalog::embedded().unwrap().event_types() {
            check(&fields(event_type), &event_type.name);
        }
    }

    #[test]
    fn a_time_of_the_data_that_is_the_event_s_must_be_filled() {
        let fields = form("city.hotline.request-received.v1");
        let time = fields.iter().find(|field| field.pointer == "/receivedAt");
        assert!(time.is_some_and(|time| time.required && time.kind == Kind::Moment));
    }

    #[test]
    fn no_contract_of_the_catalog_needs_json_in_its_form() {
        fn check(fields: &[Field], of: &str) {
            for field in fields {
                assert_ne!(field.kind, Kind::Json, "{of}{}", field.pointer);
                if let Kind::Group(below) = &field.kind {
                    check(below, of);
                }
            }
        }
        for event_type in Catalog::embedded().unwrap().event_types() {
            check(&fields(event_type), &event_type.name);
        }
    }
}
