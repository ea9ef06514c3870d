//! Where a request carries its credential: a bearer token or the session cookie, never the URL.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};

/// Name of the session cookie.
pub const SESSION_COOKIE: &str = "city_session";

/// The bearer token or key of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The session token of a request: bearer first, then the cookie.
pub fn session_token(headers: &HeaderMap) -> Option<String> {
    if let Some(token) = bearer(headers) {
        return Some(token.to_owned());
    }
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == SESSION_COOKIE)
        .map(|(_, token)| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_goes_before_the_cookie() {
        let mut headers = HeaderMap::new();
        assert_eq!(session_token(&headers), None);
        headers.insert(COOKIE, "a=b; city_session=fromcookie".parse().unwrap());
        assert_eq!(session_token(&headers).as_deref(), Some("fromcookie"));
        headers.insert(AUTHORIZATION, "Bearer frombearer".parse().unwrap());
        assert_eq!(session_token(&headers).as_deref(), Some("frombearer"));
        headers.insert(AUTHORIZATION, "Basic eA==".parse().unwrap());
        assert_eq!(session_token(&headers).as_deref(), Some("fromcookie"));
    }
}
