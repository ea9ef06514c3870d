//! Who may publish: a department's key, and nobody else.

use axum::http::HeaderMap;
use axum::http::StatusCode;
use domain::access::{Principal, Role};
use service_kit::identity::{Identity, bearer};

use crate::problem::Problem;

/// Tells whose key it is.
pub trait Authenticate: Send + Sync {
    /// The holder of a department key that is in force.
    fn authenticate(&self, bearer: &str) -> Option<Principal>;
}

impl Authenticate for Identity {
    fn authenticate(&self, bearer: &str) -> Option<Principal> {
        self.key(bearer)
    }
}

/// The department that the request may publish for.
pub(crate) fn department(
    identity: &dyn Authenticate,
    headers: &HeaderMap,
) -> Result<String, Problem> {
    let Some(principal) = bearer(headers).and_then(|key| identity.authenticate(key)) else {
        let detail =
            "send the department's key: Authorization: Bearer <key>; it may have been revoked";
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            detail,
        ));
    };
    match principal.department {
        Some(department) if principal.roles.contains(&Role::Publisher) => Ok(department),
        _ => {
            let detail = "only a department's key may publish events";
            Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", detail))
        }
    }
}
