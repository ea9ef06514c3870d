//! ClickHouse: migrations, encoded inserts, named queries. All SQL of the hub is in this crate.
//!
//! The tables are derived from the log and can be rebuilt from it; no table holds a truth of its own.

mod config;
mod connection;
mod error;
mod inspection;
mod migrations;
mod query;
mod reader;
mod rows;
mod twins;
mod writer;

pub use config::StoreConfig;
pub use error::StoreError;
pub use inspection::{Crowded, FromTheFuture, Inspection, Rising};
pub use migrations::{migrate, missing_migrations};
pub use query::{
    AlertCursor, CalendarUnit, CaseCursor, DeadLetterCursor, DeadLetterFilter, DeadLetterGroup,
    EventCursor, EventDimension, EventPart, EventStatistic, FeedActivity, Interval, LetterSample,
    Measure, Page, PageRequest, PublishedEvents, RefusedOfSource, Rejections, ScorecardScope,
    SignWindow, Silences, SourceAndId, Spread, StatisticsRequest, StoredDeadLetter, StoredEvent,
    TooOld,
};
pub use reader::Reader;
pub use rows::{DeadLetterRecord, EventRecord, Origin, RowFault, Rows, Table};
pub use twins::{Difference, Slice, TableSum, Twins};
pub use writer::{InsertToken, OffsetRange, RecorderProgress, Writer};
