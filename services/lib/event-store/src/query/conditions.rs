//! What all filters share: and, or, not, lists, times, and a limit on their size.

use domain::filter::{AlertFilter, CaseFilter};
use event_schemas::city::Millis;

use super::area::{self, POLYGON_POINTS_MAX};
use super::sql::{Param, Sql};
use crate::StoreError;

/// Values that one filter may bind, lists counted as one.
const FILTER_VALUES_MAX: usize = 400;
/// How deep and, or, not may nest.
const FILTER_DEPTH_MAX: usize = 12;

// What lists of cases are seldom narrowed by is read from the case itself and has no column of its own.
/// The case is before the supervisor.
const ESCALATED: &str = "(JSONExtractUInt(body, 'escalation') > 0)";
/// Its present episode is acknowledged.
const ACKNOWLEDGED: &str = "JSONHas(body, 'acknowledged')";
/// By whom; a case that nobody acknowledged has an empty name, which no person has.
const ACKNOWLEDGED_BY: &str = "JSONExtractString(body, 'acknowledged', 'by', 'name')";
/// One of its time limits has passed.
const BREACHED: &str =
    "arrayExists(clock -> JSONHas(clock, 'breachedAt'), JSONExtractArrayRaw(body, 'clocks'))";

/// Parts that all must hold, collected one by one.
#[derive(Default)]
pub(super) struct Parts(Vec<String>);

impl Parts {
    pub(super) fn push(&mut self, part: String) {
        self.0.push(part);
    }

    /// `column` is one of `values`, when there are any.
    pub(super) fn one_of(&mut self, sql: &mut Sql, column: &str, values: &[String]) {
        if !values.is_empty() {
            let list = sql.bind(Param::Texts(values.to_vec()));
            self.push(format!("has({list}, {column})"));
        }
    }

    /// A key column is one of `values`: written as IN, so that the primary key narrows.
    pub(super) fn key_one_of(&mut self, sql: &mut Sql, column: &str, values: &[String]) {
        if !values.is_empty() {
            let list = sql.bind(Param::Texts(values.to_vec()));
            self.push(format!("{column} IN {list}"));
        }
    }

    pub(super) fn between(
        &mut self,
        sql: &mut Sql,
        column: &str,
        from: Option<Millis>,
        to: Option<Millis>,
    ) {
        if let Some(from) = from {
            let from = sql.bind(from.0);
            self.push(format!(
                "{column} >= fromUnixTimestamp64Milli({from}, 'UTC')"
            ));
        }
        if let Some(to) = to {
            let to = sql.bind(to.0);
            self.push(format!("{column} < fromUnixTimestamp64Milli({to}, 'UTC')"));
        }
    }

    pub(super) fn level(&mut self, sql: &mut Sql, column: &str, levels: &[u8]) {
        if !levels.is_empty() {
            let list = sql.bind(Param::Integers(
                levels.iter().map(|level| i64::from(*level)).collect(),
            ));
            self.push(format!("ifNull(has({list}, toInt64({column})), false)"));
        }
    }

    pub(super) fn within(
        &mut self,
        sql: &mut Sql,
        area: Option<&domain::filter::Area>,
    ) -> Result<(), StoreError> {
        let Some(area) = area else { return Ok(()) };
        if let domain::filter::Area::Polygon(ring) = area
            && ring.len() > POLYGON_POINTS_MAX
        {
            return Err(StoreError::Query(format!(
                "the polygon has {} points, at most {POLYGON_POINTS_MAX} are taken: simplify it",
                ring.len()
            )));
        }
        self.push(area::within(sql, area));
        Ok(())
    }

    pub(super) fn flag(&mut self, column: &str, wanted: Option<bool>) {
        if let Some(wanted) = wanted {
            self.push(if wanted {
                column.to_owned()
            } else {
                format!("NOT {column}")
            });
        }
    }

    /// Case-insensitive text in any of the columns.
    pub(super) fn text(&mut self, sql: &mut Sql, columns: &[&str], text: Option<&str>) {
        if let Some(text) = text {
            let needle = sql.bind(text.to_lowercase().as_str());
            let any: Vec<String> = columns
                .iter()
                .map(|column| format!("position(lowerUTF8({column}), {needle}) > 0"))
                .collect();
            self.push(format!("({})", any.join(" OR ")));
        }
    }

