//! Events: pages by filter, one by its key, and those an alert rests on.

use std::fmt;
use std::str::FromStr;

use clickhouse::Row;
use domain::alert::EventRef;
use domain::event::Event;
use domain::filter::EventFilter;
use event_schemas::city::{Admission, LogPosition, Millis};
use serde::Deserialize;
use uuid::Uuid;

use super::event_conditions::event;
use super::page::{Page, PageRequest};
use super::sql::{Param, Sql};
use crate::{Reader, StoreError};

/// References that one question takes.
const REFS_MAX: usize = 1_000;

/// An event as stored: with the moment at which the log took it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// The event.
    pub event: Event,
    /// Append time in `city.events`.
    pub ingest_time: Millis,
}

impl StoredEvent {
    /// Whether the inbox took it after the record at `original`: an event of the same source and id that came
    /// before a dead letter is why its id counts as reused, one that came after is what became of it.
    pub fn came_after(&self, original: LogPosition, received_at: Millis) -> bool {
        let inbox = self.event.admission.inbox;
        if (inbox.topic_id, inbox.partition) == (original.topic_id, original.partition) {
            return inbox.offset > original.offset;
        }
        self.event.admission.inbox_time > received_at
    }
}

impl StoredEvent {
    /// Where it stands in the list of events.
    pub const fn cursor(&self) -> EventCursor {
        EventCursor {
            event_time: self.event.admission.event_time,
            position: self.event.position,
        }
    }
}

/// A place in the list of events, which runs by event time and then by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventCursor {
    /// The event's time.
    pub event_time: Millis,
    /// Its position.
    pub position: LogPosition,
}

impl fmt::Display for EventCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.event_time.0, self.position)
    }
}

impl FromStr for EventCursor {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let parsed = text.split_once('.').and_then(|(time, position)| {
            Some(Self {
                event_time: Millis(time.parse().ok()?),
                position: position.parse().ok()?,
            })
        });
        parsed.ok_or_else(|| {
            StoreError::Query(format!("'{text}' is not a cursor of a list of events"))
        })
    }
}

const COLUMNS: &str = "SELECT id, source, type, department, subject, event_time, recorded_time, ingest_time, \
     inbox_time, severity, measure, exercise, place, lon, lat, h3, catalog, flags, correlation_id, topic_id, \
     partition, offset, inbox_topic_id, inbox_partition, inbox_offset, payload FROM events WHERE ";

#[derive(Row, Deserialize)]
struct EventColumns {
    id: String,
    source: String,
    r#type: String,
    department: String,
    subject: Option<String>,
    event_time: i64,
    recorded_time: Option<i64>,
    ingest_time: i64,
    inbox_time: i64,
    severity: Option<u8>,
    measure: Option<f64>,
    exercise: bool,
    place: String,
    lon: Option<f64>,
    lat: Option<f64>,
    h3: u64,
    catalog: String,
    flags: Vec<String>,
    correlation_id: Option<String>,
    #[serde(with = "clickhouse::serde::uuid")]
    topic_id: Uuid,
    partition: i32,
    offset: i64,
    #[serde(with = "clickhouse::serde::uuid")]
    inbox_topic_id: Uuid,
    inbox_partition: i32,
    inbox_offset: i64,
    payload: String,
}

impl From<EventColumns> for StoredEvent {
    fn from(row: EventColumns) -> Self {
        let admission = Admission {
            department: row.department,
            event_time: Millis(row.event_time),
            recorded_time: row.recorded_time.map(Millis),
            inbox_time: Millis(row.inbox_time),
            place: (!row.place.is_empty()).then_some(row.place),
            lon: row.lon,
            lat: row.lat,
            h3: (row.h3 != 0).then(|| format!("{:x}", row.h3)),
            level: row.severity,
            measure: row.measure,
            exercise: row.exercise,
            catalog: row.catalog,
            inbox: LogPosition {
                topic_id: row.inbox_topic_id,
                partition: row.inbox_partition,
                offset: row.inbox_offset,
            },
            flags: row.flags,
        };
        let position = LogPosition {
            topic_id: row.topic_id,
            partition: row.partition,
            offset: row.offset,
        };
        // Admission lets only JSON through; a text that is none is shown as it is rather than hidden.
        let data =
            serde_json::from_str(&row.payload).unwrap_or(serde_json::Value::String(row.payload));
        let event = Event {
            position,
            id: row.id,
            source: row.source,
            event_type: row.r#type,
            subject: row.subject,
            correlation_id: row.correlation_id,
            admission,
            data,
        };
        Self {
            event,
            ingest_time: Millis(row.ingest_time),
        }
    }
}

/// How much of each event is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventPart {
    /// Everything.
    #[default]
    Whole,
    /// What a list shows: attributes, times, level, measure, exercise and position. The rest is
    /// empty; above all the payload, which is most of an event, is neither read nor parsed.
    Head,
}

const HEAD_COLUMNS: &str = "SELECT id, source, type, subject, event_time, recorded_time, ingest_time, severity, \
     measure, exercise, correlation_id, topic_id, partition, offset FROM events WHERE ";

#[derive(Row, Deserialize)]
struct HeadColumns {
    id: String,
    source: String,
    r#type: String,
    subject: Option<String>,
    event_time: i64,
    recorded_time: Option<i64>,
    ingest_time: i64,
    severity: Option<u8>,
    measure: Option<f64>,
    exercise: bool,
    correlation_id: Option<String>,
    #[serde(with = "clickhouse::serde::uuid")]
    topic_id: Uuid,
    partition: i32,
    offset: i64,
}

