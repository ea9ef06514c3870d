//! Personal fields leave the hub masked: neither the sealed box nor anything about it is shown.

use serde_json::Value;

/// What stands in place of a sealed field.
const MASK: &str = "***";

/// The payload with every sealed field replaced by `***`.
pub(crate) fn masked(data: &Value) -> Value {
    match data {
        Value::Object(members) if is_sealed(members) => Value::from(MASK),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), masked(value)))
                .collect(),
        ),
        Value::Array(values) => Value::Array(values.iter().map(masked).collect()),
        other => other.clone(),
    }
}

/// A sealed field is an object with the single member `sealed` that holds a box; looser than the
/// exact shape on purpose: what looks sealed is masked.
fn is_sealed(members: &serde_json::Map<String, Value>) -> bool {
    members.len() == 1
        && members
            .get("sealed")
            .and_then(Value::as_object)
            .is_some_and(|sealed| sealed.contains_key("box") || sealed.contains_key("nonce"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sealed_fields_are_masked_wherever_they_stand_and_nothing_else_is() {
        let sealed = json!({"sealed": {"key": "k1", "nonce": "n", "box": "b", "look": "l"}});
        let data = json!({
            "caller": {"phone": sealed, "sealed": true},
            "witnesses": [{"name": sealed}, "none"],
            "sealed": "a door",
        });
        assert_eq!(
            masked(&data),
            json!({
                "caller": {"phone": "***", "sealed": true},
                "witnesses": [{"name": "***"}, "none"],
                "sealed": "a door",
            })
        );
    }
}
