//! What happened to a case: every accepted decision, oldest first.

use std::sync::Arc;

use async_graphql::{Json, Object, SimpleObject};
use domain::case::TimelineEntry;
use event_schemas::city::LogPosition;
use serde_json::{Value, json};

use super::page::{Page, PageInfo, cut};
use super::people::ActorView;
use super::scalars::{DateTime, Position};
use super::words::BothTexts;
use crate::hub::Moment;

/// A line of a timeline.
#[derive(Clone)]
pub(crate) struct EntryView {
    entry: Arc<TimelineEntry>,
    position: LogPosition,
}

/// An accepted decision about a case.
#[Object(name = "TimelineEntry")]
impl EntryView {
    /// When it was decided.
    async fn at(&self) -> DateTime {
        DateTime(self.entry.at)
    }

    /// Who.
    async fn actor(&self) -> ActorView {
        ActorView::from(&self.entry.actor)
    }

    /// The command.
    async fn command(&self) -> &str {
        &self.entry.command
    }

    /// The case's version after it.
    async fn version(&self) -> u64 {
        self.entry.version
    }

    /// The case's state after it.
    async fn state(&self) -> &str {
        &self.entry.state
    }

    /// In words.
    async fn words(&self) -> BothTexts {
        BothTexts::from(&self.entry.words)
    }

    /// The command's fields as given.
    async fn fields(&self) -> Json<Value> {
        Json(json!(self.entry.fields))
    }

    /// Where it stands in the log.
    async fn position(&self) -> Position {
        Position(self.position)
    }
}

/// A line in a page.
#[derive(SimpleObject)]
pub(crate) struct TimelineEdge {
    /// The line.
    pub(crate) node: EntryView,
    /// For `after` and `before`.
    pub(crate) cursor: String,
}

/// A page of a timeline.
pub(crate) struct TimelineConnection {
    rows: Vec<(String, EntryView)>,
    page_info: PageInfo,
    total_count: usize,
}

/// A page of a timeline, oldest first.
#[Object]
impl TimelineConnection {
    /// Lines with cursors.
    async fn edges(&self) -> Vec<TimelineEdge> {
        let edge = |(cursor, view): &(String, EntryView)| TimelineEdge {
            node: view.clone(),
            cursor: cursor.clone(),
        };
        self.rows.iter().map(edge).collect()
    }

    /// The lines alone.
    async fn nodes(&self) -> Vec<EntryView> {
        self.rows.iter().map(|(_, view)| view.clone()).collect()
    }

    /// Where the page stands.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many lines there are.
    async fn total_count(&self) -> usize {
        self.total_count
    }
}

/// A page of a case's timeline.
pub(crate) fn timeline(moment: &Moment, case: &str, page: &Page) -> TimelineConnection {
    let entries: Vec<Arc<TimelineEntry>> = moment.book().timeline(case).into_iter().collect();
    let key = |entry: &Arc<TimelineEntry>| format!("{:019}", entry.offset);
    let (rows, page_info) = cut(&entries, page, key);
    let topic_id = moment.cases_topic();
    let view = |entry: Arc<TimelineEntry>| EntryView {
        position: LogPosition {
            topic_id,
            partition: 0,
            offset: entry.offset,
        },
        entry,
    };
    TimelineConnection {
        rows: rows
            .into_iter()
            .map(|(cursor, entry)| (cursor, view(entry)))
            .collect(),
        page_info,
        total_count: entries.len(),
    }
}
