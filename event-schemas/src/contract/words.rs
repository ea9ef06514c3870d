//! `x-words`: how the values of a coded field are said to people, in both languages.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::compile::SchemaFault;
use crate::text::Text;

/// Words by field (JSON pointer into the data, without the leading slash) and value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(BTreeMap<String, BTreeMap<String, Text>>);

impl Words {
    /// What a value of a field is called.
    pub fn of(&self, field: &str, value: &str) -> Option<&Text> {
        self.0.get(field)?.get(value)
    }

    /// All fields that have words, with their values.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &BTreeMap<String, Text>)> {
        self.0.iter().map(|(field, words)| (field.as_str(), words))
    }

    /// Collects the words of a schema.
    pub(crate) fn read(schema: &Value) -> Result<Self, Vec<SchemaFault>> {
        let mut words = Self::default();
        let mut faults = Vec::new();
        words.collect(schema, "", "", &mut faults);
        if faults.is_empty() {
            Ok(words)
        } else {
            Err(faults)
        }
    }

    fn collect(&mut self, schema: &Value, field: &str, path: &str, faults: &mut Vec<SchemaFault>) {
        if let Some(value) = schema.get("x-words") {
            match BTreeMap::<String, Text>::deserialize(value) {
                Ok(read) => {
                    self.0.insert(field.to_owned(), read);
                }
                Err(error) => faults.push(SchemaFault {
                    path: format!("{path}/x-words"),
                    expected: format!("value: {{zh, en}} for each value ({error})"),
                }),
            }
        }
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return;
        };
        for (name, schema) in properties {
            let below = if field.is_empty() {
                name.clone()
            } else {
                format!("{field}/{name}")
            };
            self.collect(schema, &below, &format!("{path}/properties/{name}"), faults);
        }
    }
}
