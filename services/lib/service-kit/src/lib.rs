//! The shell around every service: the only clock, supervised tasks, health, telemetry, settings,
//! identity and ordered shutdown. Services hold no process-wide state of their own.

pub mod admin;
pub mod backoff;
pub mod clock;
pub mod health;
pub mod identity;
mod origins;
pub mod personal;
pub mod random;
pub mod serve;
pub mod supervise;
pub mod telemetry;
pub mod websocket;

pub use backoff::Backoff;
pub use clock::Clock;
/// Where a test may end the process; nothing of it is in a release build.
pub use event_log::kill_point;
pub use health::{Component, ComponentState, Health};
pub use origins::AllowedOrigins;
pub use supervise::supervise;
/// Cancelled once, at the beginning of an ordered shutdown; every task watches it.
pub use tokio_util::sync::CancellationToken as Shutdown;
