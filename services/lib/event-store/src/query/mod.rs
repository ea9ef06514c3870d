//! Questions to the tables. Values are always bound parameters; identifiers come from closed lists.

mod alerts;
mod area;
mod blob;
mod buckets;
mod case_events;
mod cases;
mod conditions;
mod dead_letter_groups;
mod dead_letters;
mod event_conditions;
mod event_positions;
mod events;
mod feeds;
mod field_conditions;
mod page;
mod progress;
mod scorecard;
mod signs;
pub(crate) mod sql;
mod statistics;

pub use alerts::AlertCursor;
pub use buckets::{CalendarUnit, Interval};
pub use cases::CaseCursor;
pub use dead_letter_groups::{DeadLetterGroup, LetterSample, RefusedOfSource};
pub use dead_letters::{DeadLetterCursor, DeadLetterFilter, StoredDeadLetter};
pub use event_positions::SourceAndId;
pub use events::{EventCursor, EventPart, StoredEvent};
pub use feeds::{FeedActivity, Rejections};
pub use page::{Page, PageRequest};
pub use scorecard::{PublishedEvents, ScorecardScope, Silences, Spread, TooOld};
pub use signs::SignWindow;
pub use statistics::{EventDimension, EventStatistic, Measure, StatisticsRequest};
