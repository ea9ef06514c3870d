//! The control log: accounts, sessions, departments' keys, the active rule set, the tables in force.
//!
//! Like cases, what counts is decided by the log: everyone folds `city.control` into a
//! [`ControlBook`], anyone appends a [`ControlDecision`], the first in the log wins. Randomness
//! (salts, tokens, secrets) and time are passed in.

mod accounts;
mod act;
mod book;
mod keys;
mod password;
mod personal;
mod record;
mod replays;
mod rule_sets;
mod sessions;
mod tables;

pub use accounts::{
    NewAccount, PASSWORD_MIN, PasswordChange, change_password, create_account, first_administrator,
};
pub use act::{Act, ControlRefusal, ControlRefusalCode};
pub use book::{AUDIT_KEPT, ControlBook, ControlVerdict};
pub use keys::{Issued, KEY_PREFIX, KeyRequest, issue_key, revoke_key};
pub use password::{hash_password, password_matches};
pub use personal::{erase_person, master_changed, open_personal};
pub use record::{
    Account, AuditEntry, AuditText, ControlAggregate, ControlDecision, DepartmentKey, PersonalAct,
    ReplayOrder, RuleSetActivation, Session, TablesActivation,
};
pub use replays::replay_dead_letters;
pub use rule_sets::activate_rules;
pub use sessions::{
    Opened, SESSION_MAX_MS, SESSIONS_PER_ACCOUNT, SignIn, close_session, extend_session,
    open_session, session_id,
};
pub use tables::activate_tables;
