//! `POST /export/<list>`: a whole list as a file, page by page through the schema's own connection, so
//! that filters, policy, masking and limits are the connection's by construction.
//!
//! A file is written while it is read: a slow reader slows only itself, one that goes away ends the
//! work, and one that is cut off sees a broken transfer, never a file that only looks whole.

mod cells;
mod columns;
mod pages;
mod places;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

pub(crate) use places::ExportPlaces;

use crate::failure::{Code, Failure};
use crate::transport::call::{Api, language};
use crate::transport::http;
use columns::{Column, List};
use pages::Reading;

/// Rows of a file where the caller names no number, and at most.
const ROWS_DEFAULT: u32 = 10_000;
const ROWS_MAX: u32 = 100_000;
/// Columns that a caller may name.
const COLUMNS_MAX: usize = 60;

/// What a caller asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// As the connection's `filter`.
    #[serde(default)]
    filter: Value,
    format: Format,
    #[serde(default)]
    limit: Option<u32>,
    /// Only these columns, in this order.
    #[serde(default)]
    columns: Option<Vec<String>>,
    /// Begins a CSV with a byte order mark, as spreadsheets on Windows want it.
    #[serde(default)]
    bom: bool,
}

/// The file's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// RFC 4180.
    Csv,
    /// A JSON object a line.
    Ndjson,
}

impl Format {
    const fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson; charset=utf-8",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }
}

/// Answers one request.
pub(crate) async fn post(
    State(api): State<Arc<Api>>,
    Path(list): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match begin(api, &list, &headers, body).await {
        Ok(response) => response,
        Err(refused) => refused,
    }
}

async fn begin(
    api: Arc<Api>,
    list: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Response> {
    let (principal, credential) = http::caller(&api, headers)?;
    let list = List::named(list).ok_or_else(|| {
        http::problem(
            StatusCode::NOT_FOUND,
            "There are files of events, alerts, cases and dead-letters.",
        )
    })?;
    let body = http::json_body(headers, body, api.gate.limits().bytes).await?;
    let asked: Asked = serde_json::from_slice(&body).map_err(|error| {
        http::problem(
            StatusCode::BAD_REQUEST,
            &format!("The body is not a request for a file ({error}): expected {{\"filter\", \"format\": \"csv\" or \"ndjson\", \"limit\", \"columns\", \"bom\"}}."),
        )
    })?;
    let limit = asked.limit.unwrap_or(ROWS_DEFAULT);
    if !(1..=ROWS_MAX).contains(&limit) {
        return Err(refusal(&Failure::bad(format!(
            "limit: 1 to {ROWS_MAX} rows."
        ))));
    }
    let columns = chosen(list, asked.columns.as_deref()).map_err(|refused| refusal(&refused))?;
    let place = api.exports.take(&principal.name).ok_or_else(|| {
        let mut busy = http::problem(
            StatusCode::TOO_MANY_REQUESTS,
            "You have as many files on the way as one may have, or the hub has. Try again when one is done.",
        );
        busy.headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("10"));
        busy
    })?;
    let mut reading = Reading {
        query: columns::query(list, &columns),
        list,
        filter: asked.filter,
        after: Value::Null,
        left: limit,
        principal,
        credential,
        language: language(headers),
        api,
    };
    // The first page comes before the answer begins: a refusal still has its status.
    let first = reading.page().await.map_err(|refused| refusal(&refused))?;
    let format = asked.format;
    let writer = cells::Writer {
        columns,
        format,
        bom: asked.bom,
    };
    Ok(file(
        list,
        format,
        limit,
        pages::body(reading, first, writer, place),
    ))
}

fn file(list: List, format: Format, limit: u32, body: Body) -> Response {
    let name = format!(
        "attachment; filename=\"{}.{}\"",
        list.name(),
        format.extension()
    );
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.media()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-row-limit", HeaderValue::from(limit));
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    response
}

/// The columns asked for, or the list's own.
fn chosen(list: List, asked: Option<&[String]>) -> Result<Vec<Column>, Failure> {
    let Some(asked) = asked else {
        return Ok(list.columns());
    };
    if asked.is_empty() || asked.len() > COLUMNS_MAX {
        return Err(Failure::bad(format!("columns: 1 to {COLUMNS_MAX}.")));
    }
    let known = list.columns();
    asked
        .iter()
        .map(|name| {
            columns::named(list, name).ok_or_else(|| {
                let known: Vec<&str> = known.iter().map(|one| one.name.as_str()).collect();
                Failure::bad(format!(
                    "columns: there is no column '{}'; there are {}{}.",
                    name.chars().take(60).collect::<String>(),
                    known.join(", "),
                    if list == List::Events {
                        ", and data.<path> for a payload field"
                    } else {
                        ""
                    }
                ))
            })
        })
        .collect()
}

/// A refusal before the file begins.
fn refusal(failure: &Failure) -> Response {
    let status = match failure.code {
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::StoreUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::Malformed | Code::TooMuch | Code::UnknownDocument | Code::Behind => {
            StatusCode::BAD_REQUEST
        }
    };
    http::told(status, failure.code, &failure.message)
}
