//! Admission: whether a department's record becomes one of the city's events.
//!
//! Contract, ownership, coordinates, place, level and time are settled here, once; nobody
//! downstream checks or guesses again. [`check`] needs no memory and is the same for the courtesy
//! check at the HTTP door; repeats are judged against a [`RepeatMemory`], and personal fields are
//! sealed with a [`Sealer`] when the record is made.

mod check;
mod dead_letter;
mod identity;
mod memory;
mod partition;
mod record;
mod seal;

pub use check::{Checked, check};
pub use dead_letter::{ORIGINAL, ORIGINAL_BYTES, dead_letter_record};
pub use identity::{CONTENT_HASH, Digest, Identity};
pub use memory::{Horizon, RepeatMemory, Seen};
pub use partition::partition_of;
pub use record::{HubRecord, mark_record, watermark_record};
pub(crate) use seal::keyed;
pub use seal::{Sealer, UnsealError};

use event_schemas::city::{LogPosition, Millis, Reason};
use event_schemas::{Envelope, Refusal};

/// One record of an inbox, as it stands there.
#[derive(Clone, Debug)]
pub struct Inbound<'r> {
    /// The department whose inbox it is.
    pub department: &'r str,
    /// The inbox's name.
    pub topic: &'r str,
    /// Where it stands.
    pub position: LogPosition,
    /// When the broker took it.
    pub append_time: Millis,
    /// Its headers in order.
    pub headers: Vec<(&'r str, &'r [u8])>,
    /// Its value; empty means none.
    pub value: &'r [u8],
}

/// What admission does not accept, or remarks upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest event: value and headers together.
    pub event_bytes: usize,
    /// An event time further ahead of the inbox's clock is flagged `future_time`.
    pub future_ms: i64,
    /// An event time further behind the inbox's clock is flagged `old_time`.
    pub old_ms: i64,
}

/// 256 KiB (1 KiB = 1,024 bytes): four times what every CloudEvents intermediary must forward.
pub const EVENT_BYTES: usize = 256 * 1024;
/// An hour.
pub const HOUR_MS: i64 = 3_600_000;

impl Default for Limits {
    fn default() -> Self {
        Self {
            event_bytes: EVENT_BYTES,
            future_ms: HOUR_MS,
            old_ms: 30 * 24 * HOUR_MS,
        }
    }
}

/// A record that is not admitted: the fault, in a sentence for its publisher, and which event it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What was wrong, where, and what was expected.
    pub fault: Refusal,
    /// CloudEvents `source`, where it could be read.
    pub source: Option<String>,
    /// CloudEvents `id`, where it could be read.
    pub id: Option<String>,
    /// CloudEvents `type`, where it could be read.
    pub event_type: Option<String>,
}

impl Refused {
    /// A record whose envelope cannot be read.
    pub const fn unread(fault: Refusal) -> Self {
        Self {
            fault,
            source: None,
            id: None,
            event_type: None,
        }
    }

    /// An event that is refused for what it says.
    pub fn of(envelope: &Envelope<'_>, fault: Refusal) -> Self {
        Self {
            fault,
            source: Some(envelope.source.to_string()),
            id: Some(envelope.id.to_string()),
            event_type: Some(envelope.event_type.to_string()),
        }
    }

    /// An event whose id was used before for other content.
    pub fn id_reused(checked: &Checked<'_>) -> Self {
        let message = format!(
            "/id: expected an id of its own for every event of the source {}, found \"{}\", which an \
             earlier event with other content has; an incident's number belongs into subject",
            checked.envelope.source, checked.envelope.id
        );
        let fault = Refusal {
            reason: Reason::IdReused,
            path: Some(String::from("/id")),
            message,
        };
        Self::of(&checked.envelope, fault)
    }
}
