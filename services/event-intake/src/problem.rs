//! Answers to what cannot be done: `application/problem+json` (RFC 9457).

use axum::http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

/// A problem, in words for the caller.
#[derive(Debug)]
pub(crate) struct Problem(Box<Told>);

#[derive(Debug, Serialize)]
struct Told {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(flatten)]
    more: Option<Value>,
    #[serde(skip)]
    code: StatusCode,
    #[serde(skip)]
    header: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    pub(crate) fn new(code: StatusCode, kind: &str, detail: impl Into<String>) -> Self {
        let header = match code {
            StatusCode::UNAUTHORIZED => {
                Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")))
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                Some((RETRY_AFTER, HeaderValue::from_static("1")))
            }
            _ => None,
        };
        Self(Box::new(Told {
            kind: format!("urn:city-brain:problem:{kind}"),
            title: code.canonical_reason().unwrap_or("Problem"),
            status: code.as_u16(),
            detail: detail.into(),
            more: None,
            code,
            header,
        }))
    }

    /// Adds members of the problem's own.
    pub(crate) fn with(mut self, more: Value) -> Self {
        self.0.more = Some(more);
        self
    }

    pub(crate) fn status(&self) -> u16 {
        self.0.status
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.0)
            .expect("a problem is a plain struct with text keys and a JSON object");
        let mut response = (self.0.code, body).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(CONTENT_TYPE, kind);
        if let Some((name, value)) = self.0.header {
            headers.insert(name, value);
        }
        response
    }
}
