//! Where an event lies: coordinates brought to WGS-84 once, the place by code or by polygon.

use event_schemas::city::Reason;
use event_schemas::contract::Extract;
use event_schemas::coordinates::{Crs, to_wgs84};
use event_schemas::{Envelope, PlaceTree};
use h3o::{LatLng, Resolution};

use super::check::shortened;

/// What was found about an event's place; all of it may be absent (unplaced).
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Placed {
    pub(super) code: Option<String>,
    pub(super) point: Option<(f64, f64)>,
    pub(super) cell: Option<String>,
    pub(super) flags: Vec<String>,
}

pub(super) struct PlaceFault {
    pub(super) reason: Reason,
    pub(super) path: &'static str,
    pub(super) message: String,
}

pub(super) fn placed(
    places: &PlaceTree,
    envelope: &Envelope<'_>,
    extract: &Extract<'_>,
) -> Result<Placed, PlaceFault> {
    let point = point(envelope, extract)?;
    let named = named(places, envelope, extract)?;
    let located = point.and_then(|(lon, lat)| places.locate(lon, lat));
    let mut flags = Vec::new();
    let code = match (named, located) {
        (None, None) => None,
        (None, Some(located)) => Some(located.code.clone()),
        (Some((named, _)), None) => Some(named.to_owned()),
        // The deeper of two that agree says more.
        (Some((named, _)), Some(located)) if places.is_within(&located.code, named) => {
            Some(located.code.clone())
        }
        (Some((named, _)), Some(located)) if places.is_within(named, &located.code) => {
            Some(named.to_owned())
        }
        (Some((named, path)), Some(located)) => {
            let message = format!(
                "{path}: the place {named} contradicts the coordinates, which lie in {} ({})",
                located.code, located.name.en
            );
            return Err(PlaceFault {
                reason: Reason::WrongPlace,
                path,
                message,
            });
        }
    };
    let mapped = || places.iter().any(|place| place.polygon.is_some());
    if point.is_some() && located.is_none() && mapped() {
        flags.push(String::from("outside_city"));
    }
    Ok(Placed {
        code,
        point,
        cell: point.and_then(|(lon, lat)| cell(lon, lat)),
        flags,
    })
}

fn point(envelope: &Envelope<'_>, extract: &Extract<'_>) -> Result<Option<(f64, f64)>, PlaceFault> {
    let fault = |path, message| PlaceFault {
        reason: Reason::WrongCoordinates,
        path,
        message,
    };
    let (path, given) = match (envelope.city.location, extract.lon, extract.lat) {
        (Some(location), _, _) => ("/lon", location),
        (None, Some(lon), Some(lat)) => ("/data", (lon, lat)),
        (None, None, None) => return Ok(None),
        (None, _, _) => {
            let message = "/data: expected both longitude and latitude, or neither; found one";
            return Err(fault("/data", message.to_owned()));
        }
    };
    let crs = match (envelope.city.crs, extract.crs.as_deref()) {
        (Some(crs), _) => crs,
        (None, None) => Crs::default(),
        (None, Some(name)) => name
            .parse()
            .map_err(|unknown| fault("/data", format!("/data: {unknown}")))?,
    };
    let (lon, lat) = given;
    // Written so that NaN fails too.
    let in_range = lon.abs() <= 180.0 && lat.abs() <= 90.0;
    if !in_range {
        let message = format!(
            "{path}: expected longitude -180 to 180 and latitude -90 to 90, found {lon}, {lat}"
        );
        return Err(fault(path, message));
    }
    Ok(Some(to_wgs84(crs, lon, lat)))
}

/// The place named by attribute or by data, and where it is named. Two names must agree.
fn named<'a>(
    places: &PlaceTree,
    envelope: &'a Envelope<'_>,
    extract: &'a Extract<'_>,
) -> Result<Option<(&'a str, &'static str)>, PlaceFault> {
    let attribute = envelope.city.place_code.as_deref();
    let field = extract.place.as_deref();
    for (code, path) in [(attribute, "/placecode"), (field, "/data")] {
        if let Some(code) = code
            && places.get(code).is_none()
        {
            let message = format!(
                "{path}: expected the code of a place in the catalog, found \"{}\"",
                shortened(code)
            );
            return Err(PlaceFault {
                reason: Reason::WrongPlace,
                path,
                message,
            });
        }
    }
    match (attribute, field) {
        (None, None) => Ok(None),
        (Some(code), None) => Ok(Some((code, "/placecode"))),
        (None, Some(code)) => Ok(Some((code, "/data"))),
        (Some(one), Some(other)) if places.is_within(one, other) => Ok(Some((one, "/placecode"))),
        (Some(one), Some(other)) if places.is_within(other, one) => Ok(Some((other, "/data"))),
        (Some(one), Some(other)) => Err(PlaceFault {
            reason: Reason::WrongPlace,
            path: "/placecode",
            message: format!("/placecode: {one} contradicts the place {other} in the data"),
        }),
    }
}

/// H3 cell at resolution 9 (about a city block).
fn cell(lon: f64, lat: f64) -> Option<String> {
    let point = LatLng::new(lat, lon).ok()?;
    Some(point.to_cell(Resolution::Nine).to_string())
}
