//! What the service needs to know of who is asking; `service_kit` answers it.

use axum::http::HeaderMap;
use domain::access::Principal;

/// Tells who a caller is.
pub trait Identity: Send + Sync + 'static {
    /// The credential of a request: the bearer token, else the session cookie.
    fn credential(&self, headers: &HeaderMap) -> Option<String>;

    /// Whose credential it is, as of now: a revoked session or key is nobody's.
    fn authenticate(&self, credential: &str) -> Option<Principal>;
}
