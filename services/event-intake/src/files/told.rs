//! What is told of a judged file: to programs as JSON, and the bad rows as a table for repair.

use event_schemas::Feed;
use serde_json::{Value, json};

use super::sheet::{BadRow, REASON, Sheet};

/// Events that a preview shows.
pub(super) const SHOWN: usize = 20;

/// The answer for programs. `published` is absent in a preview.
pub(super) fn json(feed: &Feed, sheet: &Sheet, published: Option<usize>) -> Value {
    let rows: Vec<Value> = sheet.bad.iter().map(bad_row).collect();
    let mut told = json!({
        "feed": feed.name,
        "encoding": sheet.encoding,
        "rows": sheet.rows,
        "events": sheet.good.len(),
        "skipped": sheet.skipped,
        "repeated": sheet.repeated,
        "bad": rows,
    });
    if sheet.by_trial {
        let note = format!(
            "read as {}, because it is not UTF-8; declare `encoding` in the feed's mapping",
            sheet.encoding
        );
        told["note"] = json!(note);
    }
    match published {
        Some(accepted) => told["accepted"] = json!(accepted),
        None => told["preview"] = json!(preview(sheet)),
    }
    told
}

fn preview(sheet: &Sheet) -> Vec<Value> {
    let shown = sheet.good.iter().take(SHOWN);
    shown
        .filter_map(|good| {
            let event: Value = serde_json::from_str(&good.json).ok()?;
            Some(json!({ "line": good.line, "event": event }))
        })
        .collect()
}

fn bad_row(bad: &BadRow) -> Value {
    json!({
        "line": bad.line, "column": bad.column, "path": bad.path, "code": bad.code,
        "message": bad.message,
    })
}

/// The bad rows as they came, each with its reason in a last column; UTF-8 with a mark, which
/// spreadsheets need to see that it is UTF-8.
pub(super) fn bad_rows(sheet: &Sheet) -> Vec<u8> {
    let mut table = csv::WriterBuilder::new()
        .delimiter(sheet.separator as u8)
        .flexible(true)
        .from_writer("\u{feff}".as_bytes().to_vec());
    // An earlier repair has the column already.
    let former = sheet.header.iter().position(|name| name == REASON);
    let kept = |fields: &[String]| -> Vec<String> {
        let fields = fields.iter().enumerate();
        fields
            .filter(|(at, _)| Some(*at) != former)
            .map(|(_, field)| field.clone())
            .collect()
    };
    let mut header = kept(&sheet.header);
    let width = header.len();
    header.push(REASON.to_owned());
    let rows = sheet.bad.iter().map(|bad| {
        let mut row = kept(&bad.fields);
        let surplus = row.split_off(row.len().min(width));
        row.resize(width, String::new());
        row.push(format!("{}: {}", bad.code, bad.message));
        // It stays too many columns until somebody has looked.
        row.extend(surplus);
        row
    });
    for row in std::iter::once(header).chain(rows) {
        table
            .write_record(&row)
            .expect("a flexible table is written into memory, which takes any row");
    }
    table
        .into_inner()
        .expect("memory needs no flushing that could fail")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let bad = |line, fields: &[&str]| BadRow {
            line,
            column: None,
            path: None,
            code: "value",
            message: String::from("wrong, \"so\""),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        };
        Sheet {
            header: vec!["id".into(), "name".into()],
            separator: ',',
            bad: vec![bad(2, &["1"]), bad(3, &["2", "b", "c"])],
            ..Sheet::default()
        }
    }

    #[test]
    fn bad_rows_keep_their_header_and_have_the_reason_in_the_last_column() {
        let table = String::from_utf8(bad_rows(&sheet())).unwrap();
        let expected = "\u{feff}id,name,@reason\n1,,\"value: wrong, \"\"so\"\"\"\n\
            2,b,\"value: wrong, \"\"so\"\"\",c\n";
        assert_eq!(table, expected);
    }

    #[test]
    fn a_reason_of_an_earlier_repair_is_replaced() {
        let mut sheet = sheet();
        sheet.header = vec!["id".into(), REASON.into(), "name".into()];
        sheet.bad.truncate(1);
        sheet.bad[0].fields = vec!["1".into(), "old".into(), "a".into()];
        let table = String::from_utf8(bad_rows(&sheet)).unwrap();
        assert!(
            table.starts_with("\u{feff}id,name,@reason\n1,a,\"value: wrong"),
            "{table}"
        );
    }
}
