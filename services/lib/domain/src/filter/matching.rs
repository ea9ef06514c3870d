//! Filters evaluated in memory: what `event-store` asks ClickHouse, asked of one event, alert or case.

use event_schemas::city::Millis;
use serde_json::Value;

use super::{AlertFilter, Area, CaseFilter, Comparison, EventFilter, FieldCondition};
use crate::alert::Alert;
use crate::case::Case;
use crate::event::Event;

/// Mean radius of the earth, as ClickHouse's `greatCircleDistance` takes it.
const EARTH_RADIUS_M: f64 = 6_371_000.0;

impl EventFilter {
    /// Whether the event passes the filter.
    pub fn matches(&self, event: &Event) -> bool {
        let admission = &event.admission;
        self.and.iter().all(|inner| inner.matches(event))
            && (self.or.is_empty() || self.or.iter().any(|inner| inner.matches(event)))
            && self.not.as_ref().is_none_or(|inner| !inner.matches(event))
            && one_of(&self.departments, Some(&admission.department))
            && one_of(&self.types, Some(&event.event_type))
            && one_of(&self.places, admission.place.as_ref())
            && within(self.within.as_ref(), admission.lon, admission.lat)
            && one_of(&self.levels, admission.level.as_ref())
            && between(admission.event_time, self.from, self.to)
            && self
                .exercise
                .is_none_or(|wanted| wanted == admission.exercise)
            && (self.subject.is_none() || self.subject == event.subject)
            && self.fields.iter().all(|field| field.matches(&event.data))
            && self.text.as_deref().is_none_or(|text| {
                let text = text.to_lowercase();
                event
                    .subject
                    .as_deref()
                    .is_some_and(|subject| subject.to_lowercase().contains(&text))
                    || contains_text(&event.data, &text)
            })
    }
}

impl AlertFilter {
    /// Whether the alert passes the filter.
    pub fn matches(&self, alert: &Alert) -> bool {
        self.and.iter().all(|inner| inner.matches(alert))
            && (self.or.is_empty() || self.or.iter().any(|inner| inner.matches(alert)))
            && self.not.as_ref().is_none_or(|inner| !inner.matches(alert))
            && (self.departments.is_empty()
                || alert
                    .departments
                    .iter()
                    .any(|department| self.departments.contains(department)))
            && one_of(&self.rules, Some(&alert.rule.id))
            && one_of(&self.places, alert.place.as_ref())
            && within(self.within.as_ref(), alert.lon, alert.lat)
            && one_of(&self.severities, Some(&alert.severity))
            && one_of(&self.statuses, Some(&alert.status))
            && between(alert.raised_at, self.from, self.to)
            && self.exercise.is_none_or(|wanted| wanted == alert.exercise)
            && self.text.as_deref().is_none_or(|text| {
                let text = text.to_lowercase();
                [&alert.title.zh, &alert.title.en]
                    .iter()
                    .any(|title| title.to_lowercase().contains(&text))
            })
    }
}

impl CaseFilter {
    /// Whether the case passes the filter.
    pub fn matches(&self, case: &Case) -> bool {
        self.and.iter().all(|inner| inner.matches(case))
            && (self.or.is_empty() || self.or.iter().any(|inner| inner.matches(case)))
            && self.not.as_ref().is_none_or(|inner| !inner.matches(case))
            && one_of(&self.departments, case.responsible.as_ref())
            && one_of(&self.kinds, Some(&case.kind))
            && one_of(&self.places, case.place.as_ref())
            && within(self.within.as_ref(), case.lon, case.lat)
            && one_of(&self.severities, Some(&case.severity))
            && one_of(&self.statuses, Some(&case.stage))
            && between(case.opened_at, self.from, self.to)
            && is(self.exercise, case.exercise)
            && is(self.escalated, case.escalation > 0)
            && is(self.acknowledged, case.acknowledged.is_some())
            && is(self.breached, case.is_breached())
            && one_of(
                &self.acknowledged_by,
                case.acknowledged.as_ref().map(|seen| &seen.by.name),
            )
            && self.text.as_deref().is_none_or(|text| {
                let text = text.to_lowercase();
                [&case.title.zh, &case.title.en, &case.number]
                    .iter()
                    .any(|own| own.to_lowercase().contains(&text))
            })
    }
}

