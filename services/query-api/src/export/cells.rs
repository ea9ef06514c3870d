//! Rows as lines of a file: CSV by RFC 4180, safe to open in a spreadsheet, or a JSON object a line.

use serde_json::Value;

use super::Format;
use super::columns::Column;

/// Spreadsheets take a cell that begins so for a formula; the wide forms count for some of them.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
/// UTF-8's byte order mark.
const BOM: &str = "\u{feff}";

/// Writes rows.
pub(super) struct Writer {
    pub(super) columns: Vec<Column>,
    pub(super) format: Format,
    pub(super) bom: bool,
}

impl Writer {
    /// What stands before the first row.
    pub(super) fn head(&self) -> String {
        if self.format == Format::Ndjson {
            return String::new();
        }
        let mut head = String::from(if self.bom { BOM } else { "" });
        let names = self.columns.iter().map(|column| column.name.clone());
        line(&mut head, names);
        head
    }

    /// These rows.
    pub(super) fn rows(&self, nodes: &[Value]) -> String {
        let mut text = String::with_capacity(nodes.len() * 200);
        for node in nodes {
            match self.format {
                Format::Csv => {
                    let cells = self
                        .columns
                        .iter()
                        .map(|one| cell(node.pointer(&one.pointer)));
                    line(&mut text, cells);
                }
                Format::Ndjson => {
                    self.object(&mut text, node);
                }
            }
        }
        text
    }

    /// An object with every column, in their order.
    fn object(&self, text: &mut String, node: &Value) {
        for (n, column) in self.columns.iter().enumerate() {
            text.push(if n == 0 { '{' } else { ',' });
            text.push_str(&Value::from(column.name.as_str()).to_string());
            text.push(':');
            let value = node.pointer(&column.pointer).unwrap_or(&Value::Null);
            text.push_str(&value.to_string());
        }
        text.push_str("}\n");
    }
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    for (n, cell) in cells.enumerate() {
        if n > 0 {
            text.push(',');
        }
        if cell.contains([',', '"', '\r', '\n']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}

/// A value as the text of a cell.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => harmless(text),
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            harmless(&texts.join(";"))
        }
        Some(other) => other.to_string(),
    }
}

/// A text that no spreadsheet takes for a formula: one that could be gets an apostrophe in front, a
/// plain number stays a number.
fn harmless(text: &str) -> String {
    let risky = text.starts_with(FORMULA) && text.parse::<f64>().is_err();
    if risky {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::export::columns::{List, named};

    fn writer(format: Format, bom: bool) -> Writer {
        let column = |name| named(List::Events, name).unwrap();
        Writer {
            columns: vec![column("subject"), column("measure"), column("data.note")],
            format,
            bom,
        }
    }

    #[test]
    fn a_line_is_quoted_where_it_must_be_and_nothing_in_it_is_a_formula() {
        let nodes = [
            json!({"subject": "a,\"b\"\r\nc", "measure": -2.5, "data": {"note": "=HYPERLINK(\"x\")"}}),
            json!({"subject": null, "data": {"note": ["+1", "b"]}}),
            json!({"subject": "-7", "measure": 3, "data": {"note": {"deep": true}}}),
        ];
        let writer = writer(Format::Csv, true);
        assert_eq!(writer.head(), "\u{feff}subject,measure,data.note\r\n");
        assert_eq!(
            writer.rows(&nodes),
            "\"a,\"\"b\"\"\r\nc\",-2.5,\"'=HYPERLINK(\"\"x\"\")\"\r\n,,'+1;b\r\n-7,3,\"{\"\"deep\"\":true}\"\r\n"
        );
    }

    #[test]
    fn ndjson_keeps_types_and_every_column() {
        let nodes = [json!({"subject": "=1", "data": {"note": {"n": 1}}})];
        let writer = writer(Format::Ndjson, false);
        assert_eq!(writer.head(), "");
        assert_eq!(
            writer.rows(&nodes),
            "{\"subject\":\"=1\",\"measure\":null,\"data.note\":{\"n\":1}}\n"
        );
    }

    /// A reader of RFC 4180 with nothing added.
    fn read(text: &str) -> Vec<String> {
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        let mut rest = text.chars().peekable();
        while let Some(next) = rest.next() {
            match (next, quoted) {
                ('"', true) if rest.peek() == Some(&'"') => {
                    cell.push('"');
                    rest.next();
                }
                ('"', _) => quoted = !quoted,
                (',', false) => cells.push(std::mem::take(&mut cell)),
                ('\r', false) if rest.peek() == Some(&'\n') => break,
                (other, _) => cell.push(other),
            }
        }
        cells.push(cell);
        cells
    }

    proptest! {
        #[test]
        fn any_texts_come_back_from_a_line_and_none_begins_a_formula(texts in prop::collection::vec("[\\PC\r\n\t\",=+@-]{0,12}", 1..5)) {
            let mut text = String::new();
            line(&mut text, texts.iter().map(|one| cell(Some(&json!(one)))));
            let cells = read(&text);
            prop_assert_eq!(cells.len(), texts.len());
            for (cell, own) in cells.iter().zip(&texts) {
                let kept = cell == own || cell.strip_prefix('\'') == Some(own);
                prop_assert!(kept, "{} {}", cell, own);
                prop_assert!(!cell.starts_with(FORMULA) || cell.parse::<f64>().is_ok());
            }
        }
    }
}
