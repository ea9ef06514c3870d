//! What every act of administration needs, and the ways it can be turned down.

use event_schemas::Text;
use event_schemas::city::Millis;

use super::{AuditText, ControlAggregate, ControlDecision};
use crate::case::Actor;

/// Who acts, under which idempotency key, when.
#[derive(Clone, Debug)]
pub struct Act {
    /// Who.
    pub actor: Actor,
    /// The actor's idempotency key (not yet scoped).
    pub key: String,
    /// When.
    pub now: Millis,
}

impl Act {
    pub(super) fn decide(
        &self,
        command: &str,
        aggregates: Vec<ControlAggregate>,
        entry: AuditText,
    ) -> ControlDecision {
        ControlDecision {
            key: self.actor.scoped(&self.key),
            actor: self.actor.clone(),
            at: self.now,
            command: command.to_owned(),
            aggregates,
            entry,
        }
    }
}

/// Why an act did not become a decision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", message.en)]
pub struct ControlRefusal {
    /// What kind of refusal.
    pub code: ControlRefusalCode,
    /// For the actor.
    pub message: Text,
}

/// Kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlRefusalCode {
    /// The name or password is wrong, or the account is disabled: which one is not told.
    SignInWrong,
    /// The name is taken or not a name.
    NameWrong,
    /// The password is too short or too long.
    PasswordWeak,
    /// No such account, session or key.
    Unknown,
    /// Nothing would change.
    Unchanged,
}

pub(super) fn refuse(
    code: ControlRefusalCode,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> ControlRefusal {
    ControlRefusal {
        code,
        message: Text::new(zh, en),
    }
}

/// An audit line with particulars.
pub(super) fn audit<const N: usize>(
    zh: impl Into<String>,
    en: impl Into<String>,
    fields: [(&str, &str); N],
) -> AuditText {
    AuditText {
        words: Text::new(zh, en),
        fields: fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect(),
    }
}
