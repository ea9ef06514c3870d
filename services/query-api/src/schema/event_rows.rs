//! The rows of a page of events, of which plain columns are written at once.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, SelectionField, ServerResult, Value,
    resolver_utils,
};
use event_store::StoredEvent;

use super::event::EventView;
use super::node_id::{Kind, global};
use super::written_rows::{
    Column as _, write_count, write_flag, write_number, write_optional, write_optional_text,
    written,
};
use crate::transport::json::{write_moment, write_text};

/// A field of `Event` that is a column as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EventColumn {
    Id,
    EventId,
    Source,
    Type,
    Subject,
    CorrelationId,
    EventTime,
    RecordedTime,
    IngestTime,
    Severity,
    Measure,
    Exercise,
    TypeName,
}

impl super::written_rows::Column for EventColumn {
    type Row = Arc<StoredEvent>;

    fn of(field: &str) -> Option<Self> {
        Some(match field {
            "id" => Self::Id,
            "eventId" => Self::EventId,
            "source" => Self::Source,
            "type" => Self::Type,
            "subject" => Self::Subject,
            "correlationId" => Self::CorrelationId,
            "eventTime" => Self::EventTime,
            "recordedTime" => Self::RecordedTime,
            "ingestTime" => Self::IngestTime,
            "severity" => Self::Severity,
            "measure" => Self::Measure,
            "exercise" => Self::Exercise,
            "__typename" => Self::TypeName,
            _ => return None,
        })
    }

    fn write(self, stored: &Arc<StoredEvent>, out: &mut Vec<u8>) {
        let (event, admission) = (&stored.event, &stored.event.admission);
        match self {
            Self::Id => write_text(out, &global(Kind::Event, &event.key())),
            Self::EventId => write_text(out, &event.id),
            Self::Source => write_text(out, &event.source),
            Self::Type => write_text(out, &event.event_type),
            Self::Subject => write_optional_text(out, event.subject.as_deref()),
            Self::CorrelationId => write_optional_text(out, event.correlation_id.as_deref()),
            Self::EventTime => write_moment(out, admission.event_time),
            Self::RecordedTime => write_optional(out, admission.recorded_time, write_moment),
            Self::IngestTime => write_moment(out, stored.ingest_time),
            Self::Severity => write_optional(out, admission.level, write_count),
            Self::Measure => write_number(out, admission.measure),
            Self::Exercise => write_flag(out, admission.exercise),
            Self::TypeName => out.extend_from_slice(b"\"Event\""),
        }
    }
}

/// Whether a page asks for nothing but columns of [`event_store::EventPart::Head`].
pub(super) fn only_columns(page: SelectionField<'_>) -> bool {
    page.selection_set().all(|part| match part.name() {
        "nodes" => columns_alone(part),
        "edges" => part.selection_set().all(|part| match part.name() {
            "node" => columns_alone(part),
            name => matches!(name, "cursor" | "__typename"),
        }),
        name => matches!(name, "pageInfo" | "__typename"),
    })
}

fn columns_alone(row: SelectionField<'_>) -> bool {
    row.selection_set()
        .all(|field| EventColumn::of(field.name()).is_some())
}

/// The events of a page.
pub(super) struct EventRows<'p>(pub(super) &'p [Arc<StoredEvent>]);

impl OutputType for EventRows<'_> {
    fn type_name() -> Cow<'static, str> {
        Vec::<EventView>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<EventView>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<EventView>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        if let Some(rows) = written::<EventColumn>(ctx, self.0.iter()) {
            return Ok(rows);
        }
        let views = self
            .0
            .iter()
            .map(|stored| EventView::from(Arc::clone(stored)));
        resolver_utils::resolve_list(ctx, field, views, Some(self.0.len())).await
    }
}
