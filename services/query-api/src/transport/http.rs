//! `POST /graphql`: GraphQL over HTTP. JSON in, JSON out; one operation per request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::Response as GraphResponse;
use async_graphql::parser::types::OperationType;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{
    ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::access::Principal;
use serde_json::{Value, json};
use service_kit::identity::session_token;

use super::call::{Api, Ask, language};
use super::json::write_response;
use crate::failure::{Code, Failure};

/// How long a caller may take to send its request.
const BODY_WAIT: Duration = Duration::from_secs(10);

/// The media type of an answer, chosen by `Accept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Media {
    /// `application/graphql-response+json`: the status tells of request errors.
    GraphQlResponse,
    /// `application/json`: 200 for every well-formed request, as older clients expect.
    Json,
}

/// Answers one request.
pub(super) async fn post(State(api): State<Arc<Api>>, headers: HeaderMap, body: Body) -> Response {
    let begun = Instant::now();
    let Some(media) = Media::accepted(&headers) else {
        return problem(
            StatusCode::NOT_ACCEPTABLE,
            "GraphQL answers are application/graphql-response+json or application/json.",
        );
    };
    let response = answer(&api, &headers, body, media).await;
    metrics::histogram!(
        "city_brain_query_api_request_seconds",
        "status" => response.status().as_str().to_owned()
    )
    .record(begun.elapsed().as_secs_f64());
    response
}

/// Who is asking, with the credential; the error is the finished answer.
#[expect(
    clippy::result_large_err,
    reason = "the error is moved once, into the answer"
)]
pub(crate) fn caller(api: &Api, headers: &HeaderMap) -> Result<(Principal, String), Response> {
    // A cookie comes along by itself, so only our own pages may use it; a bearer token is a choice.
    if !headers.contains_key(AUTHORIZATION) && !api.allowed_origins.admit(headers) {
        return Err(problem(
            StatusCode::FORBIDDEN,
            "This origin may not use the hub with a cookie.",
        ));
    }
    let known = session_token(headers)
        .and_then(|credential| Some((api.authenticate(&credential)?, credential)));
    known.ok_or_else(|| {
        let mut response = problem(
            StatusCode::UNAUTHORIZED,
            "Sign in first: POST /auth/login, then Authorization: Bearer <token> or the cookie.",
        );
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        response
    })
}

async fn answer(api: &Api, headers: &HeaderMap, body: Body, media: Media) -> Response {
    let principal = match caller(api, headers) {
        Ok((principal, _)) => principal,
        Err(refused) => return refused,
    };
    let ask = match read(headers, body, api.gate.limits().bytes).await {
        Ok(ask) => ask.with_page(!headers.contains_key(AUTHORIZATION)),
        Err(refused) => return refused,
    };
    // What is no request at all is told by the status in either form.
    if let Err(refused) = ask.check() {
        return told(StatusCode::BAD_REQUEST, refused.code, &refused.message);
    }
    let prepared = match api.prepare(ask, &principal, language(headers)) {
        Ok(prepared) if prepared.operation == OperationType::Subscription => {
            return media.failure(&Failure::bad(
                "Subscriptions run over the WebSocket at /graphql (graphql-transport-ws).",
            ));
        }
        Ok(prepared) => prepared,
        Err(refused) => return media.failure(&refused),
    };
    match api.execute(prepared.with_written_parts()).await {
        Ok((response, executed)) => media.response(&response, executed),
        Err(failure) => busy(&failure),
    }
}

/// Reads a request; the error is the finished answer.
async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Ask, Response> {
    let body = json_body(headers, body, limit).await?;
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'[') {
        return Err(problem(
            StatusCode::BAD_REQUEST,
            "One operation per request: batches are not taken.",
        ));
    }
    serde_json::from_slice(&body).map_err(|error| {
        problem(
            StatusCode::BAD_REQUEST,
            &format!(
                "The body is not a GraphQL request ({error}): expected {{\"query\", \"variables\", \"operationName\"}}."
            ),
        )
    })
}

/// The bytes of a JSON body within the limit; the error is the finished answer.
pub(crate) async fn json_body(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Bytes, Response> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = content_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(problem(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "A request is JSON: Content-Type: application/json.",
        ));
    }
    tokio::time::timeout(BODY_WAIT, axum::body::to_bytes(body, limit))
        .await
        .map_err(|_| {
            problem(
                StatusCode::REQUEST_TIMEOUT,
                "The request did not arrive within 10 s.",
            )
        })?
        .map_err(|_| {
            problem(
                StatusCode::PAYLOAD_TOO_LARGE,
                &format!("A request has at most {limit} bytes."),
            )
        })
}

impl Media {
    fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut any = false;
        let mut json = false;
        let mut asked = false;
        for value in headers.get_all(ACCEPT) {
            for part in value.to_str().unwrap_or_default().split(',') {
                asked = true;
                match part.split(';').next().unwrap_or_default().trim() {
                    "application/graphql-response+json" => return Some(Self::GraphQlResponse),
                    "application/json" => json = true,
                    "*/*" | "application/*" => any = true,
                    _ => {}
                }
            }
        }
        (json || any || !asked).then_some(Self::Json)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::GraphQlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// An error of the request itself: nothing was executed, so there is no `data`.
    fn failure(self, failure: &Failure) -> Response {
        let body = json!({"errors": [{
            "message": failure.message,
            "extensions": {"code": failure.code.text()},
        }]});
        let status = match (self, failure.code) {
            (Self::Json, _) => StatusCode::OK,
            (Self::GraphQlResponse, Code::Forbidden) => StatusCode::FORBIDDEN,
            (Self::GraphQlResponse, _) => StatusCode::BAD_REQUEST,
        };
        self.send(status, body.to_string())
    }

    fn response(self, response: &GraphResponse, executed: bool) -> Response {
        let unwritten = || {
            self.failure(&Failure::new(
                Code::Internal,
                "The answer could not be written.",
            ))
        };
        if executed {
            return match write_response(response) {
                Some(body) => self.send(StatusCode::OK, body),
                None => unwritten(),
            };
        }
        let Ok(mut body) = serde_json::to_value(response) else {
            return unwritten();
        };
        let status = if self == Self::Json {
            StatusCode::OK
        } else {
            StatusCode::BAD_REQUEST
        };
        if let Value::Object(members) = &mut body {
            members.remove("data");
        }
        self.send(status, body.to_string())
    }

    fn send(self, status: StatusCode, body: impl Into<Body>) -> Response {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(self.name())),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (status, headers, body.into()).into_response()
    }
}

fn busy(failure: &Failure) -> Response {
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, &failure.message);
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("2"));
    response
}

/// An answer before GraphQL begins.
pub(crate) fn problem(status: StatusCode, message: &str) -> Response {
    let code = match status {
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::Forbidden,
        StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::TOO_MANY_REQUESTS => Code::TooMuch,
        _ => Code::Malformed,
    };
    told(status, code, message)
}

/// An answer that is an error alone.
pub(crate) fn told(status: StatusCode, code: Code, message: &str) -> Response {
    let body = json!({"errors": [{"message": message, "extensions": {"code": code.text()}}]});
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_in_the_form_the_caller_accepts() {
        for (accept, expected) in [
            (None, Some(Media::Json)),
            (Some("*/*"), Some(Media::Json)),
            (Some("application/json"), Some(Media::Json)),
            (
                Some("application/graphql-response+json, application/json;q=0.9"),
                Some(Media::GraphQlResponse),
            ),
            (Some("text/html"), None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(Media::accepted(&headers), expected, "{accept:?}");
        }
    }
}
