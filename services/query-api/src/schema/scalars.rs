//! The schema's own scalars: moments, lengths of time, places in the log.

use std::str::FromStr;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use event_schemas::city::{LogCursor, LogPosition, Millis};
use event_schemas::rule_file::Span;

/// A moment: RFC 3339 with a zone offset on the way in, UTC with three fraction digits on the way
/// out: `2024-02-04T21:32:00.500Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DateTime(pub(crate) Millis);

/// A moment: RFC 3339 with a zone offset on the way in, UTC with three fraction digits on the way
/// out: `2024-02-04T21:32:00.500Z`.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Millis::parse(text).map(Self).ok_or_else(|| {
                InputValueError::custom(format!(
                    "'{}' is not a moment: expected RFC 3339 with a zone, such as 2024-02-04T13:32:00-08:00",
                    short(text)
                ))
            }),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.rfc3339())
    }
}

/// A length of time: `90s`, `30m`, `2h`, `1d`, or ISO 8601 such as `PT30M`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Duration(pub(crate) Span);

impl Duration {
    fn read(text: &str) -> Option<Self> {
        if let Ok(span) = text.parse::<Span>() {
            return Some(Self(span));
        }
        let duration = jiff::SignedDuration::from_str(text).ok().or_else(|| {
            // Days are 24 hours here: buckets of statistics, not calendars.
            let span: jiff::Span = text.parse().ok()?;
            span.to_duration(jiff::SpanRelativeTo::days_are_24_hours())
                .ok()
        })?;
        let ms = i64::try_from(duration.as_millis()).ok()?;
        (ms > 0).then_some(Self(Span { ms }))
    }
}

/// A length of time: `90s`, `30m`, `2h`, `1d`, or ISO 8601 such as `PT30M`.
#[Scalar]
impl ScalarType for Duration {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Self::read(text).ok_or_else(|| {
                InputValueError::custom(format!(
                    "'{}' is not a length of time: expected 90s, 30m, 2h, 1d or ISO 8601 such as PT30M",
                    short(text)
                ))
            }),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        serde_json::to_value(self.0)
            .ok()
            .and_then(|json| Value::from_json(json).ok())
            .unwrap_or(Value::Null)
    }
}

/// How far a reader has come in the log; opaque. Comes from `at`, from command results and from
/// subscriptions; goes into `atLeast` and `since`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor(pub(crate) LogCursor);

/// How far a reader has come in the log; opaque. Comes from `at`, from command results and from
/// subscriptions; goes into `atLeast` and `since`.
#[Scalar(name = "LogCursor")]
impl ScalarType for Cursor {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(|_| {
                InputValueError::custom("this is not a log cursor; use one that the hub has given")
            }),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Where one record stands in the log: `<topic id>.<partition>.<offset>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position(pub(crate) LogPosition);

/// Where one record stands in the log: `<topic id>.<partition>.<offset>`.
#[Scalar(name = "LogPosition")]
impl ScalarType for Position {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(|_| {
                InputValueError::custom(
                    "this is not a log position; use one that the hub has given",
                )
            }),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_in_both_notations() {
        for (text, ms) in [
            ("90s", 90_000),
            ("2h", 7_200_000),
            ("PT30M", 1_800_000),
            ("P1D", 86_400_000),
        ] {
            assert_eq!(Duration::read(text).unwrap().0.ms, ms, "{text}");
        }
        for text in ["", "5", "-PT1H", "PT0S", "P1M", "soon"] {
            assert!(Duration::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_moment_without_a_zone_is_refused() {
        assert!(DateTime::parse(Value::from("2024-02-04T13:32:00")).is_err());
        let moment = DateTime::parse(Value::from("2024-02-04T13:32:00.5-08:00")).unwrap();
        assert_eq!(moment.to_value(), Value::from("2024-02-04T21:32:00.500Z"));
    }

    #[test]
    fn a_cursor_reads_back_as_written() {
        let text = "00000000000000000000000000000007.0.3,00000000000000000000000000000007.1.40";
        let cursor = Cursor::parse(Value::from(text)).unwrap();
        assert_eq!(cursor.to_value(), Value::from(text));
        assert!(Cursor::parse(Value::from("7.x")).is_err());
    }
}
