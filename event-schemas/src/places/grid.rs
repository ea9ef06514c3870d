//! A grid over all polygons: most lookups end at one cell, the rest test a few candidates.

use geo::{BoundingRect, Contains, MultiPolygon, Point, Rect};

/// Cells per side: fine enough that borders cross few cells, coarse enough to build at once.
const SIDE: usize = 128;

/// Which polygon holds a point. Polygons are numbered in order of preference, the best first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grid {
    bounds: Option<Rect<f64>>,
    cells: Vec<Cell>,
}

/// What is known of one cell.
#[derive(Clone, Debug, Default)]
struct Cell {
    /// Polygons with a border in the cell, and, last, the best one that covers it whole.
    candidates: Vec<(usize, bool)>,
}

impl Grid {
    /// Builds the grid over polygons in order of preference.
    pub(crate) fn new(polygons: &[&MultiPolygon<f64>]) -> Self {
        let mut bounds: Option<Rect<f64>> = None;
        for rect in polygons
            .iter()
            .filter_map(|polygon| polygon.bounding_rect())
        {
            bounds = Some(bounds.map_or(rect, |all| union(all, rect)));
        }
        let Some(bounds) = bounds else {
            return Self::default();
        };
        let mut grid = Self {
            bounds: Some(bounds),
            cells: vec![Cell::default(); SIDE * SIDE],
        };
        for (number, polygon) in polygons.iter().enumerate() {
            grid.add(number, polygon, bounds);
        }
        grid
    }

    fn add(&mut self, number: usize, polygon: &MultiPolygon<f64>, bounds: Rect<f64>) {
        let mut border = vec![false; SIDE * SIDE];
        for line in polygon.0.iter().flat_map(|part| {
            std::iter::once(part.exterior())
                .chain(part.interiors())
                .flat_map(geo::LineString::lines)
        }) {
            let (x0, y0) = spot(bounds, line.start.x, line.start.y);
            let (x1, y1) = spot(bounds, line.end.x, line.end.y);
            for y in y0.min(y1)..=y0.max(y1) {
                for x in x0.min(x1)..=x0.max(x1) {
                    border[y * SIDE + x] = true;
                }
            }
        }
        let Some(extent) = polygon.bounding_rect() else {
            return;
        };
        let (x0, y0) = spot(bounds, extent.min().x, extent.min().y);
        let (x1, y1) = spot(bounds, extent.max().x, extent.max().y);
        for index in (y0..=y1).flat_map(|y| (x0..=x1).map(move |x| y * SIDE + x)) {
            let cell = &mut self.cells[index];
            if cell.candidates.last().is_some_and(|(_, whole)| *whole) {
                continue;
            }
            if border[index] {
                cell.candidates.push((number, false));
            } else if polygon.contains(&center(bounds, index)) {
                cell.candidates.push((number, true));
            }
        }
    }

    /// The best polygon that holds the point; `holds` tests one polygon exactly.
    pub(crate) fn find(
        &self,
        lon: f64,
        lat: f64,
        holds: impl Fn(usize, &Point<f64>) -> bool,
    ) -> Option<usize> {
        let bounds = self.bounds?;
        let inside = (bounds.min().x..=bounds.max().x).contains(&lon)
            && (bounds.min().y..=bounds.max().y).contains(&lat);
        if !inside {
            return None;
        }
        let (x, y) = spot(bounds, lon, lat);
        let point = Point::new(lon, lat);
        self.cells[y * SIDE + x]
            .candidates
            .iter()
            .find(|(number, whole)| *whole || holds(*number, &point))
            .map(|(number, _)| *number)
    }
}

fn union(a: Rect<f64>, b: Rect<f64>) -> Rect<f64> {
    Rect::new(
        (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
        (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
    )
}

fn spot(bounds: Rect<f64>, lon: f64, lat: f64) -> (usize, usize) {
    let cell = |offset: f64, extent: f64| {
        let place = if extent > 0.0 {
            offset / extent * SIDE as f64
        } else {
            0.0
        };
        (place.max(0.0) as usize).min(SIDE - 1)
    };
    (
        cell(lon - bounds.min().x, bounds.width()),
        cell(lat - bounds.min().y, bounds.height()),
    )
}

fn center(bounds: Rect<f64>, index: usize) -> Point<f64> {
    let (x, y) = ((index % SIDE) as f64, (index / SIDE) as f64);
    Point::new(
        bounds.min().x + (x + 0.5) / SIDE as f64 * bounds.width(),
        bounds.min().y + (y + 0.5) / SIDE as f64 * bounds.height(),
    )
}
