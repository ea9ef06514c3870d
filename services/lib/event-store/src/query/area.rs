//! Areas on the map as conditions on the columns lon and lat.

use domain::filter::Area;

use super::sql::{Param, Sql};

/// Corners a polygon may have: a district's outline, not a coastline.
pub(super) const POLYGON_POINTS_MAX: usize = 2_000;

/// The condition that a row lies within the area; rows without coordinates do not.
pub(super) fn within(sql: &mut Sql, area: &Area) -> String {
    let inside = match area {
        Area::Box([west, south, east, north]) => in_box(sql, [*west, *south, *east, *north]),
        Area::Circle([lon, lat, metres]) => {
            let [lon, lat, metres] =
                [lon, lat, metres].map(|value| sql.bind(Param::Number(*value)));
            in_circle(&lon, &lat, &metres)
        }
        Area::Polygon(ring) if ring.len() < 3 => return "false".to_owned(),
        Area::Polygon(ring) => {
            let bounds = in_box(sql, bounds(ring));
            let edges = sql.bind(Param::Edges(edges(ring)));
            format!("{bounds} AND {}", in_ring(&edges))
        }
    };
    format!("(isNotNull(lon) AND isNotNull(lat) AND {inside})")
}

/// The haversine formula on the sphere that `Area::contains` uses; a cheap band of latitude comes first.
/// `greatCircleDistance` is quicker and, by its tables, off by metres.
fn in_circle(lon: &str, lat: &str, metres: &str) -> String {
    let half = |degrees: String| format!("pow(sin(radians({degrees}) / 2), 2)");
    let (north, east) = (
        half(format!("assumeNotNull(lat) - {lat}")),
        half(format!("assumeNotNull(lon) - {lon}")),
    );
    format!(
        "abs(assumeNotNull(lat) - {lat}) * 111000 <= {metres} AND 2 * 6371000 * \
         asin(least(1., sqrt({north} + cos(radians({lat})) * cos(radians(assumeNotNull(lat))) * {east}))) \
         <= {metres}"
    )
}

/// The even-odd rule, edge by edge, as `Area::contains` applies it. `pointInPolygon` is quicker, but
/// judges rings that cross themselves (drawn by hand) otherwise; the box before it keeps this cheap.
fn in_ring(edges: &str) -> String {
    format!(
        "arrayCount(edge -> (edge.2 > assumeNotNull(lat)) != (edge.4 > assumeNotNull(lat)) AND \
         assumeNotNull(lon) < (edge.3 - edge.1) * (assumeNotNull(lat) - edge.2) / (edge.4 - edge.2) + edge.1, \
         {edges}) % 2 = 1"
    )
}

/// Each corner with the one before it.
fn edges(ring: &[[f64; 2]]) -> Vec<(f64, f64, f64, f64)> {
    let before = ring.iter().cycle().skip(ring.len().saturating_sub(1));
    ring.iter()
        .zip(before)
        .map(|([x1, y1], [x2, y2])| (*x1, *y1, *x2, *y2))
        .collect()
}

fn in_box(sql: &mut Sql, corners: [f64; 4]) -> String {
    let [west, south, east, north] = corners.map(|value| sql.bind(Param::Number(value)));
    format!(
        "assumeNotNull(lon) BETWEEN {west} AND {east} AND assumeNotNull(lat) BETWEEN {south} AND {north}"
    )
}

fn bounds(ring: &[[f64; 2]]) -> [f64; 4] {
    ring.iter().fold(
        [
            f64::INFINITY,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NEG_INFINITY,
        ],
        |[west, south, east, north], [lon, lat]| {
            [
                west.min(*lon),
                south.min(*lat),
                east.max(*lon),
                north.max(*lat),
            ]
        },
    )
}
