//! Who is calling: accounts, sessions and keys as the control log has them.
//!
//! The control log decides; this is the shell around it: appends decisions, gives randomness and
//! time, limits guessing, and answers who a token belongs to.

mod append;
mod credential;
mod login;

use std::time::Duration;

use domain::access::Principal;
use domain::access::control::{ControlBook, ControlVerdict};
use domain::case::{Actor, ActorKind};
use event_log::{DecidedLog, LogConfig, LogError, Record};
use event_schemas::city::{Millis, Topic};

pub use append::{ControlAppendError, random_password};
pub use credential::{SESSION_COOKIE, bearer, session_token};
pub use login::login_routes;

/// How long an append to the control log may take before the caller is told that it is undecided.
pub(crate) const APPEND_WAIT: Duration = Duration::from_secs(10);

/// The control log, folded.
#[derive(Clone)]
pub struct Identity {
    log: DecidedLog<ControlBook, ControlVerdict>,
}

impl Identity {
    /// Opens the control log; returns once it is folded up to its present end.
    pub async fn open(config: &LogConfig, shutdown: crate::Shutdown) -> Result<Self, LogError> {
        let apply = |book: &mut ControlBook, record: &Record| {
            book.apply_bytes(record.position.offset, record.append_time, &record.value)
        };
        let log = DecidedLog::open(
            config,
            Topic::Control,
            ControlBook::default(),
            apply,
            shutdown,
        )
        .await?;
        Ok(Self { log })
    }

    /// The control log itself.
    pub const fn log(&self) -> &DecidedLog<ControlBook, ControlVerdict> {
        &self.log
    }

    /// Everything decided about access so far.
    pub fn book(&self) -> ControlBook {
        self.log.state()
    }

    /// Whose session this token opens, if it is in force.
    pub fn session(&self, token: &str, now: Millis) -> Option<Principal> {
        self.book().authenticate_session(token, now)
    }

    /// Which department this key publishes for, if it is in force.
    pub fn key(&self, key: &str) -> Option<Principal> {
        self.book().authenticate_key(key)
    }
}

/// The hub as an actor.
pub(crate) fn hub() -> Actor {
    Actor::own(ActorKind::Hub)
}
