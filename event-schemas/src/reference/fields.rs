//! The fields of a contract in a flat list, in the words of a table's row.

use serde_json::Value;

use super::Language;
use crate::catalog::EventType;

/// One field.
pub(super) struct Row {
    /// Where it stands, as people write it: `caller.phone`, `people[].name`.
    pub(super) path: String,
    /// What it is called.
    pub(super) title: String,
    pub(super) required: bool,
    /// Sealed when the event is admitted.
    pub(super) personal: bool,
    /// Kind and bounds.
    pub(super) form: String,
    pub(super) unit: String,
    /// Values of its code table, with their words.
    pub(super) codes: Vec<(String, String)>,
}

/// All fields of a type, by name.
pub(super) fn rows(event_type: &EventType, language: Language) -> Vec<Row> {
    let mut rows = Vec::new();
    let at = At {
        path: String::new(),
        pointer: String::new(),
    };
    collect(event_type, &event_type.schema, &at, language, &mut rows);
    rows
}

struct At {
    path: String,
    pointer: String,
}

fn collect(
    event_type: &EventType,
    schema: &Value,
    at: &At,
    language: Language,
    rows: &mut Vec<Row>,
) {
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    let required = schema["required"].as_array();
    for (name, field) in properties {
        let dot = if at.path.is_empty() { "" } else { "." };
        let mut below = At {
            path: format!("{}{dot}{name}", at.path),
            pointer: format!("{}/{name}", at.pointer),
        };
        let must = required.is_some_and(|all| all.iter().any(|one| one == name));
        rows.push(row(event_type, field, (&below, name, must), language));
        let inner = match field.get("items") {
            Some(items) => {
                below.path.push_str("[]");
                below.pointer.push_str("/*");
                items
            }
            None => field,
        };
        collect(event_type, inner, &below, language, rows);
    }
}

fn row(
    event_type: &EventType,
    field: &Value,
    (at, name, required): (&At, &str, bool),
    language: Language,
) -> Row {
    let items = field.get("items").unwrap_or(field);
    let listed = items["enum"].as_array().into_iter().flatten();
    let codes = listed.map(|value| {
        let code = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        // The words of a list's items may stand at the list.
        let said = |of: &Value| Some(of["x-words"][&code][language.code()].as_str()?.to_owned());
        let words = said(items).or_else(|| said(field));
        let code_shown = code.clone();
        (code_shown, words.unwrap_or(code))
    });
    let measured = event_type.schema.pointer("/x-city/measure/of");
    let main = measured.and_then(Value::as_str) == Some(&at.pointer);
    let own = field["x-unit"].as_str().map(str::to_owned);
    let unit = own.or_else(|| event_type.measure_unit.clone().filter(|_| main));
    let said = field["x-title"][language.code()].as_str();
    Row {
        path: at.path.clone(),
        title: said
            .or_else(|| field["title"].as_str())
            .unwrap_or(name)
            .to_owned(),
        required,
        personal: event_type.personal.contains(&at.pointer),
        form: form(field, language),
        unit: unit.unwrap_or_default(),
        codes: codes.collect(),
    }
}

/// Kind and bounds in words.
fn form(field: &Value, language: Language) -> String {
    let kind = match &field["type"] {
        Value::String(kind) => word(kind, language).to_owned(),
        Value::Array(kinds) => {
            let words: Vec<&str> = kinds
                .iter()
                .filter_map(|kind| Some(word(kind.as_str()?, language)))
                .collect();
            words.join(language.pick("或", " or "))
        }
        _ if field.get("enum").is_some() => language.pick("代码", "code").to_owned(),
        _ => language.pick("任意值", "any value").to_owned(),
    };
    let mut parts = vec![kind];
    if field["format"] == "date-time" {
        parts = vec![
            language
                .pick("时间（RFC 3339，含时区）", "time (RFC 3339, with zone)")
                .to_owned(),
        ];
    }
    let bounds = [
        ("minimum", "≥ "),
        ("exclusiveMinimum", "> "),
        ("maximum", "≤ "),
        ("exclusiveMaximum", "< "),
        ("minLength", language.pick("字符数 ≥ ", "characters ≥ ")),
        ("maxLength", language.pick("字符数 ≤ ", "characters ≤ ")),
        ("minItems", language.pick("项数 ≥ ", "items ≥ ")),
        ("maxItems", language.pick("项数 ≤ ", "items ≤ ")),
        ("pattern", language.pick("形如 ", "like ")),
        ("const", "= "),
    ];
    for (keyword, sign) in bounds {
        match field.get(keyword) {
            Some(Value::String(text)) => parts.push(format!("{sign}{text}")),
            Some(value) => parts.push(format!("{sign}{value}")),
            None => {}
        }
    }
    parts.join(language.pick("，", ", "))
}

fn word(kind: &str, language: Language) -> &'static str {
    match kind {
        "string" => language.pick("文本", "text"),
        "integer" => language.pick("整数", "whole number"),
        "number" => language.pick("数值", "number"),
        "boolean" => language.pick("是或否", "true or false"),
        "array" => language.pick("列表", "list"),
        "object" => language.pick("对象", "object"),
        "null" => language.pick("空", "null"),
        _ => "?",
    }
}
