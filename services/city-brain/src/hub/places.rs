//! The catalog's place tree, as the engine and the router ask of it.

use std::sync::Arc;

use domain::engine::Places;
use event_schemas::{Catalog, Text};

/// Answers from the catalog.
#[derive(Clone)]
pub struct CatalogPlaces(pub Arc<Catalog>);

impl Places for CatalogPlaces {
    fn name(&self, code: &str) -> Option<Text> {
        self.0.places().get(code).map(|place| place.name.clone())
    }

    fn at_partition_level(&self, code: &str) -> Option<String> {
        self.0.places().partition_place(code).map(str::to_owned)
    }
}
