//! What a department's publishing looked like over a period: volume, delays, order, clocks, age.
//!
//! A period is one of inbox time: when the hub took an event, whatever moment it tells of.

use clickhouse::Row;
use event_schemas::city::Millis;
use serde::Deserialize;

use super::conditions::Parts;
use super::sql::{Param, Sql};
use crate::{Reader, StoreError};

/// Sources that one answer tells one by one, the busiest first.
const SOURCES_MAX: u32 = 100;
/// Groups of events that came too late, the largest first.
const TOO_OLD_MAX: u32 = 500;
/// Below so many events a department's delays say nothing of the path they came by.
const TELLING: i64 = 20;
/// The log takes an event after the inbox did; two brokers' clocks may differ by this much.
const CLOCKS_MS: i64 = 3_600_000;
/// What happened longer before is told as history, and says nothing of a clock.
const HISTORY_MS: i64 = 24 * 3_600_000;

/// Whose events, of which period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScorecardScope {
    /// The department.
    pub department: String,
    /// Only these event types; empty: all.
    pub types: Vec<String>,
    /// Only this source.
    pub source: Option<String>,
    /// Taken by the inbox at or after.
    pub from: Millis,
    /// Taken before.
    pub to: Millis,
}

impl ScorecardScope {
    /// Condition on the columns of `events`.
    fn events(&self, sql: &mut Sql) -> String {
        let mut parts = Parts::default();
        parts.key_one_of(sql, "department", std::slice::from_ref(&self.department));
        parts.key_one_of(sql, "type", &self.types);
        parts.key_one_of(sql, "source", self.source.as_slice());
        parts.between(sql, "inbox_time", Some(self.from), Some(self.to));
        // Months that cannot hold the period are not opened.
        parts.between(sql, "ingest_time", Some(self.from.plus(-CLOCKS_MS)), None);
        parts.all()
    }
}

/// A delay over many events, in milliseconds; all absent where no event has both moments.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// Median.
    pub p50: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// Greatest.
    pub max: Option<f64>,
}

/// Admitted events of a department, or of one of its sources.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PublishedEvents {
    /// `source`; empty: all together.
    pub source: String,
    /// How many.
    pub admitted: u64,
    /// Their event time lay more than an hour ahead of the hub's clock.
    pub future: u64,
    /// Their event time lay more than 30 days back.
    pub old: u64,
    /// Without a place.
    pub unplaced: u64,
    /// Their event time lies before that of an earlier event of the same source.
    pub out_of_order: u64,
    /// How many said when they were written down.
    pub recorded: u64,
    /// When the inbox took the first.
    pub first: Millis,
    /// When the inbox took the last.
    pub last: Millis,
    /// From the event to when it was written down.
    pub event_to_recorded: Spread,
    /// From when it was written down to the inbox.
    pub recorded_to_inbox: Spread,
    /// From the event to the inbox.
    pub event_to_inbox: Spread,
    /// From the inbox to the log of admitted events: the hub's own part.
    pub inbox_to_ingest: Spread,
    /// Inbox time less the publisher's own time (of writing down, else of the event), milliseconds: the
    /// first percentile, which a late event does not touch and a wrong clock does.
    pub quickest_ms: Option<f64>,
}

#[derive(Row, Deserialize)]
struct Published {
    who: String,
    counts: Vec<u64>,
    first: i64,
    last: i64,
    delays: Vec<Option<f64>>,
}

impl From<Published> for PublishedEvents {
    fn from(row: Published) -> Self {
        let count = |n: usize| row.counts.get(n).copied().unwrap_or_default();
        let delay = |n: usize| row.delays.get(n).copied().flatten();
        let spread = |n: usize| Spread {
            p50: delay(n * 3),
            p95: delay(n * 3 + 1),
            max: delay(n * 3 + 2),
        };
        Self {
            admitted: count(0),
            future: count(1),
            old: count(2),
            unplaced: count(3),
            out_of_order: count(4),
            recorded: count(5),
            first: Millis(row.first),
            last: Millis(row.last),
            event_to_recorded: spread(0),
            recorded_to_inbox: spread(1),
            event_to_inbox: spread(2),
            inbox_to_ingest: spread(3),
            quickest_ms: delay(12),
            source: row.who,
        }
    }
}

