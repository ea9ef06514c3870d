//! Filters as callers write them, checked and turned into the core's filters.

use async_graphql::{ID, InputObject, Json, OneofObject};
use domain::case::UnitState as CoreUnitState;
use domain::filter;
use serde_json::Value;

use super::enums::{AlertStatus, CaseStatus, Comparison, UnitState};
use super::scalars::DateTime;
use crate::failure::Failure;

/// Longest list of values in a filter.
pub(super) const VALUES_MAX: usize = 500;
/// Longest text to search for.
pub(super) const TEXT_MAX: usize = 200;
/// Most corners of a polygon.
const CORNERS_MAX: usize = 500;

/// A point on the map, WGS-84 degrees.
#[derive(Clone, Copy, Debug, InputObject)]
pub(crate) struct PointInput {
    /// Longitude.
    pub(crate) lon: f64,
    /// Latitude.
    pub(crate) lat: f64,
}

/// A box on the map, WGS-84 degrees.
#[derive(Clone, Copy, Debug, InputObject)]
pub(crate) struct BoxInput {
    /// Least longitude, degrees.
    west: f64,
    /// Least latitude, degrees.
    south: f64,
    /// Greatest longitude, degrees.
    east: f64,
    /// Greatest latitude, degrees.
    north: f64,
}

/// A circle on the map.
#[derive(Clone, Copy, Debug, InputObject)]
pub(crate) struct CircleInput {
    /// Longitude of the centre, degrees.
    lon: f64,
    /// Latitude of the centre, degrees.
    lat: f64,
    /// Radius in metres.
    radius: f64,
}

/// An area on the map: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub(crate) enum AreaInput {
    /// Between two meridians and two parallels.
    Box(BoxInput),
    /// Around a point.
    Circle(CircleInput),
    /// Within a ring of points.
    Polygon(Vec<PointInput>),
}

impl AreaInput {
    pub(crate) fn check(&self) -> Result<filter::Area, Failure> {
        let (area, finite) = match self {
            Self::Box(b) => {
                let sides = [b.west, b.south, b.east, b.north];
                if b.south > b.north {
                    return Err(Failure::bad("within.box: south lies above north."));
                }
                (
                    filter::Area::Box(sides),
                    sides.iter().all(|x| x.is_finite()),
                )
            }
            Self::Circle(circle) => {
                let parts = [circle.lon, circle.lat, circle.radius];
                if circle.radius <= 0.0 || circle.radius > 1_000_000.0 {
                    return Err(Failure::bad(
                        "within.circle: the radius is in metres, more than 0 and at most 1,000,000.",
                    ));
                }
                (
                    filter::Area::Circle(parts),
                    parts.iter().all(|x| x.is_finite()),
                )
            }
            Self::Polygon(corners) => {
                if corners.len() < 3 || corners.len() > CORNERS_MAX {
                    return Err(Failure::bad(format!(
                        "within.polygon: 3 to {CORNERS_MAX} points are needed."
                    )));
                }
                let ring: Vec<[f64; 2]> = corners.iter().map(|p| [p.lon, p.lat]).collect();
                let finite = ring.iter().flatten().all(|x| x.is_finite());
                (filter::Area::Polygon(ring), finite)
            }
        };
        if finite {
            Ok(area)
        } else {
            Err(Failure::bad("within: a coordinate is not a finite number."))
        }
    }
}

/// A condition on one field of the payload.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct DataCondition {
    /// Names joined by dots: `caller.district`, `units.0.id`.
    path: String,
    /// How to compare.
    #[graphql(default)]
    op: Comparison,
    /// With what: a text, number or boolean; a list for `IN`.
    value: Json<Value>,
}

impl DataCondition {
    pub(super) fn check(&self) -> Result<filter::FieldCondition, Failure> {
        let well_formed = !self.path.is_empty()
            && self.path.len() <= TEXT_MAX
            && self.path.split('.').all(|name| !name.is_empty());
        if !well_formed {
            return Err(Failure::bad(
                "data.path: names joined by dots are expected, such as caller.district.",
            ));
        }
        let scalar = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
        let fits = match (&self.value.0, self.op) {
            (Value::Array(values), Comparison::In) => {
                values.len() <= VALUES_MAX && values.iter().all(scalar)
            }
            (_, Comparison::In) => false,
            (value, Comparison::Contains) => value.is_string(),
            (value, _) => scalar(value),
        };
        if !fits {
            return Err(Failure::bad(format!(
                "data.value at '{}': a text, number or boolean is expected, a text for CONTAINS, a list of at most {VALUES_MAX} for IN.",
                self.path
            )));
        }
        Ok(filter::FieldCondition {
            path: self.path.clone(),
            op: self.op.into(),
            value: self.value.0.clone(),
        })
    }
}

