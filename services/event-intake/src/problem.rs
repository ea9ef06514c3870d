//! Answers to what cannot be done: `application/problem+json` (RFC 9457).

use axum::http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use crate::publish::Answer;

const KIND: HeaderValue = HeaderValue::from_static("application/problem+json");

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

    /// Adds a header, or sets the one it has.
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.header = Some((name, value));
        self
    }

    /// Says when to come again.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        self.with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// What it says to the caller.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Its status and its body, without headers of its own.
    pub(crate) fn into_answer(self) -> Answer {
        Answer {
            status: self.0.code,
            kind: KIND,
            body: self.body().into(),
        }
    }

    fn body(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0)
            .expect("a problem is a plain struct with text keys and a JSON object")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.0.code, self.body()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, KIND);
        if let Some((name, value)) = self.0.header {
            headers.insert(name, value);
        }
        response
    }
}
