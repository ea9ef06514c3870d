//! The envelope: a `CloudEvent` 1.0 in structured or binary mode, its attributes checked, its data
//! left as bytes. Borrowed from the record it came in wherever that is possible.

mod attributes;
mod binary;
mod fault;
mod structured;

use std::borrow::Cow;

use crate::city::{Millis, Reason, headers};
use crate::coordinates::Crs;

pub use attributes::is_utf8;
pub use binary::{Binding, decode_binary};
pub use fault::EnvelopeFault;
pub use structured::{decode_batch, decode_structured};

/// A checked envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope<'e> {
    /// Unique per source.
    pub id: Cow<'e, str>,
    /// Where it comes from.
    pub source: Cow<'e, str>,
    /// Event type.
    pub event_type: Cow<'e, str>,
    /// The thing it is about.
    pub subject: Option<Cow<'e, str>>,
    /// When it happened.
    pub time: Option<Millis>,
    /// The contract it follows, as a URI.
    pub data_schema: Option<Cow<'e, str>>,
    /// The city's extension attributes.
    pub city: CityAttributes<'e>,
    /// All other extension attributes, by name.
    pub extensions: Vec<(Cow<'e, str>, Cow<'e, str>)>,
    /// The data: JSON bytes; absent for an event without data.
    pub data: Option<&'e [u8]>,
}

/// The city's extension attributes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CityAttributes<'e> {
    /// `recordedtime`: when the department wrote it down.
    pub recorded_time: Option<Millis>,
    /// `correlationid`.
    pub correlation_id: Option<Cow<'e, str>>,
    /// `causationid`.
    pub causation_id: Option<Cow<'e, str>>,
    /// `alertlevel`, 1 (gravest) to 4.
    pub alert_level: Option<u8>,
    /// `dataclassification`.
    pub data_classification: Option<Cow<'e, str>>,
    /// `lon` and `lat` in degrees of `crs`.
    pub location: Option<(f64, f64)>,
    /// `crs`, where given.
    pub crs: Option<Crs>,
    /// `placecode`.
    pub place_code: Option<Cow<'e, str>>,
    /// `exercise`.
    pub exercise: bool,
}

/// Decodes a Kafka record or an HTTP request in whichever mode its content type says.
pub fn decode<'e>(
    binding: Binding,
    attributes: impl Iterator<Item = (&'e str, &'e [u8])> + Clone,
    value: Option<&'e [u8]>,
) -> Result<Envelope<'e>, EnvelopeFault> {
    let mut content_types = attributes
        .clone()
        .filter(|(name, _)| name.eq_ignore_ascii_case(headers::CONTENT_TYPE));
    let content_type = content_types.next();
    if content_types.next().is_some() {
        let (expected, found) = ("one content-type header", Some("two"));
        return Err(EnvelopeFault::at(
            Reason::Malformed,
            "datacontenttype",
            expected,
            found,
        ));
    }
    let content_type = content_type
        .and_then(|(_, value)| std::str::from_utf8(value).ok())
        .unwrap_or_default();
    let mode = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if mode.starts_with("application/cloudevents")
        && (mode != headers::STRUCTURED || !is_utf8(content_type))
    {
        return Err(EnvelopeFault::malformed(format!(
            "content type: expected {} in UTF-8, one event in each record, or the data's own type; \
             found {content_type}",
            headers::STRUCTURED
        )));
    }
    if mode == headers::STRUCTURED {
        return decode_structured(value.unwrap_or_default());
    }
    let prefix = binding.prefix();
    let bare = content_type.is_empty() && !attributes.clone().any(|(n, _)| n.starts_with(prefix));
    decode_binary(binding, attributes, value).map_err(|fault| {
        if bare {
            no_event(binding, fault)
        } else {
            fault
        }
    })
}

/// Neither a content type nor attributes: most often a forgotten header, and the publisher is told so.
fn no_event(binding: Binding, fault: EnvelopeFault) -> EnvelopeFault {
    let message = format!(
        "expected a header content-type: {}, or the attributes as headers ({prefix}id, {prefix}source \
         and so on); found neither",
        headers::STRUCTURED,
        prefix = binding.prefix(),
    );
    EnvelopeFault { message, ..fault }
}
