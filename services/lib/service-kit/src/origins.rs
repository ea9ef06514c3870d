//! Which browsers' pages may speak to the hub with the operator's cookie.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// Origins allowed beside the hub's own, such as `https://console.example.org`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedOrigins(Vec<String>);

impl AllowedOrigins {
    /// These origins, scheme included.
    pub fn new(origins: impl IntoIterator<Item = String>) -> Self {
        Self(origins.into_iter().collect())
    }

    /// Whether a request may go on: from the hub's own pages (same host and port), from a listed
    /// origin, or without `Origin`: that is a program, which has no cookie to be abused.
    pub fn admit(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else {
            return true;
        };
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        if self.0.iter().any(|one| one.eq_ignore_ascii_case(origin)) {
            return true;
        }
        let Some((scheme, authority)) = origin.split_once("://") else {
            return false;
        };
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        matches!(scheme, "http" | "https")
            && host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_listed_origins_and_programs_are_let_in() {
        let listed = AllowedOrigins::new([String::from("https://console.example.org")]);
        for (origin, host, expected) in [
            (None, "hub:8080", true),
            (Some("http://hub:8080"), "hub:8080", true),
            (Some("http://HUB:8080"), "hub:8080", true),
            (Some("https://console.example.org"), "hub:8080", true),
            (Some("http://hub"), "hub:8080", false),
            (Some("http://hub:8080.evil.example"), "hub:8080", false),
            (Some("https://evil.example"), "hub:8080", false),
            (Some("null"), "hub:8080", false),
            (Some("file://hub:8080"), "hub:8080", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(listed.admit(&headers), expected, "{origin:?}");
        }
    }
}
