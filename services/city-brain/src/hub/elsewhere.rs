//! Every path that nothing serves: without a credential 401, so that nobody learns what exists; 404
//! for those who may be here.

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use service_kit::Clock;
use service_kit::identity::{Identity, session_token};

#[derive(Clone)]
struct Guard {
    identity: Identity,
    clock: Clock,
}

/// Answers what `router` does not.
pub(super) fn guarded(router: Router, identity: Identity, clock: Clock) -> Router {
    let fallback = Router::new()
        .fallback(answer)
        .with_state(Guard { identity, clock });
    router.fallback_service(fallback)
}

async fn answer(State(guard): State<Guard>, headers: HeaderMap) -> Response {
    let known = session_token(&headers).is_some_and(|token| {
        guard.identity.session(&token, guard.clock.now()).is_some()
            || guard.identity.key(&token).is_some()
    });
    let (status, code) = if known {
        (StatusCode::NOT_FOUND, "not_found")
    } else {
        (StatusCode::UNAUTHORIZED, "unauthorized")
    };
    let body = format!(
        r#"{{"type":"about:blank","status":{},"code":"{code}"}}"#,
        status.as_u16()
    );
    (status, [(CONTENT_TYPE, "application/problem+json")], body).into_response()
}
