//! The working calendar as written in `calendars/`: the office's week and hours, and for each year what
//! the State Council made a day off or a working day.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::catalog::{CatalogError, Files, read_yaml};
use crate::text::Text;

/// Where the office's week and hours stand.
const OFFICE: &str = "calendars/office.yaml";

/// The office: `calendars/office.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfficeFile {
    /// Counts up with every change of meaning.
    pub version: u32,
    /// IANA name of the city's time zone, for people and statistics.
    pub zone: String,
    /// Its offset from UTC, e.g. `+08:00`. Fixed: a zone that moves its clocks is not supported.
    pub utc_offset: String,
    /// Working days of an ordinary week, 1 (Monday) to 7.
    pub working_week: Vec<u8>,
    /// Working hours of a working day, in order.
    pub working_hours: Vec<HoursFile>,
}

/// One stretch of working hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoursFile {
    /// Its beginning, `09:00`.
    pub from: String,
    /// Its end, `17:00`; `24:00` is the end of the day.
    pub to: String,
}

/// One year: `calendars/cn-2026.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct YearFile {
    /// The year it settles.
    pub year: i16,
    /// Counts up when the dates change, as they did in 2020.
    pub version: u32,
    /// Who settled them.
    pub source: Text,
    /// Where it was published.
    pub published: Vec<String>,
    /// Holidays with the days off that belong to them, weekends included.
    pub days_off: Vec<DaysOffFile>,
    /// Saturdays and Sundays that are working days instead.
    #[serde(default)]
    pub working_days: Vec<Date>,
}

/// The days off of one holiday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DaysOffFile {
    /// The holiday.
    pub name: Text,
    /// First day off.
    pub from: Date,
    /// Last day off.
    pub to: Date,
}

/// Reads and compiles the calendar; a catalog without one has the ordinary week and no holidays.
pub(crate) fn load(files: &Files, errors: &mut Vec<CatalogError>) -> Calendar {
    let mut calendar = Calendar::default();
    if files.has(OFFICE)
        && let Some(file) = read_yaml::<OfficeFile>(files, OFFICE, errors)
    {
        match Calendar::of_office(&file) {
            Ok(compiled) => calendar = compiled,
            Err((at, expected)) => errors.push(CatalogError::new(OFFICE, at, expected)),
        }
    }
    for path in files.in_folder("calendars", ".yaml") {
        if path == OFFICE {
            continue;
        }
        if let Some(file) = read_yaml::<YearFile>(files, &path, errors)
            && let Err(expected) = calendar.add_year(&file)
        {
            errors.push(CatalogError::new(&path, "", expected));
        }
    }
    calendar
}
