//! Figures of a tile or a chart, of which plain columns are written at once.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value, resolver_utils,
};

use super::scalars::DateTime;
use super::statistics::EventStatistic;
use super::written_rows::{
    Column, write_count, write_flag, write_number, write_optional, write_optional_text, written,
};
use crate::transport::json::write_moment;

/// A field of `EventStatistic` that stands in the store's row. Department and place are objects of
/// their own, and keep their resolvers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Figure {
    From,
    To,
    Type,
    Severity,
    Subject,
    Source,
    Exercise,
    HourOfDay,
    DayOfWeek,
    MonthOfYear,
    Count,
    Subjects,
    Sum,
    Avg,
    Min,
    Max,
    Median,
    P95,
    P99,
    TypeName,
}

impl Column for Figure {
    type Row = EventStatistic;

    fn of(field: &str) -> Option<Self> {
        Some(match field {
            "from" => Self::From,
            "to" => Self::To,
            "type" => Self::Type,
            "severity" => Self::Severity,
            "subject" => Self::Subject,
            "source" => Self::Source,
            "exercise" => Self::Exercise,
            "hourOfDay" => Self::HourOfDay,
            "dayOfWeek" => Self::DayOfWeek,
            "monthOfYear" => Self::MonthOfYear,
            "count" => Self::Count,
            "subjects" => Self::Subjects,
            "sum" => Self::Sum,
            "avg" => Self::Avg,
            "min" => Self::Min,
            "max" => Self::Max,
            "median" => Self::Median,
            "p95" => Self::P95,
            "p99" => Self::P99,
            "__typename" => Self::TypeName,
            _ => return None,
        })
    }

    fn write(self, row: &EventStatistic, out: &mut Vec<u8>) {
        let moment = |out: &mut Vec<u8>, at: Option<DateTime>| {
            write_optional(out, at, |out, DateTime(at)| write_moment(out, at));
        };
        match self {
            Self::From => moment(out, row.from),
            Self::To => moment(out, row.to),
            Self::Type => write_optional_text(out, row.type_name.as_deref()),
            Self::Severity => write_optional(out, row.severity, write_count),
            Self::Subject => write_optional_text(out, row.subject.as_deref()),
            Self::Source => write_optional_text(out, row.source.as_deref()),
            Self::Exercise => write_optional(out, row.exercise, write_flag),
            Self::HourOfDay => write_optional(out, row.hour_of_day, write_count),
            Self::DayOfWeek => write_optional(out, row.day_of_week, write_count),
            Self::MonthOfYear => write_optional(out, row.month_of_year, write_count),
            Self::Count => write_count(out, row.count),
            Self::Subjects => write_number(out, row.subjects),
            Self::Sum => write_number(out, row.sum),
            Self::Avg => write_number(out, row.avg),
            Self::Min => write_number(out, row.min),
            Self::Max => write_number(out, row.max),
            Self::Median => write_number(out, row.median),
            Self::P95 => write_number(out, row.p95),
            Self::P99 => write_number(out, row.p99),
            Self::TypeName => out.extend_from_slice(b"\"EventStatistic\""),
        }
    }
}

/// The groups of an answer.
pub(super) struct StatisticRows(pub(super) Vec<EventStatistic>);

impl OutputType for StatisticRows {
    fn type_name() -> Cow<'static, str> {
        Vec::<EventStatistic>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<EventStatistic>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<EventStatistic>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        if let Some(rows) = written::<Figure>(ctx, self.0.iter()) {
            return Ok(rows);
        }
        resolver_utils::resolve_list(ctx, field, self.0.iter(), Some(self.0.len())).await
    }
}
