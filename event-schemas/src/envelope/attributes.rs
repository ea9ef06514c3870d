//! Attributes one by one, whichever mode they came in: names, forms, meaning.

use std::borrow::Cow;

use super::{CityAttributes, Envelope, EnvelopeFault};
use crate::city::Reason;
use crate::contract::{STORABLE, is_storable, parse_rfc3339};

/// An attribute's value as it stands in JSON or in a header.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'e> {
    Text(Cow<'e, str>),
    Number(f64),
    Flag(bool),
}

impl<'e> Value<'e> {
    /// The canonical text of the value.
    fn text(self) -> Cow<'e, str> {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string().into(),
            Self::Flag(flag) => if flag { "true" } else { "false" }.into(),
        }
    }
}

/// Attributes gathered so far.
#[derive(Default)]
pub(crate) struct Gathered<'e> {
    spec_version: Option<Cow<'e, str>>,
    id: Option<Cow<'e, str>>,
    source: Option<Cow<'e, str>>,
    event_type: Option<Cow<'e, str>>,
    subject: Option<Cow<'e, str>>,
    time: Option<crate::city::Millis>,
    content_type: Option<Cow<'e, str>>,
    data_schema: Option<Cow<'e, str>>,
    city: CityAttributes<'e>,
    lon: Option<f64>,
    lat: Option<f64>,
    exercise: Option<bool>,
    extensions: Vec<(Cow<'e, str>, Cow<'e, str>)>,
    nulls: Vec<Cow<'e, str>>,
}

/// Attributes that only a publisher knows: more than these are fields, and belong into data.
const ATTRIBUTES_MAX: usize = 64;
/// Characters of an attribute: ids and names stand in alerts and cases, which must stay small.
const CHARACTERS_MAX: usize = 1_024;

impl<'e> Gathered<'e> {
    /// Takes one attribute.
    pub(crate) fn take(
        &mut self,
        name: Cow<'e, str>,
        value: Value<'e>,
    ) -> Result<(), EnvelopeFault> {
        if self.nulls.contains(&name) {
            return Err(twice(&name));
        }
        match name.as_ref() {
            "specversion" => once(&mut self.spec_version, &name, text(&name, value)?),
            "id" => once(&mut self.id, &name, text(&name, value)?),
            "source" => once(&mut self.source, &name, source(&name, value)?),
            "type" => once(&mut self.event_type, &name, text(&name, value)?),
            "subject" => once(&mut self.subject, &name, text(&name, value)?),
            "time" => once(&mut self.time, &name, time(&name, value)?),
            "datacontenttype" => once(&mut self.content_type, &name, text(&name, value)?),
            "dataschema" => once(&mut self.data_schema, &name, text(&name, value)?),
            _ => self.take_extension(name, value),
        }
    }

    fn take_extension(
        &mut self,
        name: Cow<'e, str>,
        value: Value<'e>,
    ) -> Result<(), EnvelopeFault> {
        let city = &mut self.city;
        match name.as_ref() {
            "recordedtime" => once(&mut city.recorded_time, &name, time(&name, value)?),
            "correlationid" => once(&mut city.correlation_id, &name, text(&name, value)?),
            "causationid" => once(&mut city.causation_id, &name, text(&name, value)?),
            "dataclassification" => once(&mut city.data_classification, &name, text(&name, value)?),
            "placecode" => once(&mut city.place_code, &name, text(&name, value)?),
            "alertlevel" => once(&mut city.alert_level, &name, level(&name, value)?),
            "lon" => once(&mut self.lon, &name, degrees(&name, value, 180.0)?),
            "lat" => once(&mut self.lat, &name, degrees(&name, value, 90.0)?),
            "crs" => {
                let text = text(&name, value)?;
                let expected = "wgs84, gcj02, bd09 or cgcs2000";
                let crs = text.parse().map_err(|_| {
                    EnvelopeFault::at(Reason::WrongCoordinates, &name, expected, Some(&text))
                })?;
                once(&mut city.crs, &name, crs)
            }
            "exercise" => once(&mut self.exercise, &name, flag(&name, value)?),
            _ => self.take_own(name, value),
        }
    }

    /// An attribute that only its publisher knows.
    fn take_own(&mut self, name: Cow<'e, str>, value: Value<'e>) -> Result<(), EnvelopeFault> {
        if self.extensions.len() >= ATTRIBUTES_MAX {
            let expected = format!(
                "at most {ATTRIBUTES_MAX} attributes of your own (other fields belong into data)"
            );
            return Err(EnvelopeFault::at(
                Reason::Envelope,
                &name,
                &expected,
                Some("one more"),
            ));
        }
        check_name(&name)?;
        if self.extensions.iter().any(|(known, _)| *known == name) {
            return Err(twice(&name));
        }
        let value = checked(&name, whole(&name, value)?)?;
        self.extensions.push((name, value));
        Ok(())
    }

