//! Where things can happen: places, points in them, streets through them.

use event_schemas::places::PlaceTree;
use event_schemas::{Catalog, Text};
use rand::RngExt as _;
use rand::rngs::Xoshiro256PlusPlus;

use super::streets::{Point, Streets, rounded};

/// A place where something happens.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spot {
    /// Its code; a unit on the move names none.
    pub(super) place: Option<String>,
    pub(super) name: Text,
    /// Its location; what concerns the whole district has none.
    pub(super) point: Option<Point>,
}

/// The city's ground.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    places: PlaceTree,
    /// The finest places.
    pub(super) spots: Vec<Spot>,
    /// The whole city.
    pub(super) district: Spot,
    pub(super) streets: Streets,
}

/// Tries to find a point that lies where it should.
const TRIES: usize = 24;

impl Ground {
    /// The ground of a catalog's city; `None` when no place has a location.
    pub(super) fn of(catalog: &Catalog) -> Option<Self> {
        let places = catalog.places().clone();
        let spots: Vec<Spot> = places
            .iter()
            .filter(|place| places.children(&place.code).is_empty())
            .filter_map(|place| {
                let (lon, lat) = place.center?;
                Some(Spot {
                    place: Some(place.code.clone()),
                    name: place.name.clone(),
                    point: Some((rounded(lon), rounded(lat))),
                })
            })
            .collect();
        let root = places.iter().next()?;
        let district = Spot {
            place: Some(root.code.clone()),
            name: root.name.clone(),
            point: None,
        };
        let streets = Streets::read(catalog.base_map());
        (!spots.is_empty()).then_some(Self {
            places,
            spots,
            district,
            streets,
        })
    }

    /// A point near the centre of some place.
    pub(super) fn somewhere(&self, dice: &mut Xoshiro256PlusPlus) -> Spot {
        let spot = &self.spots[dice.random_range(0..self.spots.len())];
        self.near(dice, spot, 0.004)
    }

    /// A point within `degrees` of a spot, in the same street or town.
    pub(super) fn near(&self, dice: &mut Xoshiro256PlusPlus, spot: &Spot, degrees: f64) -> Spot {
        let Some((lon, lat)) = spot.point else {
            return spot.clone();
        };
        for _ in 0..TRIES {
            let point = (
                rounded(lon + dice.random_range(-degrees..degrees)),
                rounded(lat + dice.random_range(-degrees..degrees)),
            );
            let found = self.at(point);
            if found.place.is_some() && self.street(&found) == self.street(spot) {
                return found;
            }
        }
        spot.clone()
    }

    /// What lies at a point.
    pub(super) fn at(&self, point: Point) -> Spot {
        let place = self.places.locate(point.0, point.1);
        Spot {
            place: place.map(|place| place.code.clone()),
            name: place.map_or_else(|| self.district.name.clone(), |place| place.name.clone()),
            point: Some(point),
        }
    }

    /// The street or town of a spot: the level at which rules gather.
    pub(super) fn street(&self, spot: &Spot) -> Option<String> {
        let code = spot.place.as_deref()?;
        self.places.partition_place(code).map(str::to_owned)
    }

    /// One spot of each street or town.
    pub(super) fn one_of_each_street(&self) -> Vec<Spot> {
        let mut found: Vec<Spot> = Vec::new();
        for spot in &self.spots {
            let street = self.street(spot);
            if found.iter().all(|known| self.street(known) != street) {
                found.push(spot.clone());
            }
        }
        found
    }

    /// The road at a spot, in the road authority's words.
    pub(super) fn road(&self, spot: &Spot) -> String {
        spot.point
            .and_then(|point| self.streets.road_near(point))
            .map_or_else(|| spot.name.zh.clone(), |(road, _)| road.name.zh.clone())
    }
}
