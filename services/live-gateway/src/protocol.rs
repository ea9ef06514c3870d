//! What a client says, and the hub's small frames.

use axum::extract::ws::Utf8Bytes;
use event_schemas::city::Millis;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::audience::LiveTopic;

/// Version of the protocol.
pub(crate) const VERSION: u32 = 1;

/// The first message of a client.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum ClientFrame {
    /// Opens the stream.
    Hello(Hello),
}

/// What a client wants.
#[derive(Debug, Deserialize)]
pub(crate) struct Hello {
    pub(crate) v: u32,
    #[serde(default)]
    pub(crate) topics: Vec<LiveTopic>,
    #[serde(default)]
    pub(crate) token: Option<String>,
    #[serde(default)]
    pub(crate) resume: Option<Resume>,
}

/// Where a client left off.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Resume {
    pub(crate) epoch: String,
    pub(crate) cursor: String,
}

/// Why a client gets a snapshot anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResetReason {
    CursorExpired,
    SlowConsumer,
}

impl ResetReason {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::CursorExpired => "cursor_expired",
            Self::SlowConsumer => "slow_consumer",
        }
    }
}

/// `welcome`.
pub(crate) struct Welcome<'a> {
    pub(crate) epoch: &'a str,
    pub(crate) now: Millis,
    pub(crate) heartbeat_ms: u128,
    pub(crate) resumed: bool,
    pub(crate) build_id: &'a str,
}

impl Welcome<'_> {
    pub(crate) fn encode(&self) -> Utf8Bytes {
        json!({
            "type": "welcome",
            "v": VERSION,
            "epoch": self.epoch,
            "serverTime": self.now.rfc3339(),
            "heartbeatMs": self.heartbeat_ms as u64,
            "mode": if self.resumed { "resume" } else { "snapshot" },
            "buildId": self.build_id,
        })
        .to_string()
        .into()
    }
}

/// `beat`.
pub(crate) fn beat(cursor: u64, now: Millis, sources: &[Value], behind: bool) -> Utf8Bytes {
    json!({
        "type": "beat",
        "cursor": cursor.to_string(),
        "ts": now.rfc3339(),
        "sources": sources,
        "behind": behind,
    })
    .to_string()
    .into()
}

/// `reset`; a snapshot follows.
pub(crate) fn reset(reason: ResetReason) -> Utf8Bytes {
    json!({ "type": "reset", "reason": reason.name() })
        .to_string()
        .into()
}

/// `bye`; the connection is closed after it.
pub(crate) fn bye(code: &str, retry_after_ms: u64) -> Utf8Bytes {
    json!({ "type": "bye", "code": code, "retryAfterMs": retry_after_ms })
        .to_string()
        .into()
}
