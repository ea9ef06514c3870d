//! One record of `city.control`: accounts, sessions, keys and activations, decided like cases.

use std::collections::BTreeMap;

use event_schemas::Text;
use event_schemas::city::Millis;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::access::Role;
use crate::case::Actor;

/// The outcome of an act of administration. It counts only if every version it was decided
/// against is current when the log reaches it and its key is new.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ControlDecision {
    /// Idempotency key, scoped by actor.
    pub key: String,
    /// Who decided.
    pub actor: Actor,
    /// When, by the decider's wall clock.
    pub at: Millis,
    /// The act, e.g. `createAccount`.
    pub command: String,
    /// Everything it touches.
    pub aggregates: Vec<ControlAggregate>,
    /// What the audit shows of it.
    pub entry: AuditText,
}

/// One thing a control decision touches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ControlAggregate {
    /// A person's account.
    Account {
        /// Its name.
        id: String,
        /// The version decided against; 0 creates it.
        version: u64,
        /// Its state after the decision.
        state: Account,
    },
    /// A signed-in session.
    Session {
        /// SHA-256 of its token, hexadecimal.
        id: String,
        /// The version decided against; 0 opens it.
        version: u64,
        /// Its state after the decision.
        state: Session,
    },
    /// A department's key.
    Key {
        /// Its id.
        id: String,
        /// The version decided against; 0 issues it.
        version: u64,
        /// Its state after the decision.
        state: DepartmentKey,
    },
    /// The active rule set.
    RuleSet {
        /// Always `active`.
        id: String,
        /// The version decided against; 0 is the first activation.
        version: u64,
        /// Its state after the decision.
        state: RuleSetActivation,
    },
    /// The tables that are read and written.
    Tables {
        /// The database's name in the settings: what they stand for.
        id: String,
        /// The version decided against; 0 is the first switch.
        version: u64,
        /// Its state after the decision.
        state: TablesActivation,
    },
    /// Dead letters that are sent to their inboxes again: an act that leaves no state.
    Replay {
        /// The key of the act.
        id: String,
        /// Always 0: each is the first and the last about itself.
        version: u64,
        /// What was ordered.
        state: ReplayOrder,
    },
    /// Personal data that were opened or erased: an act that leaves no state here.
    Personal {
        /// The key of the act.
        id: String,
        /// Always 0: each is the first and the last about itself.
        version: u64,
        /// That it was done.
        state: PersonalAct,
    },
}

/// An act upon personal data; what was done stands in the audit's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonalAct {
    /// The key of the act: its identity.
    pub id: String,
    /// Always 1.
    pub version: u64,
}

/// Dead letters to be sent to their inboxes again; which ones, and why, stands in the audit's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplayOrder {
    /// The key of the act: its identity.
    pub id: String,
    /// Always 1.
    pub version: u64,
    /// How many letters.
    pub letters: usize,
}

/// A person's local account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Sign-in name: its identity.
    pub name: String,
    /// Counts up by one with every accepted decision about it, from 1.
    pub version: u64,
    /// argon2id hash in PHC form.
    pub password_hash: String,
    /// What the person may do.
    pub roles: Vec<Role>,
    /// The department the person works for; absent: the operations centre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// The password was printed at the first start and not changed since.
    #[serde(default)]
    pub first_password: bool,
    /// May not sign in any more.
    #[serde(default)]
    pub disabled: bool,
    /// When it was created.
    pub created_at: Millis,
}

/// A signed-in session; the token itself is nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// SHA-256 of its token, hexadecimal: its identity.
    pub id: String,
    /// Counts up by one with every accepted decision about it, from 1.
    pub version: u64,
    /// Whose.
    pub account: String,
    /// When it was opened.
    pub opened_at: Millis,
    /// When it ends by itself.
    pub expires_at: Millis,
    /// When it was ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Millis>,
}

/// A department's key for publishing; the secret itself is nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DepartmentKey {
    /// Its identity: the middle part of the key text.
    pub id: String,
    /// Counts up by one with every accepted decision about it, from 1.
    pub version: u64,
    /// SHA-256 of the secret part, hexadecimal.
    pub secret_hash: String,
    /// The department it publishes for.
    pub department: String,
    /// What it is for, in its issuer's words.
    pub label: String,
    /// When it was issued.
    pub issued_at: Millis,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Millis>,
}

/// The rule set in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleSetActivation {
    /// Counts up by one with every activation, from 1; the version in marks and alerts.
    pub version: u64,
    /// SHA-256 of the rules' canonical JSON, hexadecimal.
    pub hash: String,
    /// When it was activated.
    pub activated_at: Millis,
}

/// The tables in force, derived anew from the log: their recorder, with its own consumer group, and all
/// readers go over to them together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TablesActivation {
    /// Counts up by one with every switch, from 1.
    pub version: u64,
    /// The database that holds them.
    pub database: String,
    /// The database that held them before.
    pub former: String,
    /// When they were put in force.
    pub activated_at: Millis,
}

/// What the audit shows of a decision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditText {
    /// In words.
    pub words: Text,
    /// Particulars; never a secret.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
}

/// One accepted control decision as a line of the audit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// The record's offset in `city.control`.
    pub offset: i64,
    /// When it was decided.
    pub at: Millis,
    /// Who.
    pub actor: Actor,
    /// The act.
    pub command: String,
    /// In words.
    pub words: Text,
    /// Particulars.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
}
