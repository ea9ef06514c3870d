//! A kind of bad event: the record as its department writes it, and what it must be told.

use serde_json::Value;

use crate::story::{COMMUNITY, medical_call};

/// Content type of structured mode.
pub(super) const STRUCTURED: &str = "application/cloudevents+json";

/// A record with its raw parts.
#[derive(Clone, Debug, Default)]
pub(super) struct Raw {
    pub(super) key: Option<Vec<u8>>,
    pub(super) headers: Vec<(String, Option<Vec<u8>>)>,
    pub(super) value: Option<Vec<u8>>,
}

/// One kind.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) department: &'static str,
    pub(super) record: Raw,
    /// The reason told.
    pub(super) reason: &'static str,
    /// The JSON pointer told; empty: none.
    pub(super) path: &'static str,
    /// What the message says, so that its reader can act.
    pub(super) says: &'static str,
}

impl Kind {
    fn of(name: &'static str, record: Raw, told: [&'static str; 3]) -> Self {
        Self {
            name,
            department: "fire",
            record,
            reason: told[0],
            path: told[1],
            says: told[2],
        }
    }

    /// Bytes in structured mode; `told` is reason, path and words.
    pub(super) fn bytes(name: &'static str, bytes: &[u8], told: [&'static str; 3]) -> Self {
        Self::of(name, structured(bytes), told)
    }

    /// A sound event with one member of it replaced (`null` in `value` is JSON's).
    pub(super) fn with(
        name: &'static str,
        pointer: &str,
        value: Value,
        told: [&'static str; 3],
    ) -> Self {
        let mut event = sound(name);
        *place(&mut event, pointer) = value;
        Self::bytes(name, event.to_string().as_bytes(), told)
    }

    /// A sound event without one member.
    pub(super) fn without(name: &'static str, pointer: &str, told: [&'static str; 3]) -> Self {
        let mut event = sound(name);
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        let parent = event.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.remove(member).unwrap();
        Self::bytes(name, event.to_string().as_bytes(), told)
    }

    /// A sound event's text, changed as no JSON writer would.
    pub(super) fn text(name: &'static str, change: (&str, &str), told: [&'static str; 3]) -> Self {
        let text = sound(name).to_string();
        assert!(text.contains(change.0), "{name}: {text}");
        let changed = text.replacen(change.0, change.1, 1);
        Self::bytes(name, changed.as_bytes(), told)
    }

    /// Headers and value as they are.
    pub(super) fn raw(name: &'static str, record: Raw, told: [&'static str; 3]) -> Self {
        Self::of(name, record, told)
    }

    /// An event of another department's, through its own inbox.
    pub(super) fn of_department(
        name: &'static str,
        department: &'static str,
        event: &Value,
        told: [&'static str; 3],
    ) -> Self {
        let record = structured(event.to_string().as_bytes());
        Self {
            department,
            ..Self::of(name, record, told)
        }
    }
}

/// A structured record.
pub(super) fn structured(bytes: &[u8]) -> Raw {
    Raw {
        headers: vec![(String::from("content-type"), Some(STRUCTURED.into()))],
        value: Some(bytes.to_vec()),
        ..Raw::default()
    }
}

/// A sound event; its id tells the kind made of it.
pub(super) fn sound(name: &str) -> Value {
    let mut event = medical_call("B-1", COMMUNITY);
    event["id"] = name.into();
    event
}

/// The member at a pointer, made where its parent is.
fn place<'e>(event: &'e mut Value, pointer: &str) -> &'e mut Value {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    &mut event.pointer_mut(parent).unwrap()[member]
}
