//! Rows on their way into the tables, in ClickHouse's RowBinary format.

use serde::Serialize;
use serde_json::Value;

/// The name that serde gives a variant without fields: one spelling in records and in columns.
pub(crate) fn code<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}
