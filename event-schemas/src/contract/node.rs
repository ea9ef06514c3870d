//! A contract as a tree of checks, ready to be walked over the bytes of an event.

use super::level::LevelRule;
use super::pattern::Pattern;

/// JSON's kinds, as a set in one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kinds(pub(crate) u8);

impl Kinds {
    pub(crate) const NULL: u8 = 1;
    pub(crate) const BOOLEAN: u8 = 1 << 1;
    pub(crate) const INTEGER: u8 = 1 << 2;
    pub(crate) const NUMBER: u8 = 1 << 3;
    pub(crate) const STRING: u8 = 1 << 4;
    pub(crate) const ARRAY: u8 = 1 << 5;
    pub(crate) const OBJECT: u8 = 1 << 6;
    pub(crate) const NAMES: [(&'static str, u8); 7] = [
        ("null", Self::NULL),
        ("boolean", Self::BOOLEAN),
        ("integer", Self::INTEGER),
        ("number", Self::NUMBER),
        ("string", Self::STRING),
        ("array", Self::ARRAY),
        ("object", Self::OBJECT),
    ];
    /// Without a `type` keyword every kind is welcome.
    pub(crate) const ANY: Self = Self(0x7f);

    pub(crate) const fn has(self, kind: u8) -> bool {
        self.0 & kind != 0
    }

    /// The set in words, for messages.
    pub(crate) fn words(self) -> String {
        let names: Vec<&str> = Self::NAMES
            .iter()
            .filter(|(_, kind)| self.has(*kind))
            .map(|(name, _)| *name)
            .collect();
        names.join(" or ")
    }
}

/// A value that `enum` or `const` may name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "\"{text}\""),
        }
    }
}

/// What a field means to the hub, beside its form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Meaning {
    Subject,
    EventTime,
    RecordedTime,
    Place,
    Lon,
    Lat,
    Crs,
    Level(LevelRule),
    /// The number that is held against the event's own bounds.
    Compared,
    /// One of those bounds, and the level at it.
    Bound(u8),
    Measure,
}

/// Bounds of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct NumberRules {
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) exclusive_minimum: Option<f64>,
    pub(crate) exclusive_maximum: Option<f64>,
}

/// Form of a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextRules {
    pub(crate) min_length: usize,
    pub(crate) max_length: Option<usize>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) date_time: bool,
}

/// Form of an array.
#[derive(Clone, Debug, Default)]
pub(crate) struct ArrayRules {
    pub(crate) items: Option<Box<Node>>,
    pub(crate) min_items: usize,
    pub(crate) max_items: Option<usize>,
}

/// One named member of an object.
#[derive(Clone, Debug)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) node: Node,
}

/// What members beside the named ones may be.
#[derive(Clone, Debug)]
pub(crate) enum Additional {
    Refused,
    Any,
    Each(Box<Node>),
}

/// Form of an object. At most [`ObjectRules::MOST`] named members: they are counted in one word.
#[derive(Clone, Debug)]
pub(crate) struct ObjectRules {
    pub(crate) properties: Vec<Property>,
    pub(crate) additional: Additional,
}

impl ObjectRules {
    pub(crate) const MOST: usize = 64;
}

impl Default for ObjectRules {
    fn default() -> Self {
        Self {
            properties: Vec::new(),
            additional: Additional::Any,
        }
    }
}

/// The checks at one place of the data.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kinds: Kinds,
    pub(crate) one_of: Option<Vec<Scalar>>,
    pub(crate) number: NumberRules,
    pub(crate) text: TextRules,
    pub(crate) array: ArrayRules,
    pub(crate) object: ObjectRules,
    pub(crate) meanings: Vec<Meaning>,
    pub(crate) personal: bool,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            kinds: Kinds::ANY,
            one_of: None,
            number: NumberRules::default(),
            text: TextRules::default(),
            array: ArrayRules::default(),
            object: ObjectRules::default(),
            meanings: Vec::new(),
            personal: false,
        }
    }
}

impl Node {
    /// Follows a JSON pointer of the data into the tree; `*` stands for every item of an array.
    pub(crate) fn at_mut(&mut self, pointer: &str) -> Option<&mut Self> {
        let mut node = self;
        for step in pointer.strip_prefix('/')?.split('/') {
            node = if step == "*" {
                node.array.items.as_deref_mut()?
            } else {
                let step = step.replace("~1", "/").replace("~0", "~");
                let property = node.object.properties.iter_mut().find(|p| p.name == step)?;
                &mut property.node
            };
        }
        Some(node)
    }
}
