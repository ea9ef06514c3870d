//! Reading single keywords of a schema, with a fault where one has the wrong form.

use serde_json::{Map, Value};

use super::compile::SchemaFault;
use super::node::Scalar;

/// One schema object's keywords.
pub(crate) struct Keywords<'s> {
    members: &'s Map<String, Value>,
    path: &'s str,
    faults: &'s mut Vec<SchemaFault>,
}

impl<'s> Keywords<'s> {
    pub(crate) fn new(
        members: &'s Map<String, Value>,
        path: &'s str,
        faults: &'s mut Vec<SchemaFault>,
    ) -> Self {
        Self {
            members,
            path,
            faults,
        }
    }

    pub(crate) fn fault(&mut self, name: &str, expected: &str) {
        self.faults.push(SchemaFault {
            path: format!("{}/{name}", self.path),
            expected: expected.to_owned(),
        });
    }

    pub(crate) fn value(&self, name: &str) -> Option<&'s Value> {
        self.members.get(name)
    }

    pub(crate) fn number(&mut self, name: &str) -> Option<f64> {
        let value = self.value(name)?;
        if !value.is_number() {
            self.fault(name, "a number");
        }
        value.as_f64()
    }

    pub(crate) fn count(&mut self, name: &str) -> Option<usize> {
        let value = self.value(name)?;
        let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
        if count.is_none() {
            self.fault(name, "a whole number from 0");
        }
        count
    }

    pub(crate) fn text(&mut self, name: &str) -> Option<&'s str> {
        let value = self.value(name)?;
        if !value.is_string() {
            self.fault(name, "a text");
        }
        value.as_str()
    }
}

/// A JSON value as a scalar, if it is one.
pub(crate) fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::Null => Some(Scalar::Null),
        Value::Bool(flag) => Some(Scalar::Flag(*flag)),
        Value::Number(number) => number.as_f64().map(Scalar::Number),
        Value::String(text) => Some(Scalar::Text(text.clone())),
        Value::Array(_) | Value::Object(_) => None,
    }
}