/// Events that came after every window that could have held them had closed.
#[derive(Clone, Debug, PartialEq, Eq, Row, Deserialize)]
pub struct TooOld {
    /// Event type.
    pub event_type: String,
    /// `source`.
    pub source: String,
    /// How many.
    pub events: u64,
    /// Age of the oldest when the inbox took it, in milliseconds.
    pub oldest_ms: i64,
    /// Its `id`.
    pub oldest_id: String,
}

/// Stretches of a period in which nothing came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Row, Deserialize)]
pub struct Silences {
    /// The longest between two events, in seconds.
    pub longest_s: i64,
    /// When it ended, in seconds since 1970.
    pub longest_end_s: i64,
    /// How many between two events were longer than expected.
    pub longer: u64,
}

#[derive(Row, Deserialize)]
struct Quickest {
    quickest: Option<f64>,
}

#[derive(Row, Deserialize)]
struct Missing {
    missing: i64,
}

fn milliseconds(later: &str, earlier: &str) -> String {
    format!("toFloat64(toUnixTimestamp64Milli({later}) - toUnixTimestamp64Milli({earlier}))")
}

/// The publisher's own clock as it stands on an event.
const STAMPED: &str = "ifNull(recorded_time, event_time)";

impl Reader {
    /// Admitted events of the period, all together or by source. Nothing admitted: no entry.
    pub async fn published_events(
        &self,
        scope: &ScorecardScope,
        by_source: bool,
    ) -> Result<Vec<PublishedEvents>, StoreError> {
        let mut sql = Sql::default();
        let condition = scope.events(&mut sql);
        let who = if by_source { "toString(source)" } else { "''" };
        let delays: Vec<String> = [
            ("recorded_time", "event_time"),
            ("inbox_time", "recorded_time"),
            ("inbox_time", "event_time"),
            ("ingest_time", "inbox_time"),
        ]
        .map(|(later, earlier)| {
            let ms = milliseconds(later, earlier);
            format!("quantileOrNull(0.5)({ms}), quantileOrNull(0.95)({ms}), maxOrNull({ms})")
        })
        .into();
        let (delays, quickest) = (delays.join(", "), milliseconds("inbox_time", STAMPED));
        sql.push(&format!(
            "SELECT {who} AS who, [count(), countIf(has(flags, 'future_time')), countIf(has(flags, 'old_time')), \
             countIf(place = ''), countIf(event_time < newest_before), countIf(isNotNull(recorded_time))] AS counts, \
             toUnixTimestamp64Milli(min(inbox_time)) AS first, toUnixTimestamp64Milli(max(inbox_time)) AS last, \
             CAST([{delays}, quantileOrNull(0.01)({quickest})], 'Array(Nullable(Float64))') AS delays \
             FROM (SELECT source, place, flags, event_time, recorded_time, inbox_time, ingest_time, \
             max(event_time) OVER (PARTITION BY source ORDER BY inbox_time, inbox_offset \
             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newest_before FROM events WHERE {condition}) \
             GROUP BY who ORDER BY counts[1] DESC, who LIMIT {SOURCES_MAX}"
        ));
        let rows = self.rows::<Published>(sql).await?;
        Ok(rows.into_iter().map(PublishedEvents::from).collect())
    }

    /// What the way to the inbox takes at least, in milliseconds: the quickest of all other departments'
    /// sources in that period, as far as their clocks can be believed. None: there is nobody to compare with.
    pub async fn quickest_way(&self, scope: &ScorecardScope) -> Result<Option<f64>, StoreError> {
        let mut sql = Sql::default();
        let department = sql.bind(scope.department.as_str());
        let mut parts = Parts::default();
        parts.between(&mut sql, "inbox_time", Some(scope.from), Some(scope.to));
        parts.between(
            &mut sql,
            "ingest_time",
            Some(scope.from.plus(-CLOCKS_MS)),
            None,
        );
        let (condition, ms) = (parts.all(), milliseconds("inbox_time", STAMPED));
        sql.push(&format!(
            "SELECT minOrNull(way) AS quickest FROM (SELECT quantile(0.01)({ms}) AS way FROM events \
             WHERE department != {department} AND {condition} GROUP BY department, source \
             HAVING count() >= {TELLING} AND way >= 0 AND way <= {HISTORY_MS})"
        ));
        Ok(self
            .row::<Quickest>(sql)
            .await?
            .and_then(|row| row.quickest))
    }

