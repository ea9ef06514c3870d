//! The two formats of every answer: the same value as JSON, or as XML with the standard's names.

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Xml,
}

/// Splits the format off a resource's name; without one the `Accept` header decides, else JSON.
pub(super) fn of<'r>(resource: &'r str, headers: &HeaderMap) -> (&'r str, Format) {
    if let Some(name) = resource.strip_suffix(".json") {
        return (name, Format::Json);
    }
    if let Some(name) = resource.strip_suffix(".xml") {
        return (name, Format::Xml);
    }
    let accepted = headers.get(ACCEPT).and_then(|kinds| kinds.to_str().ok());
    let kinds = accepted.unwrap_or_default();
    let xml = kinds.contains("xml") && !kinds.contains("json") && !kinds.contains("html");
    (resource, if xml { Format::Xml } else { Format::Json })
}

/// What an answer is called in XML: the whole, and each item of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names(pub(super) &'static str, pub(super) &'static str);

pub(super) const ERRORS: Names = Names("errors", "error");

/// A fault as the standard tells it.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) code: StatusCode,
    pub(super) description: String,
}

impl Fault {
    pub(super) fn new(code: StatusCode, description: impl Into<String>) -> Self {
        Self {
            code,
            description: description.into(),
        }
    }

    pub(super) fn into_response(self, format: Format) -> Response {
        let told = json!([{ "code": self.code.as_u16(), "description": self.description }]);
        answer(self.code, format, ERRORS, &told)
    }
}

/// An answer in its format.
pub(super) fn answer(status: StatusCode, format: Format, names: Names, told: &Value) -> Response {
    let (kind, body) = match format {
        Format::Json => ("application/json; charset=utf-8", told.to_string()),
        Format::Xml => ("text/xml; charset=utf-8", xml(names, told)),
    };
    let mut response = (status, body).into_response();
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn xml(Names(whole, item): Names, told: &Value) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    element(&mut text, whole, item, told);
    text
}

/// The items of a list are called as the standard calls them: `attributes` holds `attribute`s.
fn element(text: &mut String, name: &str, item: &str, value: &Value) {
    text.push('<');
    text.push_str(name);
    text.push('>');
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|one| element(text, item, "item", one)),
        Value::Object(members) => {
            for (name, value) in members {
                element(text, name, name.strip_suffix('s').unwrap_or("item"), value);
            }
        }
        Value::Null => {}
        Value::String(plain) => escape(text, plain),
        other => text.push_str(&other.to_string()),
    }
    text.push_str("</");
    text.push_str(name);
    text.push('>');
}

/// XML 1.0 has no way to write most control characters: they are left out.
fn escape(text: &mut String, plain: &str) {
    for c in plain.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\t' | '\n' => text.push(c),
            '\r' => text.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() && (c as u32) < 0x20 => {}
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_the_name_s_ending_else_what_is_accepted() {
        let mut headers = HeaderMap::new();
        assert_eq!(of("services.xml", &headers), ("services", Format::Xml));
        assert_eq!(
            of("requests/O1.json", &headers),
            ("requests/O1", Format::Json)
        );
        assert_eq!(of("services", &headers), ("services", Format::Json));
        headers.insert(ACCEPT, "text/xml".parse().unwrap());
        assert_eq!(of("services", &headers), ("services", Format::Xml));
        headers.insert(ACCEPT, "text/html,application/xml;q=0.9".parse().unwrap());
        assert_eq!(of("services", &headers), ("services", Format::Json));
    }

    #[test]
    fn a_list_of_lists_becomes_xml_with_the_standard_s_names_and_is_escaped() {
        let told = json!({"service_code": "a&b", "attributes": [{"code": "x", "values": [{"key": "1\u{1}", "name": "<"}]}]});
        let text = xml(Names("service_definition", ""), &told);
        let expected = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<service_definition><attributes><attribute>\
            <code>x</code><values><value><key>1</key><name>&lt;</name></value></values></attribute></attributes>\
            <service_code>a&amp;b</service_code></service_definition>";
        assert_eq!(text, expected);
    }
}
