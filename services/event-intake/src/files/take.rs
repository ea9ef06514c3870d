//! `POST /v1/files/<feed>`: a file, judged row by row, and its good rows published.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{OriginalUri, Path, Request, State};
use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use event_schemas::Feed;

use super::parts;
use super::sheet::{self, BadRow, Sent, Sheet};
use super::told;
use crate::access::Publisher;
use crate::forms::{Filled, Filler, filler};
use crate::kafka_form::KafkaForm;
use crate::problem::Problem;
use crate::publish::take_in;
use crate::{Intake, coding, measure, request};

/// Events of one file: they are published as one batch.
const EVENTS_MOST: usize = 10_000;
/// The label of files that name none: part of every event's `source` and id.
pub(super) const LABEL: &str = "file";
const LABEL_LONGEST: usize = 40;

/// Answers a file.
pub(crate) async fn take(
    State(intake): State<Arc<Intake>>,
    Path(feed): Path<String>,
    OriginalUri(uri): OriginalUri,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let asked = Filled::read(uri.query().unwrap_or_default().as_bytes());
    let taken = accept(&intake, &head.headers, body, (&feed, &asked)).await;
    let response = taken.unwrap_or_else(Problem::into_response);
    measure::answered(response.status().as_u16());
    response
}

async fn accept(
    intake: &Intake,
    headers: &HeaderMap,
    body: Body,
    (feed, asked): (&str, &Filled),
) -> Result<Response, Problem> {
    let filler = filler(intake, headers)?;
    let feed = own_feed(intake, &filler, feed)?;
    let label = label(asked.text("label"))?;
    let Ok(_seat) = intake.seats.try_acquire() else {
        return Err(busy());
    };
    let sent = received(intake, headers, body).await?;
    filler.admit(headers, &sent.fields)?;
    let named = asked.text("name");
    let name = if named.is_empty() {
        sent.name.as_deref().unwrap_or(&feed.name)
    } else {
        named
    };
    let file = Sent {
        name,
        bytes: &sent.file,
        label,
    };
    let mut sheet = judged(intake, feed, file)?;
    let preview = matches!(asked.text("preview"), "1" | "true");
    let published = if preview {
        None
    } else {
        Some(publish(intake, &filler.publisher, &mut sheet).await?)
    };
    if wants_table(headers) {
        return Ok(table(feed, &sheet));
    }
    let told = told::json(feed, &sheet, published);
    if published == Some(0) && !sheet.bad.is_empty() {
        let detail = "no row was published; each is told in 'bad'";
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(code, "rejected", detail).with(told));
    }
    Ok(Json(told).into_response())
}

pub(super) fn busy() -> Problem {
    let detail = "too many requests are being served; send the same again in a moment";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
}

/// The body of a request, unpacked and taken apart.
pub(super) async fn received(
    intake: &Intake,
    headers: &HeaderMap,
    body: Body,
) -> Result<parts::Parts, Problem> {
    let coding = coding::of(headers)?;
    let body = request::body(intake, body).await?;
    let body = coding::unpacked(body, coding, intake.config.body_bytes).await?;
    parts::read(headers, body).await
}

/// A feed of the caller's department that reads files.
pub(super) fn own_feed<'i>(
    intake: &'i Intake,
    filler: &Filler,
    name: &str,
) -> Result<&'i Feed, Problem> {
    let department = &filler.publisher.department;
    let own = file_feeds(intake, department);
    let names: Vec<&str> = own.iter().map(|feed| feed.name.as_str()).collect();
    own.iter()
        .find(|feed| feed.name == name)
        .copied()
        .ok_or_else(|| {
            let detail = format!(
                "{department} has no feed '{name}' that reads files; expected one of: {}",
                names.join(", ")
            );
            Problem::new(StatusCode::NOT_FOUND, "unknown-feed", detail)
        })
}

/// The feeds of a department that read files.
pub(super) fn file_feeds<'i>(intake: &'i Intake, department: &str) -> Vec<&'i Feed> {
    let feeds = intake.ports.catalog.feeds().iter();
    feeds
        .filter(|feed| feed.department == department && !feed.columns().is_empty())
        .collect()
}

fn label(text: &str) -> Result<&str, Problem> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match text {
        "" => Ok(LABEL),
        text if text.len() <= LABEL_LONGEST && text.chars().all(plain) => Ok(text),
        _ => {
            let detail = format!("label: expected at most {LABEL_LONGEST} of a-z, 0-9 and -");
            Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", detail))
        }
    }
}

/// A file that is a table of this feed.
pub(super) fn judged(intake: &Intake, feed: &Feed, file: Sent<'_>) -> Result<Sheet, Problem> {
    let sheet = sheet::judge(&intake.ports.catalog, feed, file).map_err(|fault| {
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        Problem::new(code, fault.code(), fault.to_string())
    })?;
    if sheet.good.len() > EVENTS_MOST {
        let detail = format!(
            "expected a file of at most {EVENTS_MOST} events, found {}; send it in several parts",
            sheet.good.len()
        );
        let code = StatusCode::PAYLOAD_TOO_LARGE;
        return Err(Problem::new(code, "too-large", detail));
    }
    Ok(sheet)
}

/// Publishes the good rows; what intake refuses nevertheless joins the bad ones.
pub(super) async fn publish(
    intake: &Intake,
    publisher: &Publisher,
    sheet: &mut Sheet,
) -> Result<usize, Problem> {
    if sheet.good.is_empty() {
        return Ok(0);
    }
    let events = sheet.good.iter();
    let events = events.map(|good| KafkaForm::structured(good.json.clone().into_bytes()));
    let taken = take_in(intake, publisher, events.collect()).await?;
    for one in taken.rejected {
        let row = sheet.good.get(one.index);
        sheet.bad.push(BadRow {
            line: row.map_or(0, |row| row.line),
            column: None,
            path: one.path,
            code: one.code,
            message: one.message,
            fields: row.map(|row| row.fields.clone()).unwrap_or_default(),
        });
    }
    Ok(taken.accepted)
}

fn wants_table(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|kind| kind.to_str().ok());
    accepted.is_some_and(|kinds| kinds.trim().starts_with("text/csv"))
}

/// The bad rows, to be kept as a file.
pub(super) fn table(feed: &Feed, sheet: &Sheet) -> Response {
    let mut response = told::bad_rows(sheet).into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(CONTENT_TYPE, kind);
    let name = format!("attachment; filename=\"{}.bad.csv\"", feed.name);
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_short_and_plain() {
        assert_eq!(label("").unwrap(), LABEL);
        assert_eq!(label("july-2026").unwrap(), "july-2026");
        assert!(label("a/b").is_err() && label(&"a".repeat(41)).is_err());
    }
}
