//! The fold of `city.control`.

use std::sync::Arc;

use event_schemas::city::Millis;
use imbl::{OrdMap, OrdSet, Vector};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    Account, AuditEntry, ControlAggregate, ControlDecision, DepartmentKey, KEY_PREFIX,
    RuleSetActivation, Session, TablesActivation, session_id,
};
use crate::access::{Principal, Role};
use crate::case::{Actor, KEYS_MAX};

/// This many audit lines stay in memory; the log keeps all.
pub const AUDIT_KEPT: usize = 1_000;

/// An ended session is forgotten only after a day, so that a decision made just before its end
/// still finds it when the log takes the decision just after.
const SESSION_KEPT_MS: i64 = 24 * 3_600_000;

/// Everything decided about access and configuration up to a position.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ControlBook {
    accounts: OrdMap<String, Arc<Account>>,
    sessions: OrdMap<String, Arc<Session>>,
    session_ends: OrdSet<(Millis, String)>,
    department_keys: OrdMap<String, Arc<DepartmentKey>>,
    rule_set: Option<Arc<RuleSetActivation>>,
    tables: OrdMap<String, Arc<TablesActivation>>,
    changed_by: OrdMap<(&'static str, String), Actor>,
    keys: OrdMap<String, i64>,
    key_order: Vector<String>,
    audit: Vector<Arc<AuditEntry>>,
    malformed: u64,
    next_offset: i64,
}

/// What the log made of a control record: the same for every reader.
#[derive(Clone, Debug, PartialEq)]
pub enum ControlVerdict {
    /// It counts.
    Accepted(Arc<AuditEntry>),
    /// Somebody was first. Ignored.
    Stale {
        /// Who was first.
        winner: Actor,
    },
    /// The key was already used. Ignored.
    Repeat {
        /// The first record's offset.
        first: i64,
    },
    /// It cannot be read, or contradicts itself. Ignored and counted.
    Malformed {
        /// What is wrong.
        reason: String,
    },
}

impl ControlBook {
    /// Folds a record's bytes; what is not a decision is ignored and counted, never fatal.
    pub fn apply_bytes(
        &mut self,
        offset: i64,
        append_time: Millis,
        value: &[u8],
    ) -> ControlVerdict {
        match serde_json::from_slice::<ControlDecision>(value) {
            Ok(decision) => self.apply(offset, append_time, &decision),
            Err(error) => {
                self.next_offset = self.next_offset.max(offset + 1);
                self.malformed(format!("not a control decision: {error}"))
            }
        }
    }

    /// Folds one record: accepts it only if its key is new and every version is current.
    pub fn apply(
        &mut self,
        offset: i64,
        append_time: Millis,
        decision: &ControlDecision,
    ) -> ControlVerdict {
        self.next_offset = self.next_offset.max(offset + 1);
        self.forget_ended_sessions(append_time);
        if let Some(first) = self.keys.get(&decision.key) {
            return ControlVerdict::Repeat { first: *first };
        }
        if decision.aggregates.is_empty() {
            return self.malformed(String::from("names nothing it touches"));
        }
        for aggregate in &decision.aggregates {
            let (kind, id, version, state_id, state_version) = outline(aggregate);
            if state_id.is_some_and(|state_id| state_id != id) || state_version != version + 1 {
                return self.malformed(format!("{kind} {id} contradicts its own state"));
            }
            let current = self.version_of(aggregate);
            if current != version {
                let winner = self.changed_by.get(&(kind, id.to_owned())).cloned();
                return match winner {
                    Some(winner) => ControlVerdict::Stale { winner },
                    None => self.malformed(format!("{kind} {id} does not exist")),
                };
            }
        }
        ControlVerdict::Accepted(self.accept(offset, decision))
    }

    fn malformed(&mut self, reason: String) -> ControlVerdict {
        self.malformed += 1;
        ControlVerdict::Malformed { reason }
    }

