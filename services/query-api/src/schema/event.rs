//! Events: immutable facts, as admitted.

use std::sync::Arc;

use async_graphql::{Context, ID, Json, Object, SimpleObject};
use event_schemas::Text;
use event_store::StoredEvent;
use serde_json::Value;

use super::asking::hub;
use super::department::{DepartmentView, EventTypeView};
use super::event_rows::EventRows;
use super::mask::masked;
use super::node_id::{Kind, global};
use super::page::{PageInfo, encode};
use super::place::{Location, PlaceView};
use super::scalars::{DateTime, Position};
use super::words::{BothTexts, Language, say};
use crate::failure::Answer;

/// An event as stored.
pub(crate) struct EventView {
    stored: Arc<StoredEvent>,
}

impl From<StoredEvent> for EventView {
    fn from(stored: StoredEvent) -> Self {
        Self::from(Arc::new(stored))
    }
}

impl From<Arc<StoredEvent>> for EventView {
    fn from(stored: Arc<StoredEvent>) -> Self {
        Self { stored }
    }
}

impl EventView {
    /// An event as the log has just taken it.
    pub(crate) fn live(
        event: domain::event::Event,
        ingest_time: event_schemas::city::Millis,
    ) -> Self {
        Self::from(StoredEvent { event, ingest_time })
    }

    fn text(&self, ctx: &Context<'_>) -> Answer<Text> {
        let event = &self.stored.event;
        let known = hub(ctx)?.catalog.event_type(&event.event_type);
        Ok(known.map_or_else(
            || Text::new(event.event_type.as_str(), event.event_type.as_str()),
            |known| known.render_title(event.subject.as_deref(), &event.data),
        ))
    }
}

/// An immutable fact about the city.
#[Object(name = "Event")]
impl EventView {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        global(Kind::Event, &self.stored.event.key())
    }

    /// CloudEvents `source`.
    async fn source(&self) -> &str {
        &self.stored.event.source
    }

    /// CloudEvents `id`.
    async fn event_id(&self) -> &str {
        &self.stored.event.id
    }

    /// CloudEvents `type`.
    #[graphql(name = "type")]
    async fn type_name(&self) -> &str {
        &self.stored.event.event_type
    }

    /// Its contract and words; absent for a type that left the catalog.
    async fn event_type(&self, ctx: &Context<'_>) -> Answer<Option<EventTypeView>> {
        let known = hub(ctx)?.catalog.event_type(&self.stored.event.event_type);
        Ok(known.map(|known| EventTypeView::of(&known.name)))
    }

    /// Who published it.
    async fn department(&self) -> DepartmentView {
        DepartmentView::of(&self.stored.event.admission.department)
    }

    /// The thing it is about, in the department's own numbering.
    async fn subject(&self) -> Option<&str> {
        self.stored.event.subject.as_deref()
    }

    /// Correlation id, if the publisher gave one.
    async fn correlation_id(&self) -> Option<&str> {
        self.stored.event.correlation_id.as_deref()
    }

    /// When it happened.
    async fn event_time(&self) -> DateTime {
        DateTime(self.stored.event.admission.event_time)
    }

    /// When the department wrote it down.
    async fn recorded_time(&self) -> Option<DateTime> {
        self.stored.event.admission.recorded_time.map(DateTime)
    }

    /// When the city's log took it.
    async fn ingest_time(&self) -> DateTime {
        DateTime(self.stored.ingest_time)
    }

    /// 1 (gravest) to 4.
    async fn severity(&self) -> Option<u8> {
        self.stored.event.admission.level
    }

    /// The main measure, in the unit of its type.
    async fn measure(&self) -> Option<f64> {
        self.stored.event.admission.measure
    }

    /// A drill or a simulation.
    async fn exercise(&self) -> bool {
        self.stored.event.admission.exercise
    }

    /// Where; absent: unplaced.
    async fn place(&self, ctx: &Context<'_>) -> Answer<Option<PlaceView>> {
        let code = self.stored.event.admission.place.as_deref();
        Ok(PlaceView::of(ctx, code)?)
    }

    /// The point, where known.
    async fn location(&self) -> Option<Location> {
        let admission = &self.stored.event.admission;
        Location::of(admission.lon, admission.lat)
    }

    /// In a line.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> Answer<String> {
        Ok(say(ctx, &self.text(ctx)?, lang))
    }

    /// In a line, both languages.
    async fn titles(&self, ctx: &Context<'_>) -> Answer<BothTexts> {
        Ok(BothTexts::from(&self.text(ctx)?))
    }

    /// The payload as published; personal fields are `***`.
    async fn data(&self) -> Json<Value> {
        Json(masked(&self.stored.event.data))
    }

    /// What admission observed without refusing it, e.g. `future_time`, `outside_city`.
    async fn flags(&self) -> &[String] {
        &self.stored.event.admission.flags
    }

    /// Where it stands in the log.
    async fn position(&self) -> Position {
        Position(self.stored.event.position)
    }
}

/// An event in a page.
#[derive(SimpleObject)]
pub(crate) struct EventEdge {
    /// The event.
    pub(crate) node: EventView,
    /// For `after` and `before`.
    pub(crate) cursor: String,
}

/// A page of events, newest event time first.
pub(crate) struct EventConnection {
    /// The rows.
    pub(crate) rows: Vec<Arc<StoredEvent>>,
    /// Where the page stands.
    pub(crate) page_info: PageInfo,
}

/// A page of events, newest event time first.
#[Object]
impl EventConnection {
    /// Events with cursors.
    async fn edges(&self) -> Vec<EventEdge> {
        let edge = |stored: &Arc<StoredEvent>| EventEdge {
            node: EventView::from(Arc::clone(stored)),
            cursor: encode(&stored.cursor().to_string()),
        };
        self.rows.iter().map(edge).collect()
    }

    /// The events alone.
    async fn nodes(&self) -> EventRows<'_> {
        EventRows(&self.rows)
    }

    /// Where the page stands.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }
}
