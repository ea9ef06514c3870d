//! Who may publish: a department's key, and nobody else.

use axum::http::HeaderMap;
use axum::http::StatusCode;
use domain::access::{Principal, Role};
use event_schemas::city::Millis;
use service_kit::identity::{Identity, bearer};

use crate::problem::Problem;

/// Tells whose key it is.
pub trait Authenticate: Send + Sync {
    /// The holder of a department key that is in force.
    fn authenticate(&self, bearer: &str) -> Option<Principal>;

    /// The person whose session this token opens, if it is in force.
    fn session(&self, token: &str, now: Millis) -> Option<Principal>;
}

impl Authenticate for Identity {
    fn authenticate(&self, bearer: &str) -> Option<Principal> {
        self.key(bearer)
    }

    fn session(&self, token: &str, now: Millis) -> Option<Principal> {
        Self::session(self, token, now)
    }
}

/// Who publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Publisher {
    /// Names the key, without its secret.
    pub(crate) key: String,
    /// For which department.
    pub(crate) department: String,
}

/// Whose key the request carries.
pub(crate) fn publisher(
    identity: &dyn Authenticate,
    headers: &HeaderMap,
) -> Result<Publisher, Problem> {
    let Some(principal) = bearer(headers).and_then(|key| identity.authenticate(key)) else {
        let detail =
            "send the department's key: Authorization: Bearer <key>; it may have been revoked";
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            detail,
        ));
    };
    publisher_of(principal).ok_or_else(|| {
        let detail = "only a department's key may publish events";
        Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)
    })
}

/// The publisher that the holder of a key is, if it is one.
pub(crate) fn publisher_of(principal: Principal) -> Option<Publisher> {
    let publishes = principal.has(Role::Publisher);
    let department = principal.department.filter(|_| publishes)?;
    Some(Publisher {
        key: principal.name,
        department,
    })
}

/// The department that the request may publish for.
pub(crate) fn department(
    identity: &dyn Authenticate,
    headers: &HeaderMap,
) -> Result<String, Problem> {
    publisher(identity, headers).map(|publisher| publisher.department)
}
