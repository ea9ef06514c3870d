//! Rows on their way into the tables, in ClickHouse's RowBinary format.

mod alert;
mod audit;
mod binary;
mod case;
mod dead_letter;
mod event;
mod plain_text;

use std::ops::Range;

use bytes::Bytes;
use domain::case::{Case, Verdict};
use event_schemas::city::{LogPosition, Millis};
use serde::Serialize;
use serde_json::Value;

pub use dead_letter::DeadLetterRecord;
pub use event::EventRecord;

/// A table that the recorder fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// Every admitted event.
    Events,
    /// Alerts, latest version wins.
    Alerts,
    /// Cases, latest version wins.
    Cases,
    /// Every decision about cases with its fate.
    CaseEvents,
    /// What was refused.
    DeadLetters,
    /// Acts of administration.
    Audit,
}

impl Table {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Alerts => "alerts",
            Self::Cases => "cases",
            Self::CaseEvents => "case_events",
            Self::DeadLetters => "dead_letters",
            Self::Audit => "audit",
        }
    }

    pub(crate) const fn columns(self) -> &'static str {
        match self {
            Self::Events => event::COLUMNS,
            Self::Alerts => alert::COLUMNS,
            Self::Cases => case::CASE_COLUMNS,
            Self::CaseEvents => case::DECISION_COLUMNS,
            Self::DeadLetters => dead_letter::COLUMNS,
            Self::Audit => audit::COLUMNS,
        }
    }

    /// Whether rows replace older ones of the same identity. Such a table takes a row twice without harm,
    /// and cannot bear witness: a row that was there may have been replaced.
    pub const fn replaces(self) -> bool {
        matches!(self, Self::Alerts | Self::Cases)
    }
}

/// Where a record stands and when the log took it.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Name of its topic.
    pub topic: &'a str,
    /// Its position.
    pub position: LogPosition,
    /// When the broker took it.
    pub append_time: Millis,
}

/// A record that makes no row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record cannot be stored: {0}")]
pub struct RowFault(pub(crate) String);

impl RowFault {
    /// A fault in words.
    pub const fn new(why: String) -> Self {
        Self(why)
    }
}

/// Encoded rows of one table with their ends, so that a part of them can be sent alone.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    scratch: Vec<u8>,
}

impl Rows {
    /// Appends an event.
    pub fn push_event(&mut self, record: &EventRecord<'_>) -> Result<(), RowFault> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let pushed = self.push(|row| event::encode(row, &mut scratch, record));
        self.scratch = scratch;
        pushed
    }

    /// Appends a change of an alert.
    pub fn push_alert(&mut self, origin: &Origin<'_>, value: &[u8]) -> Result<(), RowFault> {
        self.push(|row| alert::encode(row, origin, value))
    }

    /// Appends a case's state.
    pub fn push_case(&mut self, origin: &Origin<'_>, case: &Case) -> Result<(), RowFault> {
        self.push(|row| case::encode_state(row, origin, case))
    }

    /// Appends a record of the decisions' topic with its fate.
    pub fn push_decision(
        &mut self,
        origin: &Origin<'_>,
        value: &[u8],
        verdict: &Verdict,
    ) -> Result<(), RowFault> {
        self.push(|row| case::encode_decision(row, origin, value, verdict))
    }

    /// Appends a dead letter.
    pub fn push_dead_letter(&mut self, record: &DeadLetterRecord<'_>) -> Result<(), RowFault> {
        self.push(|row| dead_letter::encode(row, record))
    }

    /// Appends an act of administration.
    pub fn push_audit(&mut self, origin: &Origin<'_>, value: &[u8]) -> Result<(), RowFault> {
        self.push(|row| audit::encode(row, origin, value))
    }

    /// How many rows.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of all rows.
    pub const fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Some of the rows, copied.
    pub fn part(&self, rows: Range<usize>) -> Bytes {
        let start = |row: usize| if row == 0 { 0 } else { self.ends[row - 1] };
        Bytes::copy_from_slice(&self.bytes[start(rows.start)..start(rows.end)])
    }

    /// All rows, without a copy; give them back with [`Self::refill`].
    pub fn take(&mut self) -> Bytes {
        Bytes::from(std::mem::take(&mut self.bytes))
    }

    /// Takes back what [`Self::take`] gave, without a copy when nobody else holds it.
    pub fn refill(&mut self, bytes: Bytes) {
        self.bytes = Vec::from(bytes);
    }

    /// Forgets the rows and keeps the buffers.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    fn push(
        &mut self,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), RowFault>,
    ) -> Result<(), RowFault> {
        let start = self.bytes.len();
        match encode(&mut self.bytes) {
            Ok(()) => {
                self.ends.push(self.bytes.len());
                Ok(())
            }
            Err(fault) => {
                self.bytes.truncate(start);
                Err(fault)
            }
        }
    }
}

/// The name that serde gives a variant without fields: one spelling in records and in columns.
pub(crate) fn code<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Rows of `recorder_progress`.
pub(crate) fn progress_rows(progress: &[crate::RecorderProgress], now: Millis) -> Bytes {
    use binary::RowBinary as _;
    let mut rows = Vec::with_capacity(progress.len() * 64);
    for one in progress {
        rows.text(&one.topic);
        rows.uuid(one.topic_id);
        rows.fixed(one.partition.to_le_bytes());
        rows.fixed(one.next.to_le_bytes());
        rows.moment(now);
    }
    Bytes::from(rows)
}
