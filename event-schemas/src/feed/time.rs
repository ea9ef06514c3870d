//! Times as departments write them: a format and a zone.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::city::Millis;
use crate::contract::parse_rfc3339;

/// How a feed's times are read.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    zone: TimeZone,
    formats: Vec<String>,
}

impl Times {
    pub(crate) fn compile(zone: &str, formats: &[String]) -> Result<Self, String> {
        let zone = TimeZone::get(zone)
            .map_err(|_| format!("an IANA time zone, such as Asia/Shanghai, not '{zone}'"))?;
        Ok(Self {
            zone,
            formats: formats.to_vec(),
        })
    }

    /// RFC 3339, or one of the feed's formats in the feed's zone (of an hour that the clocks repeat,
    /// the first; of one they skip, as if they had not been put forward).
    pub(crate) fn read(&self, text: &str) -> Option<Millis> {
        parse_rfc3339(text).or_else(|| {
            self.formats
                .iter()
                .find_map(|format| self.civil(format, text))
        })
    }

    fn civil(&self, format: &str, text: &str) -> Option<Millis> {
        // A format without a time of day is the day's first moment.
        let civil = DateTime::strptime(format, text)
            .or_else(|_| Date::strptime(format, text).map(|date| date.at(0, 0, 0, 0)))
            .ok()?;
        let moment = self
            .zone
            .to_ambiguous_zoned_datetime(civil)
            .compatible()
            .ok()?;
        Some(Millis(moment.timestamp().as_millisecond()))
    }

    /// What is understood, in words.
    pub(crate) fn words(&self) -> String {
        let mut words = String::from("a time: RFC 3339");
        for format in &self.formats {
            words.push_str(", or ");
            words.push_str(format);
        }
        words
    }
}
