//! Administration acts: decided against the folded book, appended, and read back.

use domain::access::Role;
use domain::access::control::{
    Act, ControlBook, ControlDecision, ControlRefusal, ControlRefusalCode, ControlVerdict,
    KeyRequest, NewAccount, activate_rules, activate_tables, create_account, first_administrator,
    issue_key, revoke_key,
};
use event_log::{AppendError, HeaderName, OutRecord};
use event_schemas::city::{Millis, headers};

use super::{APPEND_WAIT, Identity, hub};
use crate::random;

/// Somebody else was first this many times in a row: give up and say so.
const TRIES: u32 = 8;

/// An act of administration failed.
#[derive(Debug, thiserror::Error)]
pub enum ControlAppendError {
    /// It was refused.
    #[error("{0}")]
    Refused(#[from] ControlRefusal),
    /// The log did not take it.
    #[error("the control log did not take it: {0}")]
    Log(#[from] AppendError),
    /// Somebody else was first again and again.
    #[error("others changed the same thing {TRIES} times in a row; try again")]
    Contended,
}

/// A password that people can type: 4 groups of 5 letters and digits without look-alikes.
pub fn random_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789x";
    let drawn = random::bytes::<20>();
    let mut password = String::with_capacity(23);
    for (n, byte) in drawn.iter().enumerate() {
        if n > 0 && n % 5 == 0 {
            password.push('-');
        }
        password.push(char::from(LETTERS[usize::from(byte & 31)]));
    }
    password
}

impl Identity {
    /// Decides against the present book and appends, again from the start when somebody was first.
    pub async fn decide(
        &self,
        decide: impl Fn(&ControlBook) -> Result<ControlDecision, ControlRefusal>,
    ) -> Result<ControlDecision, ControlAppendError> {
        for _ in 0..TRIES {
            let decision = decide(&self.book())?;
            match self.append(&decision).await? {
                ControlVerdict::Accepted(_) | ControlVerdict::Repeat { .. } => return Ok(decision),
                ControlVerdict::Stale { .. } | ControlVerdict::Malformed { .. } => {}
            }
        }
        Err(ControlAppendError::Contended)
    }

    /// Appends one decision and tells what the log made of it.
    pub(super) async fn append(
        &self,
        decision: &ControlDecision,
    ) -> Result<ControlVerdict, AppendError> {
        let record = OutRecord {
            key: Some(decision.key.clone().into_bytes()),
            headers: control_headers(&decision.key),
            value: serde_json::to_vec(decision).unwrap_or_default(),
            ..OutRecord::default()
        };
        let (_, verdict) = self.log.append(record, APPEND_WAIT).await?;
        Ok(verdict)
    }

    /// Creates the first account; `None` when accounts exist already.
    pub async fn create_first_account(
        &self,
        name: &str,
        password: &str,
        now: Millis,
    ) -> Result<bool, ControlAppendError> {
        let act = act(now);
        let salt = random::bytes::<16>();
        match first_administrator(&self.book(), &act, name, password, &salt)? {
            None => Ok(false),
            Some(decision) => {
                let verdict = self.append(&decision).await?;
                Ok(matches!(verdict, ControlVerdict::Accepted(_)))
            }
        }
    }

    /// Creates an account of the operations centre; the password is for the caller to show once.
    pub async fn create_account(
        &self,
        name: &str,
        roles: Vec<Role>,
        now: Millis,
    ) -> Result<String, ControlAppendError> {
        self.create_account_of(None, name, roles, now).await
    }

    /// Creates an account of a department's person, or, without one, of the operations centre.
    pub async fn create_account_of(
        &self,
        department: Option<&str>,
        name: &str,
        roles: Vec<Role>,
        now: Millis,
    ) -> Result<String, ControlAppendError> {
        let act = act(now);
        let salt = random::bytes::<16>();
        let new = NewAccount {
            name: name.to_owned(),
            password: random_password(),
            roles,
            department: department.map(str::to_owned),
        };
        self.decide(|book| create_account(book, &act, &new, &salt))
            .await?;
        Ok(new.password)
    }

    /// Issues a department's key; the text is for the caller to show once. Returns id and key.
    pub async fn issue_key(
        &self,
        department: &str,
        label: &str,
        now: Millis,
    ) -> Result<(String, String), ControlAppendError> {
        let request = KeyRequest {
            department: department.to_owned(),
            label: label.to_owned(),
            id: random::bytes(),
            secret: random::bytes(),
        };
        let issued = issue_key(&act(now), &request);
        self.decide(|_| Ok(issued.decision.clone())).await?;
        Ok((issued.id, issued.key))
    }

    /// Revokes a department's key.
    pub async fn revoke_key(&self, id: &str, now: Millis) -> Result<(), ControlAppendError> {
        let act = act(now);
        self.decide(|book| revoke_key(book, &act, id)).await?;
        Ok(())
    }

    /// Makes sure that the rule set with this hash is in force; returns its version.
    pub async fn activate_rules(&self, hash: &str, now: Millis) -> Result<u64, ControlAppendError> {
        let act = act(now);
        match self.decide(|book| activate_rules(book, &act, hash)).await {
            Ok(_) => {}
            Err(ControlAppendError::Refused(refusal))
                if refusal.code == ControlRefusalCode::Unchanged => {}
            Err(error) => return Err(error),
        }
        Ok(self.book().rule_set().map_or(0, |active| active.version))
    }

    /// Puts rebuilt tables in force for what the settings call `of`; false: they are already.
    pub async fn activate_tables(
        &self,
        of: &str,
        database: &str,
        now: Millis,
    ) -> Result<bool, ControlAppendError> {
        let act = act(now);
        match self
            .decide(|book| activate_tables(book, &act, of, database))
            .await
        {
            Ok(_) => Ok(true),
            Err(ControlAppendError::Refused(refusal))
                if refusal.code == ControlRefusalCode::Unchanged =>
            {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

/// An act of the hub under a key of its own.
fn act(now: Millis) -> Act {
    Act {
        actor: hub(),
        key: random::token::<16>(),
        now,
    }
}

fn control_headers(id: &str) -> Vec<(HeaderName, Vec<u8>)> {
    [
        ("ce_specversion", "1.0"),
        (headers::CE_ID, id),
        (headers::CE_SOURCE, headers::HUB_SOURCE),
        (headers::CE_TYPE, headers::CONTROL_DECISION_TYPE),
        (headers::CONTENT_TYPE, "application/json"),
    ]
    .into_iter()
    .map(|(name, value)| (name.into(), value.as_bytes().to_vec()))
    .collect()
}
