//! Figures about events: counts and measures by time bucket and dimension.

use async_graphql::{ComplexObject, Context, SimpleObject};
use event_store::{
    EventDimension as Dimension, EventStatistic as Row, Interval, Measure as Figure,
    StatisticsRequest,
};

use super::department::DepartmentView;
use super::enums::{CalendarUnit, EventDimension, Measure};
use super::filters::Check;
use super::inputs::EventFilter;
use super::place::PlaceView;
use super::scalars::{DateTime, Duration};
use crate::failure::{Answer, Failure};
use crate::hub::Hub;

/// Groups, where the caller names no number, and at most.
const GROUPS_DEFAULT: i32 = 1_000;
const GROUPS_MAX: i32 = 5_000;
/// Measures at most: all there are.
const MEASURES_MAX: usize = 9;

/// A question for figures, as a caller asks it.
pub(super) struct Asked {
    pub(super) filter: Option<EventFilter>,
    pub(super) group_by: Option<Vec<EventDimension>>,
    pub(super) by_data: Option<Vec<String>>,
    pub(super) interval: Option<Duration>,
    pub(super) calendar: Option<CalendarUnit>,
    pub(super) measures: Option<Vec<Measure>>,
    pub(super) of: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) place_kind: Option<String>,
    pub(super) limit: Option<i32>,
}

/// Asks the store.
pub(super) async fn answer(hub: &Hub, asked: Asked) -> Result<Vec<EventStatistic>, Failure> {
    let request = request(hub, asked)?;
    let rows = hub.store.reader().event_statistics(&request).await?;
    let made = |row| EventStatistic::of(row, &request.group_by, &request.measures);
    Ok(rows.into_iter().map(made).collect())
}

fn request(hub: &Hub, asked: Asked) -> Result<StatisticsRequest, Failure> {
    let filter = Check::new(hub.catalog.as_ref()).events(asked.filter.as_ref())?;
    let mut group_by: Vec<Dimension> = Vec::new();
    for dimension in asked.group_by.unwrap_or_default() {
        group_by.push(match (dimension, &asked.place_kind) {
            (EventDimension::Place, Some(kind)) => Dimension::WiderPlace(wider(hub, kind)?),
            (dimension, _) => dimension.into(),
        });
    }
    let by_data = asked.by_data.unwrap_or_default();
    group_by.extend(by_data.into_iter().map(Dimension::Field));
    let all = || {
        vec![
            Measure::Count,
            Measure::Sum,
            Measure::Avg,
            Measure::Min,
            Measure::Max,
        ]
    };
    let measures = asked.measures.unwrap_or_else(all);
    let limit = asked.limit.unwrap_or(GROUPS_DEFAULT);
    if !(1..=GROUPS_MAX).contains(&limit) || measures.len() > MEASURES_MAX {
        return Err(Failure::bad(format!(
            "limit: 1 to {GROUPS_MAX}; at most nine measures."
        )));
    }
    let interval = match (asked.interval, asked.calendar) {
        (Some(_), Some(_)) => return Err(Failure::bad("Give interval or calendar, not both.")),
        (Some(Duration(span)), None) => Some(Interval::Every(span.ms)),
        (None, Some(unit)) => Some(Interval::Calendar(unit.into())),
        (None, None) => None,
    };
    Ok(StatisticsRequest {
        filter,
        group_by,
        interval,
        measures: measures.into_iter().map(Into::into).collect(),
        of: asked.of,
        zone: asked.zone.unwrap_or_else(|| hub.zone.clone()),
        limit: limit.unsigned_abs(),
    })
}

/// Each place of the tree with the place of this kind that holds it (or is it).
fn wider(hub: &Hub, kind: &str) -> Result<Vec<(String, String)>, Failure> {
    let places = hub.catalog.places();
    let wider = places.iter().filter(|place| place.kind == kind);
    let pairs: Vec<(String, String)> = wider
        .flat_map(|place| {
            let below = places.descendants(&place.code).into_iter();
            below.map(|code| (code.to_owned(), place.code.clone()))
        })
        .collect();
    if pairs.is_empty() {
        return Err(Failure::bad(
            "placeKind: the catalog has no place of this kind; Place.kind tells the kinds.",
        ));
    }
    Ok(pairs)
}

impl From<EventDimension> for Dimension {
    fn from(dimension: EventDimension) -> Self {
        match dimension {
            EventDimension::Department => Self::Department,
            EventDimension::Type => Self::Type,
            EventDimension::Place => Self::Place,
            EventDimension::Severity => Self::Severity,
            EventDimension::Subject => Self::Subject,
            EventDimension::Source => Self::Source,
            EventDimension::Exercise => Self::Exercise,
            EventDimension::HourOfDay => Self::HourOfDay,
            EventDimension::DayOfWeek => Self::DayOfWeek,
            EventDimension::MonthOfYear => Self::MonthOfYear,
        }
    }
}

impl From<Measure> for Figure {
    fn from(measure: Measure) -> Self {
        match measure {
            Measure::Count => Self::Count,
            Measure::Subjects => Self::Subjects,
            Measure::Sum => Self::Sum,
            Measure::Avg => Self::Average,
            Measure::Min => Self::Minimum,
            Measure::Max => Self::Maximum,
            Measure::Median => Self::Median,
            Measure::P95 => Self::P95,
            Measure::P99 => Self::P99,
        }
    }
}

