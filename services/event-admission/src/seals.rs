//! With what each event's personal fields are sealed: the opened keys of the people met lately.
//!
//! The log of keys is followed in memory, so that a person who was met before costs no question; only
//! new people are waited for, all of a batch together.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::admission::Sealer;
use domain::privacy::{KeyRing, Keychain, Root, SubjectId};
use service_kit::personal::{PersonalKeys, PersonalKeysError};

/// Opened keys kept at hand, about 300 bytes each.
const OPENED: usize = 100_000;
/// How often keys are asked for while the master key changes.
const TRIES: u32 = 4;

/// Opens people's keys, and has keys made for those who have none.
pub(crate) struct Seals {
    keys: PersonalKeys,
    chain: Keychain,
    plain: Arc<Sealer>,
    opened: HashMap<SubjectId, Arc<Sealer>>,
}

impl Seals {
    /// With the master key of `chain`.
    pub(crate) fn new(keys: PersonalKeys, chain: Keychain) -> Self {
        Self {
            plain: Arc::new(chain.root().sealer().clone()),
            keys,
            chain,
            opened: HashMap::new(),
        }
    }

    /// The key that names people.
    pub(crate) const fn root(&self) -> &Root {
        self.chain.root()
    }

    /// The sealer of each event: of its person, or any where nothing is to be sealed.
    pub(crate) async fn of_all(
        &mut self,
        people: &[Option<SubjectId>],
    ) -> Result<Vec<Arc<Sealer>>, PersonalKeysError> {
        for _ in 0..TRIES {
            let ring = self.keys.ring();
            let missing = self.missing(&ring, people)?;
            if missing.is_empty() {
                return Ok(people
                    .iter()
                    .map(|person| self.sealer(person.as_ref()))
                    .collect());
            }
            let in_force = ring.master().map(|master| &*master.root.master);
            if in_force != Some(self.chain.master().id()) {
                self.chain = self.keys.unlock().await?;
            }
            self.keys.make(&self.chain, &missing).await?;
        }
        Err(PersonalKeysError::Changed)
    }

    /// Opens the keys in force; returns who has none. A key that was destroyed is not used any more.
    fn missing(
        &mut self,
        ring: &KeyRing,
        people: &[Option<SubjectId>],
    ) -> Result<Vec<SubjectId>, PersonalKeysError> {
        if self.opened.len() > OPENED {
            self.opened.clear();
        }
        let mut missing = HashSet::new();
        for person in people.iter().flatten() {
            let Some(key) = ring.in_force(person) else {
                missing.insert(*person);
                continue;
            };
            let known = self.opened.get(person);
            if known.is_none_or(|known| known.id() != key.id) {
                let sealer = if let Ok(sealer) = self.chain.sealer(key) {
                    sealer
                } else {
                    // Wrapped with a master key that came after this chain.
                    self.chain = self.keys.unlock_present()?;
                    self.keys.opened(&self.chain, key)?
                };
                self.opened.insert(*person, Arc::new(sealer));
            }
        }
        Ok(missing.into_iter().collect())
    }

    fn sealer(&self, person: Option<&SubjectId>) -> Arc<Sealer> {
        let known = person.and_then(|person| self.opened.get(person));
        Arc::clone(known.unwrap_or(&self.plain))
    }
}
