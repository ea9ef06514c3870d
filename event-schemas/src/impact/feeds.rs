//! Feeds whose mappings no longer fit: members that the contract has no more, members that it wants
//! and that no column fills, values of tables that it refuses.

use std::collections::BTreeSet;

use super::{Broken, Kind};
use crate::catalog::{Catalog, EventType};
use crate::contract::check_form;
use crate::contract::node::{Additional, Kinds, Node};
use crate::feed::{Feed, Field, ValueKind};

/// Feeds that break: what does not fit the new contracts and did fit the old ones.
pub(super) fn broken(old: &Catalog, new: &Catalog) -> Vec<Broken> {
    let mut broken = Vec::new();
    for feed in new.feeds() {
        let before = misfits(feed, old);
        for misfit in misfits(feed, new).difference(&before) {
            broken.push(Broken {
                kind: Kind::Feed,
                name: feed.name.clone(),
                file: format!("{}/feeds.yaml", feed.department),
                because: misfit.clone(),
            });
        }
    }
    broken
}

fn misfits(feed: &Feed, catalog: &Catalog) -> BTreeSet<String> {
    let mut misfits = BTreeSet::new();
    for (name, data) in feed.fillings() {
        match catalog.event_type(name) {
            None => {
                misfits.insert(format!("makes {name}, which is gone"));
            }
            Some(event_type) => of_row(event_type, data, &mut misfits),
        }
    }
    misfits
}

fn of_row(event_type: &EventType, data: &[(String, Field)], misfits: &mut BTreeSet<String>) {
    let rules = &event_type.contract.root().object;
    let name = &event_type.name;
    for property in rules.properties.iter().filter(|one| one.required) {
        if !data.iter().any(|(member, _)| *member == property.name) {
            let member = &property.name;
            misfits.insert(format!("never fills /{member}, which {name} requires"));
        }
    }
    for (member, field) in data {
        let property = rules.properties.iter().find(|one| one.name == *member);
        let node = match (property, &rules.additional) {
            (Some(property), _) => &property.node,
            (None, Additional::Each(node)) => node,
            (None, Additional::Any) => continue,
            (None, Additional::Refused) => {
                misfits.insert(format!("fills /{member}, which {name} does not have"));
                continue;
            }
        };
        of_member(node, field, (name, member), misfits);
    }
}

fn of_member(
    node: &Node,
    field: &Field,
    (name, member): (&str, &str),
    misfits: &mut BTreeSet<String>,
) {
    let gives = field.gives();
    if let Some((kinds, word)) = gives.kind.map(kinds)
        && node.kinds.0 & kinds == 0
    {
        let wanted = node.kinds.words();
        misfits.insert(format!(
            "fills /{member} of {name} with {word}, not {wanted}"
        ));
    }
    for value in gives.values {
        if !check_form(node, value.to_string().as_bytes()) {
            misfits.insert(format!("gives {value} for /{member}, which {name} refuses"));
        }
    }
}

const fn kinds(kind: ValueKind) -> (u8, &'static str) {
    match kind {
        ValueKind::Text => (Kinds::STRING, "texts"),
        ValueKind::Time => (Kinds::STRING, "times"),
        ValueKind::Integer => (Kinds::INTEGER | Kinds::NUMBER, "whole numbers"),
        ValueKind::Number => (Kinds::NUMBER, "numbers"),
        ValueKind::Boolean => (Kinds::BOOLEAN, "true or false"),
        ValueKind::List => (Kinds::ARRAY, "lists"),
    }
}
