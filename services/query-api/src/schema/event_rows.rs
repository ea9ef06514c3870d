//! The rows of a page of events. A page of plain columns is written as JSON at once: through one
//! resolver per field, a page of 1,000 rows costs more than the store's whole answer.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, SelectionField, ServerResult, Value,
    resolver_utils,
};
use event_store::StoredEvent;

use super::event::EventView;
use super::node_id::{Kind, global};
use crate::transport::json::{WrittenJson, write_moment, write_text};

/// A field of `Event` that is a column as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
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

impl Column {
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

    fn write(self, stored: &StoredEvent, out: &mut Vec<u8>) {
        let (event, admission) = (&stored.event, &stored.event.admission);
        match self {
            Self::Id => write_text(out, &global(Kind::Event, &event.key())),
            Self::EventId => write_text(out, &event.id),
            Self::Source => write_text(out, &event.source),
            Self::Type => write_text(out, &event.event_type),
            Self::Subject => write_optional(out, event.subject.as_deref(), write_text),
            Self::CorrelationId => {
                write_optional(out, event.correlation_id.as_deref(), write_text);
            }
            Self::EventTime => write_moment(out, admission.event_time),
            Self::RecordedTime => {
                write_optional(out, admission.recorded_time, write_moment);
            }
            Self::IngestTime => write_moment(out, stored.ingest_time),
            Self::Severity => write_optional(out, admission.level, |out, level| {
                out.extend_from_slice(level.to_string().as_bytes());
            }),
            // What is no number has no JSON: null, as everywhere.
            Self::Measure => {
                let finite = admission.measure.filter(|measure| measure.is_finite());
                write_optional(out, finite, |out, measure| {
                    out.extend_from_slice(serde_json::Value::from(measure).to_string().as_bytes());
                });
            }
            Self::Exercise => out.extend_from_slice(if admission.exercise {
                b"true"
            } else {
                b"false"
            }),
            Self::TypeName => out.extend_from_slice(b"\"Event\""),
        }
    }
}

fn write_optional<T>(out: &mut Vec<u8>, value: Option<T>, write: impl Fn(&mut Vec<u8>, T)) {
    match value {
        Some(value) => write(out, value),
        None => out.extend_from_slice(b"null"),
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
        .all(|field| Column::of(field.name()).is_some())
}

/// The columns of a selection and the text before each; `None` where it asks for anything else.
fn columns(selection: &SelectionSet) -> Option<Vec<(String, Column)>> {
    let mut columns: Vec<(String, Column)> = Vec::with_capacity(selection.items.len());
    for item in &selection.items {
        let Selection::Field(field) = &item.node else {
            return None;
        };
        let field = &field.node;
        if !field.directives.is_empty() || !field.arguments.is_empty() {
            return None;
        }
        let before = if columns.is_empty() { '{' } else { ',' };
        let name = format!("\"{}\":", field.response_key().node);
        // The same name twice is one member: rare enough for the long way.
        if columns.iter().any(|(known, _)| known[1..] == name) {
            return None;
        }
        columns.push((format!("{before}{name}"), Column::of(&field.name.node)?));
    }
    Some(columns)
}

/// The events of a page.
pub(super) struct EventRows(pub(super) Vec<Arc<StoredEvent>>);

impl EventRows {
    fn write(&self, columns: &[(String, Column)]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * 320 + 2);
        out.push(b'[');
        for (nth, stored) in self.0.iter().enumerate() {
            if nth > 0 {
                out.push(b',');
            }
            for (before, column) in columns {
                out.extend_from_slice(before.as_bytes());
                column.write(stored, &mut out);
            }
            out.push(b'}');
        }
        out.push(b']');
        out
    }
}

impl OutputType for EventRows {
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
        if ctx.data_opt::<WrittenJson>().is_some()
            && let Some(columns) = columns(&ctx.item.node)
        {
            return Ok(WrittenJson::value(self.write(&columns)));
        }
        let views = self
            .0
            .iter()
            .map(|stored| EventView::from(Arc::clone(stored)));
        resolver_utils::resolve_list(ctx, field, views, Some(self.0.len())).await
    }
}
