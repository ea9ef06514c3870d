//! A moment, in milliseconds since the Unix epoch.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z. Inside the hub every moment is one of these; RFC 3339
/// appears only at the edges.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// The moment `ms` milliseconds later (earlier when negative), saturating.
    #[must_use]
    pub const fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Parses an RFC 3339 date and time with a zone offset.
    pub fn parse(text: &str) -> Option<Self> {
        let timestamp: jiff::Timestamp = text.parse().ok()?;
        Some(Self(timestamp.as_millisecond()))
    }

    /// RFC 3339 in UTC with exactly three fraction digits.
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_millisecond(self.0).map_or_else(
            |_| String::from("0000-00-00T00:00:00.000Z"),
            |timestamp| format!("{timestamp:.3}"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_three_fraction_digits_and_read_back() {
        let moment = Millis::parse("2024-02-04T13:32:00.5-08:00").unwrap();
        assert_eq!(moment.rfc3339(), "2024-02-04T21:32:00.500Z");
        assert_eq!(Millis::parse(&moment.rfc3339()), Some(moment));
        assert_eq!(Millis::parse("2024-02-04T13:32:00"), None);
    }
}
