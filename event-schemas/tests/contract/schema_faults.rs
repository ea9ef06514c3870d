//! Schemas that cannot be compiled say why and where.

use event_schemas::Contract;
use event_schemas::contract::SchemaFault;
use serde_json::{Value, json};

fn faults(schema: &Value) -> Vec<(String, String)> {
    let faults: Vec<SchemaFault> = Contract::of_form(schema).unwrap_err();
    faults.into_iter().map(|f| (f.path, f.expected)).collect()
}

#[test]
fn a_keyword_outside_the_subset_is_an_error_with_its_path() {
    let schema =
        json!({"type": "object", "properties": {"a": {"oneOf": []}, "b": {"$ref": "#/x"}}});
    let found = faults(&schema);
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/properties/a/oneOf", "/properties/b/$ref"]);
    assert!(found[0].1.contains("supported keywords"), "{found:?}");
}

#[test]
fn a_keyword_with_the_wrong_kind_of_value_is_an_error_with_its_path() {
    let cases = [
        (json!({"type": "text"}), "/type"),
        (json!({"minimum": "3"}), "/minimum"),
        (json!({"maxLength": -1}), "/maxLength"),
        (json!({"pattern": "["}), "/pattern"),
        (json!({"format": "email"}), "/format"),
        (json!({"enum": []}), "/enum"),
        (json!({"const": {}}), "/const"),
        (json!({"properties": []}), "/properties"),
        (json!({"required": ["ghost"]}), "/required/0"),
        (json!({"items": 3}), "/items"),
        (json!(false), ""),
    ];
    for (schema, path) in cases {
        let found = faults(&schema);
        assert_eq!(found.len(), 1, "{schema} {found:?}");
        assert_eq!(found[0].0, path, "{schema} {found:?}");
    }
}
