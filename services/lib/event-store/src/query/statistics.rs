//! Figures about events: counted, summed and grouped when asked, from the one table that holds the truth.

use clickhouse::Row;
use domain::filter::EventFilter;
use event_schemas::city::Millis;
use serde::Deserialize;

use super::buckets::{Buckets, Interval, time_zone};
use super::event_conditions::event;
use super::field_conditions::FieldArguments;
use super::sql::{Param, Sql};
use crate::{Reader, StoreError};

/// Groups that one answer may hold.
const GROUPS_MAX: u32 = 10_000;
/// Dimensions that one question may group by.
const DIMENSIONS_MAX: usize = 4;
/// Places that one grouping by a wider place may name.
const PLACES_MAX: usize = 20_000;

/// What events are grouped by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventDimension {
    /// Department.
    Department,
    /// Event type.
    Type,
    /// Place code as admitted; empty: unplaced.
    Place,
    /// Level, 1 to 4.
    Severity,
    /// Subject.
    Subject,
    /// `source`.
    Source,
    /// Exercise or real.
    Exercise,
    /// Hour of the day, 0 to 23, in the request's time zone.
    HourOfDay,
    /// Day of the week, 1 (Monday) to 7, in the request's time zone.
    DayOfWeek,
    /// Month of the year, 1 to 12, in the request's time zone.
    MonthOfYear,
    /// A wider place: pairs of a place code and the code it counts for; other codes count for none.
    WiderPlace(Vec<(String, String)>),
    /// A payload field by its path.
    Field(String),
}

/// What is computed per group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Events.
    Count,
    /// Different subjects.
    Subjects,
    /// Sum of the main measure.
    Sum,
    /// Its mean.
    Average,
    /// Its smallest value.
    Minimum,
    /// Its greatest value.
    Maximum,
    /// Its median.
    Median,
    /// Its 95th percentile.
    P95,
    /// Its 99th percentile.
    P99,
}

/// A question for figures.
#[derive(Clone, Debug, PartialEq)]
pub struct StatisticsRequest {
    /// Which events.
    pub filter: EventFilter,
    /// Grouped by what, at most four.
    pub group_by: Vec<EventDimension>,
    /// Time buckets of event time.
    pub interval: Option<Interval>,
    /// What to compute.
    pub measures: Vec<Measure>,
    /// Compute over this numeric payload field instead of the main measure.
    pub of: Option<String>,
    /// IANA time zone of hours, days and the start of buckets, e.g. `Asia/Shanghai`.
    pub zone: String,
    /// Groups at most, the largest first; up to 10,000.
    pub limit: u32,
}

/// One group's figures.
#[derive(Clone, Debug, PartialEq)]
pub struct EventStatistic {
    /// Start and end of the time bucket, where an interval was asked for.
    pub bucket: Option<(Millis, Millis)>,
    /// The group's values, in the order of `group_by`; null: the events have no such value.
    pub dimensions: Vec<Option<String>>,
    /// Events in the group.
    pub count: u64,
    /// The measures in the order asked; null: no event of the group has one.
    pub values: Vec<Option<f64>>,
}

/// A group as the store gives it.
#[derive(Row, Deserialize)]
struct Group {
    bucket: Option<i64>,
    dimensions: Vec<Option<String>>,
    count: u64,
    values: Vec<Option<f64>>,
}