    /// Ended sessions are dropped by the log's own time, so that all readers drop the same.
    fn forget_ended_sessions(&mut self, append_time: Millis) {
        while let Some((ends, id)) = self.session_ends.get_min().cloned()
            && ends.plus(SESSION_KEPT_MS) < append_time
        {
            self.session_ends.remove(&(ends, id.clone()));
            self.sessions.remove(&id);
            self.changed_by.remove(&("session", id));
        }
    }

    fn version_of(&self, aggregate: &ControlAggregate) -> u64 {
        match aggregate {
            ControlAggregate::Account { id, .. } => {
                self.accounts.get(id).map_or(0, |one| one.version)
            }
            ControlAggregate::Session { id, .. } => {
                self.sessions.get(id).map_or(0, |one| one.version)
            }
            ControlAggregate::Key { id, .. } => {
                self.department_keys.get(id).map_or(0, |one| one.version)
            }
            ControlAggregate::RuleSet { .. } => self.rule_set.as_ref().map_or(0, |one| one.version),
            ControlAggregate::Tables { id, .. } => self.tables.get(id).map_or(0, |one| one.version),
            // Its key, which is used once, is all that there is of it.
            ControlAggregate::Replay { .. } | ControlAggregate::Personal { .. } => 0,
        }
    }

    fn accept(&mut self, offset: i64, decision: &ControlDecision) -> Arc<AuditEntry> {
        for aggregate in &decision.aggregates {
            // Nothing is decided against it again, so nothing of it is kept.
            if matches!(
                aggregate,
                ControlAggregate::Replay { .. } | ControlAggregate::Personal { .. }
            ) {
                continue;
            }
            let (kind, id, ..) = outline(aggregate);
            self.changed_by
                .insert((kind, id.to_owned()), decision.actor.clone());
            match aggregate {
                ControlAggregate::Account { id, state, .. } => {
                    self.accounts.insert(id.clone(), Arc::new(state.clone()));
                }
                ControlAggregate::Session { id, state, .. } => {
                    // An extended session has one end, the new one.
                    if let Some(before) = self.sessions.get(id) {
                        self.session_ends.remove(&(before.expires_at, id.clone()));
                    }
                    self.session_ends.insert((state.expires_at, id.clone()));
                    self.sessions.insert(id.clone(), Arc::new(state.clone()));
                }
                ControlAggregate::Key { id, state, .. } => {
                    self.department_keys
                        .insert(id.clone(), Arc::new(state.clone()));
                }
                ControlAggregate::RuleSet { state, .. } => {
                    self.rule_set = Some(Arc::new(state.clone()));
                }
                ControlAggregate::Tables { id, state, .. } => {
                    self.tables.insert(id.clone(), Arc::new(state.clone()));
                }
                ControlAggregate::Replay { .. } | ControlAggregate::Personal { .. } => {}
            }
        }
        self.keys.insert(decision.key.clone(), offset);
        self.key_order.push_back(decision.key.clone());
        if self.key_order.len() > KEYS_MAX
            && let Some(oldest) = self.key_order.pop_front()
        {
            self.keys.remove(&oldest);
        }
        let entry = Arc::new(AuditEntry {
            offset,
            at: decision.at,
            actor: decision.actor.clone(),
            command: decision.command.clone(),
            words: decision.entry.words.clone(),
            fields: decision.entry.fields.clone(),
        });
        self.audit.push_back(Arc::clone(&entry));
        if self.audit.len() > AUDIT_KEPT {
            self.audit.pop_front();
        }
        entry
    }
}

/// Looking things up.
impl ControlBook {
    /// Who a session token belongs to, while it lasts.
    pub fn authenticate_session(&self, token: &str, now: Millis) -> Option<Principal> {
        let id = session_id(token);
        self.principal_of_session(&id, now)
    }

    /// Who a session belongs to, while it lasts: for streams that are re-checked while open.
    pub fn principal_of_session(&self, id: &str, now: Millis) -> Option<Principal> {
        let session = self.sessions.get(id)?;
        if session.revoked_at.is_some() || session.expires_at <= now {
            return None;
        }
        let account = self.accounts.get(&session.account)?;
        if account.disabled {
            return None;
        }
        Some(Principal {
            name: account.name.clone(),
            roles: account.roles.clone(),
            department: account.department.clone(),
            session: Some(session.id.clone()),
        })
    }

