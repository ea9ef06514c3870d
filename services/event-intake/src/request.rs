//! What a request holds: one event or a batch, in whichever mode.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use bytes::{Bytes, BytesMut};
use event_schemas::city::headers;
use event_schemas::envelope::{decode_batch, is_utf8};
use futures_util::StreamExt;
use service_kit::kill_point::{Point, reach};

use crate::kafka_form::KafkaForm;
use crate::problem::Problem;
use crate::{Config, Intake};

/// How many times the limit is read before a caller is cut off.
const THROWN_AWAY: usize = 4;
const BATCH: &str = "application/cloudevents-batch+json";

/// How events stand in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Binary,
    Structured,
    Batch,
}

/// The mode by the headers alone, before any of the body is read.
pub(crate) fn mode(request: &HeaderMap) -> Result<Mode, Problem> {
    let kind = request
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    if request.get_all(CONTENT_TYPE).iter().count() > 1 || !is_utf8(kind) {
        return Err(unsupported(kind));
    }
    let binary = request.contains_key("ce-specversion") || request.contains_key("ce-id");
    let json = essence.is_empty() || essence == "application/json" || essence.ends_with("+json");
    match essence.as_str() {
        headers::STRUCTURED => Ok(Mode::Structured),
        BATCH => Ok(Mode::Batch),
        other if other.starts_with("application/cloudevents") => Err(unsupported(other)),
        _ if binary && json => Ok(Mode::Binary),
        other => Err(unsupported(other)),
    }
}

fn unsupported(found: &str) -> Problem {
    let detail = format!(
        "expected one content type, in UTF-8: {}, {BATCH}, or application/json with ce- headers; \
         found '{found}'",
        headers::STRUCTURED
    );
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        detail,
    )
}

/// Reads the body within the limits of size and time. What is too large is still read for a while
/// and thrown away: a caller that is cut off while it sends would not see the answer.
pub(crate) async fn body(intake: &Intake, body: Body) -> Result<Bytes, Problem> {
    let Config {
        body_bytes,
        body_within,
        ..
    } = intake.config;
    match tokio::time::timeout(body_within, read(body, body_bytes)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(problem)) => Err(problem),
        Err(_) => {
            let detail = format!("the body did not arrive within {body_within:?}");
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", detail))
        }
    }
}

/// The body, if it is whole and not larger than `limit`.
async fn read(body: Body, limit: usize) -> Result<Bytes, Problem> {
    let mut parts = body.into_data_stream();
    let mut kept = BytesMut::new();
    let mut seen = 0;
    while let Some(part) = parts.next().await {
        let part = part.map_err(|error| {
            let detail = format!(
                "the body is broken after {seen} bytes ({error}); is content-length its length?"
            );
            Problem::new(StatusCode::BAD_REQUEST, "broken-body", detail)
        })?;
        reach(Point::HttpBody);
        seen += part.len();
        if seen <= limit {
            kept.extend_from_slice(&part);
        } else if seen > limit.saturating_mul(THROWN_AWAY) {
            break;
        }
    }
    if seen <= limit {
        Ok(kept.freeze())
    } else {
        Err(too_large(limit))
    }
}

fn too_large(limit: usize) -> Problem {
    let detail = format!("expected a body of at most {limit} bytes; send several batches");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
}

/// The events of a body, in order.
pub(crate) fn events(
    mode: Mode,
    request: &HeaderMap,
    body: &Bytes,
    config: &Config,
) -> Result<Vec<KafkaForm>, Problem> {
    if let Some(found) = disguised(body) {
        return Err(unreadable(format!(
            "expected JSON in UTF-8, as the headers say; the body is {found}"
        )));
    }
    match mode {
        Mode::Binary => Ok(vec![KafkaForm::binary(request, body.to_vec())]),
        Mode::Structured => {
            let json: Result<&serde_json::value::RawValue, _> = serde_json::from_slice(body);
            let event =
                json.map_err(|error| unreadable(format!("the body is not JSON: {error}")))?;
            Ok(vec![KafkaForm::structured(event.get().into())])
        }
        Mode::Batch => {
            let batch = decode_batch(body).map_err(|fault| unreadable(fault.message))?;
            if batch.len() > config.batch_events {
                let limit = config.batch_events;
                let detail = format!(
                    "expected at most {limit} events in a batch, found {}; send several batches",
                    batch.len()
                );
                let code = StatusCode::PAYLOAD_TOO_LARGE;
                return Err(Problem::new(code, "too-large", detail));
            }
            let events = batch.into_iter();
            Ok(events
                .map(|event| KafkaForm::structured(event.get().into()))
                .collect())
        }
    }
}

fn unreadable(detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed", detail)
}

/// What a body is that says it is JSON, where its first bytes tell something else: the fault is then
/// not in the JSON, and a JSON error would lead astray.
fn disguised(body: &[u8]) -> Option<&'static str> {
    const SIGNS: [(&[u8], &str); 8] = [
        (&[0x1f, 0x8b], "gzip: say so with content-encoding: gzip"),
        (
            &[0x28, 0xb5, 0x2f, 0xfd],
            "zstd: say so with content-encoding: zstd",
        ),
        (b"PK\x03\x04", "a zip archive or a spreadsheet"),
        (b"%PDF", "a PDF"),
        (
            &[0xef, 0xbb, 0xbf],
            "JSON after a byte order mark: send it without the mark",
        ),
        (&[0xff, 0xfe], "text in UTF-16: send it in UTF-8"),
        (&[0xfe, 0xff], "text in UTF-16: send it in UTF-8"),
        (b"<", "HTML or XML"),
    ];
    let signs = SIGNS.iter().find(|(sign, _)| body.starts_with(sign));
    signs.map(|(_, found)| *found)
}
