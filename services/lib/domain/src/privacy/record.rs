//! One record of `city.keys`.

use serde::{Deserialize, Serialize};

use super::{SubjectId, Wrapped};

/// A key as it stands in the log, under a Kafka key of its own. A record without a value under the
/// same Kafka key destroys it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum KeyRecord {
    /// A master key was put in force: the root key, wrapped with it.
    Master {
        /// One more than the master key before; of two with one generation the first in the log counts.
        generation: u64,
        /// The root key.
        root: Wrapped,
    },
    /// A person's key.
    Subject {
        /// Its id, as it stands beside what was sealed with it.
        id: String,
        /// Whose.
        subject: SubjectId,
        /// The key.
        key: Wrapped,
    },
}

impl KeyRecord {
    /// The Kafka key it stands under.
    pub fn log_key(&self) -> String {
        match self {
            Self::Master { root, .. } => Self::master_log_key(&root.master),
            Self::Subject { id, .. } => id.clone(),
        }
    }

    /// The Kafka key of a master key's record.
    pub fn master_log_key(master: &str) -> String {
        format!("master.{master}")
    }

    /// Its JSON.
    ///
    /// # Panics
    /// Never: it is a plain structure of text and numbers.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("text and numbers are always JSON")
    }
}

/// The id of a person's key, of random bytes: it says nothing of the person.
pub fn key_id(random: [u8; 9]) -> String {
    format!("s{}", hex::encode(random))
}
