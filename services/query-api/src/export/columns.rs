//! The columns of exported files: each a field of the schema, by the path at which an answer holds it.

/// A list that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Events,
    Alerts,
    Cases,
    DeadLetters,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// In the header line.
    pub(super) name: String,
    /// What is selected for it.
    selection: String,
    /// JSON pointer into a row's node.
    pub(super) pointer: String,
}

/// Names of columns with their selection and pointer; a plain field stands for itself.
type Fields = &'static [(&'static str, &'static str, &'static str)];

const WHERE: Fields = &[
    ("place", "place{code}", "/place/code"),
    ("placeZh", "place{names{zh}}", "/place/names/zh"),
    ("placeEn", "place{names{en}}", "/place/names/en"),
    ("lon", "location{lon}", "/location/lon"),
    ("lat", "location{lat}", "/location/lat"),
];
const TITLES: Fields = &[
    ("titleZh", "titles{zh}", "/titles/zh"),
    ("titleEn", "titles{en}", "/titles/en"),
];
const EVENTS: Fields = &[
    ("eventTime", "eventTime", "/eventTime"),
    ("type", "type", "/type"),
    ("department", "department{name}", "/department/name"),
    ("subject", "subject", "/subject"),
    ("severity", "severity", "/severity"),
    ("measure", "measure", "/measure"),
    ("exercise", "exercise", "/exercise"),
    ("source", "source", "/source"),
    ("eventId", "eventId", "/eventId"),
    ("recordedTime", "recordedTime", "/recordedTime"),
    ("ingestTime", "ingestTime", "/ingestTime"),
    ("correlationId", "correlationId", "/correlationId"),
    ("flags", "flags", "/flags"),
    ("position", "position", "/position"),
    ("data", "data", "/data"),
];
const ALERTS: Fields = &[
    ("raisedAt", "raisedAt", "/raisedAt"),
    ("changedAt", "changedAt", "/changedAt"),
    ("resolvedAt", "resolvedAt", "/resolvedAt"),
    ("rule", "rule{key}", "/rule/key"),
    ("severity", "severity", "/severity"),
    ("status", "status", "/status"),
    ("episode", "episode", "/episode"),
    ("eventCount", "eventCount", "/eventCount"),
    ("exercise", "exercise", "/exercise"),
    ("key", "key", "/key"),
    ("fingerprint", "fingerprint", "/fingerprint"),
];
const CASES: Fields = &[
    ("number", "number", "/number"),
    ("kind", "kind", "/kind"),
    ("openedAt", "openedAt", "/openedAt"),
    ("changedAt", "changedAt", "/changedAt"),
    ("closedAt", "closedAt", "/closedAt"),
    ("state", "state", "/state"),
    ("status", "status", "/status"),
    ("severity", "severity", "/severity"),
    ("responsible", "responsible{name}", "/responsible/name"),
    (
        "acknowledgedBy",
        "acknowledgedBy{name}",
        "/acknowledgedBy/name",
    ),
    ("acknowledgedAt", "acknowledgedAt", "/acknowledgedAt"),
    ("outcome", "outcome", "/outcome"),
    ("verified", "verified", "/verified"),
    ("rework", "rework", "/rework"),
    ("bounces", "bounces", "/bounces"),
    ("alertCount", "alertCount", "/alertCount"),
    ("exercise", "exercise", "/exercise"),
    ("key", "key", "/key"),
];
const DEAD_LETTERS: Fields = &[
    ("receivedAt", "receivedAt", "/receivedAt"),
    ("department", "department{name}", "/department/name"),
    ("reason", "reason", "/reason"),
    ("message", "message", "/message"),
    ("path", "path", "/path"),
    ("source", "source", "/source"),
    ("eventId", "eventId", "/eventId"),
    ("type", "type", "/type"),
    ("topic", "topic", "/topic"),
    ("position", "position", "/position"),
    ("bytes", "bytes", "/bytes"),
    ("original", "original", "/original"),
    ("id", "id", "/id"),
];

