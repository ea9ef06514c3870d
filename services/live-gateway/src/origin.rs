//! Which pages may open a WebSocket.

use std::collections::BTreeSet;

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// Origins allowed beside the hub's own, such as `https://city.example`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedOrigins(BTreeSet<String>);

impl AllowedOrigins {
    /// These origins, scheme included.
    pub fn new(origins: impl IntoIterator<Item = String>) -> Self {
        Self(origins.into_iter().collect())
    }

    /// Whether a request may open a WebSocket: its page is the hub's own or a listed one. A client
    /// that sends no `Origin` is no browser; it has no cookie to be abused.
    pub fn admit(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else {
            return true;
        };
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        let own = headers
            .get(HOST)
            .and_then(|host| host.to_str().ok())
            .is_some_and(|host| {
                origin.strip_prefix("http://") == Some(host)
                    || origin.strip_prefix("https://") == Some(host)
            });
        own || self.0.contains(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(origin: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "127.0.0.1:8080".parse().unwrap());
        headers.insert(ORIGIN, origin.parse().unwrap());
        headers
    }

    #[test]
    fn only_the_hubs_own_pages_and_listed_ones_may_open_a_websocket() {
        let origins = AllowedOrigins::new([String::from("https://city.example")]);
        assert!(origins.admit(&headers("http://127.0.0.1:8080")));
        assert!(origins.admit(&headers("https://city.example")));
        assert!(!origins.admit(&headers("http://evil.example")));
        assert!(!origins.admit(&headers("http://127.0.0.1:8080.evil.example")));
        assert!(!origins.admit(&headers("null")));
        assert!(origins.admit(&HeaderMap::new()));
    }
}