    /// Which department a key belongs to, while it is not revoked.
    pub fn authenticate_key(&self, key: &str) -> Option<Principal> {
        let (id, secret) = key.strip_prefix(KEY_PREFIX)?.split_once('_')?;
        let known = self.department_keys.get(id)?;
        let hash = hex::encode(Sha256::digest(secret.as_bytes()));
        let same = bool::from(hash.as_bytes().ct_eq(known.secret_hash.as_bytes()));
        if !same || known.revoked_at.is_some() {
            return None;
        }
        Some(Principal {
            name: format!("key:{}", known.id),
            roles: vec![Role::Publisher],
            department: Some(known.department.clone()),
            session: None,
        })
    }

    /// An account.
    pub fn account(&self, name: &str) -> Option<&Arc<Account>> {
        self.accounts.get(name)
    }

    /// All accounts, by name.
    pub fn accounts(&self) -> impl Iterator<Item = &Arc<Account>> {
        self.accounts.values()
    }

    /// A session.
    pub fn session(&self, id: &str) -> Option<&Arc<Session>> {
        self.sessions.get(id)
    }

    /// An account's live sessions, in the order they end by themselves.
    pub fn sessions_of<'b>(
        &'b self,
        account: &'b str,
        now: Millis,
    ) -> impl Iterator<Item = &'b Arc<Session>> {
        self.session_ends
            .iter()
            .filter(move |(ends, _)| *ends > now)
            .filter_map(|(_, id)| self.sessions.get(id))
            .filter(move |session| session.account == account && session.revoked_at.is_none())
    }

    /// A department's key.
    pub fn department_key(&self, id: &str) -> Option<&Arc<DepartmentKey>> {
        self.department_keys.get(id)
    }

    /// All departments' keys, by id.
    pub fn department_keys(&self) -> impl Iterator<Item = &Arc<DepartmentKey>> {
        self.department_keys.values()
    }

    /// The rule set in force.
    pub fn rule_set(&self) -> Option<&RuleSetActivation> {
        self.rule_set.as_deref()
    }

    /// The tables in force that stand for the database of this name; `None`: the database itself.
    pub fn tables(&self, of: &str) -> Option<&Arc<TablesActivation>> {
        self.tables.get(of)
    }

    /// The latest audit lines, oldest first.
    pub fn audit(&self) -> &Vector<Arc<AuditEntry>> {
        &self.audit
    }

    /// Whether a key (scoped, as in the log) was used, and where.
    pub fn outcome(&self, scoped_key: &str) -> Option<i64> {
        self.keys.get(scoped_key).copied()
    }

    /// Records that could not be read or contradicted themselves.
    pub fn malformed_count(&self) -> u64 {
        self.malformed
    }

    /// The next offset not yet folded.
    pub fn next_offset(&self) -> i64 {
        self.next_offset
    }
}

fn outline(aggregate: &ControlAggregate) -> (&'static str, &str, u64, Option<&str>, u64) {
    match aggregate {
        ControlAggregate::Account { id, version, state } => {
            ("account", id, *version, Some(&state.name), state.version)
        }
        ControlAggregate::Session { id, version, state } => {
            ("session", id, *version, Some(&state.id), state.version)
        }
        ControlAggregate::Key { id, version, state } => {
            ("key", id, *version, Some(&state.id), state.version)
        }
        ControlAggregate::RuleSet { version, state, .. } => {
            ("ruleSet", "active", *version, None, state.version)
        }
        ControlAggregate::Tables { id, version, state } => {
            ("tables", id, *version, None, state.version)
        }
        ControlAggregate::Personal { id, version, state } => {
            ("personal", id, *version, Some(&state.id), state.version)
        }
        ControlAggregate::Replay { id, version, state } => {
            ("replay", id, *version, Some(&state.id), state.version)
        }
    }
}
