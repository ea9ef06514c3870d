//! Everything about a record that can be judged without remembering others.

use std::borrow::Cow;

use event_schemas::city::{Admission, Millis, Reason};
use event_schemas::contract::Extract;
use event_schemas::envelope::{Binding, decode};
use event_schemas::{Catalog, Envelope, EventType, PersonalSpan, Violation};

use super::place::{Placed, placed};
use super::{Identity, Inbound, Limits, Refusal};

/// Mismatches told in one message; more would not be read.
const TOLD: usize = 3;

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
}

/// Checks one record of an inbox.
pub fn check<'r>(
    catalog: &Catalog,
    inbound: &Inbound<'r>,
    limits: &Limits,
) -> Result<Checked<'r>, Refusal> {
    check_size(inbound, limits)?;
    let value = (!inbound.value.is_empty()).then_some(inbound.value);
    let envelope = decode(Binding::Kafka, inbound.headers.iter().copied(), value)
        .map_err(|fault| refusal(None, fault.reason, fault.path, fault.message))?;
    let refuse = |reason, path: Option<&str>, message: String| {
        refusal(Some(&envelope), reason, path.map(str::to_owned), message)
    };
    let event_type = known_type(catalog, inbound.department, &envelope)
        .map_err(|(reason, message)| refuse(reason, Some("/type"), message))?;
    let data = envelope.data.unwrap_or(b"null");
    let extract = event_type.contract.check(data).map_err(|violations| {
        let path = violations
            .first()
            .map(|first| format!("/data{}", first.path));
        refuse(
            Reason::ContractViolation,
            path.as_deref(),
            told(event_type, &violations),
        )
    })?;
    let event_time = envelope.time.or(extract.event_time).ok_or_else(|| {
        let message = "/time: expected when it happened (RFC 3339 with zone), found nothing";
        refuse(Reason::WrongTime, Some("/time"), message.to_owned())
    })?;
    let placed = placed(catalog.places(), &envelope, &extract)
        .map_err(|fault| refuse(fault.reason, Some(fault.path), fault.message))?;
    let partition_key = placed
        .code
        .as_deref()
        .and_then(|code| catalog.places().partition_place(code))
        .unwrap_or(inbound.department)
        .to_owned();
    let admission = admission(
        catalog,
        inbound,
        limits,
        &envelope,
        Facts {
            extract: &extract,
            placed,
            event_time,
        },
    );
    Ok(Checked {
        subject: envelope.subject.clone().or(extract.subject),
        admission,
        identity: Identity::of(&envelope),
        partition_key,
        data,
        personal: extract.personal,
        envelope,
    })
}

struct Facts<'f, 'd> {
    extract: &'f Extract<'d>,
    placed: Placed,
    event_time: Millis,
}

fn admission(
    catalog: &Catalog,
    inbound: &Inbound<'_>,
    limits: &Limits,
    envelope: &Envelope<'_>,
    facts: Facts<'_, '_>,
) -> Admission {
    let Facts {
        extract,
        placed,
        event_time,
    } = facts;
    let mut flags = placed.flags;
    let age = inbound.append_time.since(event_time);
    if age < -limits.future_ms {
        flags.push(String::from("future_time"));
    } else if age > limits.old_ms {
        flags.push(String::from("old_time"));
    }
    Admission {
        department: inbound.department.to_owned(),
        event_time,
        recorded_time: envelope.city.recorded_time.or(extract.recorded),
        inbox_time: inbound.append_time,
        place: placed.code,
        lon: placed.point.map(|(lon, _)| lon),
        lat: placed.point.map(|(_, lat)| lat),
        h3: placed.cell,
        level: envelope.city.alert_level.or(extract.level),
        measure: extract.measure,
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
    let message = format!(
        "expected at most {} bytes per event (headers included), found {bytes}; \
         put large media elsewhere and send a link",
        limits.event_bytes
    );
    Err(refusal(None, Reason::TooLarge, None, message))
}

fn known_type<'c>(
    catalog: &'c Catalog,
    department: &str,
    envelope: &Envelope<'_>,
) -> Result<&'c EventType, (Reason, String)> {
    let name = envelope.event_type.as_ref();
    let Some(event_type) = catalog.event_type(name) else {
        let own: Vec<&str> = catalog
            .event_types()
            .filter(|known| known.department == department)
            .map(|known| known.name.as_str())
            .collect();
        let message = format!(
            "/type: expected one of {}, found \"{}\"",
            own.join(", "),
            shortened(name)
        );
        return Err((Reason::UnknownType, message));
    };
    if event_type.department != department {
        let message = format!(
            "/type: {name} belongs to the department {}; {department} may publish its own types only",
            event_type.department
        );
        return Err((Reason::ForeignType, message));
    }
    Ok(event_type)
}

fn told(event_type: &EventType, violations: &[Violation]) -> String {
    let mut told: Vec<String> = violations
        .iter()
        .take(TOLD)
        .map(|violation| {
            format!(
                "/data{}: expected {}, found {}",
                violation.path, violation.expected, violation.found
            )
        })
        .collect();
    if violations.len() > TOLD {
        told.push(format!("and {} more", violations.len() - TOLD));
    }
    format!("{} ({})", told.join("; "), event_type.name)
}

pub(super) fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

fn refusal(
    envelope: Option<&Envelope<'_>>,
    reason: Reason,
    path: Option<String>,
    message: String,
) -> Refusal {
    Refusal {
        reason,
        message,
        path,
        source: envelope.map(|envelope| envelope.source.to_string()),
        id: envelope.map(|envelope| envelope.id.to_string()),
        event_type: envelope.map(|envelope| envelope.event_type.to_string()),
    }
}
