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
            format!(
                "greatCircleDistance(assumeNotNull(lon), assumeNotNull(lat), {lon}, {lat}) <= {metres}"
            )
        }
        Area::Polygon(ring) if ring.len() < 3 => return "false".to_owned(),
        Area::Polygon(ring) => {
            let bounds = in_box(sql, bounds(ring));
            let points = sql.bind(Param::Points(
                ring.iter().map(|[lon, lat]| (*lon, *lat)).collect(),
            ));
            format!(
                "{bounds} AND pointInPolygon((assumeNotNull(lon), assumeNotNull(lat)), {points})"
            )
        }
    };
    format!("(isNotNull(lon) AND isNotNull(lat) AND {inside})")
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
