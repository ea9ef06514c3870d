//! The streets of the made-up district: along them units drive, detectors stand and roads close.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use event_schemas::Text;
use serde_json::Value;

/// Longitude and latitude, WGS-84.
pub(super) type Point = (f64, f64);

/// One road as drawn on the map.
#[derive(Clone, Debug)]
pub(super) struct Road {
    pub(super) name: Text,
    /// `expressway`, `main` or `road`.
    pub(super) kind: String,
    line: Vec<usize>,
}

/// A graph of crossings and bends; roads that share a point meet there.
#[derive(Clone, Debug, Default)]
pub(super) struct Streets {
    points: Vec<Point>,
    neighbours: Vec<Vec<usize>>,
    pub(super) roads: Vec<Road>,
    /// Lines of rivers and canals, where gauges stand.
    pub(super) waters: Vec<(Text, Point)>,
}

impl Streets {
    /// Reads the drawn base of a catalog's map. Without one there are no streets, and units drive
    /// as the crow flies.
    pub(super) fn read(base_map: Option<&str>) -> Self {
        let mut streets = Self::default();
        let drawn: Value = base_map
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let mut known = BTreeMap::new();
        for feature in drawn["features"].as_array().into_iter().flatten() {
            let about = &feature["properties"];
            let kind = about["kind"].as_str().unwrap_or_default();
            let name = Text::new(
                about["name_zh"].as_str().unwrap_or_default(),
                about["name_en"].as_str().unwrap_or_default(),
            );
            let line = points(&feature["geometry"]);
            match kind {
                "expressway" | "main" | "road" => streets.road(name, kind, &line, &mut known),
                "river" | "canal" => {
                    if let Some(middle) = line.get(line.len() / 2) {
                        streets.waters.push((name, *middle));
                    }
                }
                _ => {}
            }
        }
        streets
    }

    fn road(
        &mut self,
        name: Text,
        kind: &str,
        line: &[Point],
        known: &mut BTreeMap<(u64, u64), usize>,
    ) {
        let numbers: Vec<usize> = line
            .iter()
            .map(|point| {
                *known
                    .entry((point.0.to_bits(), point.1.to_bits()))
                    .or_insert_with(|| {
                        self.points.push(*point);
                        self.neighbours.push(Vec::new());
                        self.points.len() - 1
                    })
            })
            .collect();
        for pair in numbers.windows(2) {
            self.neighbours[pair[0]].push(pair[1]);
            self.neighbours[pair[1]].push(pair[0]);
        }
        self.roads.push(Road {
            name,
            kind: kind.to_owned(),
            line: numbers,
        });
    }

    /// Middles of every other stretch of a road.
    pub(super) fn stretches<'s>(&'s self, road: &'s Road) -> impl Iterator<Item = Point> + 's {
        road.line.windows(2).step_by(2).map(|pair| {
            let (from, to) = (self.points[pair[0]], self.points[pair[1]]);
            (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1))
        })
    }

    /// Where a road of one kind crosses any other.
    pub(super) fn crossings(&self, kind: &str) -> Vec<(Text, Point)> {
        let on = |number: &usize, road: &&Road| road.line.contains(number);
        let mut found = Vec::new();
        for road in self.roads.iter().filter(|road| road.kind == kind) {
            for number in &road.line {
                let other = self
                    .roads
                    .iter()
                    .find(|other| other.name != road.name && on(number, other));
                if let Some(other) = other {
                    found.push((other.name.clone(), self.points[*number]));
                }
            }
        }
        found
    }

    /// The road nearest to a point, and its nearest bend or crossing.
    pub(super) fn road_near(&self, to: Point) -> Option<(&Road, Point)> {
        self.roads
            .iter()
            .flat_map(|road| road.line.iter().map(move |number| (road, *number)))
            .min_by(|one, other| {
                let far = |number: usize| metres(self.points[number], to);
                far(one.1).total_cmp(&far(other.1))
            })
            .map(|(road, number)| (road, self.points[number]))
    }

    /// The shortest way along streets, both ends included.
    pub(super) fn route(&self, from: Point, to: Point) -> Vec<Point> {
        let way = self
            .nearest(from)
            .zip(self.nearest(to))
            .and_then(|(start, goal)| self.shortest(start, goal));
        let mut route = vec![from];
        route.extend(way.into_iter().flatten().map(|number| self.points[number]));
        route.push(to);
        route
    }

    fn nearest(&self, to: Point) -> Option<usize> {
        (0..self.points.len()).min_by(|one, other| {
            metres(self.points[*one], to).total_cmp(&metres(self.points[*other], to))
        })
    }

    fn shortest(&self, start: usize, goal: usize) -> Option<Vec<usize>> {
        let mut best: Vec<Option<(u64, usize)>> = vec![None; self.points.len()];
        let mut open = BinaryHeap::from([Reverse((0, start, start))]);
        while let Some(Reverse((far, here, before))) = open.pop() {
            if best[here].is_some() {
                continue;
            }
            best[here] = Some((far, before));
            if here == goal {
                break;
            }
            for next in &self.neighbours[here] {
                let step = centimetres(metres(self.points[here], self.points[*next]));
                open.push(Reverse((far + step, *next, here)));
            }
        }
        let mut way = vec![goal];
        let mut here = goal;
        while here != start {
            (_, here) = best[here]?;
            way.push(here);
        }
        way.reverse();
        Some(way)
    }
}

