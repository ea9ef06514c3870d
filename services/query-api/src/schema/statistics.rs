//! Figures about events: counts and measures by time bucket and dimension.

use async_graphql::{ComplexObject, Context, SimpleObject};
use event_schemas::city::Millis;
use event_store::{EventDimension as Dimension, EventStatistic as Row, Measure as Figure};

use super::department::DepartmentView;
use super::enums::{EventDimension, Measure};
use super::place::PlaceView;
use super::scalars::DateTime;
use crate::failure::Answer;

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
    from: Option<DateTime>,
    /// Its end.
    to: Option<DateTime>,
    #[graphql(skip)]
    department_name: Option<String>,
    /// The event type.
    #[graphql(name = "type")]
    type_name: Option<String>,
    #[graphql(skip)]
    place_code: Option<String>,
    /// 1 to 4.
    severity: Option<u8>,
    /// The subject.
    subject: Option<String>,
    /// CloudEvents `source`.
    source: Option<String>,
    /// Exercises or real events.
    exercise: Option<bool>,
    /// 0 to 23, in the zone asked for.
    hour_of_day: Option<u8>,
    /// 1 (Monday) to 7, in the zone asked for.
    day_of_week: Option<u8>,
    /// Values of the payload fields in `byData`, in that order.
    data: Vec<Option<String>>,
    /// Events in the group.
    count: u64,
    /// Different subjects.
    subjects: Option<f64>,
    /// Sum of the measure.
    sum: Option<f64>,
    /// Its mean.
    avg: Option<f64>,
    /// Its least.
    min: Option<f64>,
    /// Its greatest.
    max: Option<f64>,
    /// Its median.
    median: Option<f64>,
    /// Its 95th percentile.
    p95: Option<f64>,
    /// Its 99th percentile.
    p99: Option<f64>,
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
    pub(crate) fn of(
        row: Row,
        dimensions: &[Dimension],
        measures: &[Figure],
        interval: Option<i64>,
    ) -> Self {
        let mut made = Self {
            from: row.bucket_start().map(DateTime),
            to: row
                .bucket_start()
                .zip(interval)
                .map(|(Millis(start), length)| DateTime(Millis(start + length))),
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
            Dimension::Place => self.place_code = value,
            Dimension::Severity => self.severity = number(value),
            Dimension::Subject => self.subject = value,
            Dimension::Source => self.source = value,
            Dimension::Exercise => {
                self.exercise = value.map(|text| matches!(text.as_str(), "1" | "true"));
            }
            Dimension::HourOfDay => self.hour_of_day = number(value),
            Dimension::DayOfWeek => self.day_of_week = number(value),
            Dimension::Field(_) => self.data.push(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_shown_under_the_names_of_its_question() {
        let row = Row {
            bucket: Some(3_600_000),
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
        let made = EventStatistic::of(row, &dimensions, &measures, Some(60_000));
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