impl From<HeadColumns> for StoredEvent {
    fn from(row: HeadColumns) -> Self {
        let position = LogPosition {
            topic_id: row.topic_id,
            partition: row.partition,
            offset: row.offset,
        };
        let admission = Admission {
            department: String::new(),
            event_time: Millis(row.event_time),
            recorded_time: row.recorded_time.map(Millis),
            inbox_time: Millis(row.ingest_time),
            place: None,
            lon: None,
            lat: None,
            h3: None,
            level: row.severity,
            measure: row.measure,
            exercise: row.exercise,
            catalog: String::new(),
            inbox: position,
            flags: Vec::new(),
        };
        let event = Event {
            position,
            id: row.id,
            source: row.source,
            event_type: row.r#type,
            subject: row.subject,
            correlation_id: row.correlation_id,
            admission,
            data: serde_json::Value::Null,
        };
        Self {
            event,
            ingest_time: Millis(row.ingest_time),
        }
    }
}

impl Reader {
    /// A page of events, newest event time first.
    pub async fn events(
        &self,
        filter: &EventFilter,
        page: &PageRequest<EventCursor>,
    ) -> Result<Page<StoredEvent>, StoreError> {
        self.events_in_part(filter, page, EventPart::Whole).await
    }

    /// A page of events, newest event time first, as much of each as is wanted.
    pub async fn events_in_part(
        &self,
        filter: &EventFilter,
        page: &PageRequest<EventCursor>,
        part: EventPart,
    ) -> Result<Page<StoredEvent>, StoreError> {
        page.check()?;
        let mut sql = Sql::new(match part {
            EventPart::Whole => COLUMNS,
            EventPart::Head => HEAD_COLUMNS,
        });
        let condition = event(&mut sql, filter, 0)?;
        sql.push(&condition);
        for (cursor, op) in [(page.after, "<"), (page.before, ">")] {
            let Some(cursor) = cursor else { continue };
            let time = sql.bind(cursor.event_time.0);
            let topic = sql.bind(cursor.position.topic_id.to_string().as_str());
            let partition = sql.bind(i64::from(cursor.position.partition));
            let offset = sql.bind(cursor.position.offset);
            sql.push(&format!(
                " AND (event_time, topic_id, partition, offset) {op} \
                 (fromUnixTimestamp64Milli({time}, 'UTC'), toUUID({topic}), {partition}, {offset})"
            ));
        }
        sql.push(&page.order(&["event_time", "topic_id", "partition", "offset"]));
        let rows: Vec<StoredEvent> = match part {
            EventPart::Whole => {
                let rows = self.rows::<EventColumns>(sql).await?;
                rows.into_iter().map(StoredEvent::from).collect()
            }
            EventPart::Head => {
                let rows = self.rows::<HeadColumns>(sql).await?;
                rows.into_iter().map(StoredEvent::from).collect()
            }
        };
        Ok(page.page(rows))
    }

    /// The event with this CloudEvents source and id.
    pub async fn event_by_key(
        &self,
        source: &str,
        id: &str,
    ) -> Result<Option<StoredEvent>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        let id = sql.bind(id);
        let source = sql.bind(source);
        sql.push(&format!("id = {id} AND source = {source} LIMIT 1"));
        Ok(self.row::<EventColumns>(sql).await?.map(StoredEvent::from))
    }

    /// The last located event of each of these subjects since then, one per department and one each of
    /// exercises and real events.
    pub async fn last_located(
        &self,
        subjects: &[String],
        since: Millis,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        let subjects = sql.bind(Param::Texts(subjects.to_vec()));
        let since = sql.bind(since.0);
        sql.push(&format!(
            "subject IN {subjects} AND event_time >= fromUnixTimestamp64Milli({since}, 'UTC') \
             AND lon IS NOT NULL AND lat IS NOT NULL \
             ORDER BY event_time DESC, topic_id, partition, offset DESC LIMIT 1 BY department, subject, exercise"
        ));
        let rows = self.rows::<EventColumns>(sql).await?;
        Ok(rows.into_iter().map(StoredEvent::from).collect())
    }

    /// The events that these references name, in the order of the references; those not stored (yet) are left out.
    pub async fn events_by_refs(&self, refs: &[EventRef]) -> Result<Vec<StoredEvent>, StoreError> {
        if refs.is_empty() {
            return Ok(Vec::new());
        }
        if refs.len() > REFS_MAX {
            return Err(StoreError::Query(format!(
                "at most {REFS_MAX} events are looked up at once"
            )));
        }
        let mut sql = Sql::new(COLUMNS);
        let ids = sql.bind(Param::Texts(
            refs.iter().map(|one| one.id.clone()).collect(),
        ));
        let first = refs.iter().map(|one| one.time.0).min().unwrap_or_default();
        let last = refs.iter().map(|one| one.time.0).max().unwrap_or_default();
        let (first, last) = (sql.bind(first), sql.bind(last));
        sql.push(&format!(
            "id IN {ids} AND event_time BETWEEN fromUnixTimestamp64Milli({first}, 'UTC') \
             AND fromUnixTimestamp64Milli({last}, 'UTC')"
        ));
        let found: Vec<StoredEvent> = self
            .rows::<EventColumns>(sql)
            .await?
            .into_iter()
            .map(StoredEvent::from)
            .collect();
        let by_key = |wanted: &EventRef| {
            found
                .iter()
                .find(|one| one.event.id == wanted.id && one.event.source == wanted.source)
                .cloned()
        };
        Ok(refs.iter().filter_map(by_key).collect())
    }
}