/// A filter over events. All parts must hold; a list means any of its values.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct EventFilter {
    /// All of these.
    pub(super) and: Option<Vec<EventFilter>>,
    /// Any of these.
    pub(super) or: Option<Vec<EventFilter>>,
    /// Not this.
    pub(super) not: Option<Box<EventFilter>>,
    /// Departments by name.
    pub(super) department: Option<Vec<String>>,
    /// Event types by name.
    #[graphql(name = "type")]
    pub(super) event_type: Option<Vec<String>>,
    /// Places by id or code, with all places below them.
    pub(super) place: Option<Vec<ID>>,
    /// Within an area on the map.
    pub(super) within: Option<AreaInput>,
    /// Levels 1 (gravest) to 4.
    pub(super) severity: Option<Vec<u8>>,
    /// Event time at or after.
    pub(super) from: Option<DateTime>,
    /// Event time before.
    pub(super) to: Option<DateTime>,
    /// Text anywhere in the payload or subject, upper and lower case alike.
    pub(super) text: Option<String>,
    /// Only exercises, or only real events.
    pub(super) exercise: Option<bool>,
    /// Subject equals.
    pub(super) subject: Option<String>,
    /// Conditions on payload fields.
    pub(super) data: Option<Vec<DataCondition>>,
}

/// A filter over alerts. All parts must hold; a list means any of its values.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct AlertFilter {
    /// All of these.
    pub(super) and: Option<Vec<AlertFilter>>,
    /// Any of these.
    pub(super) or: Option<Vec<AlertFilter>>,
    /// Not this.
    pub(super) not: Option<Box<AlertFilter>>,
    /// Rests on events of any of these departments.
    pub(super) department: Option<Vec<String>>,
    /// Rules by id or key.
    pub(super) rule: Option<Vec<ID>>,
    /// Places by id or code, with all places below them.
    pub(super) place: Option<Vec<ID>>,
    /// Within an area on the map.
    pub(super) within: Option<AreaInput>,
    /// Severities 1 (critical) to 4.
    pub(super) severity: Option<Vec<u8>>,
    /// Statuses.
    pub(super) status: Option<Vec<AlertStatus>>,
    /// Raised at or after.
    pub(super) from: Option<DateTime>,
    /// Raised before.
    pub(super) to: Option<DateTime>,
    /// Text in either title, upper and lower case alike.
    pub(super) text: Option<String>,
    /// Only exercises, or only real ones.
    pub(super) exercise: Option<bool>,
}

/// A filter over cases. All parts must hold; a list means any of its values.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct CaseFilter {
    /// All of these.
    pub(super) and: Option<Vec<CaseFilter>>,
    /// Any of these.
    pub(super) or: Option<Vec<CaseFilter>>,
    /// Not this.
    pub(super) not: Option<Box<CaseFilter>>,
    /// Responsible departments by name.
    pub(super) department: Option<Vec<String>>,
    /// Case kinds.
    pub(super) kind: Option<Vec<String>>,
    /// Places by id or code, with all places below them.
    pub(super) place: Option<Vec<ID>>,
    /// Within an area on the map.
    pub(super) within: Option<AreaInput>,
    /// Severities 1 (critical) to 4.
    pub(super) severity: Option<Vec<u8>>,
    /// Stages.
    pub(super) status: Option<Vec<CaseStatus>>,
    /// Opened at or after.
    pub(super) from: Option<DateTime>,
    /// Opened before.
    pub(super) to: Option<DateTime>,
    /// Text in a title or the number, upper and lower case alike.
    pub(super) text: Option<String>,
    /// Only exercises, or only real ones.
    pub(super) exercise: Option<bool>,
    /// Only those that were brought before the supervisor, or only the others.
    pub(super) escalated: Option<bool>,
    /// Only those whose present episode somebody acknowledged, or only the others.
    pub(super) acknowledged: Option<bool>,
    /// Acknowledged by any of these accounts.
    pub(super) acknowledged_by: Option<Vec<String>>,
    /// Only those of which a time limit has passed, or only the others.
    pub(super) breached: Option<bool>,
}

/// A filter over units.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct UnitFilter {
    /// Departments by name.
    pub(crate) department: Option<Vec<String>>,
    /// What they can do.
    pub(crate) kind: Option<Vec<String>>,
    /// What they are doing.
    pub(crate) state: Option<Vec<UnitState>>,
}

impl UnitFilter {
    /// Whether a unit passes.
    pub(crate) fn matches(&self, unit: &domain::case::Unit) -> bool {
        let listed = |list: &Option<Vec<String>>, value: &String| {
            list.as_ref().is_none_or(|list| list.contains(value))
        };
        listed(&self.department, &unit.department)
            && listed(&self.kind, &unit.kind)
            && self.state.as_ref().is_none_or(|states| {
                states
                    .iter()
                    .any(|state| CoreUnitState::from(*state) == unit.state)
            })
    }
}

/// A filter over dead letters.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct DeadLetterFilter {
    /// Departments by name.
    pub(crate) department: Option<Vec<String>>,
    /// Reasons, e.g. `contract_violation`.
    pub(crate) reason: Option<Vec<String>>,
    /// Event types of these feeds, by name.
    pub(crate) feed: Option<Vec<String>>,
    /// CloudEvents sources, as far as they could be read.
    pub(crate) source: Option<Vec<String>>,
    /// Text in the message, source, id, type or the original, upper and lower case alike.
    pub(crate) text: Option<String>,
    /// Received at or after.
    pub(crate) from: Option<DateTime>,
    /// Received before.
    pub(crate) to: Option<DateTime>,
}
