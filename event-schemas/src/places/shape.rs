//! `GeoJSON` geometry as the polygons that places are found by.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use geojson::{GeometryValue, Position};

/// The polygons of a geometry; `None` for points, lines and broken rings.
pub(crate) fn polygons(geometry: &GeometryValue) -> Option<MultiPolygon<f64>> {
    match geometry {
        GeometryValue::Polygon { coordinates } => Some(MultiPolygon(vec![polygon(coordinates)?])),
        GeometryValue::MultiPolygon { coordinates } => {
            let all: Option<Vec<_>> = coordinates.iter().map(|rings| polygon(rings)).collect();
            Some(MultiPolygon(all?))
        }
        GeometryValue::GeometryCollection { geometries } => {
            let all: Vec<Polygon<f64>> = geometries
                .iter()
                .filter_map(|part| polygons(&part.value))
                .flat_map(|part| part.0)
                .collect();
            (!all.is_empty()).then_some(MultiPolygon(all))
        }
        _ => None,
    }
}

fn polygon(rings: &[Vec<Position>]) -> Option<Polygon<f64>> {
    let mut rings = rings.iter().map(|positions| ring(positions));
    let outer = rings.next()??;
    let holes: Option<Vec<_>> = rings.collect();
    Some(Polygon::new(outer, holes?))
}

fn ring(positions: &[Position]) -> Option<LineString<f64>> {
    let coords: Option<Vec<Coord<f64>>> = positions
        .iter()
        .map(|position| match position.as_slice() {
            [x, y, ..] if (-180.0..=180.0).contains(x) && (-90.0..=90.0).contains(y) => {
                Some(Coord { x: *x, y: *y })
            }
            _ => None,
        })
        .collect();
    coords
        .filter(|coords| coords.len() >= 4)
        .map(LineString::new)
}
