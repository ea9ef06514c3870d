//! The hub's own records: what the city's topics hold beside departments' facts.
//!
//! Every record is a `CloudEvent` in binary mode: `ce_*` headers, JSON in the value. The shapes are
//! also written down as JSON Schemas in `event-schemas/city/`, which a test holds equal to these types.

mod admission;
mod contracts;
mod dead_letter;
pub mod headers;
mod position;
mod progress;
mod time;
mod topics;

pub use admission::{Admission, SealedField};
pub use contracts::{record_contract, record_contract_names};
pub use dead_letter::{DeadLetter, Reason};
pub use position::{LogCursor, LogPosition, TopicId};
pub use progress::{InboxProgress, RuleSetMark, Watermark};
pub use time::Millis;
pub use topics::{Topic, Topics};
