//! The members of one object while it is read: which is next, which came, which are missing.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Visitor};

use super::node::{Additional, Node, ObjectRules};
use super::walk::Step;

/// One object's members.
pub(crate) struct Members<'c> {
    rules: Option<&'c ObjectRules>,
    /// Publishers write members in one order nearly always: the one after the last is tried first.
    next: usize,
    seen: u64,
    /// Names the contract does not know; most objects have none, and then this costs nothing.
    others: Option<HashSet<String>>,
}

/// A member's name: known by its number, or any other text.
pub(crate) enum Key {
    Known(usize),
    Other(String),
}

/// What holds for the member just named.
pub(crate) struct Member<'c> {
    pub(crate) node: Option<&'c Node>,
    pub(crate) repeated: bool,
    pub(crate) unknown: bool,
}

impl<'c> Members<'c> {
    pub(crate) fn new(rules: Option<&'c ObjectRules>) -> Self {
        Self {
            rules,
            next: 0,
            seen: 0,
            others: None,
        }
    }

    /// Reads the next name.
    pub(crate) fn key(&self) -> ReadKey<'c> {
        ReadKey {
            rules: self.rules,
            guess: self.next,
        }
    }

    /// Notes the name and tells what holds for its value.
    pub(crate) fn enter(&mut self, key: Key) -> (Step<'c>, Member<'c>) {
        match (key, self.rules) {
            (Key::Known(index), Some(rules)) => {
                let bit = 1 << index;
                let repeated = self.seen & bit != 0;
                self.seen |= bit;
                self.next = index + 1;
                let property = &rules.properties[index];
                let member = Member {
                    node: Some(&property.node),
                    repeated,
                    unknown: false,
                };
                (Step::Name(&property.name), member)
            }
            (key, rules) => {
                let name = match key {
                    Key::Other(name) => name,
                    Key::Known(_) => String::new(),
                };
                let node = rules.and_then(|rules| match &rules.additional {
                    Additional::Each(node) => Some(node.as_ref()),
                    Additional::Any | Additional::Refused => None,
                });
                let member = Member {
                    node,
                    repeated: !self.others.get_or_insert_default().insert(name.clone()),
                    unknown: true,
                };
                (Step::Other(name), member)
            }
        }
    }

    /// Required members that never came.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &'c str> {
        let seen = self.seen;
        let properties = self.rules.map_or(&[][..], |rules| &rules.properties);
        properties
            .iter()
            .enumerate()
            .filter(move |(index, property)| property.required && seen & (1 << index) == 0)
            .map(|(_, property)| property.name.as_str())
    }

    /// The names the contract knows, in words.
    pub(crate) fn known_words(&self) -> String {
        let properties = self.rules.map_or(&[][..], |rules| &rules.properties);
        let names: Vec<&str> = properties.iter().map(|p| p.name.as_str()).collect();
        format!("only {}", names.join(", "))
    }
}

/// Seed that reads a name without allocating when the contract knows it.
pub(crate) struct ReadKey<'c> {
    rules: Option<&'c ObjectRules>,
    guess: usize,
}

impl<'d> DeserializeSeed<'d> for ReadKey<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'d>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for ReadKey<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        let properties = self.rules.map_or(&[][..], |rules| &rules.properties);
        if properties.get(self.guess).is_some_and(|p| p.name == name) {
            return Ok(Key::Known(self.guess));
        }
        let known = properties.iter().position(|p| p.name == name);
        Ok(known.map_or_else(|| Key::Other(name.to_owned()), Key::Known))
    }
}