impl List {
    /// By the last part of the route.
    pub(super) fn named(name: &str) -> Option<Self> {
        let all = [Self::Events, Self::Alerts, Self::Cases, Self::DeadLetters];
        all.into_iter().find(|list| list.name() == name)
    }

    /// In routes and file names.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Alerts => "alerts",
            Self::Cases => "cases",
            Self::DeadLetters => "dead-letters",
        }
    }

    /// The connection's field and its filter's type.
    pub(super) const fn connection(self) -> (&'static str, &'static str) {
        match self {
            Self::Events => ("events", "EventFilter"),
            Self::Alerts => ("alerts", "AlertFilter"),
            Self::Cases => ("cases", "CaseFilter"),
            Self::DeadLetters => ("deadLetters", "DeadLetterFilter"),
        }
    }

    /// All its columns, in their order.
    pub(super) fn columns(self) -> Vec<Column> {
        let groups: &[Fields] = match self {
            Self::Events => &[EVENTS, TITLES, WHERE],
            Self::Alerts => &[ALERTS, TITLES, WHERE],
            Self::Cases => &[CASES, TITLES, WHERE],
            Self::DeadLetters => &[DEAD_LETTERS],
        };
        let fields = groups.iter().flat_map(|group| group.iter());
        fields
            .map(|&(name, selection, pointer)| Column {
                name: name.to_owned(),
                selection: selection.to_owned(),
                pointer: pointer.to_owned(),
            })
            .collect()
    }
}

/// A column by its name; `data.<path>` is a payload field of an event.
pub(super) fn named(list: List, name: &str) -> Option<Column> {
    let of_payload = name
        .strip_prefix("data.")
        .filter(|path| list == List::Events && path.split('.').all(|part| !part.is_empty()));
    if let Some(path) = of_payload {
        let escaped = path.replace('~', "~0").replace('/', "~1");
        return Some(Column {
            name: name.to_owned(),
            selection: String::from("data"),
            pointer: format!("/data/{}", escaped.replace('.', "/")),
        });
    }
    list.columns()
        .into_iter()
        .find(|column| column.name == name)
}

/// The document that reads a page.
pub(super) fn query(list: List, columns: &[Column]) -> String {
    let (field, filter) = list.connection();
    let mut selections: Vec<&str> = columns.iter().map(|one| one.selection.as_str()).collect();
    selections.sort_unstable();
    selections.dedup();
    format!(
        "query Export($filter: {filter}, $first: Int!, $after: String) {{ \
         {field}(filter: $filter, first: $first, after: $after) {{ \
         nodes {{ {} }} pageInfo {{ hasNextPage endCursor }} }} }}",
        selections.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use domain::access::{Principal, Role};

    use super::*;
    use crate::gate::{Gate, Limits};

    #[test]
    fn every_column_is_a_field_of_the_schema_and_a_full_page_fits_the_limits() {
        let gate = Gate::new(&crate::schema::sdl(), Limits::default());
        let administrator = Principal {
            name: String::from("root"),
            roles: vec![Role::Administrator],
            department: None,
            session: None,
        };
        for name in ["events", "alerts", "cases", "dead-letters"] {
            let list = List::named(name).unwrap();
            let query = query(list, &list.columns());
            let variables = async_graphql::Variables::from_json(
                serde_json::json!({"first": super::super::pages::PAGE}),
            );
            let passed = gate.pass(&query, None, &variables, &administrator);
            assert!(passed.is_ok(), "{name}: {:?}", passed.err());
        }
        assert_eq!(List::named("secrets"), None);
    }

    #[test]
    fn a_payload_field_is_a_column_of_events_alone() {
        let column = named(List::Events, "data.units.0.id").unwrap();
        assert_eq!(column.pointer, "/data/units/0/id");
        assert!(named(List::Alerts, "data.x").is_none());
        assert!(named(List::Events, "data.").is_none());
        assert!(named(List::Events, "data.x..y").is_none());
    }
}
