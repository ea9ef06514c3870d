//! The one pass: a serde visitor that walks a contract's tree over the bytes, building no value.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::members::Members;
use super::node::{Additional, Kinds, Node, Scalar};
use super::text_check::check_text;
use super::walk::{DEPTH_MAX, Found, Step, Walk};

/// Checks the next value against `node`; without one, only that it is sound JSON.
pub(crate) struct Check<'w, 'c, 'd> {
    pub(crate) node: Option<&'c Node>,
    pub(crate) walk: &'w mut Walk<'c, 'd>,
}

impl<'d> DeserializeSeed<'d> for Check<'_, '_, 'd> {
    type Value = ();

    fn deserialize<D: Deserializer<'d>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.node.is_some_and(|node| node.personal) && !self.walk.personal {
            let raw: &'d RawValue = serde::Deserialize::deserialize(deserializer)?;
            self.check_personal(raw.get());
            return Ok(());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'c, 'd> Check<'_, 'c, 'd> {
    /// A personal value is taken as its span first, then checked without being repeated anywhere.
    fn check_personal(self, raw: &'d str) {
        let Self { node, walk } = self;
        walk.mark_personal(raw);
        walk.personal = true;
        let depth = walk.depth;
        let steps = walk.path.len();
        let mut inner = serde_json::Deserializer::from_str(raw);
        let seed = Check {
            node,
            walk: &mut *walk,
        };
        if let Err(error) = seed.deserialize(&mut inner) {
            walk.refuse("sound JSON", || error.to_string());
        }
        walk.depth = depth;
        walk.path.truncate(steps);
        walk.personal = false;
    }

    /// Whether this kind is welcome here; notes a violation when it is not.
    fn takes(&mut self, kind: u8, found: impl FnOnce() -> String) -> Option<&'c Node> {
        let node = self.node?;
        if node.kinds.has(kind) {
            return Some(node);
        }
        self.walk.refuse(node.kinds.words(), found);
        None
    }

    fn one_of(&mut self, node: &Node, scalar: impl Fn(&Scalar) -> bool, found: String) {
        let Some(allowed) = &node.one_of else { return };
        if !allowed.iter().any(scalar) {
            self.walk.refuse(one_of_words(allowed), || found);
        }
    }

    fn number(mut self, number: f64, integer: bool, shown: impl Fn() -> String) {
        let kinds = if integer {
            Kinds::NUMBER | Kinds::INTEGER
        } else {
            Kinds::NUMBER
        };
        let Some(node) = self.takes(kinds, || format!("number {}", shown())) else {
            return;
        };
        if node.one_of.is_some() {
            let same = |scalar: &Scalar| matches!(scalar, Scalar::Number(n) if n.partial_cmp(&number).is_some_and(std::cmp::Ordering::is_eq));
            self.one_of(node, same, shown());
        }
        let rules = node.number;
        let bounds = [
            (
                rules.minimum,
                number >= rules.minimum.unwrap_or(number),
                "at least",
            ),
            (
                rules.maximum,
                number <= rules.maximum.unwrap_or(number),
                "at most",
            ),
            (
                rules.exclusive_minimum,
                rules.exclusive_minimum.is_none_or(|bound| number > bound),
                "more than",
            ),
            (
                rules.exclusive_maximum,
                rules.exclusive_maximum.is_none_or(|bound| number < bound),
                "less than",
            ),
        ];
        for (bound, holds, words) in bounds {
            if let (Some(bound), false) = (bound, holds) {
                self.walk.refuse(format!("{words} {bound}"), &shown);
            }
        }
        if !node.meanings.is_empty() {
            self.walk.keep(node, &Found::Number(number));
        }
    }

    fn text(mut self, text: Cow<'d, str>) {
        let shown = || super::violation::excerpt(&text);
        let Some(node) = self.takes(Kinds::STRING, || format!("text {}", shown())) else {
            return;
        };
        if let Some(allowed) = &node.one_of
            && !allowed
                .iter()
                .any(|scalar| matches!(scalar, Scalar::Text(t) if *t == text))
        {
            self.walk.refuse(one_of_words(allowed), shown);
        }
        check_text(&node.text, &text, self.walk);
        if !node.meanings.is_empty() {
            self.walk.keep(node, &Found::Text(text));
        }
    }

    /// Enters an array or object; the depth limit ends the pass.
    fn enter<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.walk.depth += 1;
        if self.walk.depth <= DEPTH_MAX {
            return Ok(());
        }
        let expected = format!("at most {DEPTH_MAX} levels of nesting");
        self.walk
            .refuse(expected, || String::from("deeper nesting"));
        Err(E::custom("nested too deeply"))
    }
}