    /// An attribute given as `null` is absent; given twice it is a fault all the same.
    pub(crate) fn take_null(&mut self, name: Cow<'e, str>) -> Result<(), EnvelopeFault> {
        if self.has(&name) || self.nulls.contains(&name) {
            return Err(twice(&name));
        }
        if self.nulls.len() >= ATTRIBUTES_MAX {
            let expected = format!("at most {ATTRIBUTES_MAX} attributes that are null");
            let found = Some("one more");
            return Err(EnvelopeFault::at(Reason::Envelope, &name, &expected, found));
        }
        self.nulls.push(name);
        Ok(())
    }

    /// Whether this attribute has a value already.
    fn has(&self, name: &str) -> bool {
        let city = &self.city;
        match name {
            "specversion" => self.spec_version.is_some(),
            "id" => self.id.is_some(),
            "source" => self.source.is_some(),
            "type" => self.event_type.is_some(),
            "subject" => self.subject.is_some(),
            "time" => self.time.is_some(),
            "datacontenttype" => self.content_type.is_some(),
            "dataschema" => self.data_schema.is_some(),
            "recordedtime" => city.recorded_time.is_some(),
            "correlationid" => city.correlation_id.is_some(),
            "causationid" => city.causation_id.is_some(),
            "dataclassification" => city.data_classification.is_some(),
            "placecode" => city.place_code.is_some(),
            "alertlevel" => city.alert_level.is_some(),
            "crs" => city.crs.is_some(),
            "lon" => self.lon.is_some(),
            "lat" => self.lat.is_some(),
            "exercise" => self.exercise.is_some(),
            other => self.extensions.iter().any(|(known, _)| known == other),
        }
    }

    /// Makes the envelope once all attributes are in.
    pub(crate) fn finish(self, data: Option<&'e [u8]>) -> Result<Envelope<'e>, EnvelopeFault> {
        let required = |name: &str, value: Option<Cow<'e, str>>| {
            let expected = "this attribute (CloudEvents 1.0 requires it)";
            value.ok_or_else(|| EnvelopeFault::at(Reason::Envelope, name, expected, None))
        };
        let version = required("specversion", self.spec_version)?;
        if version != "1.0" {
            return Err(EnvelopeFault::at(
                Reason::Envelope,
                "specversion",
                "1.0",
                Some(&version),
            ));
        }
        if let Some(content_type) = self.content_type.filter(|given| !is_json(given)) {
            let expected = "application/json, in UTF-8";
            return Err(EnvelopeFault::at(
                Reason::Envelope,
                "datacontenttype",
                expected,
                Some(&content_type),
            ));
        }
        let location = match (self.lon, self.lat) {
            (Some(lon), Some(lat)) => Some((lon, lat)),
            (None, None) => None,
            (lon, _) => {
                let missing = if lon.is_none() { "lon" } else { "lat" };
                let expected = "both lon and lat, or neither";
                return Err(EnvelopeFault::at(
                    Reason::WrongCoordinates,
                    missing,
                    expected,
                    None,
                ));
            }
        };
        Ok(Envelope {
            id: required("id", self.id)?,
            source: required("source", self.source)?,
            event_type: required("type", self.event_type)?,
            subject: self.subject,
            time: self.time,
            data_schema: self.data_schema,
            city: CityAttributes {
                location,
                exercise: self.exercise.unwrap_or_default(),
                ..self.city
            },
            extensions: self.extensions,
            data,
        })
    }
}

/// Whether the content type names no charset, or one that JSON is written in.
pub fn is_utf8(content_type: &str) -> bool {
    content_type.split(';').skip(1).all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim().trim_matches('"');
        !name.trim().eq_ignore_ascii_case("charset")
            || value.eq_ignore_ascii_case("utf-8")
            || value.eq_ignore_ascii_case("utf8")
            || value.eq_ignore_ascii_case("us-ascii")
    })
}

/// `application/json`, any `+json`, in UTF-8.
fn is_json(content_type: &str) -> bool {
    if !is_utf8(content_type) {
        return false;
    }
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
        || essence.eq_ignore_ascii_case("text/json")
        || essence.to_ascii_lowercase().ends_with("+json")
}

fn once<T>(slot: &mut Option<T>, name: &str, value: T) -> Result<(), EnvelopeFault> {
    if slot.is_some() {
        return Err(twice(name));
    }
    *slot = Some(value);
    Ok(())
}

fn twice(name: &str) -> EnvelopeFault {
    EnvelopeFault::at(
        Reason::Malformed,
        name,
        "each attribute once",
        Some("it twice"),
    )
}

/// Attribute names are of a–z and 0–9 only.
fn check_name(name: &str) -> Result<(), EnvelopeFault> {
    let sound = !name.is_empty()
        && name != "data"
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if sound {
        return Ok(());
    }
    let expected =
        "an attribute name of a-z and 0-9 only, not 'data' (fields of your own belong into data)";
    Err(EnvelopeFault::at(
        Reason::Envelope,
        name,
        expected,
        Some(name),
    ))
}

