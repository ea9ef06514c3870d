//! Everything about a record that can be judged without remembering others.

use std::borrow::Cow;

use event_schemas::city::{Admission, Reason};
use event_schemas::envelope::{Binding, decode};
use event_schemas::{Catalog, Envelope, Judged, PersonalSpan, Refusal};

use super::{Identity, Inbound, Limits, Refused};
use crate::privacy::normal_form;

/// A record that is sound in itself.
#[derive(Clone, Debug)]
pub struct Checked<'r> {
    /// Its envelope.
    pub envelope: Envelope<'r>,
    /// Its subject: the attribute, else the field that the contract names.
    pub subject: Option<Cow<'r, str>>,
    /// What admission found.
    pub admission: Admission,
    /// By what repeats are told.
    pub identity: Identity,
    /// The place at the partition level, else the department.
    pub partition_key: String,
    pub(super) data: &'r [u8],
    pub(super) personal: Vec<PersonalSpan>,
    person: Option<usize>,
}

impl Checked<'_> {
    /// The value (its JSON text) that names the person whom the personal fields are about: the first of
    /// the fields listed as personal in the contract that says something. None: nothing is personal.
    pub fn person(&self) -> Option<&[u8]> {
        let span = self.personal.get(self.person?)?;
        self.data.get(span.start..span.end)
    }
}

/// Checks one record of an inbox: size, envelope, and the catalog's judgement.
pub fn check<'r>(
    catalog: &Catalog,
    inbound: &Inbound<'r>,
    limits: &Limits,
) -> Result<Checked<'r>, Box<Refused>> {
    check_size(inbound, limits).map_err(|fault| Box::new(Refused::unread(fault)))?;
    let value = (!inbound.value.is_empty()).then_some(inbound.value);
    let envelope = decode(Binding::Kafka, inbound.headers.iter().copied(), value)
        .map_err(|fault| Box::new(Refused::unread(fault.into())))?;
    let judged = catalog
        .judge(inbound.department, &envelope)
        .map_err(|fault| Box::new(Refused::of(&envelope, fault)))?;
    let partition_key = judged
        .place
        .and_then(|place| catalog.places().partition_place(&place.code))
        .unwrap_or(inbound.department)
        .to_owned();
    let data = envelope.data.unwrap_or_default();
    Ok(Checked {
        admission: admission(catalog, inbound, limits, &envelope, &judged),
        identity: Identity::of(&envelope),
        partition_key,
        data,
        person: person(data, &judged.event_type.personal, &judged.personal),
        subject: judged.subject,
        personal: judged.personal,
        envelope,
    })
}

/// Which of the personal values names the person. Where all are blank, the first does: it is sealed
/// like any other.
fn person(data: &[u8], listed: &[String], spans: &[PersonalSpan]) -> Option<usize> {
    let says_something = |span: &PersonalSpan| {
        let value = data.get(span.start..span.end).unwrap_or_default();
        value != b"null" && !normal_form(value).is_empty()
    };
    listed
        .iter()
        .find_map(|pointer| {
            spans
                .iter()
                .position(|span| points_at(pointer, &span.path) && says_something(span))
        })
        .or((!spans.is_empty()).then_some(0))
}

/// Whether a contract's pointer (`*`: each item) means the field at this path.
fn points_at(pointer: &str, path: &str) -> bool {
    let (mut pointer, mut path) = (pointer.split('/'), path.split('/'));
    loop {
        match (pointer.next(), path.next()) {
            (None, None) => return true,
            (Some(part), Some(found)) if part == "*" || part == found => {}
            _ => return false,
        }
    }
}

fn admission(
    catalog: &Catalog,
    inbound: &Inbound<'_>,
    limits: &Limits,
    envelope: &Envelope<'_>,
    judged: &Judged<'_, '_>,
) -> Admission {
    let mut flags: Vec<String> = judged.flags.iter().map(|&flag| flag.to_owned()).collect();
    let age = inbound.append_time.since(judged.event_time);
    if age < -limits.future_ms {
        flags.push(String::from("future_time"));
    } else if age > limits.old_ms {
        flags.push(String::from("old_time"));
    }
    Admission {
        department: inbound.department.to_owned(),
        event_time: judged.event_time,
        recorded_time: judged.recorded_time,
        inbox_time: inbound.append_time,
        place: judged.place.map(|place| place.code.clone()),
        lon: judged.location.map(|(lon, _)| lon),
        lat: judged.location.map(|(_, lat)| lat),
        h3: judged.h3.clone(),
        level: judged.level,
        measure: judged.measure,
        exercise: envelope.city.exercise,
        catalog: catalog.version().to_owned(),
        inbox: inbound.position,
        flags,
    }
}

fn check_size(inbound: &Inbound<'_>, limits: &Limits) -> Result<(), Refusal> {
    let headers: usize = inbound
        .headers
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    let bytes = headers + inbound.value.len();
    if bytes <= limits.event_bytes {
        return Ok(());
    }
    Err(Refusal {
        reason: Reason::TooLarge,
        path: None,
        message: format!(
            "expected at most {} bytes per event (headers included), found {bytes}; \
             put large media elsewhere and send a link",
            limits.event_bytes
        ),
    })
}
