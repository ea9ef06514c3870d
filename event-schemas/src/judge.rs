//! The one judgement over an event, shared by intake (as a courtesy) and admission (as the verdict):
//! known type, own department, contract, time, place, coordinates, level.

use std::borrow::Cow;

use serde_json::Value;

use crate::catalog::{Catalog, EventType};
pub use crate::cell::h3_cell;
use crate::city::{Millis, Reason, headers};
use crate::contract::{
    Extract, MeasureScale, PersonalSpan, STORABLE, Violation, excerpt, is_storable,
};
use crate::coordinates::{Crs, to_wgs84};
use crate::envelope::{Envelope, EnvelopeFault};
use crate::places::Place;

/// What the hub settles about a sound event.
#[derive(Clone, Debug)]
pub struct Judged<'c, 'e> {
    /// Its type.
    pub event_type: &'c EventType,
    /// The thing it is about: the attribute, else the field that the contract names.
    pub subject: Option<Cow<'e, str>>,
    /// When it happened.
    pub event_time: Millis,
    /// When the department wrote it down.
    pub recorded_time: Option<Millis>,
    /// Where it belongs; absent: unplaced.
    pub place: Option<&'c Place>,
    /// WGS-84 longitude and latitude.
    pub location: Option<(f64, f64)>,
    /// H3 cell at resolution 9.
    pub h3: Option<String>,
    /// 1 (gravest) to 4.
    pub level: Option<u8>,
    /// The main measure.
    pub measure: Option<f64>,
    /// Personal values in the data, to be sealed.
    pub personal: Vec<PersonalSpan>,
    /// Observations that refuse nothing: `unplaced`, `outside_place`, `measure_contradicted`.
    pub flags: Vec<&'static str>,
}

/// How the catalog's contracts are named (`$id`), in an event's `dataschema`.
const CONTRACTS: &str = "urn:city-brain:";

/// Why an event is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What kind of fault.
    pub reason: Reason,
    /// JSON pointer into the event.
    pub path: Option<String>,
    /// What was wrong, where, and what was expected.
    pub message: String,
}

impl From<EnvelopeFault> for Refusal {
    fn from(fault: EnvelopeFault) -> Self {
        Self {
            reason: fault.reason,
            path: fault.path,
            message: fault.message,
        }
    }
}

impl Refusal {
    fn new(reason: Reason, path: &str, message: String) -> Self {
        Self {
            reason,
            path: Some(path.to_owned()),
            message,
        }
    }
}

impl Catalog {
    /// Judges an event that came through `department`'s inbox.
    pub fn judge<'c, 'e>(
        &'c self,
        department: &str,
        event: &Envelope<'e>,
    ) -> Result<Judged<'c, 'e>, Refusal> {
        let event_type = self.own_type(department, &event.event_type)?;
        self.own_source(department, &event.source)?;
        own_contract(event_type, event)?;
        let data = event.data.unwrap_or_default();
        let found = event_type
            .contract
            .check(data)
            .map_err(|violations| violated(event_type, &violations))?;
        let event_time = event.time.or(found.event_time).ok_or_else(|| {
            let message = "/time: expected when it happened (RFC 3339 with zone), found nothing";
            Refusal::new(Reason::WrongTime, "/time", message.to_owned())
        })?;
        for (time, note) in [
            (found.event_time, "eventTime"),
            (found.recorded, "recordedTime"),
        ] {
            if time.is_some_and(|time| !is_storable(time)) {
                let path = noted(event_type, note);
                let message = format!("{path}: expected {STORABLE}");
                return Err(Refusal::new(Reason::WrongTime, &path, message));
            }
        }
        let location = location(event_type, event, &found)?;
        let mut flags = Vec::new();
        let place = self.place(event_type, event, (&found, location), &mut flags)?;
        let h3 = location.and_then(|(lon, lat)| h3_cell(lon, lat));
        let (measure, level) = self.measured(event_type, data, &found, event_time, &mut flags);
        Ok(Judged {
            event_type,
            subject: event.subject.clone().or(found.subject),
            event_time,
            recorded_time: event.city.recorded_time.or(found.recorded),
            place,
            location,
            h3,
            level: event.city.alert_level.or(level),
            measure,
            personal: found.personal,
            flags,
        })
    }

