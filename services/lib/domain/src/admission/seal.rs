//! Personal fields, sealed: nobody reads them without the key, and equal values can still be found.
//!
//! The format is [`SealedField`]: `ChaCha20-Poly1305` over the value's JSON, bound to event and
//! field, and a keyed hash of the value for exact look-up within what the same key sealed. Two keys
//! are derived from the one that is kept, which is the subject's ([`crate::privacy`]). Nonces come from
//! the shell: the log is what was decided, so a sealed value need not be reproducible.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use event_schemas::PersonalSpan;
use event_schemas::city::SealedField;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Seals and opens personal fields with one key.
#[derive(Clone)]
pub struct Sealer {
    id: String,
    cipher: ChaCha20Poly1305,
    look: [u8; 32],
}

/// A sealed field cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    /// It was sealed with another key.
    #[error("the field is sealed with the key '{0}', which is not at hand")]
    OtherKey(String),
    /// It is not what was sealed for this field of this event.
    #[error("the sealed field is damaged, or belongs to another field or event")]
    Damaged,
}

impl Sealer {
    /// A sealer with the key `id`, of which the two working keys are derived.
    pub fn new(id: impl Into<String>, key: &[u8; 32]) -> Self {
        let sealing = Key::from(keyed(key, b"city-brain seal 1"));
        Self {
            id: id.into(),
            cipher: ChaCha20Poly1305::new(&sealing),
            look: keyed(key, b"city-brain look 1"),
        }
    }

    /// The key's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A sealer whose key is named after its hash, so that a field tells which key it needs.
    pub fn named_by_hash(key: &[u8; 32]) -> Self {
        let hash = keyed(key, b"city-brain name 1");
        Self::new(format!("k{}", hex::encode(&hash[..4])), key)
    }

    /// Seals one value (its JSON text). `event` is the event's `<source>#<id>`.
    ///
    /// # Panics
    /// Never for values below 256 GiB.
    pub fn seal(&self, event: &str, path: &str, json: &[u8], nonce: [u8; 12]) -> SealedField {
        let bound = bound(event, path);
        let payload = Payload {
            msg: json,
            aad: &bound,
        };
        let sealed = self
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .expect("ChaCha20-Poly1305 fails only beyond 256 GiB, and an event has 256 KiB");
        SealedField {
            key: self.id.clone(),
            nonce: BASE64.encode(nonce),
            sealed: BASE64.encode(sealed),
            look: self.look(json),
        }
    }

    /// Opens a sealed value of this field of this event.
    pub fn open(
        &self,
        event: &str,
        path: &str,
        field: &SealedField,
    ) -> Result<Vec<u8>, UnsealError> {
        if field.key != self.id {
            return Err(UnsealError::OtherKey(field.key.clone()));
        }
        let nonce = BASE64.decode(&field.nonce).ok();
        let nonce: [u8; 12] = nonce
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(UnsealError::Damaged)?;
        let sealed = BASE64
            .decode(&field.sealed)
            .map_err(|_| UnsealError::Damaged)?;
        let bound = bound(event, path);
        let payload = Payload {
            msg: &sealed,
            aad: &bound,
        };
        self.cipher
            .decrypt(&Nonce::from(nonce), payload)
            .map_err(|_| UnsealError::Damaged)
    }

    /// The keyed hash by which a value is found: of its JSON text.
    pub fn look(&self, json: &[u8]) -> String {
        BASE64.encode(&keyed(&self.look, json)[..16])
    }

    /// The data with its personal values replaced by sealed ones.
    pub(super) fn seal_all(
        &self,
        event: &str,
        data: &[u8],
        personal: &[PersonalSpan],
        mut nonce: impl FnMut() -> [u8; 12],
    ) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(data.len() + personal.len() * 160);
        let mut done = 0;
        for span in personal {
            sealed.extend_from_slice(&data[done..span.start]);
            let field = self.seal(event, &span.path, &data[span.start..span.end], nonce());
            // All four members are base64 or a key id of our own: nothing needs escaping.
            sealed.extend_from_slice(
                format!(
                    r#"{{"sealed":{{"key":"{}","nonce":"{}","box":"{}","look":"{}"}}}}"#,
                    field.key, field.nonce, field.sealed, field.look
                )
                .as_bytes(),
            );
            done = span.end;
        }
        sealed.extend_from_slice(&data[done..]);
        sealed
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

fn bound(event: &str, path: &str) -> Vec<u8> {
    let mut bound = Vec::with_capacity(event.len() + path.len() + 9);
    bound.extend_from_slice(&(path.len() as u64).to_be_bytes());
    bound.extend_from_slice(path.as_bytes());
    bound.extend_from_slice(event.as_bytes());
    bound
}

/// HMAC-SHA-256: a keyed hash, and what derives one key from another.
pub(crate) fn keyed(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key)
        .expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}
