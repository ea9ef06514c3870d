//! What the hub takes out of an event's data while checking it.

use std::borrow::Cow;

use crate::city::Millis;

/// Facts found on the way, by the contract's notes. Nothing here is guessed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extract<'d> {
    /// The thing the event is about.
    pub subject: Option<Cow<'d, str>>,
    /// When it happened.
    pub event_time: Option<Millis>,
    /// When the department wrote it down.
    pub recorded: Option<Millis>,
    /// Place code.
    pub place: Option<Cow<'d, str>>,
    /// Longitude as given, in `crs`.
    pub lon: Option<f64>,
    /// Latitude as given, in `crs`.
    pub lat: Option<f64>,
    /// Reference system of the coordinates.
    pub crs: Option<Cow<'d, str>>,
    /// 1 (gravest) to 4.
    pub level: Option<u8>,
    /// The main measure.
    pub measure: Option<f64>,
    /// The number that a level is read from by the event's own bounds.
    pub(crate) compared: Option<f64>,
    /// Those bounds, each with its level.
    pub(crate) bounds: Vec<(u8, f64)>,
    /// Where personal values stand, in order of appearance, never overlapping.
    pub personal: Vec<PersonalSpan>,
}

impl Extract<'_> {
    /// The gravest level among the event's own bounds that its number reaches.
    pub(crate) fn level_by_bounds(&self) -> Option<u8> {
        let number = self.compared?;
        let reached = self.bounds.iter().filter(|(_, bound)| number >= *bound);
        reached.map(|(level, _)| *level).min()
    }
}

/// One personal value in the data: its pointer, and its bytes `start..end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalSpan {
    /// JSON pointer into the data.
    pub path: String,
    /// First byte of the value.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}