    /// The main measure and the level. Where the measure follows from other fields by a standard: the
    /// department's own figure counts, and is flagged where the fields contradict it; without one,
    /// the hub computes it.
    fn measured(
        &self,
        event_type: &EventType,
        data: &[u8],
        found: &Extract<'_>,
        at: Millis,
        flags: &mut Vec<&'static str>,
    ) -> (Option<f64>, Option<u8>) {
        let told = (found.measure, found.level);
        let Some(how) = &event_type.measure_scale else {
            return told;
        };
        let Some(computed) = self.computed(how, data, at) else {
            return told;
        };
        if let Some(measure) = found.measure {
            if (measure - computed).abs() > how.tolerance {
                flags.push("measure_contradicted");
            }
            return told;
        }
        let level = event_type.contract.level_of_measure(computed);
        (Some(computed), level.or(found.level))
    }

    /// What the standard says about an event's fields.
    fn computed(&self, how: &MeasureScale, data: &[u8], at: Millis) -> Option<f64> {
        let data: Value = serde_json::from_slice(data).ok()?;
        let chosen = data.pointer(&how.of).and_then(Value::as_str);
        let name = chosen.and_then(|value| how.table.get(value));
        let scale = self.scale(name.unwrap_or(&how.default))?;
        let input = |input: &str| data.pointer(how.inputs.get(input)?)?.as_f64();
        Some(scale.read(at, input)?.value)
    }

    fn own_type(&self, department: &str, name: &str) -> Result<&EventType, Refusal> {
        let Some(event_type) = self.event_type(name) else {
            return Err(self.unknown_type(department, name));
        };
        if event_type.department == department {
            return Ok(event_type);
        }
        let message = format!(
            "/type: expected a type of the department '{department}' (city.{department}.…), \
             found '{name}', which belongs to '{}'",
            event_type.department
        );
        Err(Refusal::new(Reason::ForeignType, "/type", message))
    }

    /// Another version of a known type is told by the versions there are, anything else by the
    /// department's types.
    fn unknown_type(&self, department: &str, name: &str) -> Refusal {
        let stem = |name: &str| name.rsplit_once('.').map(|(stem, _)| stem.to_owned());
        let names = |wanted: &dyn Fn(&EventType) -> bool| {
            let names = self.event_types().filter(|one| wanted(one));
            let names: Vec<&str> = names.map(|one| one.name.as_str()).collect();
            names.join(", ")
        };
        let mut known = names(&|one| stem(&one.name) == stem(name));
        if known.is_empty() {
            known = names(&|one| one.department == department);
        }
        let found = excerpt(name);
        let message = format!(
            "/type: expected an event type of the catalog and a version that it holds ({known}), \
             found {found}"
        );
        Refusal::new(Reason::UnknownType, "/type", message)
    }

    /// A source belongs to whom its first part names: nobody speaks in another department's name, or
    /// in the hub's, for the source is half of an event's identity.
    fn own_source(&self, department: &str, source: &str) -> Result<(), Refusal> {
        let owner = source
            .trim_start_matches('/')
            .split('/')
            .next()
            .unwrap_or_default();
        let hub = headers::HUB_SOURCE.trim_start_matches('/');
        if owner == department || owner != hub && self.department(owner).is_none() {
            return Ok(());
        }
        let whose = if owner == hub {
            "the hub"
        } else {
            "another department"
        };
        let message = format!(
            "/source: expected a source of the department's own, such as /{department}/…, \
             found {}, which is {whose}'s",
            excerpt(source)
        );
        Err(Refusal::new(Reason::Envelope, "/source", message))
    }