fn one_of_words(allowed: &[Scalar]) -> String {
    let words: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    match words.as_slice() {
        [only] => only.clone(),
        many => format!("one of {}", many.join(", ")),
    }
}

impl<'d> Visitor<'d> for Check<'_, '_, 'd> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(mut self, flag: bool) -> Result<(), E> {
        if let Some(node) = self.takes(Kinds::BOOLEAN, || format!("{flag}")) {
            self.one_of(node, |s| *s == Scalar::Flag(flag), flag.to_string());
        }
        Ok(())
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        if let Some(node) = self.takes(Kinds::NULL, || String::from("null")) {
            self.one_of(node, |s| *s == Scalar::Null, String::from("null"));
        }
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.number(number as f64, true, || number.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.number(number as f64, true, || number.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.number(number, number.fract() == 0.0, || number.to_string());
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'d str) -> Result<(), E> {
        self.text(Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.text(Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'d>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.enter::<A::Error>()?;
        let node = self.takes(Kinds::ARRAY, || String::from("an array"));
        let item_node = node.and_then(|node| node.array.items.as_deref());
        let mut count = 0;
        loop {
            self.walk.path.push(Step::Index(count));
            let seed = Check {
                node: item_node,
                walk: &mut *self.walk,
            };
            if items.next_element_seed(seed)?.is_none() {
                self.walk.path.pop();
                break;
            }
            self.walk.path.pop();
            count += 1;
        }
        if let Some(node) = node {
            self.one_of(node, |_| false, String::from("an array"));
            let found = || format!("{count} items");
            if count < node.array.min_items {
                let least = format!("at least {} items", node.array.min_items);
                self.walk.refuse(least, found);
            }
            if let Some(most) = node.array.max_items.filter(|most| count > *most) {
                self.walk.refuse(format!("at most {most} items"), found);
            }
            if !node.meanings.is_empty() {
                self.walk.keep(node, &Found::Items(count));
            }
        }
        self.walk.depth -= 1;
        Ok(())
    }

    fn visit_map<A: MapAccess<'d>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.enter::<A::Error>()?;
        let node = self.takes(Kinds::OBJECT, || String::from("an object"));
        if let Some(node) = node {
            self.one_of(node, |_| false, String::from("an object"));
        }
        let rules = node.map(|node| &node.object);
        let mut members = Members::new(rules);
        while let Some(key) = map.next_key_seed(members.key())? {
            let (step, member) = members.enter(key);
            self.walk.path.push(step);
            if member.repeated {
                self.walk
                    .refuse("each name once", || String::from("the name twice"));
            }
            if member.unknown
                && let Some(Additional::Refused) = rules.map(|rules| &rules.additional)
            {
                self.walk.refuse(members.known_words(), || {
                    String::from("a name the contract does not know")
                });
            }
            let seed = Check {
                node: member.node,
                walk: &mut *self.walk,
            };
            map.next_value_seed(seed)?;
            self.walk.path.pop();
        }
        for missing in members.missing() {
            self.walk.path.push(Step::Name(missing));
            self.walk
                .refuse("a value (required)", || String::from("nothing"));
            self.walk.path.pop();
        }
        self.walk.depth -= 1;
        Ok(())
    }
}

/// Runs a check over whole bytes; an error of the JSON itself becomes the last violation.
pub(crate) fn run<'d>(
    node: &Node,
    data: &'d [u8],
) -> Result<super::Extract<'d>, Vec<super::Violation>> {
    let mut walk = Walk::new(data);
    // Text that is UTF-8 as a whole need not be looked at again text by text; other bytes are walked
    // as they are, so that the fault has its path.
    let outcome = match std::str::from_utf8(data) {
        Ok(text) => walk_over(serde_json::Deserializer::from_str(text), node, &mut walk),
        Err(_) => walk_over(serde_json::Deserializer::from_slice(data), node, &mut walk),
    };
    if let Err(error) = outcome
        && walk.depth <= DEPTH_MAX
    {
        walk.refuse("sound JSON", || error.to_string());
    }
    if walk.violations.is_empty() {
        Ok(walk.extract)
    } else {
        Err(walk.violations)
    }
}

fn walk_over<'c, 'd, R: serde_json::de::Read<'d>>(
    mut deserializer: serde_json::Deserializer<R>,
    node: &'c Node,
    walk: &mut Walk<'c, 'd>,
) -> Result<(), serde_json::Error> {
    let seed = Check {
        node: Some(node),
        walk,
    };
    seed.deserialize(&mut deserializer)?;
    deserializer.end()
}
