//! What the end-to-end scenarios share: one real stack for a whole run, a hub per scenario, and
//! clients that speak only the public interfaces.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::similar_names,
    reason = "this crate is tests: an expectation that fails is a test that fails"
)]

pub mod api;
pub mod binary;
pub mod children;
pub mod console;
pub mod counting_proxy;
pub mod cpu;
pub mod exactly_once;
pub mod faulty_store;
pub mod hub;
pub mod kafka;
pub mod live;
pub mod load;
pub mod memory;
pub mod number;
pub mod process;
pub mod raw_socket;
pub mod stack;
pub mod store;
pub mod wait;
