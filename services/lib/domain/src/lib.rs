//! The pure core: what the hub decides, as functions of state, input and time.
//!
//! No async, no I/O, no clock, no randomness, no logging. Shells in `services/` feed it.

pub mod access;
pub mod admission;
pub mod alert;
pub mod case;
pub mod engine;
pub mod event;
pub mod filter;
pub mod privacy;
pub mod rule;
