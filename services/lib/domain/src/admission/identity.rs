//! By what a repeat is told: the same source and id, and whether the bytes are the same.

use event_schemas::Envelope;
use sha2::{Digest as _, Sha256};

/// Header that carries the content's digest on every admitted event, so that the memory of
/// repeats can be read back from the log although personal fields are sealed there.
pub const CONTENT_HASH: &str = "content-hash";

/// The first 16 bytes of a SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 16]);

impl Digest {
    /// 32 hexadecimal digits.
    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Reads what [`Self::hex`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

/// Digests of an event's key and of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Of `source` and `id`.
    pub key: Digest,
    /// Of everything that the event says, whichever mode it came in.
    pub content: Digest,
}

impl Identity {
    /// The identity of an event.
    pub fn of(envelope: &Envelope<'_>) -> Self {
        Self {
            key: Self::key(&envelope.source, &envelope.id),
            content: content(envelope),
        }
    }

    /// The digest of an event's key.
    pub fn key(source: &str, id: &str) -> Digest {
        let mut hash = Sha256::new();
        part(&mut hash, source.as_bytes());
        part(&mut hash, id.as_bytes());
        first_half(hash)
    }
}

fn content(envelope: &Envelope<'_>) -> Digest {
    let city = &envelope.city;
    let mut hash = Sha256::new();
    let texts = [
        Some(&envelope.event_type),
        envelope.subject.as_ref(),
        envelope.data_schema.as_ref(),
        city.correlation_id.as_ref(),
        city.causation_id.as_ref(),
        city.data_classification.as_ref(),
        city.place_code.as_ref(),
    ];
    for text in texts {
        optional(&mut hash, text.map(|text| text.as_bytes()));
    }
    for time in [envelope.time, city.recorded_time] {
        optional(
            &mut hash,
            time.map(|time| time.0.to_be_bytes())
                .as_ref()
                .map(|b| &b[..]),
        );
    }
    for degrees in [city.location.map(|at| at.0), city.location.map(|at| at.1)] {
        optional(
            &mut hash,
            degrees.map(f64::to_be_bytes).as_ref().map(|b| &b[..]),
        );
    }
    let crs = city.crs.map(|crs| format!("{crs:?}"));
    optional(&mut hash, crs.as_deref().map(str::as_bytes));
    part(
        &mut hash,
        &[city.alert_level.unwrap_or(0), u8::from(city.exercise)],
    );
    // Headers have an order, attributes do not.
    let mut extensions: Vec<_> = envelope.extensions.iter().collect();
    extensions.sort();
    for (name, value) in extensions {
        part(&mut hash, name.as_bytes());
        part(&mut hash, value.as_bytes());
    }
    optional(&mut hash, envelope.data);
    first_half(hash)
}

/// Every part is preceded by its length, so that no two lists of parts hash alike.
fn part(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64 + 1).to_be_bytes());
    hash.update(bytes);
}

fn optional(hash: &mut Sha256, bytes: Option<&[u8]>) {
    match bytes {
        Some(bytes) => part(hash, bytes),
        None => hash.update(0_u64.to_be_bytes()),
    }
}

fn first_half(hash: Sha256) -> Digest {
    let whole: [u8; 32] = hash.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    Digest(half)
}
