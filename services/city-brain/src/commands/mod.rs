//! One file per command.

pub mod accounts;
pub mod connect;
pub mod dead_letters;
pub mod doctor;
pub mod erase;
pub mod feed;
pub mod feed_report;
pub mod publish;
pub mod rebuild;
pub mod replay;
pub mod replay_input;
pub mod rule;
pub mod schema;
pub mod sender;
pub mod simulate;
pub mod simulate_score;
