//! A batch: an offset range of one partition and the rows that its records make.

use std::ops::Range;

use event_log::Record;
use event_schemas::city::{Millis, TopicId};
use event_store::{OffsetRange, RowFault, Rows, Table};

/// Rows of one table with the record each was made from.
#[derive(Debug)]
pub(crate) struct TableRows {
    pub(crate) table: Table,
    pub(crate) rows: Rows,
    /// Index into the batch's records, one per row.
    pub(crate) of: Vec<usize>,
}

/// Records in order, their rows, and what could not become a row.
#[derive(Debug)]
pub(crate) struct Batch {
    /// First offset: everything before it is in earlier batches.
    pub(crate) first: i64,
    /// Offset behind the last record taken.
    pub(crate) next: i64,
    /// Tables in the order they are written: those that bear witness last.
    pub(crate) tables: Vec<TableRows>,
    /// Records that made a row or a fault.
    pub(crate) records: Vec<Record>,
    /// Records that make no row, by index, and why.
    pub(crate) faults: Vec<(usize, RowFault)>,
    month: Option<Range<i64>>,
}

impl Batch {
    /// An empty batch that starts at `first`.
    pub(crate) fn new(first: i64, tables: &[Table]) -> Self {
        let tables = tables
            .iter()
            .map(|&table| TableRows {
                table,
                rows: Rows::default(),
                of: Vec::new(),
            })
            .collect();
        Self {
            first,
            next: first,
            tables,
            records: Vec::new(),
            faults: Vec::new(),
            month: None,
        }
    }

    /// Empties it for reuse, keeping its buffers.
    pub(crate) fn restart(&mut self, first: i64) {
        for table in &mut self.tables {
            table.rows.clear();
            table.of.clear();
        }
        self.records.clear();
        self.faults.clear();
        (self.first, self.next, self.month) = (first, first, None);
    }

    /// Whether the record belongs to the month of this batch: one insert is one part.
    pub(crate) fn fits_month(&self, append_time: Millis) -> bool {
        self.month
            .as_ref()
            .is_none_or(|month| month.contains(&append_time.0))
    }

    /// Notes that everything up to this record is taken, row or not.
    pub(crate) const fn pass(&mut self, offset: i64) {
        self.next = offset + 1;
    }

    /// Keeps the record its rows are made from, and returns its index.
    pub(crate) fn keep(&mut self, record: Record) -> usize {
        if self.month.is_none() {
            self.month = Some(month_of(record.append_time));
        }
        self.records.push(record);
        self.records.len() - 1
    }

    /// Whether there is nothing to store (it may still have passed records).
    pub(crate) const fn is_blank(&self) -> bool {
        self.records.is_empty()
    }

    /// Most rows in one of its tables.
    pub(crate) fn row_count(&self) -> usize {
        self.tables
            .iter()
            .map(|table| table.rows.len())
            .max()
            .unwrap_or_default()
            .max(self.records.len())
    }

    /// Bytes of all rows.
    pub(crate) fn size(&self) -> usize {
        self.tables.iter().map(|table| table.rows.size()).sum()
    }

    /// The range it covers; only for a batch that took a record.
    pub(crate) const fn range(&self, topic_id: TopicId, partition: i32) -> OffsetRange {
        OffsetRange {
            topic_id,
            partition,
            first: self.first,
            last: self.next - 1,
        }
    }
}

/// The month of this moment in UTC, as the store partitions by it.
fn month_of(moment: Millis) -> Range<i64> {
    let utc = jiff::tz::Offset::UTC;
    let bounds = jiff::Timestamp::from_millisecond(moment.0)
        .ok()
        .and_then(|time| {
            let first = utc.to_datetime(time).date().first_of_month();
            let next = first.checked_add(jiff::Span::new().months(1)).ok()?;
            let ms = |date: jiff::civil::Date| {
                let midnight = utc.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
                Some(midnight.as_millisecond())
            };
            Some(ms(first)?..ms(next)?)
        });
    // A moment beyond the calendar is a month of its own.
    bounds.unwrap_or(moment.0..moment.0.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_at_midnight_utc() {
        let moment = |text| Millis::parse(text).unwrap();
        let month = month_of(moment("2024-02-29T23:59:59.999Z"));
        assert_eq!(
            month,
            moment("2024-02-01T00:00:00Z").0..moment("2024-03-01T00:00:00Z").0
        );
        assert_eq!(
            month_of(moment("2024-12-31T12:00:00Z")).end,
            moment("2025-01-01T00:00:00Z").0
        );
    }
}