/// One group's figures. What was not grouped by, or not asked for, is null.
#[derive(Debug, Default, SimpleObject)]
#[graphql(complex)]
pub(crate) struct EventStatistic {
    /// Start of the time bucket.
    pub(super) from: Option<DateTime>,
    /// Its end.
    pub(super) to: Option<DateTime>,
    #[graphql(skip)]
    department_name: Option<String>,
    /// The event type.
    #[graphql(name = "type")]
    pub(super) type_name: Option<String>,
    #[graphql(skip)]
    place_code: Option<String>,
    /// 1 to 4.
    pub(super) severity: Option<u8>,
    /// The subject.
    pub(super) subject: Option<String>,
    /// CloudEvents `source`.
    pub(super) source: Option<String>,
    /// Exercises or real events.
    pub(super) exercise: Option<bool>,
    /// 0 to 23, in the zone asked for.
    pub(super) hour_of_day: Option<u8>,
    /// 1 (Monday) to 7, in the zone asked for.
    pub(super) day_of_week: Option<u8>,
    /// 1 to 12, in the zone asked for.
    pub(super) month_of_year: Option<u8>,
    /// Values of the payload fields in `byData`, in that order.
    pub(super) data: Vec<Option<String>>,
    /// Events in the group.
    pub(super) count: u64,
    /// Different subjects.
    pub(super) subjects: Option<f64>,
    /// Sum of the measure.
    pub(super) sum: Option<f64>,
    /// Its mean.
    pub(super) avg: Option<f64>,
    /// Its least.
    pub(super) min: Option<f64>,
    /// Its greatest.
    pub(super) max: Option<f64>,
    /// Its median.
    pub(super) median: Option<f64>,
    /// Its 95th percentile.
    pub(super) p95: Option<f64>,
    /// Its 99th percentile.
    pub(super) p99: Option<f64>,
}

#[ComplexObject]
impl EventStatistic {
    /// The department.
    async fn department(&self) -> Option<DepartmentView> {
        self.department_name.as_deref().map(DepartmentView::of)
    }

    /// The place.
    async fn place(&self, ctx: &Context<'_>) -> Answer<Option<PlaceView>> {
        Ok(PlaceView::of(ctx, self.place_code.as_deref())?)
    }
}

impl EventStatistic {
    /// A row of the store with the question it answers.
    pub(crate) fn of(row: Row, dimensions: &[Dimension], measures: &[Figure]) -> Self {
        let mut made = Self {
            from: row.bucket.map(|(from, _)| DateTime(from)),
            to: row.bucket.map(|(_, to)| DateTime(to)),
            count: row.count,
            ..Self::default()
        };
        for (dimension, value) in dimensions.iter().zip(row.dimensions) {
            made.set_dimension(dimension, value);
        }
        for (measure, value) in measures.iter().zip(row.values) {
            let slot = match measure {
                Figure::Count => continue,
                Figure::Subjects => &mut made.subjects,
                Figure::Sum => &mut made.sum,
                Figure::Average => &mut made.avg,
                Figure::Minimum => &mut made.min,
                Figure::Maximum => &mut made.max,
                Figure::Median => &mut made.median,
                Figure::P95 => &mut made.p95,
                Figure::P99 => &mut made.p99,
            };
            *slot = value;
        }
        made
    }

    fn set_dimension(&mut self, dimension: &Dimension, value: Option<String>) {
        let number = |value: Option<String>| value.and_then(|text| text.parse().ok());
        match dimension {
            Dimension::Department => self.department_name = value,
            Dimension::Type => self.type_name = value,
            Dimension::Place | Dimension::WiderPlace(_) => self.place_code = value,
            Dimension::Severity => self.severity = number(value),
            Dimension::Subject => self.subject = value,
            Dimension::Source => self.source = value,
            Dimension::Exercise => {
                self.exercise = value.map(|text| matches!(text.as_str(), "1" | "true"));
            }
            Dimension::HourOfDay => self.hour_of_day = number(value),
            Dimension::DayOfWeek => self.day_of_week = number(value),
            Dimension::MonthOfYear => self.month_of_year = number(value),
            Dimension::Field(_) => self.data.push(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use event_schemas::city::Millis;

    use super::*;

    #[test]
    fn a_row_is_shown_under_the_names_of_its_question() {
        let row = Row {
            bucket: Some((Millis(3_600_000), Millis(3_660_000))),
            dimensions: vec![Some("fire".into()), Some("2".into()), None],
            count: 7,
            values: vec![Some(7.0), Some(2.5)],
        };
        let dimensions = [
            Dimension::Department,
            Dimension::Severity,
            Dimension::Field("cause".into()),
        ];
        let measures = [Figure::Count, Figure::Average];
        let made = EventStatistic::of(row, &dimensions, &measures);
        assert_eq!(made.department_name.as_deref(), Some("fire"));
        assert_eq!(
            (made.severity, made.count, made.avg),
            (Some(2), 7, Some(2.5))
        );
        assert_eq!(made.to, Some(DateTime(Millis(3_660_000))));
        assert_eq!(made.data, [None]);
        assert_eq!(made.sum, None);
    }
}
