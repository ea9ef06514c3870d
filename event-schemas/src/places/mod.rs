//! The tree of places: codes, names, kinds, polygons; which place holds a point.

mod file;
mod geojson_city;
mod grid;
mod shape;

use std::collections::HashMap;

use geo::{Centroid, Contains, InteriorPoint, MultiPolygon};

use crate::text::Text;
use grid::Grid;

pub(crate) use file::read_places;
pub use geojson_city::PlacesError;

/// One place.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Its code, unique in the tree.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// `district`, `street`, `town`, `community`, … as the catalog says.
    pub kind: String,
    /// Code of the place it lies in; the roots have none.
    pub parent: Option<String>,
    /// Steps from the root: 0, 1, 2, …
    pub level: u8,
    /// Its border in WGS-84, where known.
    pub polygon: Option<MultiPolygon<f64>>,
    /// A point inside, in WGS-84 (longitude, latitude), for labels and for sorting by nearness.
    pub center: Option<(f64, f64)>,
}

/// All places of a city.
#[derive(Clone, Debug, Default)]
pub struct PlaceTree {
    places: Vec<Place>,
    by_code: HashMap<String, usize>,
    children: Vec<Vec<usize>>,
    partition_kinds: Vec<String>,
    /// Places with polygons, the deepest first; the grid knows them by their number here.
    shaped: Vec<usize>,
    grid: Grid,
}

impl PlaceTree {
    /// Builds a tree; parents must stand before their children, codes must be unique.
    pub(crate) fn build(
        places: Vec<Place>,
        partition_kinds: Vec<String>,
    ) -> Result<Self, PlacesError> {
        let mut tree = Self {
            partition_kinds,
            ..Self::default()
        };
        for place in places {
            tree.add(place)?;
        }
        tree.index();
        Ok(tree)
    }

    fn add(&mut self, mut place: Place) -> Result<(), PlacesError> {
        let index = self.places.len();
        if self.by_code.contains_key(&place.code) {
            return Err(PlacesError::CodeTwice(place.code));
        }
        if let Some(parent) = &place.parent {
            let Some(&above) = self.by_code.get(parent) else {
                return Err(PlacesError::NoParent {
                    code: place.code,
                    parent: parent.clone(),
                });
            };
            place.level = self.places[above].level + 1;
            self.children[above].push(index);
        }
        if place.center.is_none() {
            place.center = place.polygon.as_ref().and_then(label_point);
        }
        self.by_code.insert(place.code.clone(), index);
        self.children.push(Vec::new());
        self.places.push(place);
        Ok(())
    }

    fn index(&mut self) {
        self.shaped = (0..self.places.len())
            .filter(|index| self.places[*index].polygon.is_some())
            .collect();
        self.shaped
            .sort_by_key(|index| std::cmp::Reverse(self.places[*index].level));
        let polygons: Vec<&MultiPolygon<f64>> = self
            .shaped
            .iter()
            .filter_map(|index| self.places[*index].polygon.as_ref())
            .collect();
        self.grid = Grid::new(&polygons);
    }

    /// The place with this code.
    pub fn get(&self, code: &str) -> Option<&Place> {
        self.by_code.get(code).map(|index| &self.places[*index])
    }

    /// All places, parents before children.
    pub fn iter(&self) -> impl Iterator<Item = &Place> {
        self.places.iter()
    }

    /// Places that lie in no other.
    pub fn roots(&self) -> Vec<&Place> {
        self.places.iter().filter(|p| p.parent.is_none()).collect()
    }

    /// Places directly within this one.
    pub fn children(&self, code: &str) -> Vec<&Place> {
        let indexes = self
            .by_code
            .get(code)
            .map_or(&[][..], |index| &self.children[*index]);
        indexes.iter().map(|index| &self.places[*index]).collect()
    }

    /// This place's code and those of all below it; empty for an unknown code.
    pub fn descendants(&self, code: &str) -> Vec<&str> {
        let mut found = Vec::new();
        let mut open: Vec<usize> = self.by_code.get(code).copied().into_iter().collect();
        while let Some(index) = open.pop() {
            found.push(self.places[index].code.as_str());
            open.extend(self.children[index].iter().rev());
        }
        found
    }

    /// Whether `code` is `ancestor` or lies within it.
    pub fn is_within(&self, code: &str, ancestor: &str) -> bool {
        let mut place = self.get(code);
        while let Some(here) = place {
            if here.code == ancestor {
                return true;
            }
            place = here.parent.as_deref().and_then(|parent| self.get(parent));
        }
        false
    }

    /// The deepest place whose polygon holds a WGS-84 point.
    pub fn locate(&self, lon: f64, lat: f64) -> Option<&Place> {
        let holds = |number: usize, point: &geo::Point<f64>| {
            self.places[self.shaped[number]]
                .polygon
                .as_ref()
                .is_some_and(|polygon| polygon.contains(point))
        };
        let number = self.grid.find(lon, lat, holds)?;
        Some(&self.places[self.shaped[number]])
    }

    /// The place of the partition level that holds this one: the key of `city.events`. A place above
    /// that level stands for itself; an unknown code has none.
    pub fn partition_place(&self, code: &str) -> Option<&str> {
        let own = self.get(code)?;
        let mut here = own;
        loop {
            if self.partition_kinds.contains(&here.kind) {
                return Some(&here.code);
            }
            match here.parent.as_deref().and_then(|parent| self.get(parent)) {
                Some(parent) => here = parent,
                None => return Some(&own.code),
            }
        }
    }

    /// Number of places.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no place at all.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

/// A point for the label: the centroid, or a point surely inside where the shape bends around it.
fn label_point(polygon: &MultiPolygon<f64>) -> Option<(f64, f64)> {
    let centroid = polygon.centroid()?;
    let point = if polygon.contains(&centroid) {
        centroid
    } else {
        polygon.interior_point()?
    };
    Some((point.x(), point.y()))
}
