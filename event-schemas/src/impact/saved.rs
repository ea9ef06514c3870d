//! Saved queries that name fields of the data: filters of the form `{path, op, value}`, wherever they
//! stand in a JSON file, as GraphQL's `EventFilter.data` has them.

use serde_json::Value;

use super::{Broken, Kind};
use crate::diff::{Change, ChangeRule};

/// One filter on a field of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedQuery {
    /// What the query is called: the nearest `name`, `title` or `id` around it.
    pub name: String,
    /// The file it stands in.
    pub file: String,
    /// Event types around it; empty: any.
    pub types: Vec<String>,
    /// JSON pointer of the field.
    pub field: String,
}

/// What is known on the way down to a filter.
#[derive(Clone, Default)]
struct Around {
    name: String,
    types: Vec<String>,
}

impl SavedQuery {
    /// All filters on fields in a JSON document.
    pub fn in_document(document: &Value, file: &str) -> Vec<Self> {
        let mut found = Vec::new();
        let around = Around {
            name: file.to_owned(),
            types: Vec::new(),
        };
        collect(document, &around, file, &mut found);
        found
    }
}

fn collect(value: &Value, around: &Around, file: &str, found: &mut Vec<SavedQuery>) {
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|one| collect(one, around, file, found)),
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str);
            if let (Some(path), Some(_)) = (text("path"), text("op")) {
                let steps = path.trim_start_matches(['$', '/', '.']).replace('.', "/");
                found.push(SavedQuery {
                    name: around.name.clone(),
                    file: file.to_owned(),
                    types: around.types.clone(),
                    field: format!("/{steps}"),
                });
                return;
            }
            let mut inner = around.clone();
            if let Some(name) = ["name", "title", "id"].into_iter().find_map(text) {
                name.clone_into(&mut inner.name);
            }
            if let Some(types) = members.get("type").or_else(|| members.get("types")) {
                inner.types = listed(types);
            }
            members
                .values()
                .for_each(|one| collect(one, &inner, file, found));
        }
        _ => {}
    }
}

/// A text, or texts, that name event types.
fn listed(value: &Value) -> Vec<String> {
    let texts: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    };
    let texts = texts.into_iter().filter_map(Value::as_str);
    let named = texts.filter(|text| text.starts_with("city."));
    named.map(ToOwned::to_owned).collect()
}

/// Saved queries that break.
pub(super) fn broken(queries: &[SavedQuery], changes: &[Change]) -> Vec<Broken> {
    let mut broken = Vec::new();
    for query in queries {
        let hit = changes.iter().find(|change| {
            let meant = query.types.is_empty() || query.types.contains(&change.event_type);
            meant && breaks(query, change)
        });
        if let Some(change) = hit {
            broken.push(Broken {
                kind: Kind::Query,
                name: query.name.clone(),
                file: query.file.clone(),
                because: format!("filters by {} of {change}", query.field),
            });
        }
    }
    broken
}

fn breaks(query: &SavedQuery, change: &Change) -> bool {
    match change.rule {
        ChangeRule::TypeRemoved => !query.types.is_empty(),
        ChangeRule::FieldRemoved
        | ChangeRule::FieldUnnamed
        | ChangeRule::KindChanged
        | ChangeRule::EnumNarrowed
        | ChangeRule::UnitChanged
        | ChangeRule::PersonalAdded => change.touches(&query.field),
        _ => false,
    }
}
