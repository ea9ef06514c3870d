//! The key that wraps all others, and the one from which the hub's own working keys are derived.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use serde::{Deserialize, Serialize};

use super::{SubjectId, normal_form};
use crate::admission::{Sealer, keyed};

/// The key outside the log. Who has neither it nor an opened key reads no personal field.
#[derive(Clone)]
pub struct Master {
    id: String,
    cipher: ChaCha20Poly1305,
}

/// A key as it stands in the log: encrypted with a master key, bound to what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapped {
    /// Id of the master key.
    pub master: String,
    /// 12 bytes, base64.
    pub nonce: String,
    /// Ciphertext with tag, base64.
    #[serde(rename = "box")]
    pub sealed: String,
}

/// A wrapped key cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnwrapError {
    /// With this master key it cannot be: another one wrapped it.
    #[error("the key '{what}' is wrapped with the master key '{master}', which is not at hand")]
    OtherMaster {
        /// Which key.
        what: String,
        /// Id of the master key needed.
        master: String,
    },
    /// It is not what was wrapped.
    #[error("the wrapped key '{what}' is damaged")]
    Damaged {
        /// Which key.
        what: String,
    },
}

impl Master {
    /// The master key of these bytes; its id is taken from their hash.
    pub fn new(key: &[u8; 32]) -> Self {
        let name = keyed(key, b"city-brain master name 1");
        let wrapping = Key::from(keyed(key, b"city-brain wrap 1"));
        Self {
            id: format!("m{}", hex::encode(&name[..4])),
            cipher: ChaCha20Poly1305::new(&wrapping),
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Wraps a key, bound to `what` it is.
    ///
    /// # Panics
    /// Never: 32 bytes are far below the cipher's limit.
    pub fn wrap(&self, what: &str, key: &[u8; 32], nonce: [u8; 12]) -> Wrapped {
        let payload = Payload {
            msg: key,
            aad: what.as_bytes(),
        };
        let sealed = self
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .expect("ChaCha20-Poly1305 fails only beyond 256 GiB, and a key has 32 bytes");
        Wrapped {
            master: self.id.clone(),
            nonce: BASE64.encode(nonce),
            sealed: BASE64.encode(sealed),
        }
    }

    /// Opens what [`Self::wrap`] made of `what`.
    pub fn unwrap(&self, what: &str, wrapped: &Wrapped) -> Result<[u8; 32], UnwrapError> {
        if wrapped.master != self.id {
            return Err(UnwrapError::OtherMaster {
                what: what.to_owned(),
                master: wrapped.master.clone(),
            });
        }
        self.opened(what, wrapped)
            .ok_or_else(|| UnwrapError::Damaged {
                what: what.to_owned(),
            })
    }

    fn opened(&self, what: &str, wrapped: &Wrapped) -> Option<[u8; 32]> {
        let nonce: [u8; 12] = BASE64.decode(&wrapped.nonce).ok()?.try_into().ok()?;
        let sealed = BASE64.decode(&wrapped.sealed).ok()?;
        let payload = Payload {
            msg: &sealed,
            aad: what.as_bytes(),
        };
        let key = self.cipher.decrypt(&Nonce::from(nonce), payload).ok()?;
        key.try_into().ok()
    }
}

impl std::fmt::Debug for Master {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Master")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The hub's own key, the same through all changes of the master key: it names people, and opens what
/// was sealed before each of them had a key.
#[derive(Clone)]
pub struct Root {
    key: [u8; 32],
    naming: [u8; 32],
    sealer: Sealer,
}

impl Root {
    /// The root key of these bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        Self {
            key: *key,
            naming: keyed(key, b"city-brain subject 1"),
            sealer: Sealer::named_by_hash(key),
        }
    }

    /// The person that a value (its JSON text) names.
    pub fn subject(&self, json: &[u8]) -> SubjectId {
        let hash = keyed(&self.naming, &normal_form(json));
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        SubjectId(id)
    }

    /// The sealer of the time when one key sealed everything.
    pub const fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Wraps it with a master key.
    pub fn wrapped_by(&self, master: &Master, nonce: [u8; 12]) -> Wrapped {
        master.wrap(Self::NAME, &self.key, nonce)
    }

    /// What the root key is called where it is wrapped.
    pub const NAME: &str = "root";
}

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Root").finish_non_exhaustive()
    }
}
