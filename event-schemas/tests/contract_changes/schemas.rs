//! Random contracts and values, small enough that two of them often agree.

use proptest::prelude::*;
use serde_json::{Value, json};

/// Schemas without others in them.
fn leaf_schema() -> impl Strategy<Value = Value> {
    let bound = -3_i64..4;
    let scalar = prop_oneof![
        Just(json!(null)),
        Just(json!(true)),
        (-3_i64..4).prop_map(|n| json!(n)),
        "[ab]{0,2}".prop_map(|text| json!(text)),
        Just(json!(0.5)),
    ];
    prop_oneof![
        Just(json!({})),
        prop::sample::subsequence(
            vec![
                "null", "boolean", "integer", "number", "string", "array", "object"
            ],
            1..4
        )
        .prop_map(|kinds| json!({"type": kinds})),
        (
            prop::option::of(bound.clone()),
            prop::option::of(bound),
            any::<bool>(),
            any::<bool>()
        )
            .prop_map(|(low, high, out, whole)| {
                let (min, max) = if out {
                    ("exclusiveMinimum", "exclusiveMaximum")
                } else {
                    ("minimum", "maximum")
                };
                let mut schema = json!({"type": if whole { "integer" } else { "number" }});
                if let Some(low) = low {
                    schema[min] = json!(low);
                }
                if let Some(high) = high {
                    schema[max] = json!(high);
                }
                schema
            }),
        (
            0_usize..2,
            prop::option::of(1_usize..3),
            prop::option::of(prop::sample::select(vec!["^a", "^[ab]*$", "b"]))
        )
            .prop_map(|(least, most, pattern)| {
                let mut schema = json!({"type": "string", "minLength": least});
                if let Some(most) = most {
                    schema["maxLength"] = json!(most);
                }
                if let Some(pattern) = pattern {
                    schema["pattern"] = json!(pattern);
                }
                schema
            }),
        prop::collection::vec(scalar, 1..4).prop_map(|all| json!({"enum": all})),
    ]
}

/// Schemas of the supported subset, small enough that two of them often agree.
pub(crate) fn schema() -> impl Strategy<Value = Value> {
    leaf_schema().prop_recursive(2, 12, 3, |inner| {
        let additional = prop_oneof![Just(json!(true)), Just(json!(false)), inner.clone()];
        prop_oneof![
            (inner.clone(), 0_usize..2, prop::option::of(1_usize..3)).prop_map(
                |(items, least, most)| {
                    let mut schema = json!({"type": "array", "items": items, "minItems": least});
                    if let Some(most) = most {
                        schema["maxItems"] = json!(most);
                    }
                    schema
                }
            ),
            (
                prop::collection::btree_map("[ab]", (inner, any::<bool>()), 0..3),
                additional
            )
                .prop_map(|(members, additional)| {
                    let required: Vec<&String> = members
                        .iter()
                        .filter(|(_, (_, must))| *must)
                        .map(|(name, _)| name)
                        .collect();
                    let required = json!(required);
                    let properties: serde_json::Map<String, Value> = members
                        .into_iter()
                        .map(|(name, (schema, _))| (name, schema))
                        .collect();
                    json!({"type": "object", "properties": properties, "required": required,
                        "additionalProperties": additional})
                }),
        ]
    })
}

/// Values about as large as the schemas.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|flag| json!(flag)),
        (-4_i64..5).prop_map(|n| json!(n)),
        (-4_i64..5).prop_map(|n| json!(n as f64 / 2.0)),
        "[abc]{0,3}".prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(2, 10, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[abc]", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The schema without one of its keywords, somewhere.
pub(crate) fn without_one(schema: &Value, which: usize) -> Value {
    fn places(schema: &Value, at: &str, found: &mut Vec<(String, String)>) {
        for (keyword, inner) in schema.as_object().into_iter().flatten() {
            found.push((at.to_owned(), keyword.clone()));
            match keyword.as_str() {
                "items" | "additionalProperties" => {
                    places(inner, &format!("{at}/{keyword}"), found);
                }
                "properties" => {
                    for (name, inner) in inner.as_object().unwrap() {
                        places(inner, &format!("{at}/properties/{name}"), found);
                    }
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    places(schema, "", &mut found);
    let mut less = schema.clone();
    if !found.is_empty() {
        let (at, keyword) = &found[which % found.len()];
        let members = less.pointer_mut(at).unwrap().as_object_mut().unwrap();
        members.remove(keyword);
    }
    less
}
