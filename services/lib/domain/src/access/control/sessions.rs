//! Signing in and out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use event_schemas::city::Millis;
use sha2::{Digest, Sha256};

use super::act::{audit, refuse};
use super::{
    Act, ControlAggregate, ControlBook, ControlDecision, ControlRefusal, ControlRefusalCode,
    Session, password_matches,
};

/// An account has at most this many sessions; one more ends the one nearest its end.
pub const SESSIONS_PER_ACCOUNT: usize = 20;

/// However often it is extended, a session ends this long after its sign-in: 30 days.
pub const SESSION_MAX_MS: i64 = 30 * 24 * 3_600_000;

/// Somebody wants to sign in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Account name.
    pub name: String,
    /// Password.
    pub password: String,
    /// 32 random bytes that become the token.
    pub token: [u8; 32],
    /// How long the session lasts, in milliseconds.
    pub lifetime_ms: i64,
}

/// A session to append, with the token that only its owner gets.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The record.
    pub decision: ControlDecision,
    /// The token.
    pub token: String,
    /// When the session ends by itself.
    pub expires_at: Millis,
}

/// The id under which a token's session is kept: its SHA-256.
pub fn session_id(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Checks name and password and opens a session. Slow on purpose (argon2).
pub fn open_session(
    book: &ControlBook,
    act: &Act,
    sign_in: &SignIn,
) -> Result<Opened, ControlRefusal> {
    let account = book.account(&sign_in.name);
    let hash = account.map(|account| account.password_hash.as_str());
    let matches = password_matches(&sign_in.password, hash);
    let Some(account) = account.filter(|account| matches && !account.disabled) else {
        return Err(refuse(
            ControlRefusalCode::SignInWrong,
            "账号或密码不正确",
            "the name or the password is wrong",
        ));
    };
    let token = URL_SAFE_NO_PAD.encode(sign_in.token);
    let expires_at = act.now.plus(sign_in.lifetime_ms);
    let session = Session {
        id: session_id(&token),
        version: 1,
        account: account.name.clone(),
        opened_at: act.now,
        expires_at,
        revoked_at: None,
    };
    let mut aggregates = vec![ControlAggregate::Session {
        id: session.id.clone(),
        version: 0,
        state: session,
    }];
    let live: Vec<_> = book.sessions_of(&account.name, act.now).collect();
    let surplus = (live.len() + 1).saturating_sub(SESSIONS_PER_ACCOUNT);
    aggregates.extend(live[..surplus].iter().map(|session| ended(session, act)));
    let entry = audit(
        format!("{} 登录", account.name),
        format!("{} signed in", account.name),
        [("account", &account.name)],
    );
    Ok(Opened {
        decision: act.decide("openSession", aggregates, entry),
        token,
        expires_at,
    })
}

/// Moves the end of a living session: to `lifetime_ms` from now, never past [`SESSION_MAX_MS`] from
/// its sign-in. For screens that nobody signs in to by hand every morning.
pub fn extend_session(
    book: &ControlBook,
    act: &Act,
    id: &str,
    lifetime_ms: i64,
) -> Result<(ControlDecision, Millis), ControlRefusal> {
    if book.principal_of_session(id, act.now).is_none() {
        return Err(no_session());
    }
    let session = book.session(id).ok_or_else(no_session)?;
    let last = session.opened_at.plus(SESSION_MAX_MS);
    let expires_at = act.now.plus(lifetime_ms).min(last).max(session.expires_at);
    let state = Session {
        version: session.version + 1,
        expires_at,
        ..Session::clone(session)
    };
    let aggregate = ControlAggregate::Session {
        id: session.id.clone(),
        version: session.version,
        state,
    };
    let entry = audit(
        format!("{} 的会话延长", session.account),
        format!("the session of {} was extended", session.account),
        [("account", &session.account)],
    );
    Ok((
        act.decide("extendSession", vec![aggregate], entry),
        expires_at,
    ))
}

fn no_session() -> ControlRefusal {
    refuse(
        ControlRefusalCode::Unknown,
        "会话不存在或已结束",
        "the session does not exist or has ended",
    )
}

/// Ends a session.
pub fn close_session(
    book: &ControlBook,
    act: &Act,
    id: &str,
) -> Result<ControlDecision, ControlRefusal> {
    let session = book
        .session(id)
        .filter(|session| session.revoked_at.is_none())
        .ok_or_else(no_session)?;
    let entry = audit(
        format!("{} 退出登录", session.account),
        format!("{} signed out", session.account),
        [("account", &session.account)],
    );
    Ok(act.decide("closeSession", vec![ended(session, act)], entry))
}

fn ended(session: &Session, act: &Act) -> ControlAggregate {
    ControlAggregate::Session {
        id: session.id.clone(),
        version: session.version,
        state: Session {
            version: session.version + 1,
            revoked_at: Some(act.now),
            ..session.clone()
        },
    }
}
