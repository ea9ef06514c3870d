//! The contract between the city's departments and the hub.
//!
//! The catalog (departments, event types, feeds, rules, workflows, places) is data in `catalog/`;
//! this crate loads and checks it, compiles contracts into one-pass validators, and holds the
//! types of the hub's own records (`city`). It knows no Kafka, no ClickHouse and no clock.

pub mod city;
pub mod rule_file;
pub mod text;
pub mod workflow_file;

pub use text::Text;
