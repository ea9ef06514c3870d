//! A file page by page: asked of the schema, written, handed on, until the list or the limit ends.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use axum::body::{Body, Bytes};
use domain::access::Principal;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::cells::Writer;
use super::columns::List;
use super::places::ExportPlace;
use crate::failure::{Code, Failure};
use crate::schema::words::Language;
use crate::transport::call::{Api, Ask};

/// Rows of one page.
pub(super) const PAGE: u32 = 500;
/// Pages written ahead of the reader.
const AHEAD: usize = 2;
/// How long a reader may take for a page.
const READ_WAIT: Duration = Duration::from_secs(60);

/// Where the reading of a list stands.
pub(super) struct Reading {
    pub(super) api: Arc<Api>,
    pub(super) list: List,
    pub(super) query: String,
    pub(super) filter: Value,
    pub(super) after: Value,
    /// Rows that may still come.
    pub(super) left: u32,
    pub(super) principal: Principal,
    pub(super) credential: String,
    pub(super) language: Option<Language>,
}

impl Reading {
    /// The next rows; none: the list or the limit is at its end.
    pub(super) async fn page(&mut self) -> Result<Vec<Value>, Failure> {
        if self.left == 0 {
            return Ok(Vec::new());
        }
        let now = self.api.authenticate(&self.credential);
        if now.as_ref() != Some(&self.principal) {
            return Err(Failure::new(
                Code::Unauthenticated,
                "Your session has ended or your roles have changed. Sign in again.",
            ));
        }
        let variables = json!({
            "filter": self.filter,
            "first": self.left.min(PAGE),
            "after": self.after,
        });
        let ask = Ask::of(self.query.clone(), variables);
        let prepared = self.api.prepare(ask, &self.principal, self.language)?;
        debug_assert_eq!(prepared.operation, OperationType::Query);
        let (response, _) = self.api.execute(prepared).await?;
        if let Some(error) = response.errors.first() {
            return Err(failure_of(error));
        }
        let mut data = response
            .data
            .into_json()
            .map_err(|_| Failure::new(Code::Internal, "The answer could not be written."))?;
        let connection = &mut data[self.list.connection().0];
        let Value::Array(nodes) = connection["nodes"].take() else {
            return Err(Failure::new(Code::Internal, "The answer has no rows."));
        };
        self.left -= u32::try_from(nodes.len()).map_or(self.left, |rows| rows.min(self.left));
        self.after = connection["pageInfo"]["endCursor"].take();
        if connection["pageInfo"]["hasNextPage"] != true || nodes.is_empty() {
            self.left = 0;
        }
        Ok(nodes)
    }
}

/// The failure behind an error of the schema.
fn failure_of(error: &async_graphql::ServerError) -> Failure {
    let code = error
        .extensions
        .as_ref()
        .and_then(|extensions| extensions.get("code"));
    let text = match code {
        Some(async_graphql::Value::String(text)) => text.as_str(),
        _ => "",
    };
    let code = [
        Code::TooMuch,
        Code::Forbidden,
        Code::Unauthenticated,
        Code::Behind,
        Code::StoreUnavailable,
        Code::Internal,
    ]
    .into_iter()
    .find(|code| code.text() == text)
    .unwrap_or(Code::Malformed);
    Failure::new(code, error.message.clone())
}

/// What the writing task hands on.
enum Part {
    Text(String),
    /// The file is whole.
    End,
}

/// The file as the body of an answer. Its task ends with the reader, and gives its place back then.
pub(super) fn body(
    reading: Reading,
    first: Vec<Value>,
    writer: Writer,
    place: ExportPlace,
) -> Body {
    let (parts, receiver) = mpsc::channel(AHEAD);
    tokio::spawn(write(reading, first, writer, parts, place));
    Body::from_stream(stream::unfold(Some(receiver), async |receiver| {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Part::Text(text)) => Some((Ok(Bytes::from(text)), Some(receiver))),
            Some(Part::End) => None,
            // Ended without its end: the transfer is broken, so that nobody takes it for whole.
            None => Some((Err(io::Error::other("the file was cut off")), None)),
        }
    }))
}

async fn write(
    mut reading: Reading,
    first: Vec<Value>,
    writer: Writer,
    parts: mpsc::Sender<Part>,
    _place: ExportPlace,
) {
    let list = reading.list.name();
    let mut rows = first.len() as u64;
    let mut text = writer.head();
    text.push_str(&writer.rows(&first));
    let shutdown = reading.api.shutdown.clone();
    let result = loop {
        if !text.is_empty()
            && parts
                .send_timeout(Part::Text(std::mem::take(&mut text)), READ_WAIT)
                .await
                .is_err()
        {
            break "left";
        }
        if reading.left == 0 {
            // A reader that has gone needs no end.
            let _gone = parts.send_timeout(Part::End, READ_WAIT).await;
            break "whole";
        }
        let page = tokio::select! {
            () = parts.closed() => break "left",
            () = shutdown.cancelled() => break "stopped",
            page = reading.page() => page,
        };
        match page {
            Ok(nodes) => {
                rows += nodes.len() as u64;
                text.push_str(&writer.rows(&nodes));
            }
            Err(failure) => {
                tracing::warn!(list, reason = failure.message, "a file was cut off");
                break "failed";
            }
        }
    };
    metrics::counter!("city_brain_query_api_exports_total", "list" => list, "result" => result)
        .increment(1);
    metrics::counter!("city_brain_query_api_exported_rows_total", "list" => list).increment(rows);
}
