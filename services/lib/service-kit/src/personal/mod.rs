//! Keys for personal data: `city.keys` folded, and the file that opens it.
//!
//! The log says which keys there are; the file outside it holds the master key that wraps them. Two
//! processes that meet a person at once both append a key; the one that stands first is used by all.

mod change;
mod key_file;

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::admission::Sealer;
use domain::privacy::{
    KeyRecord, KeyRing, KeyVerdict, Keychain, Master, Root, SubjectId, SubjectKey, UnwrapError,
};
use event_log::{AppendError, DecidedLog, LogConfig, LogError, OutRecord, Record};
use event_schemas::city::{Topic, headers};
use futures_util::future::try_join_all;

use crate::{Shutdown, random};

use key_file::present_keys;
pub use key_file::{KeyFileError, read_keys};

/// How long an append to the log of keys may take.
const APPEND_WAIT: Duration = Duration::from_secs(10);

/// The keys for personal data cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PersonalKeysError {
    /// The master key's file.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// The log of keys cannot be opened.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log of keys did not take a record.
    #[error("the log of keys did not take a key: {0}")]
    Append(#[from] AppendError),
    /// The file's master key is not the one in force.
    #[error(
        "{source}; {path} must hold the master key in force: restore it from its backup, or from the machine that changed it"
    )]
    Master {
        /// The file.
        path: PathBuf,
        /// What is missing.
        source: UnwrapError,
    },
    /// The master key was changed meanwhile.
    #[error("the master key was changed meanwhile; try again")]
    Changed,
}

/// The log of keys and the master key's file. Clones share the fold.
#[derive(Clone)]
pub struct PersonalKeys {
    log: DecidedLog<KeyRing, KeyVerdict>,
    file: PathBuf,
}

impl PersonalKeys {
    /// Opens the log of keys; returns once it is folded up to its present end.
    pub async fn open(
        config: &LogConfig,
        file: &Path,
        shutdown: Shutdown,
    ) -> Result<Self, PersonalKeysError> {
        let apply = |ring: &mut KeyRing, record: &Record| {
            let key = record.key.as_deref().unwrap_or_default();
            ring.apply(record.position.offset, key, &record.value)
        };
        let log =
            DecidedLog::open(config, Topic::Keys, KeyRing::default(), apply, shutdown).await?;
        Ok(Self {
            log,
            file: file.to_owned(),
        })
    }

    /// Which keys there are now.
    pub fn ring(&self) -> KeyRing {
        self.log.state()
    }

    /// Opens the root key with the file's master key. At the hub's very first start the file is made,
    /// and its key put in force; a file that is lost later is never replaced.
    pub async fn unlock(&self) -> Result<Keychain, PersonalKeysError> {
        if self.ring().master().is_none() {
            let key = key_file::first_key(&self.file)?;
            let root = Root::new(&key).wrapped_by(&Master::new(&key), random::bytes());
            self.append(&KeyRecord::Master {
                generation: 1,
                root,
            })
            .await?;
        }
        self.unlock_present()
    }

    /// As [`Self::unlock`], for who makes no keys: none where no master key was ever put in force.
    pub fn unlock_present(&self) -> Result<Keychain, PersonalKeysError> {
        let keys = present_keys(&self.file)?;
        Keychain::unlock(&self.ring(), &keys)
            .ok_or(PersonalKeysError::Changed)?
            .map_err(|source| self.locked(source))
    }

    /// Makes keys for people who have none, all at once, and waits until the log has decided: whether
    /// ours or another's are in force then, the ring tells.
    pub async fn make(
        &self,
        chain: &Keychain,
        people: &[SubjectId],
    ) -> Result<(), PersonalKeysError> {
        let made = people.iter().map(|&subject| async move {
            let key = random::bytes::<32>();
            let record = chain.new_key(subject, random::bytes(), &key, random::bytes());
            self.append(&record).await
        });
        try_join_all(made).await?;
        Ok(())
    }

    /// Opens a person's key.
    pub fn opened(&self, chain: &Keychain, key: &SubjectKey) -> Result<Sealer, PersonalKeysError> {
        chain.sealer(key).map_err(|source| self.locked(source))
    }

    fn locked(&self, source: UnwrapError) -> PersonalKeysError {
        PersonalKeysError::Master {
            path: self.file.clone(),
            source,
        }
    }

    async fn append(&self, record: &KeyRecord) -> Result<(), PersonalKeysError> {
        self.write(record.log_key(), record.to_bytes()).await
    }

    /// Appends under a Kafka key; no value destroys what stands there.
    async fn write(&self, log_key: String, value: Vec<u8>) -> Result<(), PersonalKeysError> {
        let record = OutRecord {
            headers: key_headers(&log_key),
            key: Some(log_key.into_bytes()),
            value,
            ..OutRecord::default()
        };
        self.log.append(record, APPEND_WAIT).await?;
        Ok(())
    }

    /// Returns when the fold has ended: at shutdown, or because the log was lost.
    pub async fn closed(&self) {
        self.log.closed().await;
    }
}

fn key_headers(id: &str) -> Vec<(event_log::HeaderName, Vec<u8>)> {
    [
        ("ce_specversion", "1.0"),
        (headers::CE_ID, id),
        (headers::CE_SOURCE, headers::HUB_SOURCE),
        (headers::CE_TYPE, headers::KEY_TYPE),
        (headers::CONTENT_TYPE, "application/json"),
    ]
    .into_iter()
    .map(|(name, value)| (name.into(), value.as_bytes().to_vec()))
    .collect()
}
