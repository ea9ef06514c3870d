//! `places/*.yaml`: a tree written by hand, with polygons in a `GeoJSON` file beside it.

use std::collections::HashMap;

use geo::MultiPolygon;
use geojson::FeatureCollection;
use serde::Deserialize;

use super::{Place, PlaceTree, shape};
use crate::catalog::{CatalogError, Files, read_yaml};
use crate::text::Text;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlacesFile {
    /// Kinds of place by which the city's log is partitioned, e.g. `[street, town]`.
    partition_kinds: Vec<String>,
    /// `GeoJSON` file in the same folder; a feature's `code` says whose border it is.
    #[serde(default)]
    polygons: Option<String>,
    places: Vec<PlaceFile>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PlaceFile {
    code: String,
    kind: String,
    name: Text,
    #[serde(default)]
    parent: Option<String>,
    /// Longitude and latitude, where there is no polygon or the label should stand elsewhere.
    #[serde(default)]
    center: Option<(f64, f64)>,
}

/// Reads all of a catalog's place files into one tree.
pub(crate) fn read_places(files: &Files, errors: &mut Vec<CatalogError>) -> PlaceTree {
    let mut places = Vec::new();
    let mut partition_kinds: Vec<String> = Vec::new();
    for path in files.in_folder("places", ".yaml") {
        let Some(file) = read_yaml::<PlacesFile>(files, &path, errors) else {
            continue;
        };
        let mut shapes = match &file.polygons {
            Some(name) => read_shapes(files, &format!("places/{name}"), errors),
            None => HashMap::new(),
        };
        for kind in file.partition_kinds {
            if !partition_kinds.contains(&kind) {
                partition_kinds.push(kind);
            }
        }
        for place in file.places {
            places.push(Place {
                polygon: shapes.remove(&place.code),
                code: place.code,
                name: place.name,
                kind: place.kind,
                parent: place.parent,
                level: 0,
                center: place.center,
            });
        }
        for code in shapes.into_keys() {
            errors.push(CatalogError::new(
                &path,
                "/places",
                format!("a place with the code '{code}', which has a polygon"),
            ));
        }
    }
    PlaceTree::build(places, partition_kinds).unwrap_or_else(|error| {
        errors.push(CatalogError::new("places", "/places", error.to_string()));
        PlaceTree::default()
    })
}

fn read_shapes(
    files: &Files,
    path: &str,
    errors: &mut Vec<CatalogError>,
) -> HashMap<String, MultiPolygon<f64>> {
    let mut shapes = HashMap::new();
    let Some(text) = files.text(path, errors) else {
        return shapes;
    };
    let collection: FeatureCollection = match text.parse() {
        Ok(collection) => collection,
        Err(error) => {
            let expected = format!("a GeoJSON feature collection ({error})");
            errors.push(CatalogError::new(path, "", expected));
            return shapes;
        }
    };
    for (index, feature) in collection.features.iter().enumerate() {
        let at = format!("/features/{index}");
        let code = feature
            .property("code")
            .and_then(|code| code.as_str())
            .map(ToOwned::to_owned);
        let polygon = feature
            .geometry
            .as_ref()
            .and_then(|geometry| shape::polygons(&geometry.value));
        match (code, polygon) {
            (Some(code), Some(polygon)) => {
                shapes.insert(code, polygon);
            }
            (None, _) => errors.push(CatalogError::new(
                path,
                format!("{at}/properties/code"),
                "the code of a place",
            )),
            (_, None) => errors.push(CatalogError::new(
                path,
                format!("{at}/geometry"),
                "a polygon or multipolygon in WGS-84 degrees",
            )),
        }
    }
    shapes
}
