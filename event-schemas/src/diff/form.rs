//! The form of the data, old against new, place by place.
//!
//! Said of producers, the comparison is safe: where it finds no break, every value that the old form
//! took the new one takes. It may find a break where the combination of several rules leaves none.

use super::limits;
use super::{ChangeRule, Found};
use crate::contract::check_form;
use crate::contract::node::{Additional, Kinds, Node, ObjectRules, Property, Scalar};

/// Compares one place of the data.
pub(super) fn compare(old: &Node, new: &Node, at: &str, found: &mut Found<'_>) {
    if old.one_of.is_some() || new.one_of.is_some() {
        return compare_values(old, new, at, found);
    }
    let (was, now) = (
        whole_numbers_are_numbers(old.kinds),
        whole_numbers_are_numbers(new.kinds),
    );
    let rule = match (was.0 & !now.0, now.0 & !was.0) {
        (0, 0) => None,
        (0, _) => Some(ChangeRule::KindWidened),
        (_, 0) => Some(ChangeRule::KindNarrowed),
        _ => Some(ChangeRule::KindChanged),
    };
    if let Some(rule) = rule {
        found.add(rule, at, old.kinds.words(), new.kinds.words());
    }
    let both = Kinds(was.0 & now.0);
    if both.has(Kinds::INTEGER) {
        limits::numbers(&old.number, &new.number, at, found);
    }
    if both.has(Kinds::STRING) {
        limits::texts(&old.text, &new.text, at, found);
    }
    if both.has(Kinds::ARRAY) {
        limits::counts(&old.array, &new.array, at, found);
        let items = (old.array.items.as_deref(), new.array.items.as_deref());
        compare_any(items, &format!("{at}/*"), found);
    }
    if both.has(Kinds::OBJECT) {
        compare_objects(&old.object, &new.object, at, found);
    }
}

/// A node that is not there takes everything.
fn compare_any(nodes: (Option<&Node>, Option<&Node>), at: &str, found: &mut Found<'_>) {
    let any = Node::default();
    match nodes {
        (None, None) => {}
        (old, new) => compare(old.unwrap_or(&any), new.unwrap_or(&any), at, found),
    }
}

fn whole_numbers_are_numbers(kinds: Kinds) -> Kinds {
    if kinds.has(Kinds::NUMBER) {
        Kinds(kinds.0 | Kinds::INTEGER)
    } else {
        kinds
    }
}

/// Where one side lists its values, every listed value is tried on the other side.
fn compare_values(old: &Node, new: &Node, at: &str, found: &mut Found<'_>) {
    const ANY: &str = "any value";
    let taken = |from: &Node, by: &Node, wanted: bool| -> Option<Vec<String>> {
        let listed = from.one_of.as_ref()?.iter();
        let own = listed.filter(|value| takes(from, value) && takes(by, value) == wanted);
        Some(own.map(ToString::to_string).collect())
    };
    match taken(old, new, false) {
        None => found.add(ChangeRule::EnumNarrowed, at, ANY, words(new)),
        Some(gone) if !gone.is_empty() => {
            found.add(ChangeRule::EnumNarrowed, at, gone.join(", "), "");
        }
        Some(_) => {}
    }
    match taken(new, old, false) {
        None => found.add(ChangeRule::EnumWidened, at, words(old), ANY),
        Some(fresh) if !fresh.is_empty() => {
            found.add(ChangeRule::EnumWidened, at, "", fresh.join(", "));
        }
        Some(_) => {}
    }
}

fn takes(node: &Node, value: &Scalar) -> bool {
    let json = match value {
        Scalar::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        other => other.to_string(),
    };
    check_form(node, json.as_bytes())
}

fn words(node: &Node) -> String {
    let listed = node.one_of.iter().flatten().map(ToString::to_string);
    listed.collect::<Vec<_>>().join(", ")
}

fn compare_objects(old: &ObjectRules, new: &ObjectRules, at: &str, found: &mut Found<'_>) {
    for property in &old.properties {
        let path = below(at, &property.name);
        match named(new, &property.name) {
            Some(now) => compare_property(property, now, &path, found),
            None => unnamed(property, &new.additional, &path, found),
        }
    }
    for property in &new.properties {
        if named(old, &property.name).is_none() {
            added(property, &old.additional, &below(at, &property.name), found);
        }
    }
    let path = format!("{at}/*");
    match (&old.additional, &new.additional) {
        (Additional::Refused, Additional::Refused) | (Additional::Any, Additional::Any) => {}
        (Additional::Refused, _) => found.add(ChangeRule::NamesOpened, &path, "", ""),
        (_, Additional::Refused) => found.add(ChangeRule::NamesClosed, &path, "", ""),
        (old, new) => compare_any((each(old), each(new)), &path, found),
    }
}

fn each(additional: &Additional) -> Option<&Node> {
    match additional {
        Additional::Each(node) => Some(node),
        Additional::Any | Additional::Refused => None,
    }
}

fn named<'r>(rules: &'r ObjectRules, name: &str) -> Option<&'r Property> {
    rules.properties.iter().find(|one| one.name == name)
}

fn below(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn compare_property(old: &Property, new: &Property, path: &str, found: &mut Found<'_>) {
    match (old.required, new.required) {
        (true, false) => found.add(ChangeRule::RequiredRemoved, path, "required", "optional"),
        (false, true) => found.add(ChangeRule::RequiredAdded, path, "optional", "required"),
        _ => {}
    }
    compare(&old.node, &new.node, path, found);
}

/// A field that the new contract does not name.
fn unnamed(old: &Property, now: &Additional, path: &str, found: &mut Found<'_>) {
    let was = old.node.kinds.words();
    match now {
        Additional::Refused => found.add(ChangeRule::FieldRemoved, path, was, ""),
        Additional::Any => found.add(ChangeRule::FieldUnnamed, path, was, ""),
        Additional::Each(node) => {
            found.add(ChangeRule::FieldUnnamed, path, was, "");
            compare(&old.node, node, path, found);
        }
    }
}

/// A field that the old contract did not name; what stood under its name must fit, too.
fn added(new: &Property, was: &Additional, path: &str, found: &mut Found<'_>) {
    let rule = if new.required {
        ChangeRule::FieldAddedRequired
    } else {
        ChangeRule::FieldAdded
    };
    found.add(rule, path, "", new.node.kinds.words());
    match was {
        Additional::Refused => {}
        Additional::Any => found.add(ChangeRule::OpenNameTaken, path, "", ""),
        Additional::Each(node) => compare(node, &new.node, path, found),
    }
}
