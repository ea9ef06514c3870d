//! What every WebSocket of the hub does alike (RFC 6455): the handshake, the end, and how much a client
//! may say.

mod budget;
mod seats;

use std::error::Error as _;
use std::time::Duration;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::header::{SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};

pub use budget::Budget;
pub use seats::{Seat, Seats};

/// How long a client may take to answer our close.
const CLOSE_WAIT: Duration = Duration::from_secs(1);
/// How long a close that ends a broken connection may take to arrive before the connection is dropped.
const LINGER: Duration = Duration::from_millis(500);
/// Connections that one session may have open on one endpoint.
pub const CONNECTIONS_PER_SESSION: usize = 256;

/// What RFC 6455, section 4.2.1 asks of a handshake beyond what the library checks.
#[expect(
    clippy::result_large_err,
    reason = "the error is the answer to be sent, once per connection"
)]
pub fn handshake(
    headers: &HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<WebSocketUpgrade, Response> {
    let mut versions = headers.get_all(SEC_WEBSOCKET_VERSION).iter();
    if versions.next().is_some_and(|version| version != "13") || versions.next().is_some() {
        let known = [(SEC_WEBSOCKET_VERSION, "13")];
        let words = "the hub speaks version 13 of the WebSocket protocol\n";
        return Err((StatusCode::UPGRADE_REQUIRED, known, words).into_response());
    }
    let upgrade = upgrade.map_err(IntoResponse::into_response)?;
    let mut keys = headers.get_all(SEC_WEBSOCKET_KEY).iter();
    let key = keys.next().and_then(|key| STANDARD.decode(key).ok());
    if key.is_none_or(|key| key.len() != 16) || keys.next().is_some() {
        let words = "Sec-WebSocket-Key: one key of 16 bytes in Base64 is expected\n";
        return Err((StatusCode::BAD_REQUEST, words).into_response());
    }
    Ok(upgrade)
}

/// The close that a client's violation of the protocol earns; `None` when the connection is gone.
pub fn fault(error: &axum::Error) -> Option<CloseFrame> {
    let (code, reason) = match error.source()?.downcast_ref::<Error>()? {
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => return None,
        Error::Protocol(_) => (1002, "protocol error"),
        Error::Utf8(_) => (1007, "text is not UTF-8"),
        Error::Capacity(_) => (1009, "message too big"),
        _ => return None,
    };
    Some(CloseFrame {
        code,
        reason: reason.into(),
    })
}

/// Ends a connection whose client broke the protocol: says how, where somebody is left to be told.
/// Nothing more can be read then; the pause lets the close arrive before unread bytes reset the
/// connection.
pub async fn fail(socket: &mut WebSocket, error: &axum::Error) {
    if let Some(frame) = fault(error) {
        let told = timeout(CLOSE_WAIT, socket.send(Message::Close(Some(frame)))).await;
        if matches!(told, Ok(Ok(()))) {
            tokio::time::sleep(LINGER).await;
        }
    }
}

/// The closing handshake that we begin: what is said last goes out, and the client's own close comes
/// in. A connection dropped before that looks broken to the client.
pub async fn close(socket: &mut WebSocket, frame: CloseFrame) {
    let told = timeout(CLOSE_WAIT, socket.send(Message::Close(Some(frame)))).await;
    if matches!(told, Ok(Ok(()))) {
        answer_close(socket).await;
    }
}

/// The closing handshake that the client began: reading on sends our answer, then the end.
pub async fn answer_close(socket: &mut WebSocket) {
    let ending = async { while let Some(Ok(_)) = socket.recv().await {} };
    if timeout(CLOSE_WAIT, ending).await.is_err() {
        tracing::debug!("a client did not answer our close");
    }
}
