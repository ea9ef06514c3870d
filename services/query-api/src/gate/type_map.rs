//! Types and fields of the schema by name, read from its own SDL: what the gate walks along.

use std::collections::HashMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition,
};

/// Object and interface types with their fields' types.
#[derive(Debug)]
pub(crate) struct TypeMap {
    types: HashMap<String, HashMap<String, FieldType>>,
}

/// What a field returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldType {
    /// The named type inside lists and non-nulls.
    pub(crate) name: String,
    /// Whether it is a list.
    pub(crate) list: bool,
}

impl TypeMap {
    /// Reads the schema's SDL. A text that does not parse gives an empty map, which refuses all.
    pub(crate) fn of_sdl(sdl: &str) -> Self {
        let mut types = HashMap::new();
        let Ok(document) = parse_schema(sdl) else {
            return Self { types };
        };
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let name = definition.node.name.node.to_string();
            match definition.node.kind {
                TypeKind::Object(object) => {
                    types.insert(
                        name,
                        fields_of(object.fields.iter().map(|field| &field.node)),
                    );
                }
                TypeKind::Interface(interface) => {
                    types.insert(
                        name,
                        fields_of(interface.fields.iter().map(|field| &field.node)),
                    );
                }
                TypeKind::Union(_) => {
                    types.insert(name, HashMap::new());
                }
                TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::InputObject(_) => {}
            }
        }
        Self { types }
    }

    /// The type of a field.
    pub(crate) fn field(&self, type_name: &str, field: &str) -> Option<&FieldType> {
        self.types.get(type_name)?.get(field)
    }

    /// Whether the type has fields to select.
    pub(crate) fn has_fields(&self, type_name: &str) -> bool {
        self.types.contains_key(type_name)
    }

    /// All types with their fields.
    #[cfg(test)]
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        self.types
            .iter()
            .map(|(name, fields)| (name.as_str(), fields.keys().map(String::as_str).collect()))
    }
}

fn fields_of<'d>(fields: impl Iterator<Item = &'d FieldDefinition>) -> HashMap<String, FieldType> {
    fields
        .map(|field| (field.name.node.to_string(), field_type(&field.ty.node)))
        .collect()
}

fn field_type(ty: &Type) -> FieldType {
    match &ty.base {
        BaseType::Named(name) => FieldType {
            name: name.to_string(),
            list: false,
        },
        BaseType::List(inner) => FieldType {
            list: true,
            ..field_type(inner)
        },
    }
}
