//! What the engine asks of the place tree. The tree is part of the catalog, so asking it is pure.

use event_schemas::{Catalog, Text};

/// Names of places, and which place a finer one belongs to.
pub trait Places: Send + Sync {
    /// The place's name; `None` where the code is unknown.
    fn name(&self, code: &str) -> Option<Text>;

    /// The place's ancestor (or itself) at the partition level of the tree; `None` for an unknown
    /// place and for one above that level.
    fn at_partition_level(&self, code: &str) -> Option<String>;
}

/// A city without a tree: every code is a place at the partition level, named by its code.
#[derive(Clone, Copy, Debug, Default)]
pub struct FlatPlaces;

impl Places for FlatPlaces {
    fn name(&self, code: &str) -> Option<Text> {
        Some(Text::new(code, code))
    }

    fn at_partition_level(&self, code: &str) -> Option<String> {
        Some(code.to_owned())
    }
}

/// The catalog's own tree.
impl Places for Catalog {
    fn name(&self, code: &str) -> Option<Text> {
        Some(self.places().get(code)?.name.clone())
    }

    fn at_partition_level(&self, code: &str) -> Option<String> {
        self.places().partition_place(code).map(str::to_owned)
    }
}
