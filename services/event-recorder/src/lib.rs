//! The log to ClickHouse, every record exactly once.
//!
//! A batch is an offset range of one partition. The range is written into the group's offset commit
//! before its rows are inserted under a token made of the range; the next batch's commit closes it.
//! After a takeover the same batch is built again, inserted under the same token, and the table is
//! asked whether the rows are there. Tokens are the belt, the table is the witness.
//!
//! Horizon: ClickHouse remembers the last 100,000 tokens of `events` and 10,000 of the other tables.
//! A writer that was stopped and wakes up later than that many batches could add its batch again.

mod batch;
mod config;
mod lane;
mod log_thread;
mod mark;
mod measures;
mod progress;
mod run;
mod store_batch;
mod stream;
mod troubles;
mod unstorable;

pub use config::{Config, Former, Passed, Ports, group_of};
pub use mark::is_about;
pub use run::{RecorderError, run, run_beside};
pub use stream::recorded_topics;