/// No text attribute may be empty, without end, or hold control characters or noncharacters.
fn checked<'e>(name: &str, text: Cow<'e, str>) -> Result<Cow<'e, str>, EnvelopeFault> {
    let plain = text.bytes().all(|b| (b' '..0x7f).contains(&b));
    let expected = if text.is_empty() || !plain && text.chars().any(is_unwritable) {
        "a text that is not empty and holds no control characters"
    } else if text.len() > CHARACTERS_MAX && text.chars().count() > CHARACTERS_MAX {
        "at most 1024 characters (longer texts belong into data)"
    } else {
        return Ok(text);
    };
    Err(EnvelopeFault::at(
        Reason::Envelope,
        name,
        expected,
        Some(&text),
    ))
}

/// What `CloudEvents` excludes from strings: controls, and code points that are no characters.
fn is_unwritable(c: char) -> bool {
    let code = u32::from(c);
    c.is_control() || (0xfdd0..=0xfdef).contains(&code) || code & 0xfffe == 0xfffe
}

/// `CloudEvents` knows whole numbers of 32 bits only: others would not come out as they went in.
fn whole<'e>(name: &str, value: Value<'e>) -> Result<Cow<'e, str>, EnvelopeFault> {
    if let Value::Number(number) = value
        && (number.fract() != 0.0 || number.abs() > f64::from(i32::MAX))
    {
        let expected = "a whole number of 32 bits, or the number as a text";
        let found = number.to_string();
        return Err(EnvelopeFault::at(
            Reason::Envelope,
            name,
            expected,
            Some(&found),
        ));
    }
    Ok(value.text())
}

fn text<'e>(name: &str, value: Value<'e>) -> Result<Cow<'e, str>, EnvelopeFault> {
    match value {
        Value::Text(text) => checked(name, text),
        other => {
            let found = other.text();
            Err(EnvelopeFault::at(
                Reason::Envelope,
                name,
                "a text",
                Some(&found),
            ))
        }
    }
}

/// A URI reference: none of the characters that RFC 3986 excludes.
fn source<'e>(name: &str, value: Value<'e>) -> Result<Cow<'e, str>, EnvelopeFault> {
    let text = text(name, value)?;
    let excluded = |b: u8| {
        matches!(
            b,
            b' ' | b'<' | b'>' | b'"' | b'{' | b'}' | b'|' | b'\\' | b'^' | b'`'
        )
    };
    if text.bytes().any(excluded) {
        let expected = "a URI reference, such as /fire/dispatch";
        return Err(EnvelopeFault::at(
            Reason::Envelope,
            name,
            expected,
            Some(&text),
        ));
    }
    Ok(text)
}

fn time(name: &str, value: Value<'_>) -> Result<crate::city::Millis, EnvelopeFault> {
    let text = value.text();
    let expected = "date and time with zone (RFC 3339), such as 2026-07-01T08:30:00+08:00";
    let fault = |expected| EnvelopeFault::at(Reason::WrongTime, name, expected, Some(&text));
    let time = parse_rfc3339(&text).ok_or_else(|| fault(expected))?;
    if is_storable(time) {
        Ok(time)
    } else {
        Err(fault(STORABLE))
    }
}

fn level(name: &str, value: Value<'_>) -> Result<u8, EnvelopeFault> {
    let text = value.text();
    match text.as_ref() {
        "1" => Ok(1),
        "2" => Ok(2),
        "3" => Ok(3),
        "4" => Ok(4),
        found => {
            let expected = "1 (gravest, red), 2, 3 or 4";
            Err(EnvelopeFault::at(
                Reason::Envelope,
                name,
                expected,
                Some(found),
            ))
        }
    }
}

/// Decimal degrees, as text or as a JSON number.
fn degrees(name: &str, value: Value<'_>, most: f64) -> Result<f64, EnvelopeFault> {
    let text = value.text();
    let degrees = text.parse::<f64>().ok();
    if let Some(degrees) = degrees.filter(|degrees| degrees.abs() <= most) {
        return Ok(degrees);
    }
    let exchanged = degrees.is_some_and(|d| d.abs() > most && d.abs() <= 180.0);
    let hint = if exchanged {
        " (are lon and lat exchanged?)"
    } else {
        ""
    };
    let expected = format!("decimal degrees from -{most} to {most}{hint}");
    Err(EnvelopeFault::at(
        Reason::WrongCoordinates,
        name,
        &expected,
        Some(&text),
    ))
}

fn flag(name: &str, value: Value<'_>) -> Result<bool, EnvelopeFault> {
    let text = value.text();
    match text.as_ref() {
        "true" => Ok(true),
        "false" => Ok(false),
        found => Err(EnvelopeFault::at(
            Reason::Envelope,
            name,
            "true or false",
            Some(found),
        )),
    }
}