/// Points on the way, one every `step` metres, the end included; each with its distance from the
/// beginning.
pub(super) fn walk(route: &[Point], step: f64) -> Vec<(f64, Point)> {
    let mut found = Vec::new();
    let (mut gone, mut due) = (0.0, step);
    for pair in route.windows(2) {
        let length = metres(pair[0], pair[1]);
        while due <= gone + length && length > 0.0 {
            let share = (due - gone) / length;
            let lon = pair[0].0 + (pair[1].0 - pair[0].0) * share;
            let lat = pair[0].1 + (pair[1].1 - pair[0].1) * share;
            found.push((due, (rounded(lon), rounded(lat))));
            due += step;
        }
        gone += length;
    }
    if let Some(end) = route.last() {
        found.push((gone, *end));
    }
    found
}

/// Metres between two points of one city.
pub(super) fn metres(from: Point, to: Point) -> f64 {
    let north = (to.1 - from.1) * 111_320.0;
    let east = (to.0 - from.0) * 111_320.0 * from.1.to_radians().cos();
    north.hypot(east)
}

/// To a metre, as departments give coordinates.
pub(super) fn rounded(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}

#[expect(clippy::cast_sign_loss, reason = "a length is not negative")]
fn centimetres(metres: f64) -> u64 {
    (metres * 100.0).round() as u64
}

fn points(geometry: &Value) -> Vec<Point> {
    geometry["coordinates"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|pair| Some((pair[0].as_f64()?, pair[1].as_f64()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use event_schemas::catalog::Catalog;

    use super::*;

    fn district() -> Streets {
        Streets::read(Catalog::embedded().unwrap().base_map())
    }

    #[test]
    fn every_crossing_of_the_district_is_reached_from_every_other_along_its_streets() {
        let streets = district();
        assert!(streets.roads.len() > 8);
        for goal in 0..streets.points.len() {
            let way = streets.shortest(0, goal).unwrap();
            assert!(
                way.windows(2)
                    .all(|pair| streets.neighbours[pair[0]].contains(&pair[1]))
            );
        }
    }

    #[test]
    fn a_walk_goes_on_by_equal_steps_to_the_end() {
        let route = [(122.1, 30.9), (122.2, 30.9), (122.2, 30.95)];
        let walk = walk(&route, 500.0);
        assert_eq!(walk.last().unwrap().1, (122.2, 30.95));
        for pair in walk[..walk.len() - 1].windows(2) {
            assert!((pair[1].0 - pair[0].0 - 500.0).abs() < 1e-6);
        }
    }

    #[test]
    fn without_streets_a_unit_drives_as_the_crow_flies() {
        let route = Streets::read(None).route((1.0, 2.0), (3.0, 4.0));
        assert_eq!(route, [(1.0, 2.0), (3.0, 4.0)]);
    }
}
