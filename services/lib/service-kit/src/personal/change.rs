//! Destroying a person's keys, and changing the master key.

use domain::privacy::{KeyRecord, Master, SubjectId};

use super::key_file::{add_key, keep_first};
use super::{PersonalKeys, PersonalKeysError};
use crate::random;

/// Keys wrapped anew at once, before the log is waited for.
const AT_ONCE: usize = 256;

impl PersonalKeys {
    /// Destroys all keys of a person; what they sealed is noise from then on. Returns the keys' ids:
    /// none where the hub holds nothing of the person that can be opened.
    pub async fn destroy(&self, person: &SubjectId) -> Result<Vec<String>, PersonalKeysError> {
        let mut destroyed = Vec::new();
        // Again until none is left: another process may have made one meanwhile.
        loop {
            let ring = self.ring();
            let ids: Vec<String> = ring.keys_of(person).map(|key| key.id.clone()).collect();
            if ids.is_empty() {
                return Ok(destroyed);
            }
            for id in ids {
                self.write(id.clone(), Vec::new()).await?;
                destroyed.push(id);
            }
        }
    }

    /// Puts a new master key in force, wraps every key with it, and takes the former one out of log
    /// and file: copies of the log from before are noise to who has not kept it. Where it was interrupted,
    /// it can be called again. Returns the new key's id and how many people's keys it wraps.
    pub async fn rotate_master(&self) -> Result<(String, usize), PersonalKeysError> {
        let former = self.unlock().await?;
        let generation = self.ring().master().map_or(0, |entry| entry.generation) + 1;
        let key = random::bytes::<32>();
        let master = Master::new(&key);
        // In the file before it is in force: whoever reads the log can open it at once.
        add_key(&self.file, &key)?;
        self.append(&KeyRecord::Master {
            generation,
            root: former.root().wrapped_by(&master, random::bytes()),
        })
        .await?;
        let in_force = self.ring().master().map(|entry| entry.root.master.clone());
        if in_force.as_deref() != Some(master.id()) {
            return Err(PersonalKeysError::Changed);
        }
        let rewrapped = self.rewrap_all(&master).await?;
        let others: Vec<String> = self.ring().masters().map(|(id, _)| id.clone()).collect();
        for id in others.iter().filter(|id| *id != master.id()) {
            self.write(KeyRecord::master_log_key(id), Vec::new())
                .await?;
        }
        keep_first(&self.file)?;
        Ok((master.id().to_owned(), rewrapped))
    }

    /// Until nothing is left that another master key wraps: admissions may add keys meanwhile.
    async fn rewrap_all(&self, master: &Master) -> Result<usize, PersonalKeysError> {
        loop {
            let chain = self.unlock_present()?;
            let ring = self.ring();
            let left: Vec<KeyRecord> = ring
                .keys()
                .filter(|key| key.wrapped.master != master.id())
                .map(|key| chain.rewrapped(key, master, random::bytes()))
                .collect::<Result<_, _>>()
                .map_err(|source| self.locked(source))?;
            if left.is_empty() {
                return Ok(ring.keys().count());
            }
            for part in left.chunks(AT_ONCE) {
                let written = part.iter().map(|record| self.append(record));
                futures_util::future::try_join_all(written).await?;
            }
        }
    }
}
