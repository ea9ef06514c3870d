//! From a JSON Schema (the subset that a one-pass check needs) to the tree of checks.
//!
//! A keyword outside the subset is an error of the catalog: a check that silently does not happen
//! would be worse than none.

use serde_json::{Map, Value};

use super::keywords::{Keywords, scalar};
use super::node::{
    Additional, ArrayRules, Kinds, Node, NumberRules, ObjectRules, Property, TextRules,
};
use super::pattern::Pattern;

/// One error of a schema: where, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFault {
    /// JSON pointer into the schema file.
    pub path: String,
    /// What was expected there.
    pub expected: String,
}

/// Keywords that say something to people or to other tools, and check nothing.
const SILENT: [&str; 8] = [
    "$schema",
    "$id",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
];

/// Keywords that check.
const CHECKING: [&str; 17] = [
    "type",
    "enum",
    "const",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "items",
    "minItems",
    "maxItems",
    "properties",
    "required",
    "additionalProperties",
];

/// Compiles one schema; all its faults are told at once.
pub(crate) fn compile(schema: &Value) -> Result<Node, Vec<SchemaFault>> {
    let mut faults = Vec::new();
    let node = node(schema, "", &mut faults);
    if faults.is_empty() {
        Ok(node)
    } else {
        Err(faults)
    }
}

fn fault(faults: &mut Vec<SchemaFault>, path: impl Into<String>, expected: impl Into<String>) {
    faults.push(SchemaFault {
        path: path.into(),
        expected: expected.into(),
    });
}

fn node(schema: &Value, path: &str, faults: &mut Vec<SchemaFault>) -> Node {
    let members = match schema {
        Value::Object(members) => members,
        Value::Bool(true) => return Node::default(),
        _ => {
            fault(faults, path, "a schema (an object, or true)");
            return Node::default();
        }
    };
    for name in members.keys() {
        let known = SILENT.contains(&name.as_str())
            || CHECKING.contains(&name.as_str())
            || name.starts_with("x-");
        if !known {
            let expected = format!(
                "one of the supported keywords ({}) or x-…",
                CHECKING.join(", ")
            );
            fault(faults, format!("{path}/{name}"), expected);
        }
    }
    let mut read = Keywords::new(members, path, faults);
    let node = Node {
        kinds: kinds(&mut read),
        one_of: one_of(&mut read),
        number: NumberRules {
            minimum: read.number("minimum"),
            maximum: read.number("maximum"),
            exclusive_minimum: read.number("exclusiveMinimum"),
            exclusive_maximum: read.number("exclusiveMaximum"),
        },
        text: text(&mut read),
        array: ArrayRules {
            items: None,
            min_items: read.count("minItems").unwrap_or(0),
            max_items: read.count("maxItems"),
        },
        object: ObjectRules::default(),
        meanings: Vec::new(),
        personal: false,
    };
    with_children(node, members, path, faults)
}

fn with_children(
    mut parent: Node,
    members: &Map<String, Value>,
    path: &str,
    faults: &mut Vec<SchemaFault>,
) -> Node {
    if let Some(items) = members.get("items") {
        let items = node(items, &format!("{path}/items"), faults);
        parent.array.items = Some(Box::new(items));
    }
    parent.object = object(members, path, faults);
    parent
}

fn kinds(read: &mut Keywords<'_>) -> Kinds {
    let Some(value) = read.value("type") else {
        return Kinds::ANY;
    };
    let names: Vec<&Value> = match value {
        Value::Array(names) => names.iter().collect(),
        one => vec![one],
    };
    let mut set = 0;
    for name in names {
        let known = Kinds::NAMES
            .iter()
            .find(|(known, _)| name.as_str() == Some(known));
        if let Some((_, kind)) = known {
            set |= kind;
        } else {
            let all: Vec<&str> = Kinds::NAMES.iter().map(|(name, _)| *name).collect();
            read.fault("type", &format!("one or a list of {}", all.join(", ")));
        }
    }
    Kinds(set)
}

fn one_of(read: &mut Keywords<'_>) -> Option<Vec<super::node::Scalar>> {
    if let Some(value) = read.value("const") {
        let only = scalar(value);
        if only.is_none() {
            read.fault("const", "a text, number, true, false or null");
        }
        return Some(only.into_iter().collect());
    }
    let value = read.value("enum")?;
    let scalars: Option<Vec<_>> = value
        .as_array()
        .filter(|list| !list.is_empty())
        .and_then(|list| list.iter().map(scalar).collect());
    if scalars.is_none() {
        read.fault("enum", "a list of texts, numbers, true, false or null");
    }
    scalars
}

fn text(read: &mut Keywords<'_>) -> TextRules {
    let pattern = read.text("pattern").and_then(|pattern| {
        let compiled = Pattern::compile(pattern);
        if let Err(error) = &compiled {
            let why = error.to_string().replace('\n', " ");
            read.fault("pattern", &format!("a regular expression ({why})"));
        }
        compiled.ok()
    });
    let format = read.text("format");
    if format.is_some_and(|format| format != "date-time") {
        read.fault("format", "date-time (the only format that is checked)");
    }
    TextRules {
        min_length: read.count("minLength").unwrap_or(0),
        max_length: read.count("maxLength"),
        pattern,
        date_time: format.is_some(),
    }
}

fn object(members: &Map<String, Value>, path: &str, faults: &mut Vec<SchemaFault>) -> ObjectRules {
    let mut rules = ObjectRules::default();
    match members.get("properties") {
        None => {}
        Some(Value::Object(properties)) => {
            for (name, schema) in properties {
                let step = name.replace('~', "~0").replace('/', "~1");
                rules.properties.push(Property {
                    name: name.clone(),
                    required: false,
                    node: node(schema, &format!("{path}/properties/{step}"), faults),
                });
            }
        }
        Some(_) => fault(faults, format!("{path}/properties"), "an object of schemas"),
    }
    if rules.properties.len() > ObjectRules::MOST {
        let expected = format!("at most {} properties in one object", ObjectRules::MOST);
        fault(faults, format!("{path}/properties"), expected);
    }
    require(&mut rules, members, path, faults);
    rules.additional = match members.get("additionalProperties") {
        None | Some(Value::Bool(true)) => Additional::Any,
        Some(Value::Bool(false)) => Additional::Refused,
        Some(schema) => {
            let each = node(schema, &format!("{path}/additionalProperties"), faults);
            Additional::Each(Box::new(each))
        }
    };
    rules
}

fn require(
    rules: &mut ObjectRules,
    members: &Map<String, Value>,
    path: &str,
    faults: &mut Vec<SchemaFault>,
) {
    let Some(required) = members.get("required") else {
        return;
    };
    let Some(names) = required.as_array() else {
        fault(
            faults,
            format!("{path}/required"),
            "a list of property names",
        );
        return;
    };
    for (index, name) in names.iter().enumerate() {
        let property = rules
            .properties
            .iter_mut()
            .find(|property| Some(property.name.as_str()) == name.as_str());
        match property {
            Some(property) => property.required = true,
            None => fault(
                faults,
                format!("{path}/required/{index}"),
                "the name of one of the properties",
            ),
        }
    }
}
