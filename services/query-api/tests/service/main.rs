//! The service on a real Kafka, with real accounts, over real HTTP and WebSockets.

mod access;
mod commands;
mod hub;
mod limits;
mod subscriptions;
