//! Global ids: what `node(id)` opens. Base64url of `Kind:key`, opaque to clients.
//!
//! Arguments that name a thing of a known kind take its plain key as well (`placecode`, a case
//! number, `source#id`), because people type those.

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::failure::Failure;

/// Kinds of things with an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Key: `source#id`.
    Event,
    /// Key: the episode's id.
    Alert,
    /// Key: the case's id.
    Case,
    /// Key: the unit's id in the catalog.
    Unit,
    /// Key: the place code.
    Place,
    /// Key: the department's name.
    Department,
    /// Key: the event type's name.
    EventType,
    /// Key: the feed's name.
    Feed,
    /// Key: the rule's id.
    Rule,
    /// Key: the position of the dead letter's original.
    DeadLetter,
    /// Key: the assignment's id.
    Assignment,
}

impl Kind {
    const ALL: [Self; 11] = [
        Self::Event,
        Self::Alert,
        Self::Case,
        Self::Unit,
        Self::Place,
        Self::Department,
        Self::EventType,
        Self::Feed,
        Self::Rule,
        Self::DeadLetter,
        Self::Assignment,
    ];

    /// The type's name in the schema.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Event => "Event",
            Self::Alert => "Alert",
            Self::Case => "Case",
            Self::Unit => "Unit",
            Self::Place => "Place",
            Self::Department => "Department",
            Self::EventType => "EventType",
            Self::Feed => "Feed",
            Self::Rule => "Rule",
            Self::DeadLetter => "DeadLetter",
            Self::Assignment => "Assignment",
        }
    }
}

/// The global id of a thing.
pub(crate) fn global(kind: Kind, key: &str) -> ID {
    ID(URL_SAFE_NO_PAD.encode(format!("{}:{key}", kind.name())))
}

/// Reads a global id of any kind.
pub(crate) fn parse(id: &str) -> Option<(Kind, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
    let (name, key) = text.split_once(':')?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name)?;
    (!key.is_empty()).then(|| (kind, key.to_owned()))
}

/// The key of an argument that must name a thing of `kind`: a global id of this kind, or the key
/// itself.
pub(crate) fn key(kind: Kind, id: &str) -> Result<String, Failure> {
    match parse(id) {
        Some((found, key)) if found == kind => Ok(key),
        Some((found, _)) => Err(Failure::bad(format!(
            "This is the id of a {}, expected one of a {}.",
            found.name(),
            kind.name()
        ))),
        None => Ok(id.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_opens_what_it_was_made_for(n in 0..Kind::ALL.len(), made_of in "\\PC{1,60}") {
            let kind = Kind::ALL[n];
            let id = global(kind, &made_of);
            prop_assert_eq!(parse(&id), Some((kind, made_of.clone())));
            prop_assert_eq!(key(kind, &id).unwrap(), made_of);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,80}") {
            let _parsed = parse(&text);
        }
    }

    #[test]
    fn the_id_of_another_kind_is_refused_and_a_plain_key_is_taken() {
        let unit = global(Kind::Unit, "fire-e1");
        assert!(key(Kind::Case, &unit).is_err());
        assert_eq!(key(Kind::Place, "310115").unwrap(), "310115");
    }
}