impl Reader {
    /// Figures about events, by time bucket first, then the largest group first.
    pub async fn event_statistics(
        &self,
        request: &StatisticsRequest,
    ) -> Result<Vec<EventStatistic>, StoreError> {
        check(request)?;
        let mut sql = Sql::default();
        let zone = sql.bind(request.zone.as_str());
        let buckets = match request.interval {
            Some(interval) => Some(Buckets::new(interval, &request.zone)?),
            None => time_zone(&request.zone).map(|_| None)?,
        };
        let bucket = buckets.as_ref().map_or_else(
            || "CAST(NULL, 'Nullable(Int64)')".to_owned(),
            |buckets| buckets.key(&mut sql, &zone),
        );
        let dimensions = request
            .group_by
            .iter()
            .map(|dimension| dimension_column(&mut sql, dimension, &zone))
            .collect::<Result<Vec<_>, _>>()?;
        let of = match &request.of {
            Some(path) => FieldArguments::of(&mut sql, path)?.number(),
            None => "measure".to_owned(),
        };
        let values: Vec<String> = request
            .measures
            .iter()
            .map(|measure| measure_column(*measure, &of))
            .collect();
        let condition = event(&mut sql, &request.filter, 0)?;
        sql.push(&format!(
            "SELECT {bucket} AS bucket, CAST([{}], 'Array(Nullable(String))') AS dimensions, count() AS count, \
             CAST([{}], 'Array(Nullable(Float64))') AS values FROM events WHERE {condition} \
             GROUP BY bucket, dimensions ORDER BY bucket, count DESC, dimensions LIMIT {}",
            dimensions.join(", "),
            values.join(", "),
            request.limit
        ));
        let groups = self.rows::<Group>(sql).await?;
        let bounds = |key: Option<i64>| buckets.as_ref()?.bounds(key?);
        Ok(groups
            .into_iter()
            .map(|group| EventStatistic {
                bucket: bounds(group.bucket),
                dimensions: group.dimensions,
                count: group.count,
                values: group.values,
            })
            .collect())
    }
}

fn check(request: &StatisticsRequest) -> Result<(), StoreError> {
    let wrong = |text: String| Err(StoreError::Query(text));
    if request.group_by.len() > DIMENSIONS_MAX {
        return wrong(format!(
            "statistics group by at most {DIMENSIONS_MAX} dimensions"
        ));
    }
    if request.limit > GROUPS_MAX {
        return wrong(format!("statistics give at most {GROUPS_MAX} groups"));
    }
    Ok(())
}

fn dimension_column(
    sql: &mut Sql,
    dimension: &EventDimension,
    zone: &str,
) -> Result<String, StoreError> {
    let column = match dimension {
        EventDimension::Department => "department".to_owned(),
        EventDimension::Type => "type".to_owned(),
        EventDimension::Place => "nullIf(place, '')".to_owned(),
        EventDimension::Severity => "severity".to_owned(),
        EventDimension::Subject => "subject".to_owned(),
        EventDimension::Source => "source".to_owned(),
        EventDimension::Exercise => "exercise".to_owned(),
        EventDimension::HourOfDay => format!("toHour(event_time, {zone})"),
        EventDimension::DayOfWeek => format!("toDayOfWeek(event_time, 0, {zone})"),
        EventDimension::MonthOfYear => format!("toMonth(event_time, {zone})"),
        EventDimension::WiderPlace(pairs) => wider_place(sql, pairs)?,
        EventDimension::Field(path) => FieldArguments::of(sql, path)?.label(),
    };
    Ok(format!("CAST(toString({column}), 'Nullable(String)')"))
}

fn wider_place(sql: &mut Sql, pairs: &[(String, String)]) -> Result<String, StoreError> {
    if pairs.len() > PLACES_MAX {
        return Err(StoreError::Query(format!(
            "a grouping by wider places names at most {PLACES_MAX} places"
        )));
    }
    if pairs.is_empty() {
        return Ok("CAST(NULL, 'Nullable(String)')".to_owned());
    }
    let (codes, wider) = pairs.iter().cloned().unzip();
    let (codes, wider) = (sql.bind(Param::Texts(codes)), sql.bind(Param::Texts(wider)));
    Ok(format!(
        "nullIf(transform(toString(place), {codes}, {wider}, ''), '')"
    ))
}

fn measure_column(measure: Measure, of: &str) -> String {
    let aggregate = match measure {
        Measure::Count => "count()".to_owned(),
        Measure::Subjects => "uniqExact(subject)".to_owned(),
        Measure::Sum => format!("sumOrNull({of})"),
        Measure::Average => format!("avgOrNull({of})"),
        Measure::Minimum => format!("minOrNull({of})"),
        Measure::Maximum => format!("maxOrNull({of})"),
        Measure::Median => format!("quantileOrNull(0.5)({of})"),
        Measure::P95 => format!("quantileOrNull(0.95)({of})"),
        Measure::P99 => format!("quantileOrNull(0.99)({of})"),
    };
    format!("CAST({aggregate}, 'Nullable(Float64)')")
}
