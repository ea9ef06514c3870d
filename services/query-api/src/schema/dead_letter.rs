//! Dead letters: events that could not be admitted, with reasons their publishers can act on.

use async_graphql::{Context, ID, Object, SimpleObject};
use event_schemas::Catalog;
use event_schemas::city::Reason;
use event_store::{DeadLetterFilter as StoreFilter, StoredDeadLetter};

use super::asking::hub;
use super::department::DepartmentView;
use super::event::EventView;
use super::filters;
use super::inputs::DeadLetterFilter;
use super::node_id::{Kind, global};
use super::page::PageInfo;
use super::scalars::{DateTime, Position};
use crate::failure::{Answer, Failure};

/// A dead letter as stored.
#[derive(Clone)]
pub(crate) struct DeadLetterView {
    stored: StoredDeadLetter,
}

impl From<StoredDeadLetter> for DeadLetterView {
    fn from(stored: StoredDeadLetter) -> Self {
        Self { stored }
    }
}

/// The reason of a code as written in records, metrics and filters.
pub(crate) fn reason(code: &str) -> Result<Reason, Failure> {
    serde_json::from_value(serde_json::Value::from(code)).map_err(|_| {
        Failure::bad(format!(
            "reason: there is no reason '{}'.",
            code.chars().take(40).collect::<String>()
        ))
    })
}

/// The store's filter of a caller's.
pub(crate) fn filter(catalog: &Catalog, of: DeadLetterFilter) -> Result<StoreFilter, Failure> {
    let reasons = of.reason.unwrap_or_default();
    let mut types = Vec::new();
    for name in of.feed.iter().flatten() {
        let feed = catalog
            .feed(name)
            .ok_or_else(|| Failure::bad("feed: the catalog knows no such feed."))?;
        types.extend(feed.event_types().map(str::to_owned));
    }
    Ok(StoreFilter {
        departments: of.department.unwrap_or_default(),
        reasons: reasons
            .iter()
            .map(|code| reason(code))
            .collect::<Result<_, _>>()?,
        from: of.from.map(|DateTime(millis)| millis),
        to: of.to.map(|DateTime(millis)| millis),
        types,
        sources: of.source.unwrap_or_default(),
        text: filters::text(of.text.as_deref())?,
    })
}

/// A header of a refused record.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct DeadLetterHeader {
    /// Its name.
    name: String,
    /// Its value as text; what is no text stands as replacement characters.
    value: String,
}

/// Bytes of an original that are shown at most.
const SHOWN_MAX: i32 = 65_536;

/// An event that could not be admitted.
#[Object(name = "DeadLetter")]
impl DeadLetterView {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        global(Kind::DeadLetter, &self.stored.position.to_string())
    }

    /// What kind of fault, e.g. `contract_violation`.
    async fn reason(&self) -> &str {
        &self.stored.reason
    }

    /// What was wrong, where, and what was expected.
    async fn message(&self) -> &str {
        &self.stored.message
    }

    /// JSON pointer into the event, where one applies.
    async fn path(&self) -> Option<&str> {
        self.stored.path.as_deref()
    }

    /// By the inbox it came through.
    async fn department(&self) -> DepartmentView {
        DepartmentView::of(&self.stored.department)
    }

    /// When the inbox took it.
    async fn received_at(&self) -> DateTime {
        DateTime(self.stored.received_at)
    }

    /// Where the original stands, in the department's inbox.
    async fn position(&self) -> Position {
        Position(self.stored.original_position)
    }

    /// The inbox topic's name.
    async fn topic(&self) -> &str {
        &self.stored.original_topic
    }

    /// CloudEvents `source`, where it could be read.
    async fn source(&self) -> Option<&str> {
        self.stored.source.as_deref()
    }

    /// CloudEvents `id`, where it could be read.
    async fn event_id(&self) -> Option<&str> {
        self.stored.id.as_deref()
    }

    /// CloudEvents `type`, where it could be read.
    #[graphql(name = "type")]
    async fn type_name(&self) -> Option<&str> {
        self.stored.event_type.as_deref()
    }

    /// Size of the original in bytes.
    async fn bytes(&self) -> usize {
        self.stored.original.len()
    }

    /// The original as text, from its beginning; what is no text stands as replacement characters.
    async fn original(
        &self,
        #[graphql(desc = "How many bytes of it, at most 65,536.", default = 4_096)] bytes: i32,
    ) -> Answer<String> {
        if !(0..=SHOWN_MAX).contains(&bytes) {
            return Err(Failure::bad(format!("bytes: 0 to {SHOWN_MAX}.")).into());
        }
        let shown = self.stored.original.len().min(bytes as usize);
        Ok(String::from_utf8_lossy(&self.stored.original[..shown]).into_owned())
    }

    /// The event of the same source and id that was admitted later: after a replay, or published again.
    async fn admitted_as(&self, ctx: &Context<'_>) -> Answer<Option<EventView>> {
        let (Some(source), Some(id)) = (&self.stored.source, &self.stored.id) else {
            return Ok(None);
        };
        let reader = hub(ctx)?.store.reader();
        let found = reader
            .event_by_key(source, id)
            .await
            .map_err(Failure::from)?;
        let (original, received) = (self.stored.original_position, self.stored.received_at);
        let later = found.filter(|event| event.came_after(original, received));
        Ok(later.map(EventView::from))
    }

    /// The headers it came with.
    async fn headers(&self) -> Vec<DeadLetterHeader> {
        let headers = self.stored.headers.iter();
        headers
            .map(|(name, value)| DeadLetterHeader {
                name: name.clone(),
                value: String::from_utf8_lossy(value).into_owned(),
            })
            .collect()
    }
}

/// A dead letter in a page.
#[derive(SimpleObject)]
pub(crate) struct DeadLetterEdge {
    /// The dead letter.
    pub(crate) node: DeadLetterView,
    /// For `after` and `before`.
    pub(crate) cursor: String,
}

/// A page of dead letters.
pub(crate) struct DeadLetterConnection {
    pub(crate) rows: Vec<(String, StoredDeadLetter)>,
    pub(crate) page_info: PageInfo,
}

/// A page of dead letters, the last received first.
#[Object]
impl DeadLetterConnection {
    /// Dead letters with cursors.
    async fn edges(&self) -> Vec<DeadLetterEdge> {
        let edge = |(cursor, stored): &(String, StoredDeadLetter)| DeadLetterEdge {
            node: DeadLetterView::from(stored.clone()),
            cursor: cursor.clone(),
        };
        self.rows.iter().map(edge).collect()
    }

    /// The dead letters alone.
    async fn nodes(&self) -> Vec<DeadLetterView> {
        let rows = self.rows.iter();
        rows.map(|(_, stored)| DeadLetterView::from(stored.clone()))
            .collect()
    }

    /// Where the page stands.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }
}
