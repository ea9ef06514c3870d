//! Personal data in a log that forgets nothing: each person has a key, and the key can be destroyed.
//!
//! Personal fields are sealed with their subject's key ([`crate::admission::Sealer`]). The key itself
//! stands in `city.keys`, wrapped by the [`Master`] key that only a file outside the log holds. That
//! topic alone is compacted: a key's removal takes its bytes out of the log, and what was sealed with
//! it is noise wherever it stands.

mod keychain;
mod master;
mod record;
mod ring;
mod subject;

pub use keychain::{Keychain, OpenError};
pub use master::{Master, Root, UnwrapError, Wrapped};
pub use record::{KeyRecord, key_id};
pub use ring::{KeyRing, KeyVerdict, MasterEntry, SubjectKey};
pub use subject::{SubjectId, normal_form};