    /// All parts together; `true` where there is none.
    pub(super) fn all(self) -> String {
        if self.0.is_empty() {
            "true".to_owned()
        } else {
            self.0.join(" AND ")
        }
    }
}

/// The three ways to combine a filter's inner filters.
pub(super) struct Combined<'f, F> {
    pub(super) and: &'f [F],
    pub(super) or: &'f [F],
    pub(super) not: Option<&'f F>,
    pub(super) depth: usize,
}

/// Adds the conditions of inner filters.
pub(super) fn combine<F>(
    sql: &mut Sql,
    parts: &mut Parts,
    combined: &Combined<'_, F>,
    condition: impl Fn(&mut Sql, &F, usize) -> Result<String, StoreError>,
) -> Result<(), StoreError> {
    if combined.depth > FILTER_DEPTH_MAX || sql.bound() > FILTER_VALUES_MAX {
        return Err(StoreError::Query(format!(
            "the filter is too large: at most {FILTER_DEPTH_MAX} levels of and/or/not and {FILTER_VALUES_MAX} values"
        )));
    }
    let deeper = combined.depth + 1;
    for inner in combined.and {
        let inner = condition(sql, inner, deeper)?;
        parts.push(format!("({inner})"));
    }
    if !combined.or.is_empty() {
        let any = combined
            .or
            .iter()
            .map(|inner| condition(sql, inner, deeper))
            .collect::<Result<Vec<_>, _>>()?;
        parts.push(format!("(({}))", any.join(") OR (")));
    }
    if let Some(inner) = combined.not {
        let inner = condition(sql, inner, deeper)?;
        parts.push(format!("NOT ({inner})"));
    }
    Ok(())
}

/// Condition on the columns of `alerts`.
pub(super) fn alert(
    sql: &mut Sql,
    filter: &AlertFilter,
    depth: usize,
) -> Result<String, StoreError> {
    let mut parts = Parts::default();
    let combined = Combined {
        and: &filter.and,
        or: &filter.or,
        not: filter.not.as_deref(),
        depth,
    };
    combine(sql, &mut parts, &combined, alert)?;
    if !filter.departments.is_empty() {
        let list = sql.bind(Param::Texts(filter.departments.clone()));
        parts.push(format!("hasAny(departments, {list})"));
    }
    parts.one_of(sql, "rule", &filter.rules);
    parts.one_of(sql, "place", &filter.places);
    parts.within(sql, filter.within.as_ref())?;
    parts.level(sql, "severity", &filter.severities);
    let statuses: Vec<String> = filter.statuses.iter().map(crate::rows::code).collect();
    parts.one_of(sql, "status", &statuses);
    parts.between(sql, "raised_at", filter.from, filter.to);
    parts.text(sql, &["title_zh", "title_en"], filter.text.as_deref());
    parts.flag("exercise", filter.exercise);
    Ok(parts.all())
}

/// Condition on the columns of `cases`.
pub(super) fn case(sql: &mut Sql, filter: &CaseFilter, depth: usize) -> Result<String, StoreError> {
    let mut parts = Parts::default();
    let combined = Combined {
        and: &filter.and,
        or: &filter.or,
        not: filter.not.as_deref(),
        depth,
    };
    combine(sql, &mut parts, &combined, case)?;
    parts.one_of(sql, "responsible", &filter.departments);
    parts.one_of(sql, "kind", &filter.kinds);
    parts.one_of(sql, "place", &filter.places);
    parts.within(sql, filter.within.as_ref())?;
    parts.level(sql, "severity", &filter.severities);
    let statuses: Vec<String> = filter.statuses.iter().map(crate::rows::code).collect();
    parts.one_of(sql, "status", &statuses);
    parts.between(sql, "opened_at", filter.from, filter.to);
    parts.text(
        sql,
        &["title_zh", "title_en", "number"],
        filter.text.as_deref(),
    );
    parts.flag("exercise", filter.exercise);
    parts.flag(ESCALATED, filter.escalated);
    parts.flag(ACKNOWLEDGED, filter.acknowledged);
    parts.flag(BREACHED, filter.breached);
    parts.one_of(sql, ACKNOWLEDGED_BY, &filter.acknowledged_by);
    Ok(parts.all())
}
