//! A real city from one `GeoJSON` file: every named polygon a place, under one root.

use std::fs;
use std::path::Path;

use geojson::{Feature, FeatureCollection};

use super::{Place, PlaceTree, shape};
use crate::text::Text;

/// Why a tree of places cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{path}: expected a GeoJSON feature collection: {message}")]
    NotGeoJson {
        /// The file.
        path: String,
        /// What the parser says.
        message: String,
    },
    /// A feature cannot become a place.
    #[error("{path}: /features/{index}: expected {expected}")]
    Feature {
        /// The file.
        path: String,
        /// The feature's number from 0.
        index: usize,
        /// What is missing.
        expected: &'static str,
    },
    /// Two places share a code.
    #[error("each code once, but '{0}' stands twice")]
    CodeTwice(String),
    /// A place lies in one that does not stand before it.
    #[error("place '{code}' under a parent that stands before it, but '{parent}' does not")]
    NoParent {
        /// The place.
        code: String,
        /// The missing parent.
        parent: String,
    },
}

impl PlaceTree {
    /// Loads a city: each feature with a `name` and a polygon is a place of kind `town`, its code is
    /// the property `code` or else the name in small letters (`half-moon-bay`). All lie under one
    /// root of kind `city`, named by the collection's own `name` or by the file (its first word).
    pub fn load_geojson(path: &Path) -> Result<Self, PlacesError> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|source| PlacesError::Unreadable {
            path: shown.clone(),
            source,
        })?;
        let collection: FeatureCollection =
            text.parse()
                .map_err(|error: geojson::Error| PlacesError::NotGeoJson {
                    path: shown.clone(),
                    message: error.to_string(),
                })?;
        let root = root(&collection, path);
        let root_code = root.code.clone();
        let mut places = vec![root];
        for (index, feature) in collection.features.iter().enumerate() {
            let place = place(feature, &root_code).map_err(|expected| PlacesError::Feature {
                path: shown.clone(),
                index,
                expected,
            })?;
            places.push(place);
        }
        Self::build(places, vec![String::from("town")])
    }
}

fn root(collection: &FeatureCollection, path: &Path) -> Place {
    let own_name = collection
        .foreign_members
        .as_ref()
        .and_then(|members| members.get("name"))
        .and_then(|name| name.as_str());
    let file_name = path.file_stem().and_then(|stem| stem.to_str());
    let first_word = file_name.and_then(|stem| stem.split('_').next());
    let name = own_name.or(first_word).unwrap_or("city");
    Place {
        code: code_of(name),
        name: Text::new(name, name),
        kind: String::from("city"),
        parent: None,
        level: 0,
        polygon: None,
        center: None,
    }
}

fn place(feature: &Feature, root: &str) -> Result<Place, &'static str> {
    let text = |name: &str| feature.property(name).and_then(|value| value.as_str());
    let name = text("name").ok_or("a property name")?;
    let polygon = feature
        .geometry
        .as_ref()
        .and_then(|geometry| shape::polygons(&geometry.value))
        .ok_or("a polygon or multipolygon in WGS-84 degrees")?;
    Ok(Place {
        code: text("code").map_or_else(|| code_of(name), ToOwned::to_owned),
        name: Text::new(
            text("name_zh").unwrap_or(name),
            text("name_en").unwrap_or(name),
        ),
        kind: String::from("town"),
        parent: Some(root.to_owned()),
        level: 1,
        polygon: Some(polygon),
        center: None,
    })
}

/// `Half Moon Bay` becomes `half-moon-bay`.
fn code_of(name: &str) -> String {
    let mut code = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_alphanumeric() {
            code.extend(c.to_lowercase());
        } else if !code.ends_with('-') {
            code.push('-');
        }
    }
    code.trim_matches('-').to_owned()
}
