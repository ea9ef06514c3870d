//! The fold of `city.keys`: which keys there are.
//!
//! The topic is compacted, so the fold depends on nothing but the last record under each Kafka key,
//! in the log's order: whoever reads the log after a compaction comes to the same ring as one who has
//! followed it from its beginning. Hence no record is refused for an earlier one; of several keys of
//! one person (two admissions met them at once) the one that stands first is in force.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};

use super::{KeyRecord, SubjectId, Wrapped};

/// All keys, wrapped. A clone is a snapshot that costs nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRing {
    masters: OrdMap<String, Arc<MasterEntry>>,
    keys: OrdMap<String, Arc<SubjectKey>>,
    of_subject: OrdMap<SubjectId, OrdSet<(i64, String)>>,
}

/// A master key that was put in force, by its id; the key itself is not in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterEntry {
    /// Counts up with every change.
    pub generation: u64,
    /// The root key, wrapped with it.
    pub root: Wrapped,
    /// Where its record stands.
    pub offset: i64,
}

/// A person's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectKey {
    /// Its id.
    pub id: String,
    /// Whose.
    pub subject: SubjectId,
    /// The key.
    pub wrapped: Wrapped,
    /// Where its record stands.
    pub offset: i64,
}

/// What a record did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyVerdict {
    /// A key is there now.
    Kept,
    /// What stood under its Kafka key is no more.
    Destroyed,
    /// It cannot be read; what stood under its Kafka key is no more.
    Malformed,
}

impl KeyRing {
    /// Folds one record; no value means that the key is destroyed.
    pub fn apply(&mut self, offset: i64, log_key: &[u8], value: &[u8]) -> KeyVerdict {
        self.remove(&String::from_utf8_lossy(log_key));
        if value.is_empty() {
            return KeyVerdict::Destroyed;
        }
        let record = serde_json::from_slice::<KeyRecord>(value).ok();
        match record.filter(|record| record.log_key().as_bytes() == log_key) {
            None => KeyVerdict::Malformed,
            Some(record) => {
                self.keep(offset, record);
                KeyVerdict::Kept
            }
        }
    }

    fn remove(&mut self, log_key: &str) {
        if let Some(master) = log_key.strip_prefix("master.") {
            self.masters.remove(master);
        } else if let Some(gone) = self.keys.remove(log_key) {
            let mut others = self.of_subject.remove(&gone.subject).unwrap_or_default();
            others.remove(&(gone.offset, gone.id.clone()));
            if !others.is_empty() {
                self.of_subject.insert(gone.subject, others);
            }
        }
    }

    fn keep(&mut self, offset: i64, record: KeyRecord) {
        match record {
            KeyRecord::Master { generation, root } => {
                let id = root.master.clone();
                let entry = MasterEntry {
                    generation,
                    root,
                    offset,
                };
                self.masters.insert(id, Arc::new(entry));
            }
            KeyRecord::Subject { id, subject, key } => {
                let places = self.of_subject.entry(subject).or_default();
                places.insert((offset, id.clone()));
                let entry = SubjectKey {
                    id: id.clone(),
                    subject,
                    wrapped: key,
                    offset,
                };
                self.keys.insert(id, Arc::new(entry));
            }
        }
    }

    /// The master key in force: the newest; of two that were put in force at once, the first in the log.
    pub fn master(&self) -> Option<&Arc<MasterEntry>> {
        self.masters
            .values()
            .max_by_key(|entry| (entry.generation, -entry.offset))
    }

    /// All master keys that still wrap something or may, by id.
    pub fn masters(&self) -> impl Iterator<Item = (&String, &Arc<MasterEntry>)> {
        self.masters.iter()
    }

    /// The key with which this person's fields are sealed: the first in the log that the master key in
    /// force wraps, or will wrap: a change of the master key takes along what stands before it. A key
    /// that comes later and is still wrapped with the former one may be left behind.
    pub fn in_force(&self, subject: &SubjectId) -> Option<&Arc<SubjectKey>> {
        let master = self.master()?;
        self.keys_of(subject)
            .find(|key| key.offset < master.offset || key.wrapped.master == master.root.master)
    }

    /// All keys of a person, in the log's order.
    pub fn keys_of(&self, subject: &SubjectId) -> impl Iterator<Item = &Arc<SubjectKey>> {
        let places = self.of_subject.get(subject);
        places
            .into_iter()
            .flat_map(|places| places.iter())
            .filter_map(|(_, id)| self.keys.get(id))
    }

    /// A person's key by its id.
    pub fn key(&self, id: &str) -> Option<&Arc<SubjectKey>> {
        self.keys.get(id)
    }

    /// All people's keys.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<SubjectKey>> {
        self.keys.values()
    }
}
