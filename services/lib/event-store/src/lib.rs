//! ClickHouse: migrations, encoded inserts, named queries. All SQL of the hub is in this crate.
//!
//! The tables are derived from the log and can be rebuilt from it; no table holds a truth of its own.

mod config;
mod connection;
mod error;
mod migrations;
mod query;
mod reader;
mod rows;
mod writer;

pub use config::StoreConfig;
pub use error::StoreError;
pub use migrations::migrate;
pub use query::{
    AlertCursor, CaseCursor, DeadLetterCursor, DeadLetterFilter, EventCursor, EventDimension,
    EventStatistic, FeedActivity, Measure, Page, PageRequest, Rejections, SourceAndId,
    StatisticsRequest, StoredDeadLetter, StoredEvent,
};
pub use reader::Reader;
pub use rows::{DeadLetterRecord, EventRecord, Origin, RowFault, Rows, Table};
pub use writer::{InsertToken, OffsetRange, RecorderProgress, Writer};
