//! The hub as its users meet it: real Kafka, real ClickHouse, real Chromium, public interfaces only.

mod bad_events;
mod commands;
mod event_to_closed_case;
mod live_resume;
mod new_department;
mod story;
