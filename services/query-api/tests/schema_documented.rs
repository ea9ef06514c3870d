//! The schema documents itself: every type, field, input, value and scalar says what it is.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeDefinition, TypeKind, TypeSystemDefinition};

/// Directives and scalars that the specification itself describes.
const OF_THE_SPECIFICATION: [&str; 1] = ["JSON"];

/// Names within a type that have no description.
fn undescribed(definition: &TypeDefinition) -> Vec<String> {
    let name = definition.name.node.as_str();
    let mut missing = Vec::new();
    if definition.description.is_none() && !OF_THE_SPECIFICATION.contains(&name) {
        missing.push(name.to_owned());
    }
    let mut member = |member: &str, described: bool| {
        if !described {
            missing.push(format!("{name}.{member}"));
        }
    };
    match &definition.kind {
        TypeKind::Object(object) => {
            for field in &object.fields {
                member(&field.node.name.node, field.node.description.is_some());
            }
        }
        TypeKind::Interface(interface) => {
            for field in &interface.fields {
                member(&field.node.name.node, field.node.description.is_some());
            }
        }
        TypeKind::InputObject(input) => {
            for field in &input.fields {
                member(&field.node.name.node, field.node.description.is_some());
            }
        }
        TypeKind::Enum(values) => {
            for value in &values.values {
                member(&value.node.value.node, value.node.description.is_some());
            }
        }
        TypeKind::Scalar | TypeKind::Union(_) => {}
    }
    missing
}

#[test]
fn everything_in_the_schema_has_a_description() {
    let document = parse_schema(query_api::sdl()).unwrap();
    let mut types = 0;
    let mut missing = Vec::new();
    for definition in &document.definitions {
        if let TypeSystemDefinition::Type(definition) = definition {
            types += 1;
            missing.extend(undescribed(&definition.node));
        }
    }
    assert!(types > 60, "only {types} types were read");
    assert!(missing.is_empty(), "without a description: {missing:#?}");
}