    /// The place by code, made finer by the coordinates; by coordinates alone; or none.
    fn place<'c>(
        &'c self,
        event_type: &EventType,
        event: &Envelope<'_>,
        (found, location): (&Extract<'_>, Option<(f64, f64)>),
        flags: &mut Vec<&'static str>,
    ) -> Result<Option<&'c Place>, Refusal> {
        let places = self.places();
        let located = location.and_then(|(lon, lat)| places.locate(lon, lat));
        let (code, path) = match (&event.city.place_code, &found.place) {
            (Some(code), _) => (code, String::from("/placecode")),
            (None, Some(code)) => (code, noted(event_type, "place")),
            (None, None) => {
                if located.is_none() {
                    flags.push("unplaced");
                }
                return Ok(located);
            }
        };
        let Some(named) = places.get(code) else {
            let found = excerpt(code);
            let message = format!("{path}: expected the code of a place, found {found}");
            return Err(Refusal::new(Reason::WrongPlace, &path, message));
        };
        match located {
            None => {
                if location.is_some() {
                    flags.push("outside_place");
                }
                Ok(Some(named))
            }
            Some(located) if places.is_within(&located.code, &named.code) => Ok(Some(located)),
            Some(located) if places.is_within(&named.code, &located.code) => Ok(Some(named)),
            Some(located) => {
                let message = format!(
                    "{path}: expected the place that the coordinates lie in ({}, {}), \
                     found '{code}' ({})",
                    located.code, located.name.en, named.name.en
                );
                Err(Refusal::new(Reason::WrongPlace, &path, message))
            }
        }
    }
}

fn violated(event_type: &EventType, violations: &[Violation]) -> Refusal {
    let told: Vec<String> = violations
        .iter()
        .map(|v| {
            format!(
                "/data{}: expected {}, found {}",
                v.path, v.expected, v.found
            )
        })
        .collect();
    let path = violations
        .first()
        .map_or_else(String::new, |first| first.path.clone());
    let message = format!("contract {}: {}", event_type.name, told.join("; "));
    Refusal::new(Reason::ContractViolation, &format!("/data{path}"), message)
}

/// JSON pointer into the event of the field that the contract gives this meaning.
fn noted(event_type: &EventType, meaning: &str) -> String {
    let pointer = event_type.schema.pointer(&format!("/x-city/{meaning}"));
    format!(
        "/data{}",
        pointer.and_then(Value::as_str).unwrap_or_default()
    )
}

/// An event that names one of the catalog's contracts names the one that it is held to.
fn own_contract(event_type: &EventType, event: &Envelope<'_>) -> Result<(), Refusal> {
    let known = event_type.schema.get("$id").and_then(Value::as_str);
    match (&event.data_schema, known) {
        (Some(named), Some(known)) if named.starts_with(CONTRACTS) && named != known => {
            let message = format!(
                "/dataschema: expected {known} for {}, found {}",
                event_type.name,
                excerpt(named)
            );
            Err(Refusal::new(Reason::Envelope, "/dataschema", message))
        }
        _ => Ok(()),
    }
}

/// Coordinates of the attributes, else of the data, brought to WGS-84.
fn location(
    event_type: &EventType,
    event: &Envelope<'_>,
    found: &Extract<'_>,
) -> Result<Option<(f64, f64)>, Refusal> {
    let wrong = |meaning: &str, expected: &str, found: String| {
        let path = noted(event_type, meaning);
        let message = format!("{path}: expected {expected}, found {found}");
        Refusal::new(Reason::WrongCoordinates, &path, message)
    };
    let both = "both longitude and latitude, or neither";
    let (lon, lat) = match (event.city.location, found.lon, found.lat) {
        (Some(location), ..) => location,
        (None, Some(lon), Some(lat)) => (lon, lat),
        (None, None, None) => return Ok(None),
        (None, None, _) => return Err(wrong("lon", both, String::from("nothing"))),
        (None, _, None) => return Err(wrong("lat", both, String::from("nothing"))),
    };
    if lon.abs() > 180.0 {
        return Err(wrong("lon", "degrees from -180 to 180", lon.to_string()));
    }
    if lat.abs() > 90.0 {
        let expected = "degrees from -90 to 90 (are they exchanged?)";
        return Err(wrong("lat", expected, lat.to_string()));
    }
    let crs = match (event.city.crs, &found.crs) {
        (Some(crs), _) => crs,
        (None, Some(name)) => name.parse().map_err(|_| {
            let expected = "wgs84, gcj02, bd09 or cgcs2000";
            wrong("crs", expected, excerpt(name))
        })?,
        (None, None) => Crs::Wgs84,
    };
    Ok(Some(to_wgs84(crs, lon, lat)))
}
