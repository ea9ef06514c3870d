//! Callers' filters as the core's: nesting and lists bounded, places expanded to all below them.

use async_graphql::ID;
use domain::filter;
use event_schemas::city::Millis;

use super::inputs::{
    AlertFilter, AreaInput, CaseFilter, DataCondition, EventFilter, TEXT_MAX, VALUES_MAX,
};
use super::node_id::{Kind, key};
use super::scalars::DateTime;
use crate::failure::Failure;

/// Filters may hold this many filters, nested ones included.
const PARTS_MAX: usize = 60;
/// Filters nested deeper than this are refused.
const DEPTH_MAX: usize = 6;

/// What filters need to know of the place tree.
pub(crate) trait Places {
    /// The place and all places below it; `None` for a code the catalog does not know.
    fn with_all_below(&self, code: &str) -> Option<Vec<String>>;
}

/// Turns filters into the core's; counts their parts.
pub(crate) struct Check<'p> {
    places: &'p dyn Places,
    parts: usize,
    depth: usize,
}

impl<'p> Check<'p> {
    pub(crate) const fn new(places: &'p dyn Places) -> Self {
        Self {
            places,
            parts: 0,
            depth: 0,
        }
    }

    /// A filter over events; none restricts nothing.
    pub(crate) fn events(
        &mut self,
        of: Option<&EventFilter>,
    ) -> Result<filter::EventFilter, Failure> {
        let Some(of) = of else {
            return Ok(filter::EventFilter::default());
        };
        self.enter()?;
        let made = filter::EventFilter {
            and: self.each(of.and.as_deref(), Self::events)?,
            or: self.each(of.or.as_deref(), Self::events)?,
            not: match &of.not {
                Some(not) => Some(Box::new(self.events(Some(not))?)),
                None => None,
            },
            departments: values("department", of.department.as_deref())?,
            types: values("type", of.event_type.as_deref())?,
            places: self.places(of.place.as_deref())?,
            within: area(of.within.as_ref())?,
            levels: levels(of.severity.as_deref())?,
            from: moment(of.from),
            to: moment(of.to),
            text: text(of.text.as_deref())?,
            exercise: of.exercise,
            subject: text(of.subject.as_deref())?,
            fields: match &of.data {
                Some(conditions) if conditions.len() > PARTS_MAX => return Err(too_many()),
                Some(conditions) => conditions
                    .iter()
                    .map(DataCondition::check)
                    .collect::<Result<_, _>>()?,
                None => Vec::new(),
            },
        };
        self.depth -= 1;
        Ok(made)
    }

    /// A filter over alerts; none restricts nothing.
    pub(crate) fn alerts(
        &mut self,
        of: Option<&AlertFilter>,
    ) -> Result<filter::AlertFilter, Failure> {
        let Some(of) = of else {
            return Ok(filter::AlertFilter::default());
        };
        self.enter()?;
        let made = filter::AlertFilter {
            and: self.each(of.and.as_deref(), Self::alerts)?,
            or: self.each(of.or.as_deref(), Self::alerts)?,
            not: match &of.not {
                Some(not) => Some(Box::new(self.alerts(Some(not))?)),
                None => None,
            },
            departments: values("department", of.department.as_deref())?,
            rules: keys(Kind::Rule, of.rule.as_deref())?,
            places: self.places(of.place.as_deref())?,
            within: area(of.within.as_ref())?,
            severities: levels(of.severity.as_deref())?,
            statuses: of.status.iter().flatten().map(|&one| one.into()).collect(),
            from: moment(of.from),
            to: moment(of.to),
            text: text(of.text.as_deref())?,
            exercise: of.exercise,
        };
        self.depth -= 1;
        Ok(made)
    }

    /// A filter over cases; none restricts nothing.
    pub(crate) fn cases(&mut self, of: Option<&CaseFilter>) -> Result<filter::CaseFilter, Failure> {
        let Some(of) = of else {
            return Ok(filter::CaseFilter::default());
        };
        self.enter()?;
        let made = filter::CaseFilter {
            and: self.each(of.and.as_deref(), Self::cases)?,
            or: self.each(of.or.as_deref(), Self::cases)?,
            not: match &of.not {
                Some(not) => Some(Box::new(self.cases(Some(not))?)),
                None => None,
            },
            departments: values("department", of.department.as_deref())?,
            kinds: values("kind", of.kind.as_deref())?,
            places: self.places(of.place.as_deref())?,
            within: area(of.within.as_ref())?,
            severities: levels(of.severity.as_deref())?,
            statuses: of.status.iter().flatten().map(|&one| one.into()).collect(),
            from: moment(of.from),
            to: moment(of.to),
            text: text(of.text.as_deref())?,
            exercise: of.exercise,
            escalated: of.escalated,
            acknowledged: of.acknowledged,
            acknowledged_by: values("acknowledgedBy", of.acknowledged_by.as_deref())?,
            breached: of.breached,
        };
        self.depth -= 1;
        Ok(made)
    }

