//! The store against a real ClickHouse: what is written comes back, and every question is answered right.

mod agreement;
mod migrations;
mod questions;
mod real_store;
mod round_trip;
mod sample;
mod states;
