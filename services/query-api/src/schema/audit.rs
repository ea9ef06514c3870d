//! The audit: acts of administration, the latest first.

use std::cmp::Reverse;
use std::sync::Arc;

use async_graphql::{Json, Object, SimpleObject};
use domain::access::control::AuditEntry;
use event_schemas::city::LogPosition;
use serde_json::{Value, json};

use super::page::{Page, PageInfo, cut};
use super::people::ActorView;
use super::scalars::{DateTime, Position};
use super::words::BothTexts;
use crate::hub::Hub;

/// An act of administration.
#[derive(Clone)]
pub(crate) struct AuditView {
    entry: Arc<AuditEntry>,
    position: LogPosition,
}

/// An act of administration: accounts, sessions, keys, rules, tables, dead letters sent again.
#[Object(name = "AuditEntry")]
impl AuditView {
    /// When.
    async fn at(&self) -> DateTime {
        DateTime(self.entry.at)
    }

    /// Who.
    async fn actor(&self) -> ActorView {
        ActorView::from(&self.entry.actor)
    }

    /// The act, e.g. `createAccount`.
    async fn command(&self) -> &str {
        &self.entry.command
    }

    /// In words.
    async fn words(&self) -> BothTexts {
        BothTexts::from(&self.entry.words)
    }

    /// Particulars; never a secret.
    async fn fields(&self) -> Json<Value> {
        Json(json!(self.entry.fields))
    }

    /// Where it stands in the log.
    async fn position(&self) -> Position {
        Position(self.position)
    }
}

/// An act in a page.
#[derive(SimpleObject)]
pub(crate) struct AuditEdge {
    /// The act.
    node: AuditView,
    /// For `after` and `before`.
    cursor: String,
}

/// A page of the audit.
pub(crate) struct AuditConnection {
    rows: Vec<(String, AuditView)>,
    page_info: PageInfo,
}

/// A page of the latest thousand acts, the last first; the log and the table `audit` keep all.
#[Object]
impl AuditConnection {
    /// Acts with cursors.
    async fn edges(&self) -> Vec<AuditEdge> {
        let edge = |(cursor, view): &(String, AuditView)| AuditEdge {
            node: view.clone(),
            cursor: cursor.clone(),
        };
        self.rows.iter().map(edge).collect()
    }

    /// The acts alone.
    async fn nodes(&self) -> Vec<AuditView> {
        self.rows.iter().map(|(_, view)| view.clone()).collect()
    }

    /// Where the page stands.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }
}

/// A page of the audit as this process knows it now.
pub(crate) fn page(hub: &Hub, page: &Page) -> AuditConnection {
    let log = hub.identity.log();
    let mut entries: Vec<Arc<AuditEntry>> = log.state().audit().iter().cloned().collect();
    entries.sort_by_key(|entry| Reverse(entry.offset));
    // Ascending text for a list that runs from the newest to the oldest.
    let key = |entry: &Arc<AuditEntry>| format!("{:019}", i64::MAX - entry.offset);
    let (rows, page_info) = cut(&entries, page, key);
    let topic_id = log.topic_id();
    let view = |entry: Arc<AuditEntry>| AuditView {
        position: LogPosition {
            topic_id,
            partition: 0,
            offset: entry.offset,
        },
        entry,
    };
    AuditConnection {
        rows: rows
            .into_iter()
            .map(|(cursor, entry)| (cursor, view(entry)))
            .collect(),
        page_info,
    }
}
