//! Opened keys: what seals and opens with the help of the ring.

use event_schemas::city::SealedField;

use super::{KeyRecord, KeyRing, Master, Root, SubjectId, SubjectKey, UnwrapError, key_id};
use crate::admission::{Sealer, UnsealError};

/// The master keys at hand, the one in force first, and the root key that they open.
#[derive(Clone, Debug)]
pub struct Keychain {
    masters: Vec<Master>,
    root: Root,
}

/// A personal field cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Its key is no more: the person was erased.
    #[error("the key '{0}' was destroyed: what it sealed is noise for good")]
    Destroyed(String),
    /// Its key is there, but not the master key.
    #[error(transparent)]
    Wrapped(#[from] UnwrapError),
    /// It is not what was sealed.
    #[error(transparent)]
    Sealed(#[from] UnsealError),
}

impl Keychain {
    /// Opens the root key of the master key in force with the `keys` at hand; none: no master key was
    /// ever put in force.
    pub fn unlock(ring: &KeyRing, keys: &[[u8; 32]]) -> Option<Result<Self, UnwrapError>> {
        let wrapped = &ring.master()?.root;
        let mut masters: Vec<Master> = keys.iter().map(Master::new).collect();
        let Some(at) = masters.iter().position(|one| one.id() == wrapped.master) else {
            return Some(Err(UnwrapError::OtherMaster {
                what: String::from(Root::NAME),
                master: wrapped.master.clone(),
            }));
        };
        masters.swap(0, at);
        let opened = masters[0].unwrap(Root::NAME, wrapped);
        Some(opened.map(|key| Self {
            masters,
            root: Root::new(&key),
        }))
    }

    /// The root key.
    pub const fn root(&self) -> &Root {
        &self.root
    }

    /// The master key in force when this was unlocked.
    ///
    /// # Panics
    /// Never: a keychain is made with the master key in force.
    pub fn master(&self) -> &Master {
        self.masters
            .first()
            .expect("unlocking puts the master key in force first")
    }

    /// The sealer of a person's key.
    pub fn sealer(&self, key: &SubjectKey) -> Result<Sealer, UnwrapError> {
        Ok(Sealer::new(key.id.clone(), &self.opened(key)?))
    }

    /// A new key for a person, as it is recorded.
    pub fn new_key(
        &self,
        subject: SubjectId,
        id: [u8; 9],
        key: &[u8; 32],
        nonce: [u8; 12],
    ) -> KeyRecord {
        let id = key_id(id);
        KeyRecord::Subject {
            key: self.master().wrap(&id, key, nonce),
            id,
            subject,
        }
    }

    /// A person's key wrapped anew with another master key.
    pub fn rewrapped(
        &self,
        key: &SubjectKey,
        master: &Master,
        nonce: [u8; 12],
    ) -> Result<KeyRecord, UnwrapError> {
        Ok(KeyRecord::Subject {
            id: key.id.clone(),
            subject: key.subject,
            key: master.wrap(&key.id, &self.opened(key)?, nonce),
        })
    }

    /// Opens a field of an event (`<source>#<id>`), whichever key sealed it.
    pub fn open(
        &self,
        ring: &KeyRing,
        event: &str,
        path: &str,
        field: &SealedField,
    ) -> Result<Vec<u8>, OpenError> {
        if field.key == self.root.sealer().id() {
            return Ok(self.root.sealer().open(event, path, field)?);
        }
        let key = ring
            .key(&field.key)
            .ok_or_else(|| OpenError::Destroyed(field.key.clone()))?;
        Ok(self.sealer(key)?.open(event, path, field)?)
    }

    fn opened(&self, key: &SubjectKey) -> Result<[u8; 32], UnwrapError> {
        let wrapped = &key.wrapped;
        let master = self
            .masters
            .iter()
            .find(|master| master.id() == wrapped.master)
            .ok_or_else(|| UnwrapError::OtherMaster {
                what: key.id.clone(),
                master: wrapped.master.clone(),
            })?;
        master.unwrap(&key.id, wrapped)
    }
}