impl Area {
    /// Whether a point lies within; the edge belongs to boxes and circles.
    pub fn contains(&self, lon: f64, lat: f64) -> bool {
        match self {
            Self::Box([west, south, east, north]) => {
                (*west..=*east).contains(&lon) && (*south..=*north).contains(&lat)
            }
            Self::Circle([center_lon, center_lat, metres]) => {
                distance(*center_lon, *center_lat, lon, lat) <= *metres
            }
            Self::Polygon(ring) => in_ring(ring, lon, lat),
        }
    }
}

impl FieldCondition {
    /// Whether the payload satisfies the condition. Values of another type than the condition's never do.
    pub fn matches(&self, data: &Value) -> bool {
        let field = self
            .path
            .split('.')
            .try_fold(data, |value, name| match value {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?),
                Value::Object(fields) => fields.get(name),
                _ => None,
            });
        match self.op {
            Comparison::Eq => equals(field, &self.value),
            Comparison::Ne => !equals(field, &self.value),
            Comparison::In => match &self.value {
                Value::Array(values) => values.iter().any(|value| equals(field, value)),
                _ => false,
            },
            Comparison::Contains => match (field, &self.value) {
                (Some(Value::String(field)), Value::String(text)) => {
                    field.to_lowercase().contains(&text.to_lowercase())
                }
                _ => false,
            },
            Comparison::Lt => ordered(field, &self.value, std::cmp::Ordering::is_lt),
            Comparison::Le => ordered(field, &self.value, std::cmp::Ordering::is_le),
            Comparison::Gt => ordered(field, &self.value, std::cmp::Ordering::is_gt),
            Comparison::Ge => ordered(field, &self.value, std::cmp::Ordering::is_ge),
        }
    }
}

fn is(wanted: Option<bool>, holds: bool) -> bool {
    wanted.is_none_or(|wanted| wanted == holds)
}

fn one_of<T: PartialEq>(wanted: &[T], value: Option<&T>) -> bool {
    wanted.is_empty() || value.is_some_and(|value| wanted.contains(value))
}

fn between(time: Millis, from: Option<Millis>, to: Option<Millis>) -> bool {
    from.is_none_or(|from| time >= from) && to.is_none_or(|to| time < to)
}

fn within(area: Option<&Area>, lon: Option<f64>, lat: Option<f64>) -> bool {
    area.is_none_or(|area| match (lon, lat) {
        (Some(lon), Some(lat)) => area.contains(lon, lat),
        _ => false,
    })
}

fn equals(field: Option<&Value>, value: &Value) -> bool {
    match (field, value) {
        (Some(Value::Bool(field)), Value::Bool(value)) => field == value,
        _ => ordered(field, value, std::cmp::Ordering::is_eq),
    }
}

fn ordered(
    field: Option<&Value>,
    value: &Value,
    holds: impl Fn(std::cmp::Ordering) -> bool,
) -> bool {
    match (field, value) {
        (Some(Value::String(field)), Value::String(value)) => holds(field.as_str().cmp(value)),
        (Some(Value::Number(field)), Value::Number(value)) => {
            match (field.as_f64(), value.as_f64()) {
                (Some(field), Some(value)) => field.partial_cmp(&value).is_some_and(holds),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Text anywhere in the payload: names, texts and numbers as they are written.
fn contains_text(data: &Value, text: &str) -> bool {
    match data {
        Value::String(own) => own.to_lowercase().contains(text),
        Value::Number(_) | Value::Bool(_) => data.to_string().contains(text),
        Value::Null => false,
        Value::Array(items) => items.iter().any(|item| contains_text(item, text)),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name.to_lowercase().contains(text) || contains_text(value, text)),
    }
}

fn distance(lon_a: f64, lat_a: f64, lon_b: f64, lat_b: f64) -> f64 {
    let (phi_a, phi_b) = (lat_a.to_radians(), lat_b.to_radians());
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let haversine = half(lat_b - lat_a) + phi_a.cos() * phi_b.cos() * half(lon_b - lon_a);
    2.0 * EARTH_RADIUS_M * haversine.sqrt().min(1.0).asin()
}

/// Even-odd rule on longitude and latitude; areas across the antimeridian are given as two.
fn in_ring(ring: &[[f64; 2]], lon: f64, lat: f64) -> bool {
    if ring.len() < 3 {
        return false;
    }
    let mut inside = false;
    let mut previous = ring[ring.len() - 1];
    for corner in ring {
        let ([x1, y1], [x2, y2]) = (*corner, previous);
        if (y1 > lat) != (y2 > lat) && lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1 {
            inside = !inside;
        }
        previous = *corner;
    }
    inside
}
