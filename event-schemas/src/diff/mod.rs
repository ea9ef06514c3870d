//! What a change of contracts does, by rule: for those who publish (would an event that was valid be
//! refused, or mean something else?) and for those who read (could a valid event surprise them?).

mod form;
mod limits;
mod notes;
mod rule;

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

pub use rule::ChangeRule;

use crate::catalog::{Catalog, EventType};
use crate::contract::Contract;

/// One difference between two contracts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The event type, by its old name.
    pub event_type: String,
    /// JSON pointer into the data (`*`: each item, or each other name), or `/x-city/…` into the notes.
    pub path: String,
    /// What kind of change.
    pub rule: ChangeRule,
    /// How it was; empty where nothing was.
    pub was: String,
    /// How it is; empty where nothing is.
    pub now: String,
}

impl Change {
    /// Whether the change concerns what stands at this JSON pointer of the data.
    pub fn touches(&self, pointer: &str) -> bool {
        let within = |outer: &str, inner: &str| {
            let rest = inner.strip_prefix(outer);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        within(&self.path, pointer) || within(pointer, &self.path)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.event_type, self.path, self.rule.name())?;
        match (self.was.as_str(), self.now.as_str()) {
            ("", "") => Ok(()),
            ("", now) => write!(f, ": {now}"),
            (was, "") => write!(f, ": was {was}"),
            (was, now) => write!(f, ": {was} → {now}"),
        }
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Change", 7)?;
        fields.serialize_field("type", &self.event_type)?;
        fields.serialize_field("path", &self.path)?;
        fields.serialize_field("rule", &self.rule)?;
        fields.serialize_field("was", &self.was)?;
        fields.serialize_field("now", &self.now)?;
        fields.serialize_field("breaksProducers", &self.rule.breaks_producers())?;
        fields.serialize_field("breaksConsumers", &self.rule.breaks_consumers())?;
        fields.end()
    }
}

/// Where differences are gathered: one contract's.
struct Found<'t> {
    event_type: &'t str,
    changes: Vec<Change>,
}

impl Found<'_> {
    fn add(
        &mut self,
        rule: ChangeRule,
        path: &str,
        was: impl fmt::Display,
        now: impl fmt::Display,
    ) {
        self.changes.push(Change {
            event_type: self.event_type.to_owned(),
            path: path.to_owned(),
            rule,
            was: was.to_string(),
            now: now.to_string(),
        });
    }
}

/// What differs between two contracts, in the order of the old one's fields.
pub fn between(old: &EventType, new: &EventType) -> Vec<Change> {
    let mut found = Found {
        event_type: &old.name,
        changes: Vec::new(),
    };
    form::compare(old.contract.root(), new.contract.root(), "", &mut found);
    notes::compare(&old.schema, &new.schema, &mut found);
    found.changes
}

/// What differs between two forms, whatever their fields mean.
pub fn between_forms(old: &Contract, new: &Contract) -> Vec<Change> {
    let mut found = Found {
        event_type: "",
        changes: Vec::new(),
    };
    form::compare(old.root(), new.root(), "", &mut found);
    found.changes
}

/// What differs between the contracts of two catalogs, by event type.
pub fn between_catalogs(old: &Catalog, new: &Catalog) -> Vec<Change> {
    let mut changes = Vec::new();
    for was in old.event_types() {
        match new.event_type(&was.name) {
            Some(now) => changes.extend(between(was, now)),
            None => changes.push(whole(&was.name, ChangeRule::TypeRemoved)),
        }
    }
    let added = new
        .event_types()
        .filter(|now| old.event_type(&now.name).is_none());
    changes.extend(added.map(|now| whole(&now.name, ChangeRule::TypeAdded)));
    changes
}

fn whole(event_type: &str, rule: ChangeRule) -> Change {
    Change {
        event_type: event_type.to_owned(),
        path: String::new(),
        rule,
        was: String::new(),
        now: String::new(),
    }
}
