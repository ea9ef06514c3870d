//! `POST /auth/login`, `POST /auth/renew` and `POST /auth/logout`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use axum::{Router, http};
use domain::access::LoginAttempts;
use domain::access::control::{
    Act, ControlVerdict, Opened, SignIn, close_session, extend_session, open_session, session_id,
};
use event_schemas::city::Millis;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Semaphore;

use super::{Identity, SESSION_COOKIE, hub, session_token};
use crate::{Clock, random};

/// A session lasts one long shift.
const SESSION_MS: i64 = 12 * 3_600_000;
/// A name and a password fit easily.
const BODY_BYTES_MAX: usize = 4 * 1024;
/// Argon2 costs memory and time: so many sign-ins at once, others wait a moment or are told to.
const CHECKS_AT_ONCE: usize = 2;
const CHECK_WAIT: Duration = Duration::from_secs(3);

struct Login {
    identity: Identity,
    clock: Clock,
    attempts: std::sync::Mutex<LoginAttempts>,
    checks: Semaphore,
}

/// A session is extended only once this much of it is over: asking more often writes nothing.
const RENEW_AFTER_MS: i64 = SESSION_MS / 4;

/// The routes; all answer JSON.
pub fn login_routes(identity: Identity, clock: Clock) -> Router {
    let login = Arc::new(Login {
        identity,
        clock,
        attempts: std::sync::Mutex::new(LoginAttempts::default()),
        checks: Semaphore::new(CHECKS_AT_ONCE),
    });
    Router::new()
        .route("/auth/login", post(sign_in))
        .route("/auth/renew", post(renew))
        .route("/auth/logout", post(sign_out))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(login)
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

async fn sign_in(State(login): State<Arc<Login>>, Json(given): Json<Credentials>) -> Response {
    let now = login.clock.now();
    let name = given.name.clone();
    if let Some(wait_ms) = login.with_attempts(|attempts| attempts.wait_ms(&name, now)) {
        return too_many(wait_ms);
    }
    let Ok(Ok(_place)) = tokio::time::timeout(CHECK_WAIT, login.checks.acquire()).await else {
        return too_many(1_000);
    };
    match open(&login, given, now).await {
        Ok(opened) => {
            login.with_attempts(|attempts| attempts.succeeded(&name));
            signed_in(&opened)
        }
        Err(OpenFailure::Wrong) => {
            login.with_attempts(|attempts| attempts.failed(&name, now));
            problem(
                StatusCode::UNAUTHORIZED,
                "sign_in_wrong",
                "the name or the password is wrong",
            )
        }
        Err(OpenFailure::Log) => problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "log_unavailable",
            "the sign-in could not be recorded; try again",
        ),
    }
}

enum OpenFailure {
    Wrong,
    Log,
}

async fn open(login: &Login, given: Credentials, now: Millis) -> Result<Opened, OpenFailure> {
    let book = login.identity.book();
    let act = Act {
        actor: hub(),
        key: random::token::<16>(),
        now,
    };
    let sign_in = SignIn {
        name: given.name,
        password: given.password,
        token: random::bytes(),
        lifetime_ms: SESSION_MS,
    };
    let checked = tokio::task::spawn_blocking(move || open_session(&book, &act, &sign_in))
        .await
        .map_err(|_| OpenFailure::Log)?;
    let opened = checked.map_err(|_| OpenFailure::Wrong)?;
    match login.identity.append(&opened.decision).await {
        Ok(ControlVerdict::Accepted(_)) => Ok(opened),
        Ok(_) | Err(_) => Err(OpenFailure::Log),
    }
}

impl Login {
    fn with_attempts<T>(&self, use_them: impl FnOnce(&mut LoginAttempts) -> T) -> T {
        let mut attempts = self
            .attempts
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        use_them(&mut attempts)
    }
}

fn signed_in(opened: &Opened) -> Response {
    let body = json!({ "token": opened.token, "expiresAt": opened.expires_at.rfc3339() });
    let cookie = session_cookie(&opened.token, SESSION_MS);
    with_cookie(Json(body).into_response(), &cookie)
}

fn session_cookie(token: &str, left_ms: i64) -> String {
    format!(
        "{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}",
        left_ms / 1_000
    )
}

/// Moves the end of the caller's session, for wallboards that stay up for weeks.
async fn renew(State(login): State<Arc<Login>>, headers: HeaderMap) -> Response {
    let now = login.clock.now();
    let token = session_token(&headers).unwrap_or_default();
    let id = session_id(&token);
    let book = login.identity.book();
    let known = book.principal_of_session(&id, now);
    let Some(session) = book.session(&id).filter(|_| known.is_some()) else {
        return no_session();
    };
    if session.expires_at.since(now) > SESSION_MS - RENEW_AFTER_MS {
        return renewed(&token, session.expires_at, now);
    }
    let act = Act {
        actor: hub(),
        key: random::token::<16>(),
        now,
    };
    let extended = login
        .identity
        .decide(|book| Ok(extend_session(book, &act, &id, SESSION_MS)?.0))
        .await;
    match extended {
        Ok(_) => match login.identity.book().session(&id) {
            Some(session) => renewed(&token, session.expires_at, now),
            None => no_session(),
        },
        Err(super::ControlAppendError::Refused(_)) => no_session(),
        Err(_) => problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "log_unavailable",
            "the session could not be extended; try again",
        ),
    }
}

fn no_session() -> Response {
    problem(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "no session in force: sign in",
    )
}

fn renewed(token: &str, expires_at: Millis, now: Millis) -> Response {
    let body = json!({ "expiresAt": expires_at.rfc3339() });
    let cookie = session_cookie(token, expires_at.since(now));
    with_cookie(Json(body).into_response(), &cookie)
}

async fn sign_out(State(login): State<Arc<Login>>, headers: HeaderMap) -> Response {
    let Some(token) = session_token(&headers) else {
        return problem(StatusCode::UNAUTHORIZED, "unauthorized", "no session");
    };
    let act = Act {
        actor: hub(),
        key: random::token::<16>(),
        now: login.clock.now(),
    };
    let id = session_id(&token);
    let ended = login
        .identity
        .decide(|book| close_session(book, &act, &id))
        .await;
    let answer = match ended {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(super::ControlAppendError::Refused(_)) => {
            problem(StatusCode::UNAUTHORIZED, "unauthorized", "no such session")
        }
        Err(_) => problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "log_unavailable",
            "signing out could not be recorded; try again",
        ),
    };
    let cookie = format!("{SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    with_cookie(answer, &cookie)
}

fn with_cookie(mut answer: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        answer.headers_mut().append(SET_COOKIE, value);
    }
    answer
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn too_many(wait_ms: i64) -> Response {
    let mut answer = problem(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_attempts",
        "too many sign-ins; wait and try again",
    );
    let seconds = (wait_ms.max(1) as u64).div_ceil(1_000);
    answer
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let body =
        json!({ "type": "about:blank", "status": status.as_u16(), "code": code, "detail": detail });
    let kind = HeaderValue::from_static("application/problem+json");
    (
        status,
        [(http::header::CONTENT_TYPE, kind)],
        body.to_string(),
    )
        .into_response()
}
