//! One WebSocket from its handshake to its end: who it is, what it wants, and why it ends.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::access::Role;
use service_kit::identity::{Identity, session_token};
use service_kit::websocket::{self, Seats};
use service_kit::{Clock, Shutdown};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use crate::Config;
use crate::audience::Audience;
use crate::protocol::{self, ClientFrame, Hello};
use crate::publisher::Input;
use crate::stream::Stream;

/// A client must say hello within this time.
const HELLO_WAIT: Duration = Duration::from_secs(5);
/// Writing one frame may take this long before the client counts as gone.
pub(crate) const WRITE_WAIT: Duration = Duration::from_secs(10);
/// A client says nothing but hello: larger messages are refused.
const MESSAGE_BYTES_MAX: usize = 16 * 1024;
/// Roles that may see the live picture.
const VIEWERS: [Role; 4] = [
    Role::Administrator,
    Role::Supervisor,
    Role::Operator,
    Role::Developer,
];

/// What every connection shares.
pub(crate) struct Gate {
    pub(crate) places: Semaphore,
    pub(crate) seats: Seats,
    pub(crate) config: Config,
    pub(crate) publisher: mpsc::Sender<Input>,
    pub(crate) identity: Identity,
    pub(crate) clock: Clock,
    pub(crate) shutdown: Shutdown,
}

impl Gate {
    /// Whether this session may see the live picture now; asked of memory, never of a store.
    pub(crate) fn may_see(&self, token: &str) -> bool {
        self.identity
            .session(token, self.clock.now())
            .is_some_and(|principal| principal.has_any(&VIEWERS))
    }
}

/// Why a connection ends.
#[derive(Debug)]
pub(crate) enum Ending {
    /// Nobody is left to be told.
    Gone,
    /// Nothing was heard, or nothing was read, for too long: there is a connection, but no client.
    Silent,
    /// The client closed it.
    Left,
    /// The client broke the protocol, or the connection broke.
    Broken(axum::Error),
    /// The hub ends it, and says why.
    Told(Bye),
}

/// What the hub says last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bye {
    code: &'static str,
    /// The WebSocket's close code.
    number: u16,
    retry_after_ms: u64,
}

impl Bye {
    pub(crate) const STOPPING: Self = Self::new("stopping", 1001, 1_000);
    pub(crate) const UNAUTHORIZED: Self = Self::new("unauthorized", 4401, 60_000);
    pub(crate) const TEXT_EXPECTED: Self = Self::new("text_expected", 1003, 60_000);
    pub(crate) const TOO_MUCH: Self = Self::new("too_much_said", 1008, 60_000);
    const HELLO_EXPECTED: Self = Self::new("hello_expected", 4400, 1_000);
    const UNKNOWN_VERSION: Self = Self::new("unknown_version", 4400, 60_000);
    const TOO_MANY_CLIENTS: Self = Self::new("too_many_clients", 1013, 5_000);
    const TOO_MANY_OF_SESSION: Self = Self::new("too_many_of_session", 4429, 60_000);

    const fn new(code: &'static str, number: u16, retry_after_ms: u64) -> Self {
        Self {
            code,
            number,
            retry_after_ms,
        }
    }
}

/// `GET /live`.
pub(crate) async fn upgrade(
    State(gate): State<Arc<Gate>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if !gate.config.origins.admit(&headers) {
        let words = "this origin may not open a WebSocket\n";
        return (StatusCode::FORBIDDEN, words).into_response();
    }
    let upgrade = match websocket::handshake(&headers, upgrade) {
        Ok(upgrade) => upgrade,
        Err(answer) => return answer,
    };
    let token = session_token(&headers);
    upgrade
        // A hello, then answers to pings: what is larger is read in turns.
        .read_buffer_size(512)
        .write_buffer_size(0)
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .on_upgrade(async move |mut socket| {
            let ending = serve(&gate, &mut socket, token).await;
            end(&mut socket, ending).await;
        })
}

async fn serve(gate: &Gate, socket: &mut WebSocket, token: Option<String>) -> Ending {
    let Ok(_place) = gate.places.try_acquire() else {
        return Ending::Told(Bye::TOO_MANY_CLIENTS);
    };
    let hello = match timeout(HELLO_WAIT, hello(socket)).await {
        Ok(Ok(hello)) => hello,
        Ok(Err(ending)) => return ending,
        Err(_) => return Ending::Told(Bye::HELLO_EXPECTED),
    };
    if hello.v != protocol::VERSION {
        return Ending::Told(Bye::UNKNOWN_VERSION);
    }
    let Some(token) = token.or(hello.token).filter(|token| gate.may_see(token)) else {
        return Ending::Told(Bye::UNAUTHORIZED);
    };
    let Some(_seat) = gate.seats.take(&token) else {
        return Ending::Told(Bye::TOO_MANY_OF_SESSION);
    };
    let audience = Audience::of(&hello.topics);
    let mut stream = Stream::new(gate, token, audience);
    stream.run(socket, hello.resume).await
}

async fn hello(socket: &mut WebSocket) -> Result<Hello, Ending> {
    let mut budget = websocket::Budget::new(tokio::time::Instant::now());
    loop {
        let message = match socket.recv().await {
            Some(Ok(message)) => message,
            Some(Err(error)) => return Err(Ending::Broken(error)),
            None => return Err(Ending::Gone),
        };
        match message {
            Message::Text(text) => {
                let ClientFrame::Hello(hello) =
                    serde_json::from_str(&text).map_err(|_| Ending::Told(Bye::HELLO_EXPECTED))?;
                return Ok(hello);
            }
            Message::Binary(_) => return Err(Ending::Told(Bye::TEXT_EXPECTED)),
            Message::Close(_) => return Err(Ending::Left),
            Message::Ping(_) | Message::Pong(_) => {
                if !budget.spend(tokio::time::Instant::now()) {
                    return Err(Ending::Told(Bye::TOO_MUCH));
                }
            }
        }
    }
}

/// Writes one frame; false when the client is gone or does not read.
pub(crate) async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(WRITE_WAIT, socket.send(message)).await, Ok(Ok(())))
}

async fn end(socket: &mut WebSocket, ending: Ending) {
    let reason = match &ending {
        Ending::Silent => "silent",
        Ending::Left => "left",
        Ending::Broken(error) if websocket::fault(error).is_some() => "protocol_broken",
        Ending::Broken(_) | Ending::Gone => "gone",
        Ending::Told(bye) => bye.code,
    };
    metrics::counter!("city_brain_live_gateway_closed_total", "reason" => reason).increment(1);
    match ending {
        Ending::Gone | Ending::Silent => {}
        Ending::Left => websocket::answer_close(socket).await,
        Ending::Broken(error) => websocket::fail(socket, &error).await,
        Ending::Told(bye) => {
            let text = protocol::bye(bye.code, bye.retry_after_ms);
            if send(socket, Message::Text(text)).await {
                let frame = CloseFrame {
                    code: bye.number,
                    reason: bye.code.into(),
                };
                websocket::close(socket, frame).await;
            }
        }
    }
}
