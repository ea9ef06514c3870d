//! The contract between the city's departments and the hub.
//!
//! The catalog (departments, event types, feeds, rules, workflows, places) is data in `catalog/`;
//! this crate loads and checks it, compiles contracts into one-pass validators, and holds the
//! types of the hub's own records (`city`). It knows no Kafka, no ClickHouse and no clock.

pub mod calendar;
pub mod calendar_file;
pub mod catalog;
mod cell;
pub mod city;
pub mod contract;
pub mod coordinates;
pub mod diff;
pub mod envelope;
pub mod feed;
pub mod impact;
pub mod judge;
pub mod places;
pub mod reference;
pub mod route_file;
pub mod rule_file;
pub mod scale;
mod scale_file;
pub mod sign_file;
pub mod text;
pub mod workflow_file;

pub use catalog::{Catalog, CatalogError, CatalogErrors, Department, EventType};
pub use contract::{Contract, Extract, PersonalSpan, Violation};
pub use envelope::{Envelope, EnvelopeFault};
pub use feed::Feed;
pub use judge::{Judged, Refusal};
pub use places::{Place, PlaceTree};
pub use text::Text;
