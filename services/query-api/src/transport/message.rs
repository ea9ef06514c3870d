//! The messages of graphql-transport-ws and its close codes.

use async_graphql::{Response, ServerError};
use axum::extract::ws::{CloseFrame, Message};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call::Ask;
use crate::failure::Failure;

/// The sub-protocol's name.
pub(super) const PROTOCOL: &str = "graphql-transport-ws";

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum FromClient {
    /// The first message; the payload may carry `token`.
    ConnectionInit {
        /// Anything; we read `token` and `language`.
        #[serde(default)]
        payload: Option<Value>,
    },
    /// Starts an operation.
    Subscribe {
        /// Chosen by the client.
        id: String,
        /// The operation.
        payload: Ask,
    },
    /// The client wants no more of an operation.
    Complete {
        /// The operation.
        id: String,
    },
    /// Asks for a pong.
    Ping {
        /// Anything.
        #[serde(default)]
        payload: Option<Value>,
    },
    /// Answers our ping.
    Pong {
        /// Anything.
        #[serde(default)]
        #[serde(rename = "payload")]
        _payload: Option<Value>,
    },
}

/// What we say.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ToClient<'m> {
    /// The connection may be used.
    ConnectionAck,
    /// A result.
    Next {
        /// The operation.
        id: &'m str,
        /// The result.
        payload: &'m Response,
    },
    /// The operation was refused or has failed; it is over.
    Error {
        /// The operation.
        id: &'m str,
        /// Why.
        payload: &'m [ServerError],
    },
    /// The operation is over.
    Complete {
        /// The operation.
        id: &'m str,
    },
    /// Asks for a pong.
    Ping,
    /// Answers a ping.
    Pong {
        /// The ping's payload.
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
}

impl ToClient<'_> {
    /// As a frame.
    pub(super) fn frame(&self) -> Message {
        // Responses are maps with text keys, which JSON can always write.
        Message::text(serde_json::to_string(self).unwrap_or_default())
    }

    /// The failure of an operation as a frame.
    pub(super) fn failed(id: &str, failure: &Failure) -> Message {
        ToClient::Error {
            id,
            payload: &[failure.server_error()],
        }
        .frame()
    }
}

/// Why we close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// Not a message of the protocol.
    BadRequest,
    /// An operation before `connection_ack`, or the credential is no longer valid.
    Unauthorized,
    /// The credential is nobody's.
    Forbidden,
    /// Another sub-protocol.
    WrongProtocol,
    /// No `connection_init` in time.
    InitTimeout,
    /// An operation of this id is running.
    Duplicate,
    /// `connection_init` twice, or far too much at once.
    TooMany,
    /// The session has as many connections as it may have.
    TooManyOfSession,
    /// No pong.
    Silent,
    /// The hub stops.
    GoingAway,
}

impl Close {
    /// As metrics call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::WrongProtocol => "wrong_protocol",
            Self::InitTimeout => "init_timeout",
            Self::Duplicate => "duplicate",
            Self::TooMany => "too_much_said",
            Self::TooManyOfSession => "too_many_of_session",
            Self::Silent => "silent",
            Self::GoingAway => "stopping",
        }
    }

    /// As the WebSocket says it.
    pub(super) fn frame(self) -> CloseFrame {
        let (code, reason) = match self {
            Self::BadRequest => (4400, "Bad request"),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::Forbidden => (4403, "Forbidden"),
            Self::WrongProtocol => (4406, "Subprotocol not acceptable"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::Duplicate => (4409, "Subscriber already exists"),
            Self::TooMany => (4429, "Too many requests"),
            Self::TooManyOfSession => (4429, "Too many connections of this session"),
            Self::Silent => (4408, "No pong in time"),
            Self::GoingAway => (1001, "The hub is stopping"),
        };
        CloseFrame {
            code,
            reason: reason.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_as_the_protocol_writes_them() {
        let read = |text: &str| serde_json::from_str::<FromClient>(text);
        assert!(matches!(
            read(r#"{"type":"connection_init","payload":{"token":"t"}}"#).unwrap(),
            FromClient::ConnectionInit { payload: Some(_) }
        ));
        assert!(matches!(
            read(r#"{"type":"subscribe","id":"1","payload":{"query":"{at}","extensions":{}}}"#).unwrap(),
            FromClient::Subscribe { id, .. } if id == "1"
        ));
        assert!(matches!(
            read(r#"{"type":"ping"}"#).unwrap(),
            FromClient::Ping { payload: None }
        ));
        assert!(read(r#"{"type":"start","id":"1","payload":{"query":"{at}"}}"#).is_err());
        assert!(read("[]").is_err());
    }

    #[test]
    fn our_messages_are_written_as_the_protocol_reads_them() {
        let text = |message: ToClient<'_>| serde_json::to_string(&message).unwrap();
        assert_eq!(
            text(ToClient::ConnectionAck),
            r#"{"type":"connection_ack"}"#
        );
        assert_eq!(
            text(ToClient::Complete { id: "1" }),
            r#"{"type":"complete","id":"1"}"#
        );
        assert_eq!(text(ToClient::Pong { payload: None }), r#"{"type":"pong"}"#);
    }
}