    /// Records of the department's inbox that are neither an event nor a dead letter, between the first and
    /// the last of the period that are: repeats. A publisher's own transactions leave marks that count, too.
    pub async fn repeats(
        &self,
        department: &str,
        from: Millis,
        to: Millis,
    ) -> Result<u64, StoreError> {
        let mut sql = Sql::default();
        let events = ScorecardScope {
            department: department.to_owned(),
            types: Vec::new(),
            source: None,
            from,
            to,
        }
        .events(&mut sql);
        let mut parts = Parts::default();
        parts.key_one_of(&mut sql, "department", &[department.to_owned()]);
        parts.between(&mut sql, "received_at", Some(from), Some(to));
        let letters = parts.all();
        // What was admitted and could not be stored was no repeat; its letter names the log, not the inbox.
        sql.push(&format!(
            "SELECT toInt64(ifNull(sum(last - first + 1 - known) - (SELECT toInt64(count()) FROM dead_letters \
             WHERE {letters} AND reason = 'unstorable'), 0)) AS missing \
             FROM (SELECT min(place) AS first, max(place) AS last, toInt64(uniqExact(place)) AS known FROM \
             (SELECT inbox_topic_id AS topic, inbox_partition AS part, inbox_offset AS place FROM events \
             WHERE {events} UNION ALL SELECT original_topic_id, original_partition, original_offset \
             FROM dead_letters WHERE {letters} AND reason != 'unstorable') GROUP BY topic, part)"
        ));
        let missing = self.row::<Missing>(sql).await?.map_or(0, |row| row.missing);
        Ok(u64::try_from(missing).unwrap_or_default())
    }

    /// Stretches in which nothing was admitted, between the first event of the period and the last, to the
    /// second; counted are those longer than `expected_ms`.
    pub async fn silences(
        &self,
        scope: &ScorecardScope,
        expected_ms: i64,
    ) -> Result<Silences, StoreError> {
        let mut sql = Sql::default();
        let condition = scope.events(&mut sql);
        let expected = sql.bind(expected_ms / 1_000);
        sql.push(&format!(
            "SELECT toInt64(arrayMax(gaps)) AS longest_s, toInt64(times[indexOf(gaps, arrayMax(gaps))]) AS longest_end_s, \
             toUInt64(arrayCount(gap -> gap > {expected}, gaps)) AS longer FROM (SELECT times, arrayDifference(times) AS gaps \
             FROM (SELECT arraySort(groupUniqArray(toUInt32(toUnixTimestamp(inbox_time)))) AS times FROM events \
             WHERE {condition}) WHERE notEmpty(times))"
        ));
        Ok(self.row::<Silences>(sql).await?.unwrap_or_default())
    }

    /// Events older, when they came, than what their type allows: `windows` names types with milliseconds.
    pub async fn too_old(
        &self,
        scope: &ScorecardScope,
        windows: &[(String, i64)],
    ) -> Result<Vec<TooOld>, StoreError> {
        if windows.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::default();
        let condition = scope.events(&mut sql);
        let (types, longest) = windows.iter().cloned().unzip();
        let (types, longest) = (
            sql.bind(Param::Texts(types)),
            sql.bind(Param::Integers(longest)),
        );
        sql.push(&format!(
            "SELECT toString(type) AS event_type, toString(source) AS source, count() AS events, \
             toInt64(max(age)) AS oldest_ms, argMax(id, age) AS oldest_id FROM (SELECT type, source, id, \
             toUnixTimestamp64Milli(inbox_time) - toUnixTimestamp64Milli(event_time) AS age, \
             transform(toString(type), {types}, {longest}, toInt64(-1)) AS longest FROM events WHERE {condition}) \
             WHERE longest >= 0 AND age > longest GROUP BY event_type, source \
             ORDER BY events DESC, event_type, source LIMIT {TOO_OLD_MAX}"
        ));
        self.rows(sql).await
    }
}