    fn each<F, M>(
        &mut self,
        filters: Option<&[F]>,
        one: impl Fn(&mut Self, Option<&F>) -> Result<M, Failure>,
    ) -> Result<Vec<M>, Failure> {
        let filters = filters.unwrap_or_default();
        filters
            .iter()
            .map(|filter| one(self, Some(filter)))
            .collect()
    }

    fn enter(&mut self) -> Result<(), Failure> {
        self.parts += 1;
        self.depth += 1;
        if self.parts > PARTS_MAX || self.depth > DEPTH_MAX {
            return Err(too_many());
        }
        Ok(())
    }

    fn places(&self, ids: Option<&[ID]>) -> Result<Vec<String>, Failure> {
        let mut codes = Vec::new();
        for code in keys(Kind::Place, ids)? {
            let below = self.places.with_all_below(&code).ok_or_else(|| {
                Failure::bad(format!(
                    "place: the catalog knows no place '{}'.",
                    short(&code)
                ))
            })?;
            codes.extend(below);
        }
        codes.sort_unstable();
        codes.dedup();
        Ok(codes)
    }
}

fn too_many() -> Failure {
    Failure::bad(format!(
        "The filter has more than {PARTS_MAX} parts or is nested more than {DEPTH_MAX} deep."
    ))
}

fn moment(of: Option<DateTime>) -> Option<Millis> {
    of.map(|DateTime(millis)| millis)
}

fn area(of: Option<&AreaInput>) -> Result<Option<filter::Area>, Failure> {
    of.map(AreaInput::check).transpose()
}

pub(crate) fn text(of: Option<&str>) -> Result<Option<String>, Failure> {
    match of {
        Some(text) if text.len() > TEXT_MAX => Err(Failure::bad(format!(
            "A text to search for has at most {TEXT_MAX} bytes."
        ))),
        Some("") | None => Ok(None),
        Some(text) => Ok(Some(text.to_owned())),
    }
}

fn values(name: &str, of: Option<&[String]>) -> Result<Vec<String>, Failure> {
    let of = of.unwrap_or_default();
    if of.len() > VALUES_MAX {
        return Err(Failure::bad(format!(
            "{name}: at most {VALUES_MAX} values."
        )));
    }
    Ok(of.to_vec())
}

fn keys(kind: Kind, of: Option<&[ID]>) -> Result<Vec<String>, Failure> {
    let of = of.unwrap_or_default();
    if of.len() > VALUES_MAX {
        return Err(Failure::bad(format!(
            "{}: at most {VALUES_MAX} values.",
            kind.name()
        )));
    }
    of.iter().map(|id| key(kind, id)).collect()
}

fn levels(of: Option<&[u8]>) -> Result<Vec<u8>, Failure> {
    let of = of.unwrap_or_default();
    if of.iter().any(|level| !(1..=4).contains(level)) {
        return Err(Failure::bad("severity: 1 (critical) to 4."));
    }
    Ok(of.to_vec())
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use async_graphql::{InputType, Value};
    use serde_json::json;

    use super::*;

    struct Town;

    impl Places for Town {
        fn with_all_below(&self, code: &str) -> Option<Vec<String>> {
            (code == "town").then(|| vec!["town".into(), "town-east".into()])
        }
    }

    fn read(json: serde_json::Value) -> EventFilter {
        let value = Value::from_json(json).unwrap();
        let Ok(filter) = EventFilter::parse(Some(value)) else {
            panic!("a well-formed filter");
        };
        filter
    }

    #[test]
    fn a_filter_is_read_with_places_below_and_one_value_for_a_list() {
        let filter = read(json!({
            "department": "fire",
            "place": ["town"],
            "not": {"exercise": true},
            "within": {"box": {"west": 1.0, "south": 2.0, "east": 3.0, "north": 4.0}},
            "data": [{"path": "units.0.id", "op": "IN", "value": ["e1", "e2"]}],
            "from": "2024-02-04T00:00:00Z",
        }));
        let made = Check::new(&Town).events(Some(&filter)).unwrap();
        assert_eq!(made.departments, ["fire"]);
        assert_eq!(made.places, ["town", "town-east"]);
        assert_eq!(made.not.unwrap().exercise, Some(true));
        assert_eq!(made.within, Some(filter::Area::Box([1.0, 2.0, 3.0, 4.0])));
        assert_eq!(made.fields[0].op, filter::Comparison::In);
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for json in [
            json!({"place": ["nowhere"]}),
            json!({"severity": [5]}),
            json!({"text": "x".repeat(300)}),
            json!({"within": {"circle": {"lon": 1.0, "lat": 1.0, "radius": -1.0}}}),
            json!({"data": [{"path": "a..b", "value": 1}]}),
            json!({"data": [{"path": "a", "op": "IN", "value": 1}]}),
            json!({"not": {"not": {"not": {"not": {"not": {"not": {"not": {}}}}}}}}),
            json!({"or": vec![json!({}); 100]}),
        ] {
            let filter = read(json.clone());
            assert!(Check::new(&Town).events(Some(&filter)).is_err(), "{json}");
        }
    }
}
