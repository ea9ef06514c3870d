//! Lists whose rows are written as JSON at once. Through one resolver per field, a page of 1,000 rows
//! costs more than the store's whole answer; rows of plain columns need no resolver.

use async_graphql::ContextSelectionSet;
use async_graphql::Value;
use async_graphql::parser::types::{Selection, SelectionSet};

use crate::transport::json::{WrittenJson, write_text};

/// A field that is a column as it stands.
pub(super) trait Column: Copy {
    /// What it is a column of.
    type Row;

    /// The column of a field's name; `None`: the field needs its resolver.
    fn of(field: &str) -> Option<Self>;

    /// Writes the row's value.
    fn write(self, row: &Self::Row, out: &mut Vec<u8>);
}

/// The rows as written JSON; `None` where the transport takes none, or more is asked for than columns.
pub(super) fn written<'r, C: Column<Row: 'r>>(
    ctx: &ContextSelectionSet<'_>,
    rows: impl ExactSizeIterator<Item = &'r C::Row>,
) -> Option<Value> {
    ctx.data_opt::<WrittenJson>()?;
    let columns = columns::<C>(&ctx.item.node)?;
    Some(WrittenJson::value(write(&columns, rows)))
}

/// The columns of a selection and the text before each; `None` where it asks for anything else.
fn columns<C: Column>(selection: &SelectionSet) -> Option<Vec<(String, C)>> {
    let mut columns: Vec<(String, C)> = Vec::with_capacity(selection.items.len());
    for item in &selection.items {
        let Selection::Field(field) = &item.node else {
            return None;
        };
        let field = &field.node;
        if !field.directives.is_empty() || !field.arguments.is_empty() {
            return None;
        }
        let before = if columns.is_empty() { '{' } else { ',' };
        let name = format!("\"{}\":", field.response_key().node);
        // The same name twice is one member: rare enough for the long way.
        if columns.iter().any(|(known, _)| known[1..] == name) {
            return None;
        }
        columns.push((format!("{before}{name}"), C::of(&field.name.node)?));
    }
    Some(columns)
}

fn write<'r, C: Column<Row: 'r>>(
    columns: &[(String, C)],
    rows: impl ExactSizeIterator<Item = &'r C::Row>,
) -> Vec<u8> {
    // A guess that spares most of the growing: names, and a short value for each.
    let row_bytes: usize = columns.iter().map(|(before, _)| before.len() + 20).sum();
    let mut out = Vec::with_capacity(rows.len() * (row_bytes + 2) + 2);
    out.push(b'[');
    for (nth, row) in rows.enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        for (before, column) in columns {
            out.extend_from_slice(before.as_bytes());
            column.write(row, &mut out);
        }
        out.push(b'}');
    }
    out.push(b']');
    out
}

/// A value or null.
pub(super) fn write_optional<T>(
    out: &mut Vec<u8>,
    value: Option<T>,
    write: impl Fn(&mut Vec<u8>, T),
) {
    match value {
        Some(value) => write(out, value),
        None => out.extend_from_slice(b"null"),
    }
}

/// A whole number or null.
pub(super) fn write_count(out: &mut Vec<u8>, value: impl Into<u64>) {
    out.extend_from_slice(value.into().to_string().as_bytes());
}

/// A number; what is no number has no JSON: null, as everywhere.
pub(super) fn write_number(out: &mut Vec<u8>, value: Option<f64>) {
    let finite = value.filter(|value| value.is_finite());
    write_optional(out, finite, |out, value| {
        out.extend_from_slice(serde_json::Value::from(value).to_string().as_bytes());
    });
}

/// True or false.
pub(super) fn write_flag(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

/// A text or null.
pub(super) fn write_optional_text(out: &mut Vec<u8>, value: Option<&str>) {
    write_optional(out, value, write_text);
}
